/** The SQL of `link-events`: of the events within reach of a row, the one with the best score. */
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

export interface EventMatch extends Reach {
  /** The larger of `nearMicros` and `atPlaceMicros`: before or after an event; for those known to be at its place. */
  readonly withinMicros: number
  readonly nearMicros: number
  readonly atPlaceMicros: number
  /** The larger of the two below. */
  readonly withinMetres: number
  readonly spotMetres: number
  /** All-day events tell of a region, not of a spot. */
  readonly allDayMetres: number
  readonly match: "best" | "all"
  readonly keep: "left" | "matched"
  /** CTEs on which the left relation's table stands. */
  readonly before: Sql
  /** Both sides have `_names`: lists of people's names. */
  readonly byPeople: boolean
  /** The left has `_clock` and `_clock_votes`. */
  readonly byClock: boolean
  /** The left has `_at_home`: whether it is near a home, and `_at_usual`: whether it is at a home or at work. */
  readonly byHome: boolean
}

export const SCORE_COLUMNS = ["link_time_score", "link_place_score", "link_people_score", "clock_seconds"]

/** What each score counts for. They add up to 1. */
const WEIGHTS = { time: 0.5, place: 0.35, people: 0.15 } as const

/** What is known of a pair. */
interface Pair {
  readonly byDate: Sql
  readonly inside: Sql
  readonly micros: Sql
  readonly metres: Sql
  /** The event's place is where the person stayed then, and nothing else says so. */
  readonly guessed: Sql
  readonly leftNames: Sql
  readonly rightNames: Sql
}

/** During: 1; near: less, down to a half at the margin; on the date of an all-day event: a half. */
const timeScore = (match: EventMatch, { byDate, inside, metres, micros }: Pair): Sql =>
  sql`(case when ${byDate} then 0.5 when ${inside} then 1.0
    else 1 - 0.5 * coalesce(${micros} / nullif(${margin(match, metres)}, 0)::double, 0) end)`

const margin = ({ atPlaceMicros, nearMicros }: EventMatch, metres: Sql): Sql =>
  sql`case when ${metres} is null then ${literal(nearMicros)} else ${literal(Math.max(nearMicros, atPlaceMicros))} end`

const radius = ({ allDayMetres, spotMetres }: EventMatch, byDate: Sql): Sql =>
  sql`case when ${byDate} then ${literal(allDayMetres)} else ${literal(spotMetres)} end`

/** The same spot: 1; less with the distance, down to a half at the edge and beyond; unknown: a half. A guess is half as good. */
const placeScore = (match: EventMatch, { byDate, guessed, metres }: Pair): Sql =>
  sql`(case when ${metres} is null then 0.5
    else 0.5 + case when ${guessed} then 0.25 else 0.5 end * (1 - least(1, ${metres} / (${radius(match, byDate)}))) end)`

/** Someone in both: 1; people known in both, but others: 0; unknown: a half. */
const peopleScore = ({ byPeople }: EventMatch, { leftNames, rightNames }: Pair): Sql =>
  byPeople
    ? sql`(case when ${leftNames} is null or ${rightNames} is null then 0.5
        when list_has_any(${leftNames}, ${rightNames}) then 1.0 else 0.0 end)`
    : sql`0.5`

const score = (match: EventMatch, pair: Pair): Sql =>
  sql`(${literal(WEIGHTS.time)} * ${timeScore(match, pair)} + ${literal(WEIGHTS.place)} * ${placeScore(match, pair)}
    + ${literal(WEIGHTS.people)} * ${peopleScore(match, pair)})`

const MILLION = sql`1000000`
const NUMBERS = sql`4294967296`

/** What one of the left's columns is called among its keys. */
const keyOf = (match: EventMatch, wanted: string): Sql =>
  name([...leftKeys(match)].find(([, column]) => column === wanted)?.[0] ?? wanted)

/** About as far as a day goes from home without being a journey. */
export const HOME_METRES = 25_000
/** Meetings without a place happen to be attended at home and at work. */
export const USUAL_METRES = 300
/** All-day events of a single day that are nowhere are reminders. */
const ONE_DAY = sql`86400000000`

/** Which pairs may be linked at all. */
const plausible = (match: EventMatch): Sql => {
  const home = match.byHome ? sql`coalesce(c.${keyOf(match, "_at_home")}, false)` : sql`false`
  const allDay = sql`case when n._latitude is null then n._ends - n._starts >= ${ONE_DAY} and not ${home}
    when ${home} then c._metres is null or c._metres <= ${literal(HOME_METRES)}
    else c._metres is null or c._metres <= ${literal(match.allDayMetres)} or n._visited end`
  const usual = match.byHome
    ? sql`and (n._latitude is not null or not coalesce(c.${keyOf(match, "_at_usual")}, false))`
    : empty
  return sql`case when c._tier = 2 then ${allDay}
    else (c._metres is null or c._metres <= ${literal(match.spotMetres)}) and c._micros <= ${margin(match, sql`c._metres`)} ${usual} end`
}

/** One number for score and event, so that the least of each group needs no sorting: equal scores go to the shorter event. */
const scored = (match: EventMatch): Sql => {
  const pair: Pair = {
    byDate: sql`(c._tier = 2)`,
    inside: sql`c._tier = 0`,
    micros: sql`c._micros`,
    metres: sql`c._metres`,
    guessed: sql`n._guessed`,
    leftNames: match.byPeople ? sql`c.${keyOf(match, "_names")}` : sql`null`,
    rightNames: sql`n._names`
  }
  return sql`scored as (
    select ${join([...leftKeys(match).keys()].map((key) => sql`c.${name(key)}`))},
      (${MILLION} - round(${score(match, pair)} * ${MILLION})::bigint) * ${NUMBERS} + c._no as _rank
    from candidates c join numbered n on n._no = c._no where ${plausible(match)}
  )`
}

