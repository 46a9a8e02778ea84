/** The way of texts, samples and rejects into the temporary tables. */
import { Effect, Schema, Stream } from "effect"
import type { Reject } from "../../src/component/batch.ts"
import { Database } from "../../src/component/database.ts"
import type { SourceError } from "../../src/component/error.ts"
import type { Sql } from "../../src/component/sql.ts"
import { takePoints } from "./points.ts"
import type { Problem, SampleRow } from "./row.ts"
import { type Piece, splitPoints } from "./split.ts"
import { FILES, INBOX, REJECTS, countPoints, takeRows } from "./tables.ts"

/** What waits in memory before it goes to the database, in characters. */
const WAITING = 32 * 1024 * 1024

export interface SourceFile {
  readonly archive: string
  readonly member: string | null
  /** The higher, the newer. */
  readonly newness: number
}

const Count = Schema.Struct({ n: Schema.Number })

/** Fills the tables, which must be empty. Files are named by their place in `files`. */
export const loader = Effect.fnUntraced(function* (files: ReadonlyArray<SourceFile>) {
  const database = yield* Database
  yield* database.append(FILES, [
    Int32Array.from(files.keys()),
    Int32Array.from(files, ({ newness }) => newness),
    files.map(({ archive }) => archive),
    files.map(({ member }) => member)
  ])

  const queue = () => {
    let waiting: Array<{ readonly file: number; readonly place: number; readonly text: string }> = []
    let characters = 0
    return {
      add: (file: number, place: number, text: string) => {
        waiting.push({ file, place, text })
        characters += text.length
      },
      full: () => characters > WAITING,
      flush: Effect.fnUntraced(function* (take: Sql) {
        const moved = waiting
        waiting = []
        characters = 0
        if (moved.length === 0) return
        yield* database.append(INBOX, [
          Int32Array.from(moved, ({ file }) => file),
          Float64Array.from(moved, ({ place }) => place),
          moved.map(({ text }) => text)
        ])
        yield* database.execute(take)
      })
    }
  }

  const reject = (file: number, problems: ReadonlyArray<Problem>) =>
    problems.length === 0
      ? Effect.void
      : database.append(REJECTS, [
          new Int32Array(problems.length).fill(file),
          Float64Array.from(problems, ({ position }) => position ?? Number.NaN),
          problems.map(({ code }) => code),
          problems.map(({ reason }) => reason),
          problems.map(({ raw }) => raw)
        ])

  /** All points of a data file; tells how many there were. What fails after the first points leaves those before. */
  const points = Effect.fnUntraced(function* (file: number, content: Stream.Stream<Uint8Array, SourceError>) {
    const splitter = splitPoints()
    const waiting = queue()
    const problems: Array<Problem> = []
    let count = 0
    const take = (pieces: ReadonlyArray<Piece>) => {
      for (const { kind, position, text } of pieces) {
        if (kind === "point") {
          waiting.add(file, position, text)
          count++
        } else problems.push({ code: "fit-data-broken", reason: BETWEEN, position, raw: text.slice(0, 4096) })
      }
    }
    const move = Effect.suspend(() => waiting.flush(takePoints(splitter.source())))
    yield* Stream.runForEach(content, (bytes) =>
      Effect.suspend(() => {
        take(splitter.push(bytes))
        return waiting.full() && splitter.source() !== null ? move : Effect.void
      })
    ).pipe(Effect.tapError(() => Effect.andThen(move, reject(file, problems))))
    take(splitter.end())
    if (!splitter.closed()) problems.push({ code: "fit-data-cut", reason: CUT, raw: "" })
    yield* move
    yield* reject(file, problems)
    return count + problems.length
  })

  const made = queue()
  let count = 0

  /** Samples that the program made. */
  const rows = Effect.fnUntraced(function* (file: number, samples: ReadonlyArray<SampleRow>) {
    for (const row of samples) made.add(file, count++, JSON.stringify(row))
    if (made.full()) yield* made.flush(takeRows)
  })

  return {
    points,
    rows,
    reject,
    /** To be called after the last of `rows`. */
    endRows: made.flush(takeRows),
    /** Have data points become samples? To be asked before tracks and sums come. */
    hasPoints: Effect.map(database.rows(countPoints, Count), ([row]) => (row?.n ?? 0) > 0)
  }
})

export type Loader = Effect.Success<ReturnType<typeof loader>>

const BETWEEN =
  "what stands between the data points isn't theirs: the file is damaged here; take it from another export"
const CUT = "the file ends before its data does: take it from another export"

/** A reject of the archives, as one of a file. */
export const problemOf = ({ code, position, raw, reason }: Reject): Problem => ({
  code,
  reason,
  raw: new TextDecoder().decode(raw),
  ...(position === undefined ? {} : { position })
})
