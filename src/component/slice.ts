/**
 * Slices of time: a relation whose rows depend only on what was about their time is made slice by slice, so that memory
 * stays flat (I9), and again only where something changed. Its SQL reads its inputs by way of `withinSlice` and `aroundSlice`.
 */
import type { Relation } from "./relation.ts"
import { type Sql, empty, join, literal, name, names, sql } from "./sql.ts"

/** How a relation's rows lie in time: columns of instants. A row without an end is a point in time. */
export interface Span {
  readonly start: string
  readonly end: string | null
}

/** How a relation is made of slices. */
export interface Slices {
  /** When a row of the result is, as an expression over its columns: an instant. */
  readonly time: Sql
  /**
   * The inputs of which only those rows count that are about the time of the result's: by the names of relations, and of
   * the helpers. Null: it counts only for the helpers. Where another input changes, everything is made again.
   */
  readonly inputs: ReadonlyMap<string, Span | null>
  /** How far from a changed row, in microseconds, rows of the result may change. */
  readonly reach: number
  /**
   * Selects what changes with rows of the times of which `isChanged` holds: from `moment` until `until`, or on the whole day
   * of a `moment` without, in microseconds; null: rows without a time. `own` are the rows as they were made last.
   */
  readonly spread?: (isChanged: (start: Sql, end?: Sql) => Sql, own: Sql) => Sql
  /** What changes so changes others in turn. */
  readonly chained?: boolean
  /**
   * Where rows that belong together may be far apart: the query for slices. All is made at once then, by the other, which
   * needn't look for them.
   */
  readonly query?: Sql
}

export const DAY_MICROS = 86_400_000_000

// Unset: all of time. Set, they are constants to DuckDB, which then reads only what it must.
const LOW = sql`getvariable('slice_low')`
const HIGH = sql`getvariable('slice_high')`

/** Microseconds from (inclusive) and to (exclusive). Null: without an end; rows without a time are at the beginning. */
export type Slice = readonly [low: number | null, high: number | null]

export const ALL: Slice = [null, null]

/** Slices that don't touch, in their order; null: everywhere. */
export type Changes = ReadonlyArray<Slice> | null

/** Whether a span of time, or a time, touches one of the slices. */
export const inSlices = (slices: ReadonlyArray<Slice>, start: Sql, end: Sql = start): Sql =>
  slices.length === 0
    ? sql`false`
    : sql`(${join(
        slices.map(([low, high]) => {
          const from = low === null ? sql`true` : sql`${end} >= make_timestamptz(${literal(low)})`
          const upTo = high === null ? sql`true` : sql`${start} < make_timestamptz(${literal(high)})`
          return low === null
            ? sql`(${start} is null or not isfinite(${start}) or ${upTo})`
            : sql`(${from} and ${upTo} and isfinite(${start}))`
        }),
        " or "
      )})`

/** Whether what lasts for a span touches one of the slices. A start that isn't known is when it ended. */
export const touches = (slices: ReadonlyArray<Slice>, { end, start }: Span): Sql => {
  if (end === null) return inSlices(slices, name(start))
  const both = names([start, end])
  return inSlices(slices, sql`least(${both})`, sql`greatest(${both})`)
}

/** Microseconds since 1970; null where there is none. */
export const microsOf = (time: Sql): Sql => sql`case when isfinite(${time}) then epoch_us(${time}) end`

export const setSlice = ([low, high]: Slice): Sql =>
  sql`set variable slice_low = ${literal(low)}::bigint; set variable slice_high = ${literal(high)}::bigint;`

/** Whether all is made at once. */
const isWhole: Sql = sql`(${LOW} is null and ${HIGH} is null)`

const from = (reach: number): Sql => sql`make_timestamptz(${LOW} - ${literal(reach)})`
const upTo = (reach: number): Sql => sql`make_timestamptz(${HIGH} + ${literal(reach)})`

/** Whether a time is in the slice. Each is in exactly one, whatever the slices are. */
export const inSlice = (time: Sql): Sql => sql`((${LOW} is null and (${time} is null or not isfinite(${time})))
  or ((${LOW} is null or ${time} >= ${from(0)}) and (${HIGH} is null or ${time} < ${upTo(0)}) and isfinite(${time})))`

/** The rows that are in the slice. */
export const withinSlice = ({ table }: Pick<Relation, "table">, { start }: Span): Sql =>
  sql`(select * from ${table} where ${inSlice(name(start))})`