const chosen = (match: EventMatch): Sql => {
  const keys = names([...leftKeys(match).keys()])
  const others = match.match === "all" ? sql`, list_sort(list_distinct(list(_rank)))[2:] as _others` : empty
  return sql`chosen as ${match.match === "all" ? sql`materialized` : empty} (
    select *, _rank % ${NUMBERS} as _no ${match.match === "all" ? sql`, row_number() over () as _choice` : empty} from
    (select ${keys}, min(_rank) as _rank ${others} from scored group by ${keys}))`
}

/** Ids and scores of those that were not chosen. */
const listed = (match: EventMatch): Sql =>
  match.match === "all" && match.right.relation.columns.has("_id")
    ? sql`, named as (
        select _choice, list_transform(list_sort(list({'rank': other, 'id': r._id})),
          lambda one: {'id': one.id, 'score': round(1 - (one.rank // ${NUMBERS}) / 1e6, 3)}) as others
        from (select _choice, unnest(_others) as other from chosen)
          join numbered r on r._no = other % ${NUMBERS} group by _choice
      )`
    : empty

/** One SELECT with all of the left side's columns, the best event's, the scores, and the link. */
export const eventQuery = (match: EventMatch): Sql => {
  const { left, right, byPeople, byClock } = match
  const keys = leftKeys(match)
  const same = join(
    [...keys].map(([key, column]) => sql`l.${name(column)} is not distinct from b.${name(key)}`),
    " and "
  )
  const columns = [...rightColumns(right.relation)].map(([column, as]) => sql`, r.${name(column)} as ${name(as)}`)
  const metres =
    left.place === null || right.place === null
      ? sql`null::double`
      : distanceMetres(pointOf(left.place, "l"), { latitude: sql`r._latitude`, longitude: sql`r._longitude` })
  const [start, end] = [startOf(left.time, "l"), endOf(left.time, "l")]
  const pair: Pair = {
    byDate: sql`_by_date`,
    inside: sql`_inside`,
    micros: sql`_micros`,
    metres: sql`link_metres`,
    guessed: sql`_guessed`,
    leftNames: sql`_names`,
    rightNames: sql`_right_names`
  }
  const list = listed(match)
  const joined = match.keep === "left" ? sql`left join` : sql`join`
  const hidden = [
    "_by_date",
    "_guessed",
    "_inside",
    "_micros",
    "_no",
    "_at",
    "_date",
    ...(byPeople ? ["_names", "_right_names"] : []),
    ...(byClock ? ["_clock", "_clock_votes"] : []),
    ...(match.byHome ? ["_at_home", "_at_usual"] : []),
    ...(list === empty ? [] : ["_others"])
  ]
  const linked = (value: Sql): Sql => sql`case when _no is not null then ${value} end`
  return sql`with ${match.before} ${candidateSteps(match)}, ${scored(match)}, ${chosen(match)} ${list}, linked as (
      select l.* ${join(columns, "")}, r._by_date, r._guessed, ${metres} as link_metres, ${contains(start, end)} as _inside, r._no,
        greatest(0, r._starts - ${end}, ${start} - r._ends) as _micros
        ${byPeople ? sql`, r._names as _right_names` : empty}
        ${list === empty ? empty : sql`, o.others as _others`}
      from ${left.relation.table} l ${joined} chosen b on ${same} ${joined} numbered r on r._no = b._no
        ${list === empty ? empty : sql`left join named o on o._choice = b._choice`}
    ), weighed as (
      select *, ${linked(timeScore(match, pair))}::double as link_time_score,
        ${linked(placeScore(match, pair))}::double as link_place_score,
        ${linked(peopleScore(match, pair))}::double as link_people_score,
        ${linked(sql`case when _by_date then 0 else _micros / 1e6 end`)}::double as link_seconds,
        ${byClock ? sql`_clock` : sql`null`}::bigint as clock_seconds
      from linked
    )
    select * exclude (${names([...hidden, "link_metres", "link_seconds"])}),
      round(${literal(WEIGHTS.time)} * link_time_score + ${literal(WEIGHTS.place)} * link_place_score
        + ${literal(WEIGHTS.people)} * link_people_score, 6) as link_confidence,
      ${linked(sql`'link-events/1'`)} as link_rule, ${linked(evidence(match, list !== empty))} as link_evidence,
      link_seconds, link_metres
    from weighed`
}

/** JSON, put together as text: that costs a tenth of what building it does. */
const evidence = ({ byClock, byPeople }: EventMatch, listsOthers: boolean): Sql => {
  const number = (value: Sql): Sql => sql`coalesce(round(${value}, 3)::varchar, 'null')`
  const people = byPeople
    ? sql`|| case when link_people_score = 1 then ',"people":' || to_json(list_intersect(_names, _right_names)) else '' end`
    : empty
  const clock = byClock
    ? sql`|| case when _clock is null then '' else ',"clock":{"seconds":' || _clock || ',"votes":' || _clock_votes || '}' end`
    : empty
  const others = listsOthers ? sql`|| coalesce(',"others":' || to_json(_others), '')` : empty
  return sql`'{"seconds":' || ${number(sql`link_seconds`)} || ',"metres":' || ${number(sql`link_metres`)}
    || ',"scores":{"time":' || ${number(sql`link_time_score`)} || ',"place":' || ${number(sql`link_place_score`)}
    || ',"people":' || ${number(sql`link_people_score`)} || '}' ${people} ${clock} ${others} || '}'`
}
