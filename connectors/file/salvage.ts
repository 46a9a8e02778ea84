/** Files that aren't whole, record by record: what can be read goes into one table, the rest into another. */
import { Effect, Stream } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type Found, bytesOf, isDamage } from "./find.ts"
import { unreadable } from "./survey.ts"

/** A record. */
export interface Whole {
  readonly position: number
  readonly text: string
  /** A value for each of the wanted columns, as it is written. */
  readonly values: ReadonlyArray<string | null>
}

/** What should have been a record. */
export interface Debris {
  readonly code: string
  readonly reason: string
  /** The line, counted from 1, or the byte offset; NaN: not known. */
  readonly position: number
  readonly raw: Buffer
}

export type Piece = Whole | Debris

/** Splits off what is complete. `used` bytes are done with; the others come again, with what follows. */
export type Splitter = (
  bytes: Buffer,
  final: boolean
) => { readonly pieces: ReadonlyArray<Piece>; readonly used: number }

/**
 * The pieces of a file, some at a time. A compressed file that is cut ends where it can't be unpacked any more; `cut` gives
 * what is to be said of that, after the last pieces.
 */
export async function* split<P>(
  path: string,
  splitter: (bytes: Buffer, final: boolean) => { readonly pieces: ReadonlyArray<P>; readonly used: number },
  cut: (last: ReadonlyArray<P>) => ReadonlyArray<P> = () => []
): AsyncGenerator<ReadonlyArray<P>> {
  let rest: Buffer = Buffer.alloc(0)
  let isCut = false
  try {
    for await (const bytes of bytesOf(path)) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      const { pieces, used } = splitter(rest, false)
      rest = rest.subarray(used)
      yield pieces
    }
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    isCut = true
  }
  const { pieces: last } = splitter(rest, true)
  yield last
  if (isCut) yield cut(last)
}

const CUT: Debris = {
  code: "file-cut",
  reason:
    "The compressed file ends too early, or is damaged: what follows can't be unpacked. Get it anew, and run again.",
  position: Number.NaN,
  raw: Buffer.alloc(0)
}

/** Where the cut went through a record, that tells of it. */
const toldOf = (last: ReadonlyArray<Piece>): ReadonlyArray<Piece> =>
  last.some((piece) => "code" in piece) ? [] : [CUT]

/** Rejects of files, as they are collected. */
export const rejectsTable = (table: string): Sql =>
  sql`create or replace temp table ${name(table)} (code varchar, reason varchar, file varchar, position double, raw varchar)`

/** The same as a scan gives them. */
export const rejectsIn = (table: string): Sql =>
  sql`select code, reason, file as archive, null::varchar as member, position::bigint as position, from_hex(raw) as raw
    from ${name(table)}`

/** Enough to see what it was: debris may go on for megabytes. */
const MOST_RAW = 1024 * 1024

/** The table of records with so many values. */
export const recordsTable = (table: string, values: number): Sql =>
  sql`create temp table ${name(table)} (_row_position double, _row_raw varchar, ${join(
    Array.from({ length: values }, (_, index) => sql`${name(valueColumn(index))} varchar`)
  )})`

export const valueColumn = (index: number): string => `v${index}`

/** Reads a file into the tables. */
export const salvage = (
  file: Found,
  splitter: Splitter,
  tables: { readonly records: string; readonly values: number; readonly rejects: string }
): Effect.Effect<void, SourceError | DatabaseError, Database> =>
  Stream.fromAsyncIterable(split(file.path, splitter, toldOf), (cause) => unreadable(file, cause)).pipe(
    Stream.runForEach(
      Effect.fnUntraced(function* (pieces) {
        const database = yield* Database
        const whole = pieces.filter((piece) => "values" in piece)
        const debris = pieces.filter((piece) => "code" in piece)
        if (whole.length > 0) {
          yield* database.append(tables.records, [
            Float64Array.from(whole, ({ position }) => position),
            whole.map(({ text }) => text),
            ...Array.from({ length: tables.values }, (_, index) => whole.map(({ values }) => values[index] ?? null))
          ])
        }
        if (debris.length > 0) {
          yield* database.append(tables.rejects, [
            debris.map(({ code }) => code),
            debris.map(({ reason }) => reason),
            debris.map(() => file.path),
            Float64Array.from(debris, ({ position }) => position),
            debris.map(({ raw }) => raw.subarray(0, MOST_RAW).toString("hex"))
          ])
        }
      })
    )
  )

/** What DuckDB refuses because of what a file holds, or that it is cut. */
export const isOfInput = ({ code }: DatabaseError): boolean => code === "sql" || code === "io" || code === "corrupt"

/** Tells rows whose values don't fit: `reason` is null where all do. */
export const misfits = (
  wrong: ReadonlyArray<{ readonly column: string; readonly type: string; readonly misfit: Sql }>
): Sql =>
  wrong.length === 0
    ? sql`null::varchar`
    : wrong
        .map(({ column, misfit, type }) => sql`when ${misfit} then ${literal(reasonOf(column, type))}`)
        .reduce(
          (all, each, index, { length }) => sql`${all} ${each}${index === length - 1 ? sql` end` : sql``}`,
          sql`case`
        )

const reasonOf = (column: string, type: string): string =>
  `The value of "${column}" is no ${type}. Mend it, or declare another type for the column under \`columns\`.`
