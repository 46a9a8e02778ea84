/** Rows of a file into the table: many at once by DuckDB, or record by record. */
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
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

/** A line for DuckDB, made of a record or of broken bytes. */
interface Line {
  readonly whole: boolean
  readonly content: string
  readonly spoilt: () => string
}

/** Records and broken bytes as rows, one by one. `offset` is where the window begins in its file. */
export const insertItems = Effect.fnUntraced(function* (
  loading: Loading,
  file: number,
  window: Buffer,
  offset: number,
  items: ReadonlyArray<Item>
) {
  for (const [array, members] of Map.groupBy(items, (item) => item.array)) {
    const lines = members.map(({ code, end, start, text }): Line => {
      const spoilt = () => spoiltLine(offset + start, code ?? "timeline-json", window.subarray(start, end))
      return text === null
        ? { whole: false, content: spoilt(), spoilt }
        : { whole: true, content: recordLine(offset + start, text), spoilt }
    })
    const broken = lines.filter(({ whole }) => !whole)
    yield* insertBroken(loading, file, broken)
    const whole = lines.filter((line) => line.whole)
    const reading = readingOf(loading.target, array)
    if (reading !== null && whole.length > 0) yield* insertWhole(loading, file, reading, whole)
  }
})

const insertBroken = Effect.fnUntraced(function* (loading: Loading, file: number, lines: ReadonlyArray<Line>) {
  if (lines.length === 0) return
  const path = yield* written(
    loading,
    lines.map(({ spoilt }) => spoilt())
  )
  const database = yield* Database
  yield* database.execute(insertSpoilt(loading.table, { number: loading.nextLot(), file }, path))
})

/** DuckDB takes a little less for JSON than JavaScript does (half a surrogate pair): halving finds the records. */
const insertWhole = (
  loading: Loading,
  file: number,
  reading: ArrayReading,
  lines: ReadonlyArray<Line>
): Effect.Effect<void, SourceError | DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const path = yield* written(
      loading,
      lines.map(({ content }) => content)
    )
    const read = yield* done(
      database.execute(insertLines(loading.table, { number: loading.nextLot(), file }, reading, path))
    )
    if (read) return
    if (lines.length === 1) return yield* insertBroken(loading, file, lines)
    const half = Math.ceil(lines.length / 2)
    yield* insertWhole(loading, file, reading, lines.slice(0, half))
    yield* insertWhole(loading, file, reading, lines.slice(half))
  })

const written = ({ folder }: Loading, lines: ReadonlyArray<string>) => {
  const path = join(folder, "records.ndjson")
  return Effect.as(writeTemporary(path, lines.join("")), path)
}

/** False where DuckDB can't read what the statement asks it to read; nothing of it is left then. */
const done = <R>(statement: Effect.Effect<void, DatabaseError, R>): Effect.Effect<boolean, DatabaseError, R> =>
  statement.pipe(
    Effect.as(true),
    Effect.catchIf(
      (error) => error.code === "sql",
      () => Effect.succeed(false)
    )
  )

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
  const read = yield* done(database.execute(insertPieces(table, lot, reading, paths)))
  if (!read) return false
  const [rejected] = yield* database.rows(countRejected(table, target, lot), Count)
  if ((rejected?.n ?? 0) === 0) return true
  yield* database.execute(takeBack(table, lot))
  return false
})
