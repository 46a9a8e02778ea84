/**
 * The SQL of `join-time-place`. Right rows lie in buckets of time as wide as they are long on average, so that the join
 * is one by equality and no row lies in many buckets, however the lengths are spread. What matches a left row depends
 * only on its times and place: matches are sought for these few values, and wide rows are joined at the end.
 */
import { visibleColumns, type Relation } from "../src/component/relation.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../src/component/sql.ts"
import { tieBreakers } from "./columns.ts"
import { type Point, distanceMetres, distanceUpTo } from "./geo.ts"

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

export interface Match {
  readonly match: "best" | "all"
  readonly keep: "left" | "matched"
  readonly withinMicros: number
  /** Null: only time counts. */
  readonly withinMetres: number | null
  readonly left: Side
  readonly right: Side
  /** All-day rows on the right match by local date. */
  readonly byDate: boolean
}

export const LINK_COLUMNS = ["link_confidence", "link_rule", "link_evidence", "link_seconds", "link_metres"]

/** The right side's columns in the result, by their own names. */
export const rightColumns = (right: Relation): ReadonlyMap<string, string> =>
  new Map([
    ...["_entity", "_id"]
      .filter((column) => right.columns.has(column))
      .map((column) => [column, `right${column}`] as const),
    ...visibleColumns(right).map((column) => [column, `right_${column}`] as const)
  ])

/** One SELECT with all of the left side's columns, the right side's, and those of the link. */
export const matchQuery = (match: Match): Sql => {
  const { relation, place } = match.left
  const keys = leftKeys(match)
  const same = join(
    [...keys].map(([key, column]) => sql`l.${name(column)} is not distinct from b.${name(key)}`),
    " and "
  )
  const right = [...rightColumns(match.right.relation)].map(([column, as]) => sql`, r.${name(column)} as ${name(as)}`)
  const metres =
    place === null || match.right.place === null
      ? sql`null::double`
      : distanceMetres(pointOf(place, "l"), { latitude: sql`r._latitude`, longitude: sql`r._longitude` })
  return sql`with ${numbered(match)}, ${spans(match)}, ${widths(match)}, ${cells}, ${probes(match)},
    ${candidates(match)}, chosen as (${chosen(match)}), linked as (
      select l.* ${join(right, "")}, r._by_date, ${secondsApart(match)} as link_seconds, ${metres} as link_metres,
        ${contains(startOf(match.left.time, "l"), endOf(match.left.time, "l"))} as _contains, r._no
      from ${relation.table} l ${match.keep === "left" ? sql`left join` : sql`join`} chosen b on ${same}
      ${match.keep === "left" ? sql`left join` : sql`join`} numbered r on r._no = b._no
    )
    select * exclude (_by_date, _contains, _no, link_seconds, link_metres),
      case when _no is not null then ${confidence(match)} end as link_confidence,
      case when _no is not null then 'join-time-place/1' end as link_rule,
      case when _no is not null then '{"seconds":' || round(link_seconds, 3) || ',"metres":'
        || coalesce(round(link_metres, 1)::varchar, 'null') || '}' end as link_evidence,
      link_seconds, link_metres
    from linked`
}

/** Microseconds since 1970; null for infinite times. */
const micros = (column: string, of: string): Sql => {
  const value = sql`${name(of)}.${name(column)}::timestamptz`
  return sql`case when isfinite(${value}) then epoch_us(${value}) end`
}
const dayMicros = (column: string, of: string): Sql => sql`epoch_us(${name(of)}.${name(column)}::date::timestamp)`

const startOf = ({ start, end }: TimeSide, of: string): Sql =>
  end === null ? micros(start, of) : sql`coalesce(${micros(start, of)}, ${micros(end, of)})`
const endOf = ({ start, end }: TimeSide, of: string): Sql =>
  end === null ? micros(start, of) : sql`greatest(${micros(start, of)}, ${micros(end, of)})`

const pointOf = ({ latitude, longitude }: PlaceSide, of: string): Point => ({
  latitude: sql`${name(of)}.${name(latitude)}`,
  longitude: sql`${name(of)}.${name(longitude)}`
})

/** The left side's columns on which a row's matches depend, by the names that they have here. */
const leftKeys = ({ left, withinMetres, byDate }: Match): ReadonlyMap<string, string> => {
  const { time, place } = left
  const columns = [
    time.start,
    ...(time.end === null ? [] : [time.end]),
    ...(byDate ? ["local_date"] : []),
    ...(place === null || withinMetres === null ? [] : [place.latitude, place.longitude])
  ]
  return new Map([...new Set(columns)].map((column, index) => [`_key_${index}`, column]))
}