/** The rows that are in the slice or no more than `reach` microseconds from it; of those that last, also those without a time. */
export const aroundSlice = ({ table }: Pick<Relation, "table">, { end, start }: Span, reach: number): Sql => {
  const begins = name(start)
  const ends = end === null ? begins : sql`greatest(${begins}, ${name(end)})`
  const around = sql`(${LOW} is null or ${ends} >= ${from(reach)}) and (${HIGH} is null or ${begins} < ${upTo(reach)})`
  const timeless = end === null ? empty : sql`or not isfinite(${begins}) or ${begins} is null`
  return sql`(select * from ${table} where ${isWhole} or (${around}) ${timeless})`
}

/** The same relation with what is about the slice; all of it, where no span tells. */
export const nearSlice = (relation: Relation, span: Span | null | undefined, reach: number): Relation =>
  span == null ? relation : { ...relation, table: aroundSlice(relation, span, reach) }

const SPANS: ReadonlyArray<Span> = [
  { start: "taken_at", end: null },
  { start: "recorded_at", end: null },
  { start: "started_at", end: "ended_at" },
  { start: "starts_at", end: "ends_at" }
]

const isInstant = ({ columns }: Pick<Relation, "columns">, column: string): boolean =>
  /^TIMESTAMP(TZ| WITH TIME ZONE)$/.test(columns.get(column) ?? "")

/** By the columns that tell when a record was; null where none does. */
export const spanOf = (relation: Pick<Relation, "columns">): Span | null => {
  const span = SPANS.find(({ start }) => isInstant(relation, start))
  return span === undefined ? null : spanOn(relation, span.start, span.end)
}

/** How each of these relations lies in time, by their names; null where one doesn't. */
export const spansOf = (relations: ReadonlyArray<Relation>): ReadonlyArray<readonly [string, Span]> | null => {
  const spans = relations.flatMap((relation) => {
    const span = spanOf(relation)
    return span === null ? [] : [[relation.name, span] as const]
  })
  return spans.length < relations.length ? null : spans
}

/** By some of these columns; null where the first is no instant, or none of which changes are told by. */
export const spanOn = (relation: Pick<Relation, "columns">, start: string, end: string | null): Span | null => {
  const told = extentOf(relation)
  return told.includes(start) ? { start, end: end !== null && told.includes(end) ? end : null } : null
}

/** The columns by which rows may lie in slices. */
export const startsOf = (relation: Pick<Relation, "columns">): ReadonlyArray<string> =>
  SPANS.map(({ start }) => start).filter((start) => isInstant(relation, start))

/** All columns with times of which a row tells: its own, and those of what a transform linked it to. */
export const extentOf = (relation: Pick<Relation, "columns">): ReadonlyArray<string> =>
  ["", "right_", "moment_"]
    .flatMap((prefix) => SPANS.flatMap(({ end, start }) => [start, end ?? start].map((column) => `${prefix}${column}`)))
    .filter((column, index, all) => all.indexOf(column) === index && isInstant(relation, column))

/** What a transform reads of its inputs while a slice is made. */
export interface Sliced {
  /** The rows that are transformed. */
  readonly rows: Sql
  /** The same relation, with what is about the slice. */
  readonly near: (relation: Relation) => Relation
  /** Left out where an input doesn't say when its rows were: then all is read at once. */
  readonly slices?: Slices
}

interface Slicing {
  /** When a row of the subject is (default: by its columns). */
  readonly span?: Span | null
  /** Relations of which only what is about a row's time counts for it, beside the subject itself. */
  readonly near?: ReadonlyArray<Relation>
  /** Those that only helpers read. */
  readonly helped?: ReadonlyArray<Relation>
  /** Helpers, as `Slices.inputs` has them. */
  readonly helpers?: ReadonlyArray<readonly [string, Span | null]>
  /** Microseconds. */
  readonly reach?: number
}

/** A subject whose rows are transformed each by itself, or with what is near in time. */
export const sliced = (
  subject: Relation,
  { helped = [], helpers = [], near = [], reach = 0, span = spanOf(subject) }: Slicing = {}
): Sliced => {
  const spans = [...near.map((relation) => [relation.name, spanOf(relation)] as const), [subject.name, span] as const]
  // Of rows that last, nobody knows how far from the slice what is near them may be.
  const lasting = near.length > 0 && span?.end != null
  if (span === null || lasting || spans.some(([, its]) => its === null))
    return { rows: subject.table, near: (relation) => relation }
  const inputs = new Map<string, Span | null>([
    ...helped.map(({ name: input }) => [input, null] as const),
    ...helpers,
    ...spans
  ])
  return {
    rows: withinSlice(subject, span),
    near: (relation) => nearSlice(relation, inputs.get(relation.name), reach),
    slices: { time: name(span.start), inputs, reach }
  }
}
