/**
 * Homes and places of work, as SQL: where nights, or hours of work, are spent again and again. Places are the peaks of time
 * spent within a hundred metres. Local time is that of the sun, which is near enough to tell nights from days.
 */
import { type Sql, literal, sql } from "../src/component/sql.ts"

/** The earth's mean radius in metres. */
const RADIUS = sql`6371008.8`
/** The edge of a cube of which spots are made, and how far around a spot belongs to it: metres. */
const SPOT = 25
const REACH = 100
const HOUR = sql`3600000000`
const DAY = sql`86400000000`

export interface Repetition {
  /** How many nights make a home. */
  readonly nights: number
  /** How many days make a place of work. */
  readonly days: number
}

/** From which share of the nights in its time on it is the home, and not a second one. */
const MAIN = 0.35
/** Nights, and working days, of a place among all that are known while it is in use. */
const RARE = 0.08
/** In relation to the number of nights: a long holiday is no home. */
const SPREAD = 2.5

const axis = (along: Sql): Sql => sql`floor(${RADIUS} * ${along} / ${literal(SPOT)})::bigint`

const coordinates = sql`
  ${axis(sql`cos(radians(latitude)) * cos(radians(longitude))`)} as x,
  ${axis(sql`cos(radians(latitude)) * sin(radians(longitude))`)} as y,
  ${axis(sql`sin(radians(latitude))`)} as z`

const STEPS = literal(REACH / SPOT)
const block = sql`x // ${STEPS} as u, y // ${STEPS} as v, z // ${STEPS} as w`
const beside = sql`range(-1, 2)`

/** How much of a part of each local day a stay covers, by day. */
const covering = (fromHour: number, toHour: number): Sql => sql`
  select _place, day, sum(least(ends, day * ${DAY} + ${literal(toHour)} * ${HOUR}) - greatest(starts, day * ${DAY} + ${literal(fromHour)} * ${HOUR})) as covered
  from local_stays, unnest(range(starts // ${DAY}, ends // ${DAY} + 1)) d(day)
  where ends > day * ${DAY} + ${literal(fromHour)} * ${HOUR} and starts < day * ${DAY} + ${literal(toHour)} * ${HOUR}
  group by _place, day`

/** By place: how many days or nights, from when to when, and how many are known in that time. Each is there once. */
const repeated = (days: Sql, least: number): Sql => sql`
  select _place, times, first, last, count(*) as known
  from (
    select _place, count(*) as times, min(day) as first, max(day) as last from ${days}
    group by _place having count(*) >= ${literal(least)}
  ) join (select distinct day from ${days}) k on k.day between first and last
  group by _place, times, first, last`

/**
 * CTEs on top of `stays` (`_stay`, `starts`, `ends` in microseconds, `latitude`, `longitude`). The last, `usual`, has a row
 * for each home and place of work: `_place`, `kind`, `latitude`, `longitude`, `times`, `from_date`, `to_date`, `share`;
 * `placed` says which stays (`_stay`) are at which `_place`.
 */
export const usualPlaces = ({ days, nights }: Repetition): Sql => sql`
  spotted as materialized (select *, ${coordinates} from stays),
  spots as materialized (
    select x, y, z, row_number() over (order by x, y, z) as spot, sum(ends - starts) as weight,
      sum(latitude * (ends - starts)) / sum(ends - starts) as latitude, sum(longitude * (ends - starts)) / sum(ends - starts) as longitude
    from spotted group by x, y, z having sum(ends - starts) >= ${HOUR} // 6
  ),
  near as materialized (
    select a.spot, b.spot as other, b.weight
    from (select spot, x, y, z, u + i as u, v + j as v, w + k as w
        from (select *, ${block} from spots), ${beside} i(i), ${beside} j(j), ${beside} k(k)) a
      join (select *, ${block} from spots) b using (u, v, w)
    where (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2 <= ${STEPS} ** 2
  ),
  dense as (select spot, sum(weight) as density from near group by spot),
  uphill as materialized (
    select n.spot, arg_max(n.other, {'density': d.density, 'spot': -n.other}) as next
    from near n join dense d on d.spot = n.other group by n.spot
  ),
  climb as (
    with recursive climbing(spot, top, height) as (
      select spot, next, 0 from uphill
      union all
      select c.spot, u.next, height + 1 from climbing c join uphill u on u.spot = c.top where u.next <> c.top and height < 50
    )
    select spot, arg_max(top, height) as _place from climbing group by spot
  ),
  placed as materialized (select _stay, _place from spotted join spots using (x, y, z) join climb using (spot)),
  local_stays as materialized (
    select _place, starts + round(longitude / 15)::bigint * ${HOUR} as starts, ends + round(longitude / 15)::bigint * ${HOUR} as ends
    from stays join placed using (_stay)
  ),
  night_hours as (${covering(0, 5)}),
  night_places as materialized (select _place, day from night_hours where covered >= 2 * ${HOUR}),
  work_hours as (${covering(9, 16)}),
  -- 1970-01-01 was a Thursday.
  work_places as materialized (select _place, day from work_hours where covered >= 3 * ${HOUR} and (day + 3) % 7 < 5),
  homes as materialized (
    select *, times / known as share from (${repeated(sql`night_places`, nights)})
    where times >= ${literal(nights)} and times >= ${literal(RARE)} * known and last - first >= ${literal(SPREAD * nights)}
  ),
  works as (
    select *, times / known as share from (${repeated(sql`work_places`, days)})
    where times >= ${literal(days)} and times >= ${literal(RARE)} * known and _place not in (select _place from homes)
  ),
  peaks as (
    select _place, round(sum(latitude * weight) / sum(weight), 6) as latitude, round(sum(longitude * weight) / sum(weight), 6) as longitude
    from spots join climb using (spot) group by _place
  ),
  usual as materialized (
    select _place, kind, latitude, longitude, times, (date '1970-01-01' + first::integer) as from_date,
      (date '1970-01-01' + last::integer) as to_date, round(share, 3) as share
    from (
      select *, case when share >= ${literal(MAIN)} then 'home' else 'second-home' end as kind from homes
      union all select *, 'work' from works
    ) join peaks using (_place)
  )`