/** The right rows with their span; `_no` counts from the shortest, then by id, which settles ties. */
const numbered = ({ right, byDate }: Match): Sql => {
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

const spans = ({ withinMicros }: Match): Sql => sql`spans as (
    select _no, _by_date, _starts, _ends, _latitude, _longitude,
      _starts - case when _by_date then 0 else ${literal(withinMicros)} end as _low,
      _ends + case when _by_date then 0 else ${literal(withinMicros)} end as _high
    from numbered where _starts is not null
  )`

/** The width of buckets, apart for instants and dates: the mean length, and at least a second. */
const widths = ({ left }: Match): Sql => {
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
const probes = (match: Match): Sql => {
  const { relation, time, place } = match.left
  const point = place === null ? null : pointOf(place, "l")
  const values = sql`${join([...leftKeys(match)].map(([key, column]) => sql`l.${name(column)} as ${name(key)}`))},
    ${point?.latitude ?? sql`null::double`} as _latitude, ${point?.longitude ?? sql`null::double`} as _longitude`
  const width = widthOf(false)
  const bucket =
    time.end === null ? sql`_first // ${width}` : sql`unnest(range(_first // ${width}, _last // ${width} + 1))`
  const day = dayMicros("local_date", "l")
  const dated = sql`union all
    select *, _first // ${widthOf(true)}
    from (select ${values}, true, ${day} as _first, ${day} as _last from ${relation.table} l where l.local_date is not null)`
  return sql`probes as (
    select *, ${bucket} as _bucket
    from (select ${values}, false as _by_date, ${startOf(time, "l")} as _first, ${endOf(time, "l")} as _last
      from ${relation.table} l) where _first is not null
    ${match.byDate ? dated : empty}
  )`
}

const contains = (start: Sql, end: Sql): Sql =>
  sql`((${start} < r._ends and r._starts < ${end}) or r._starts = ${start})`

const candidates = (match: Match): Sql => {
  const { withinMetres } = match
  const placed = withinMetres !== null && match.left.place !== null && match.right.place !== null
  const left: Point = { latitude: sql`p._latitude`, longitude: sql`p._longitude` }
  const right: Point = { latitude: sql`r._latitude`, longitude: sql`r._longitude` }
  const own = join([...leftKeys(match).keys()].map((key) => sql`p.${name(key)}`))
  return sql`candidates as (
    select ${own}, r._no, case when r._by_date then 2 when ${contains(sql`p._first`, sql`p._last`)} then 0 else 1 end as _tier,
      greatest(0, r._starts - p._last, p._first - r._ends) as _micros,
      ${placed ? distanceUpTo(withinMetres, left, right) : sql`null::double`} as _metres
    from probes p join cells r on p._by_date = r._by_date and p._bucket = r._bucket
      and p._last >= r._low and p._first <= r._high
  )`
}

const chosen = (match: Match): Sql => {
  const keys = names([...leftKeys(match).keys()])
  const { withinMetres } = match
  const near = withinMetres === null ? empty : sql`where _metres is null or _metres <= ${literal(withinMetres)}`
  if (match.match === "all") return sql`select distinct ${keys}, _no from candidates ${near}`
  const { rank, number } = withinMetres === null && match.withinMicros < SHORT ? shortRank : longRank
  return sql`select ${keys}, (min(${rank}) & ${number})::bigint as _no from candidates ${near} group by ${keys}`
}

/** The order of preference as one number: the least of each group needs no sorting and little memory. */
interface Rank {
  readonly rank: Sql
  /** The bits that hold `_no`. */
  readonly number: Sql
}

const bits = (count: number): Sql => sql`${literal(2n ** BigInt(count))}::bigint`

// Margins below 2.3 hours fit into 64 bits, where no distance counts: 33 for microseconds, 28 for the number.
const SHORT = 2 ** 33
const shortRank: Rank = {
  rank: sql`(_tier * ${bits(33)} + _micros) * ${bits(28)} + _no`,
  number: sql`(${bits(28)} - 1)`
}

// Else tier and microseconds (up to 35 years) above, millimetres (up to 2147 km) and number below.
const longRank: Rank = {
  rank: sql`((_tier * 2 + (_metres is null)::int) * ${bits(50)} + least(_micros, ${bits(50)} - 1))::hugeint << 64
    | (least(coalesce(_metres * 1000, 0)::bigint, ${bits(31)} - 1) * ${bits(32)} + _no)::hugeint`,
  number: sql`(${bits(32)} - 1)::hugeint`
}

const secondsApart = ({ left }: Match): Sql =>
  sql`case when r._by_date then 0::double when r._no is not null then
    greatest(0, r._starts - ${endOf(left.time, "l")}, ${startOf(left.time, "l")} - r._ends) / 1e6 end`

/** Between 0 and 1: halved towards the edge of `time.within` and for all-day events, less for far or unknown places. */
const confidence = ({ withinMicros, withinMetres }: Match): Sql => {
  const seconds = literal(withinMicros / 1e6)
  const time = sql`case when _by_date then 0.5 when _contains then 1
    else 1 - 0.5 * coalesce(link_seconds / nullif(${seconds}, 0), 0) end`
  if (withinMetres === null) return sql`(${time})::double`
  const place = sql`case when link_metres is null then 0.8
    else 1 - 0.3 * coalesce(link_metres / nullif(${literal(withinMetres)}, 0), 0) end`
  return sql`((${time}) * (${place}))::double`
}
