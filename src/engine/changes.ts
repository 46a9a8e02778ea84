/** Where in time the rows of a relation are not what they were: what is made of it is made again there, and nowhere else. */
import { Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { type Changes, DAY_MICROS, type Slice, microsOf, startsOf } from "../component/slice.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export const NOWHERE: Changes = []
export const EVERYWHERE: Changes = null

/** More are joined into fewer: each costs a statement. */
const MOST = 16

/** Before 1800, times are not told apart, and none is after 2200: they are errors. */
const FIRST = -5_364_662_400_000_000
const LAST = 7_258_118_400_000_000

const lowOf = ([low]: Slice): number => low ?? -Infinity
const highOf = ([, high]: Slice): number => high ?? Infinity

export const union = (all: ReadonlyArray<Changes>): Changes => {
  const slices: Array<Slice> = []
  for (const changes of all) {
    if (changes === null) return null
    slices.push(...changes)
  }
  const joined: Array<Slice> = []
  for (const slice of slices.toSorted((a, b) => lowOf(a) - lowOf(b))) {
    const last = joined.at(-1)
    if (last === undefined || lowOf(slice) > highOf(last)) joined.push(slice)
    else if (highOf(slice) > highOf(last)) joined[joined.length - 1] = [last[0], slice[1]]
  }
  return fewer(joined)
}

/** Joined across the shortest gaps. */
const fewer = (slices: ReadonlyArray<Slice>): ReadonlyArray<Slice> => {
  if (slices.length <= MOST) return slices
  const gaps = slices.slice(1).map((slice, index) => lowOf(slice) - highOf(slices[index] ?? slice))
  const widest = new Set(
    gaps
      .map((gap, index) => ({ gap, index }))
      .toSorted((a, b) => b.gap - a.gap)
      .slice(0, MOST - 1)
      .map(({ index }) => index)
  )
  const joined: Array<Slice> = []
  for (const [index, slice] of slices.entries()) {
    const last = joined.at(-1)
    if (last === undefined || widest.has(index - 1)) joined.push(slice)
    else joined[joined.length - 1] = [last[0], slice[1]]
  }
  return joined
}

/** Wider by some microseconds on both sides, and whole days (UTC) then. */
export const widen = (changes: Changes, reach: number): Changes => {
  if (changes === null) return null
  const wider = changes.map(([low, high]): Slice => {
    const first = low === null ? null : Math.floor((low - reach) / DAY_MICROS) * DAY_MICROS
    return [
      first === null || first < FIRST ? null : first,
      high === null ? null : Math.max(FIRST, Math.ceil((high + reach) / DAY_MICROS) * DAY_MICROS)
    ]
  })
  return union([wider])
}

/** The day of a time, also before 1970: `//` would round towards it. */
const floored = (micros: Sql): Sql => sql`floor(${micros} / ${literal(DAY_MICROS)})::bigint`

const Days = Schema.Struct({ first: Schema.NullOr(Schema.Number), last: Schema.NullOr(Schema.Number) })

/** Of a query's `moment` and `until`: microseconds, null for rows without a time. */
export const changesAt = (query: Sql): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const days = yield* database.rows(
      sql`select case when moment >= ${literal(FIRST)} then ${floored(sql`least(moment, ${literal(LAST)})`)} end as first,
          max(case when moment is not null then ${floored(sql`least(greatest(moment, until), ${literal(LAST)})`)} end) as last
        from (${query}) group by first order by first`,
      Days
    )
    return union([
      days.map(({ first, last }): Slice => [
        first === null ? null : first * DAY_MICROS,
        last === null ? FIRST : last * DAY_MICROS >= LAST ? null : Math.max(FIRST, (last + 1) * DAY_MICROS)
      ])
    ])
  })

/** From the first to the last time of which each row tells; one that doesn't say when it begins is in the first slice as well. */
export const timesOf = (columns: ReadonlyArray<string>, from: Sql): Sql => {
  const times = join(columns.map((column) => microsOf(name(column))))
  const starts = startsOf({ columns: new Map(columns.map((column) => [column, "TIMESTAMPTZ"])) })
  const timeless = starts.map(
    (start) =>
      sql`union all select null, null from ${from} where ${name(start)} is null or not isfinite(${name(start)})`
  )
  return sql`select least(${times}) as moment, greatest(${times}) as until from ${from} ${join(timeless, " ")}`
}

/** What changes with others: exact spans, and days. */
export const changesWith = (query: Sql): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const day = literal(DAY_MICROS)
    const spans = yield* database.rows(
      sql`select distinct case when moment < ${literal(FIRST)} then null when until is null then ${floored(sql`moment`)} * ${day}
            else moment end as low,
          case when moment is null then ${literal(FIRST)} when until is null then (${floored(sql`moment`)} + 1) * ${day}
            else until + 1 end as high
        from (${query})`,
      Schema.Struct({ low: Schema.NullOr(Schema.Number), high: Schema.Number })
    )
    return union([spans.map(({ high, low }): Slice => [low, Math.max(FIRST, high)])])
  })

/** Of a row. It is compared within a run, and never kept: DuckDB's may be another in its next version. */
export const hashOf = (columns: ReadonlyArray<string>): Sql => sql`hash(${names(columns)})`

/** When rows are that only one of two relations has, or has more often; `_different` are their hashes then. */
export const differences = (
  before: Sql,
  after: Sql,
  columns: ReadonlyArray<string>,
  times: ReadonlyArray<string>
): Effect.Effect<Changes, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const row = (from: Sql) =>
      sql`select ${hashOf(columns)} as hash ${join(
        times.map((time) => sql`, ${name(time)}`),
        ""
      )} from ${from}`
    yield* database.execute(sql`
      create or replace temp table _different as
        (${row(before)} except all ${row(after)}) union all (${row(after)} except all ${row(before)})`)
    if (times.length > 0) return yield* changesAt(timesOf(times, sql`_different`))
    const found = yield* database.rows(sql`select 1 as n from _different limit 1`, Schema.Struct({ n: Schema.Number }))
    return found.length === 0 ? NOWHERE : EVERYWHERE
  })
