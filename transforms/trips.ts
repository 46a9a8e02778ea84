import { Duration, Effect } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { DistanceText, DurationText, withDefault } from "../src/component/fields.ts"
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, join, literal, name, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { distanceMetres } from "./geo.ts"
import { entityOf, membersOf, requireMembers } from "./members.ts"
import { isTold, pointTime } from "./tracks.ts"

const ONE = "00000000-0000-4000-8000-000000000001"
const TWO = "00000000-0000-4000-8000-000000000002"

/** Finds the times away from home. */
export const trips = aidedTransform("many", {
  places: "Homes, as `resolve-places` finds them.",
  points: "Positions of the person, beside those of `from`."
})({
  type: "trips",
  summary: "Finds the times away from home: trips with their nights, and day trips.",
  description: [
    "Someone is away where the nearest home that was in use is farther than `distance`. A trip lasts from leaving home to being home again, with at least one night away (over 3 o'clock, by the sun); a `day-trip` goes at least `day_distance` far, for two hours or more.",
    "Visits and points say where someone was; pictures do where these are silent for hours. A pause in these of more than `gap` ends a trip.",
    "`title` and `place_name` are the place where most of the time was spent. One row for each trip and what it contains: pictures and visits of the time, and events that took place away. What is known to be at home isn't part of it."
  ].join(" "),
  config: {
    distance: DistanceText.pipe(withDefault("25km")).annotate({ description: "How far from home being away begins." }),
    day_distance: DistanceText.pipe(withDefault("50km")).annotate({ description: "How far a day trip goes." }),
    gap: DurationText.pipe(withDefault("3d")).annotate({
      description: "The longest time about which nothing is known."
    })
  },
  examples: [
    {
      title: "A night in Bern, seen from Zürich",
      yaml: "type: trips\nfrom: [visits, photos]\nplaces: places",
      given: {
        visits: [
          {
            _id: ONE,
            starts_at: "2024-05-01T18:00:00Z",
            ends_at: "2024-05-02T07:00:00Z",
            latitude: 47.37,
            longitude: 8.54,
            place_name: "Zürich"
          },
          {
            _id: TWO,
            starts_at: "2024-05-02T09:00:00Z",
            ends_at: "2024-05-03T10:00:00Z",
            latitude: 46.95,
            longitude: 7.45,
            place_name: "Bern"
          },
          {
            _id: ONE,
            starts_at: "2024-05-03T12:00:00Z",
            ends_at: "2024-05-04T07:00:00Z",
            latitude: 47.37,
            longitude: 8.54,
            place_name: "Zürich"
          }
        ],
        photos: [
          { _id: ONE, taken_at: "2024-05-02T20:00:00Z", local_date: "2024-05-02", latitude: null, longitude: null },
          { _id: TWO, taken_at: "2024-05-04T20:00:00Z", local_date: "2024-05-04", latitude: null, longitude: null }
        ],
        places: [{ kind: "home", latitude: 47.37, longitude: 8.54, from_date: "2024-01-01", to_date: "2024-12-31" }]
      },
      expect: [
        {
          kind: "trip",
          title: "Bern",
          nights: 1,
          starts_at: "2024-05-02T07:00:00Z",
          ends_at: "2024-05-03T12:00:00Z",
          local_date: "2024-05-02",
          local_end_date: "2024-05-03",
          right_entity: "visits",
          right_id: TWO
        },
        { kind: "trip", title: "Bern", right_entity: "media", right_id: ONE, link_rule: "trips/1", cover_media_id: ONE }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ distance, day_distance, gap }, { aside, from }) {
    yield* requireMembers(from)
    const places = aside("places")
    if (places.length === 0) {
      return yield* new ConfigProblem({
        code: "no-home",
        path: [],
        message: "without homes, nobody can be away",
        hint: "Name a relation made by resolve-places: `places: places`."
      })
    }
    for (const relation of places) {
      yield* requireColumns(
        relation,
        ["kind", "latitude", "longitude", "from_date", "to_date"].map((column) => ({ column, path: ["places"] }))
      )
    }
    const visits = from.filter((relation) => entityOf(relation) === "visits" && located(relation))
    const pictures = from.filter((relation) => entityOf(relation) === "media" && located(relation))
    const micros = Math.round(Duration.toMillis(gap) * 1000)
    return {
      entity: "memory",
      query: sql`with ${homes(places)}, ${positions(visits, aside("points"), pictures)}, ${runs(distance, day_distance, micros)},
        ${contents(from, distance)}, ${ROWS}`
    }
  })
})

