/**
 * Pairs that are near in time and place, as SQL. Right rows lie in buckets of time as wide as they are long on average, so
 * that the join is one by equality and no row lies in many buckets, however the lengths are spread. What matches a left row
 * depends only on few of its values: matches are sought for these, and wide rows are joined at the end.
 */
import { visibleColumns, type Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../src/component/sql.ts"
import { tieBreakers } from "./columns.ts"
import { type Point, distanceUpTo } from "./geo.ts"

/** Columns of an instant, or of a start and an end. */
export interface TimeSide {
  readonly start: string
  readonly end: string | null
}

export interface PlaceSide {
  readonly latitude: string
  readonly longitude: string
}

export interface Side {
  readonly relation: Relation
  readonly time: TimeSide
  readonly place: PlaceSide | null
}

/** How far apart a pair may be. */
export interface Reach {
  readonly withinMicros: number
  /** Null: only time counts. */
  readonly withinMetres: number | null
  readonly left: Side
  readonly right: Side
  /** All-day rows on the right match by local date. */
  readonly byDate: boolean
  /** The left's column with the local date (default: local_date). */
  readonly dateColumn?: string
  /** Where the left's values are looked up (default: the relation itself): each once is enough. */
  readonly probed?: Sql
  /** Further columns of the left on which the choice among its pairs depends. */
  readonly alsoBy?: ReadonlyArray<string>
}

/** The right side's columns in the result, by their own names. */
export const rightColumns = (right: Relation): ReadonlyMap<string, string> =>
  new Map([
    ...["_entity", "_id"]
      .filter((column) => right.columns.has(column))
      .map((column) => [column, `right${column}`] as const),
    ...visibleColumns(right).map((column) => [column, `right_${column}`] as const)
  ])

/** CTEs: `numbered` are the right rows with their span, `candidates` the pairs within reach, by the left's keys and `_no`. */
export const candidateSteps = (reach: Reach): Sql =>
  sql`${numbered(reach)}, ${spans(reach)}, ${widths(reach)}, ${cells}, ${probes(reach)}, ${candidates(reach)}`

/** Microseconds since 1970; null for infinite times. */
const micros = (column: string, of: string): Sql => {
  const value = sql`${name(of)}.${name(column)}::timestamptz`
  return sql`case when isfinite(${value}) then epoch_us(${value}) end`
}
const dayMicros = (column: string, of: string): Sql => sql`epoch_us(${name(of)}.${name(column)}::date::timestamp)`

export const startOf = ({ start, end }: TimeSide, of: string): Sql =>
  end === null ? micros(start, of) : sql`coalesce(${micros(start, of)}, ${micros(end, of)})`
export const endOf = ({ start, end }: TimeSide, of: string): Sql =>
  end === null ? micros(start, of) : sql`greatest(${micros(start, of)}, ${micros(end, of)})`

export const pointOf = ({ latitude, longitude }: PlaceSide, of: string): Point => ({
  latitude: sql`${name(of)}.${name(latitude)}`,
  longitude: sql`${name(of)}.${name(longitude)}`
})

/** The left side's columns on which a row's matches depend, by the names that they have here. */
export const leftKeys = ({
  left,
  withinMetres,
  byDate,
  alsoBy = [],
  dateColumn = "local_date"
}: Reach): ReadonlyMap<string, string> => {
  const { time, place } = left
  const columns = [
    time.start,
    ...(time.end === null ? [] : [time.end]),
    ...(byDate ? [dateColumn] : []),
    ...(place === null || withinMetres === null ? [] : [place.latitude, place.longitude]),
    ...alsoBy
  ]
  return new Map([...new Set(columns)].map((column, index) => [`_key_${index}`, column]))
}

/** The right rows with their span; `_no` counts from the shortest, then by id, which settles ties. */
const numbered = ({ right, byDate }: Reach): Sql => {
  const { relation, time, place } = right
  const ties = names(tieBreakers(relation, ["_id", "_key"]))
  const dated = byDate ? sql`coalesce(t.all_day and t.local_start_date is not null, false)` : sql`false`
  const spanning = (dates: Sql, times: Sql): Sql =>
    byDate ? sql`case when ${dated} then ${dates} else ${times} end` : times
  const lastDay = sql`greatest(${dayMicros("local_start_date", "t")}, ${dayMicros("local_end_date", "t")})`
  const point = place === null ? null : pointOf(place, "t")
  return sql`spanned as (
    select t.*, ${dated} as _by_date, ${spanning(dayMicros("local_start_date", "t"), startOf(time, "t"))} as _starts,
      ${spanning(lastDay, endOf(time, "t"))} as _ends,
      ${point?.latitude ?? sql`null::double`} as _latitude, ${point?.longitude ?? sql`null::double`} as _longitude
    from ${relation.table} t
  ), numbered as materialized (
    select *, row_number() over (order by _ends - _starts, ${ties}) as _no from spanned
  )`
}

const spans = ({ withinMicros }: Reach): Sql => sql`spans as (
    select _no, _by_date, _starts, _ends, _latitude, _longitude,
      _starts - case when _by_date then 0 else ${literal(withinMicros)} end as _low,
      _ends + case when _by_date then 0 else ${literal(withinMicros)} end as _high
    from numbered where _starts is not null
  )`

/** The width of buckets, apart for instants and dates: the mean length, and at least a second. */
const widths = ({ left }: Reach): Sql => {
  const longest =
    left.time.end === null
      ? empty
      : sql`, (select avg(${endOf(left.time, "l")} - ${startOf(left.time, "l")}) from ${left.relation.table} l)`
  return sql`widths as materialized (
    select _by_date, greatest(1000000, avg(_high - _low)${longest})::bigint as _width from spans group by _by_date
  )`
}

const cells = sql`cells as (
    select s.*, unnest(range(_low // _width, _high // _width + 1)) as _bucket from spans s join widths using (_by_date)
  )`

const widthOf = (byDate: boolean): Sql => sql`(select _width from widths where _by_date = ${literal(byDate)})`

/** The left side's values with the buckets in which to look. Twice the same pair does no harm: each counts once. */
const probes = (reach: Reach): Sql => {
  const { relation, time, place } = reach.left
  const date = reach.dateColumn ?? "local_date"
  const probed = reach.probed ?? relation.table
  const point = place === null ? null : pointOf(place, "l")
  const values = sql`${join([...leftKeys(reach)].map(([key, column]) => sql`l.${name(column)} as ${name(key)}`))},
    ${point?.latitude ?? sql`null::double`} as _latitude, ${point?.longitude ?? sql`null::double`} as _longitude`
  const width = widthOf(false)
  const bucket =
    time.end === null ? sql`_first // ${width}` : sql`unnest(range(_first // ${width}, _last // ${width} + 1))`
  const day = dayMicros(date, "l")
  const dated = sql`union all
    select *, _first // ${widthOf(true)}
    from (select ${values}, true, ${day} as _first, ${day} as _last from ${probed} l where l.${name(date)} is not null)`
  return sql`probes as (
    select *, ${bucket} as _bucket
    from (select ${values}, false as _by_date, ${startOf(time, "l")} as _first, ${endOf(time, "l")} as _last
      from ${probed} l) where _first is not null
    ${reach.byDate ? dated : empty}
  )`
}

export const contains = (start: Sql, end: Sql): Sql =>
  sql`((${start} < r._ends and r._starts < ${end}) or r._starts = ${start})`

const candidates = (reach: Reach): Sql => {
  const { withinMetres } = reach
  const placed = withinMetres !== null && reach.left.place !== null && reach.right.place !== null
  const left: Point = { latitude: sql`p._latitude`, longitude: sql`p._longitude` }
  const right: Point = { latitude: sql`r._latitude`, longitude: sql`r._longitude` }
  const own = join([...leftKeys(reach).keys()].map((key) => sql`p.${name(key)}`))
  return sql`candidates as (
    select ${own}, r._no, case when r._by_date then 2 when ${contains(sql`p._first`, sql`p._last`)} then 0 else 1 end as _tier,
      greatest(0, r._starts - p._last, p._first - r._ends) as _micros,
      ${placed ? distanceUpTo(withinMetres, left, right) : sql`null::double`} as _metres
    from probes p join cells r on p._by_date = r._by_date and p._bucket = r._bucket
      and p._last >= r._low and p._first <= r._high
  )`
}
