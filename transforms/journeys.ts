/** When someone was away from home, and where for most of that time, as SQL over where they were. */
import type { Relation } from "../src/component/relation.ts"
import type { Span } from "../src/component/slice.ts"
import { type Sql, join, literal, name, sql } from "../src/component/sql.ts"
import type { Helper } from "../src/component/transform.ts"
import { distanceMetres } from "./geo.ts"
import { membersOf } from "./members.ts"
import { isTold, pointTime } from "./tracks.ts"

export const located = ({ columns }: Relation): boolean => columns.has("latitude") && columns.has("longitude")

const DAY = sql`86400000000`
const HOUR = sql`3600000000`
/** Three hours: pictures count where nothing else is known of the hours around them. */
const WATCH = sql`10800000000`

const BASES = "_bases"
export const JOURNEYS = "_journeys"
export const JOURNEY_SPAN: Span = { start: "starts_at", end: "ends_at" }

/**
 * Homes, and when they were in use; the last is in use until another is known. To ten metres: they move a little with each
 * stay, which is no reason to look at all of life again.
 */
export const basesIn = (places: ReadonlyArray<Relation>): Helper => ({
  name: BASES,
  reads: places.map((relation) => relation.name),
  times: [],
  query: sql`
    select latitude, longitude, since, case when until < max(until) over () then until end as until
    from (
      select distinct round(latitude, 4) as latitude, round(longitude, 4) as longitude, epoch_us(from_date) - 3 * ${DAY} as since, epoch_us(to_date) + 4 * ${DAY} as until
      from (${join(
        places.map(({ table }) => sql`select kind, latitude, longitude, from_date, to_date from ${table}`),
        " union all "
      )}) where kind in ('home', 'second-home') and latitude is not null
    )`
})

/** One row, so that each position has all homes beside it. */
export const HOMES: Sql = sql`homes as materialized (
    select coalesce(list({'latitude': latitude, 'longitude': longitude, 'since': since, 'until': until}), []) as homes from ${name(BASES)}
  )`

/** Metres from the nearest home that was in use; where none was, from the nearest of all. Of rows beside `homes`. */
export const fromHome = (at: Sql): Sql => {
  const apart = distanceMetres(
    { latitude: sql`latitude`, longitude: sql`longitude` },
    { latitude: sql`home.latitude`, longitude: sql`home.longitude` }
  )
  return sql`coalesce(
    list_min(list_transform(homes, lambda home: case when ${at} >= home.since and (home.until is null or ${at} <= home.until) then ${apart} end)),
    list_min(list_transform(homes, lambda home: ${apart})))`
}

const PLACE = sql`latitude, longitude, place_id, place_name, place_country_code`

const positions = (
  visits: ReadonlyArray<Relation>,
  points: ReadonlyArray<Relation>,
  pictures: ReadonlyArray<Relation>
): Sql => {
  const tracks = [
    ...visits.map((relation) => sql`select starts, ends, ${PLACE} from (${membersOf(relation)})`),
    // One in ten minutes is enough to tell when someone left and came home.
    ...points.map((relation) => {
      const moment = sql`epoch_us(${name(pointTime(relation))})`
      return sql`select min(${moment}), min(${moment}), arg_min(latitude::double, ${moment}), arg_min(longitude::double, ${moment}),
          null::uuid, null::varchar, null::varchar
        from ${relation.table} where isfinite(${name(pointTime(relation))}) and latitude is not null ${isTold(relation)}
        group by ${moment} // 600000000`
    })
  ]
  const shots = pictures.map((relation) => sql`select starts, ends, ${PLACE} from (${membersOf(relation)})`)
  const none = sql`select null::bigint as starts, null::bigint as ends, null::double as latitude, null::double as longitude,
    null::uuid as place_id, null::varchar as place_name, null::varchar as place_country_code where false`
  return sql`tracks as (${join([none, ...tracks], " union all ")}),
  watched as (
    select distinct unnest(range(starts // ${WATCH} - 1, ends // ${WATCH} + 2)) as watch from tracks where latitude is not null
  ),
  positions as materialized (
    from tracks where latitude is not null
    union all
    from (${join([none, ...shots], " union all ")}) where latitude is not null and starts // ${WATCH} not in (select watch from watched)
  )`
}

