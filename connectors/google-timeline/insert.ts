/** Rows of a file into the table: many at once by DuckDB, or record by record. */
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { Sql } from "../../src/component/sql.ts"
import { type Piece, writeTemporary } from "./piece.ts"
import {
  type ArrayReading,
  type Target,
  countRejected,
  insertLines,
  insertPieces,
  insertSpoilt,
  recordLine,
  spoiltLine,
  takeBack
} from "./table.ts"
import type { Item } from "./walk.ts"

/** Where rows go, and by which ways. */
export interface Loading {
  readonly table: Sql
  readonly target: Target
  readonly folder: string
  /** A number for each lot of rows that may have to be taken back. */
  readonly nextLot: () => number
}

const Count = Schema.Struct({ n: Schema.Number })

export const readingOf = ({ arrays }: Target, array: string): ArrayReading | null => {
  for (const [key, reading] of arrays) if (key === array) return reading
  return null
}

/** Records and broken bytes as rows, one by one. `offset` is where the window begins in its file. */
export const insertItems = Effect.fnUntraced(function* (
  { folder, nextLot, table, target }: Loading,
  file: number,
  window: Buffer,
  offset: number,
  items: ReadonlyArray<Item>
) {
  const database = yield* Database
  const path = join(folder, "records.ndjson")
  for (const [array, members] of Map.groupBy(items, (item) => item.array)) {
    const lot = { number: nextLot(), file }
    const lines = members.map(({ code, end, start, text }) =>
      text === null
        ? spoiltLine(offset + start, code ?? "timeline-json", window.subarray(start, end))
        : recordLine(offset + start, text)
    )
    yield* writeTemporary(path, lines.join(""))
    const reading = readingOf(target, array)
    if (reading !== null && members.some(({ text }) => text !== null))
      yield* database.execute(insertLines(table, lot, reading, path))
    if (members.some(({ text }) => text === null)) yield* database.execute(insertSpoilt(table, lot, path))
  }
})

/** All that is in the pieces. False where DuckDB can't read it, or finds rows to reject: nothing is left of them. */
export const insertSpan = Effect.fnUntraced(function* (
  { nextLot, table, target }: Loading,
  file: number,
  array: string,
  pieces: ReadonlyArray<Piece>
) {
  const database = yield* Database
  const reading = readingOf(target, array)
  if (reading === null) return false
  const lot = { number: nextLot(), file }
  const paths = pieces.map(({ path }) => path)
  const read = yield* database.execute(insertPieces(table, lot, reading, paths)).pipe(
    Effect.as(true),
    Effect.catchIf(
      (error) => error.code === "sql",
      () => Effect.succeed(false)
    )
  )
  if (!read) return false
  const [rejected] = yield* database.rows(countRejected(table, target, lot), Count)
  if ((rejected?.n ?? 0) === 0) return true
  yield* database.execute(takeBack(table, lot))
  return false
})