const located = ({ columns }: Relation): boolean => columns.has("latitude") && columns.has("longitude")

const DAY = sql`86400000000`
const HOUR = sql`3600000000`
/** Three hours: pictures count where nothing else is known of the hours around them. */
const WATCH = sql`10800000000`

/** One row, so that each position has all homes beside it. */
const homes = (places: ReadonlyArray<Relation>): Sql => sql`homes as materialized (
    select coalesce(list({'latitude': latitude, 'longitude': longitude, 'since': since, 'until': until}), []) as homes
    from (
      select distinct latitude, longitude, epoch_us(from_date) - 3 * ${DAY} as since, epoch_us(to_date) + 4 * ${DAY} as until
      from (${join(
        places.map(({ table }) => sql`select kind, latitude, longitude, from_date, to_date from ${table}`),
        " union all "
      )}) where kind in ('home', 'second-home') and latitude is not null
    )
  )`

/** Metres from the nearest home that was in use; where none was, from the nearest of all. Of rows beside `homes`. */
const fromHome = (at: Sql): Sql => {
  const apart = distanceMetres(
    { latitude: sql`latitude`, longitude: sql`longitude` },
    { latitude: sql`home.latitude`, longitude: sql`home.longitude` }
  )
  return sql`coalesce(
    list_min(list_transform(homes, lambda home: case when ${at} between home.since and home.until then ${apart} end)),
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

/** Positions in the order of time; a run is at home or away, and ends with a long pause. */
const runs = (distance: number, dayDistance: number, gapMicros: number): Sql => sql`
  marked as (
    select *, metres > ${literal(distance)} as away, max(ends) over (order by starts, ends, metres rows between unbounded preceding and 1 preceding) as before
    from (select * exclude (homes), ${fromHome(sql`starts`)} as metres from positions, homes where len(homes) > 0)
  ),
  numbered as (
    select *, sum((away is distinct from was or starts - before > ${literal(gapMicros)})::integer) over (order by starts, ends, metres
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

const contents = (from: ReadonlyArray<Relation>, distance: number): Sql => sql`
  members as (
    select entity, id, moment, run
    from (
      select m.entity, m.id, m.starts as moment, m.middle, m.latitude, m.longitude, j.run, homes
      from (${join(
        from.map((relation) => sql`select *, (starts + ends) // 2 as middle from (${membersOf(relation)})`),
        " union all "
      )}) m asof join journeys j on m.middle >= j.starts, homes
      where m.middle <= j.ends
    )
    where case when latitude is null then entity <> 'events' else ${fromHome(sql`middle`)} > ${literal(distance)} end
  )`

const ROWS = sql`memories as (
    select j.*, m.* exclude (run, latitude, longitude), m.latitude as place_latitude, m.longitude as place_longitude,
      (select min({'moment': moment, 'id': id}).id from members x where x.run = j.run and x.entity = 'media') as cover
    from journeys j join main m using (run)
  )
  select 'memory' as _entity, ${uuid5Sql(["trip"], sql`starts::varchar`)} as _id, kind,
    coalesce(place_name, strftime(make_timestamp(starts + ahead), '%Y-%m-%d')) as title,
    make_timestamptz(starts) as starts_at, make_timestamptz(ends) as ends_at,
    make_timestamp(starts + ahead)::date as local_date, make_timestamp(ends + ahead)::date as local_end_date,
    nights, round(metres) as metres, place_latitude as latitude, place_longitude as longitude, place_id, place_name,
    country as place_country_code, cover as cover_media_id, 0.9::double as confidence, case when id is not null then 'contains' end as link_relation,
    entity as right_entity, id as right_id, 1.0::double as link_confidence, case when id is not null then 'trips/1' end as link_rule,
    case when id is not null then '{"nights":' || nights || ',"metres":' || round(metres)::bigint || '}' end as link_evidence
  from memories left join members using (run)`