/** Microseconds for a way: at 72 km/h on average, with half as much and an hour for whatever comes between; a day at most. */
const way = (metres: Sql): Sql => sql`least(${DAY}, ${HOUR} + (1.5 * ${metres} / 20 * 1000000)::bigint)`

/** From the home where someone was before, which may not be the nearest. */
const fromBase = distanceMetres(
  { latitude: sql`b.base.latitude`, longitude: sql`b.base.longitude` },
  { latitude: sql`n.latitude`, longitude: sql`n.longitude` }
)

interface Bounds {
  /** Metres from home. */
  readonly distance: number
  readonly dayDistance: number
  /** Microseconds of silence. */
  readonly gap: number
}

/** Positions in the order of time; a run is at home or away, and ends with a long pause. */
const runs = ({ dayDistance, distance, gap }: Bounds): Sql => sql`
  marked as (
    select *, metres > ${literal(distance)} as away, max(ends) over (order by starts, ends, metres rows between unbounded preceding and 1 preceding) as before
    from (select * exclude (homes), ${fromHome(sql`starts`)} as metres from positions, homes where len(homes) > 0)
  ),
  numbered as (
    select *, sum((away is distinct from was or starts - before > ${literal(gap)})::integer) over (order by starts, ends, metres
      rows between unbounded preceding and current row) as run
    from (select *, lag(away) over (order by starts, ends, metres) as was from marked)
  ),
  found as (
    select run, any_value(away) as away, min(starts) as first, max(ends) as last, avg(longitude) as longitude,
      arg_min(metres, starts) as first_metres, arg_max(metres, ends) as last_metres,
      arg_max({'latitude': latitude, 'longitude': longitude}, ends) as last_spot
    from numbered group by run
  ),
  -- Where nothing is known of leaving or coming home, the way took about so long.
  bounded as (
    select *, case when first - left_at >= 0 then greatest(left_at, first - ${way(sql`first_metres`)}) else first end as starts,
      case when back_at - last >= 0 then least(back_at, last + ${way(sql`last_metres`)}) else last end as ends
    from (
      select *, lag(last) over (order by run) as left_at, lead(first) over (order by run) as back_at,
        lag(last_spot) over (order by run) as base
      from found
    ) where away
  ),
  ranged as (
    select b.*, (select max(coalesce(${fromBase}, n.metres)) from numbered n where n.run = b.run) as metres from bounded b
  ),
  dated as (
    select *, round(longitude / 15)::bigint * ${HOUR} as ahead,
      ((ends + ahead - 3 * ${HOUR}) // ${DAY} - (starts + ahead - 3 * ${HOUR}) // ${DAY})::integer as nights
    from ranged where ends > starts
  ),
  journeys as materialized (
    select *, case when nights > 0 then 'trip' else 'day-trip' end as kind from dated
    where nights > 0 or metres >= ${literal(dayDistance)} and ends - starts >= 2 * ${HOUR}
  ),
  -- By name where there is one, else by what is within some ten kilometres.
  stops as (
    select run, coalesce(place_name, round(latitude, 1) || ' ' || round(longitude, 1)) as stop, place_name,
      sum(greatest(ends - starts, 60000000)) as spent, any_value(place_id) as place_id, any_value(place_country_code) as country,
      round(avg(latitude), 6) as latitude, round(avg(longitude), 6) as longitude
    from numbered where run in (select run from journeys) group by all
  ),
  main as (
    select * from stops
    qualify row_number() over (partition by run order by place_name is null, spent desc, stop) = 1
  )`

interface Tracks {
  readonly visits: ReadonlyArray<Relation>
  readonly points: ReadonlyArray<Relation>
  readonly pictures: ReadonlyArray<Relation>
}

/** All times away, each with the place where most of it was spent. */
export const journeysOf = ({ pictures, points, visits }: Tracks, bounds: Bounds): Helper => ({
  name: JOURNEYS,
  reads: [BASES, ...[...visits, ...points, ...pictures].map((relation) => relation.name)],
  times: ["starts_at", "ends_at"],
  query: sql`with ${HOMES}, ${positions(visits, points, pictures)}, ${runs(bounds)}
    select j.kind, make_timestamptz(j.starts) as starts_at, make_timestamptz(j.ends) as ends_at, j.starts, j.ends, j.ahead, j.nights, j.metres,
      m.latitude, m.longitude, m.place_id, m.place_name, m.country
    from journeys j join main m using (run)`
})
