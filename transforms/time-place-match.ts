/** The SQL of `join-time-place`: of the pairs within reach, the best one or all. */
import { type Sql, empty, join, literal, name, names, sql } from "../src/component/sql.ts"
import { distanceMetres } from "./geo.ts"
import {
  type Reach,
  candidateSteps,
  contains,
  endOf,
  leftKeys,
  pointOf,
  rightColumns,
  startOf
} from "./time-place-candidates.ts"

export interface Match extends Reach {
  readonly match: "best" | "all"
  readonly keep: "left" | "matched"
}

export const LINK_COLUMNS = ["link_confidence", "link_rule", "link_evidence", "link_seconds", "link_metres"]

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
  return sql`with ${candidateSteps(match)}, chosen as (${chosen(match)}), linked as (
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
