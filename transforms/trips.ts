import { Duration, Effect } from "effect"
import { ConfigProblem } from "../src/component/error.ts"
import { DistanceText, DurationText, withDefault } from "../src/component/fields.ts"
import { uuid5Sql } from "../src/component/id.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Slices, type Span, nearSlice, spanOf, spansOf, withinSlice } from "../src/component/slice.ts"
import { type Sql, join, literal, name, sql } from "../src/component/sql.ts"
import { aidedTransform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { HOMES, JOURNEYS, JOURNEY_SPAN, basesIn, fromHome, journeysOf, located } from "./journeys.ts"
import { entityOf, membersOf, requireMembers } from "./members.ts"

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
    const bounds = { distance, dayDistance: day_distance, gap: Duration.toMillis(gap) * 1000 }
    const spans = spansOf(from)
    return {
      entity: "memory",
      helpers: [basesIn(places), journeysOf({ visits, points: aside("points"), pictures }, bounds)],
      query: tripsOf(name(JOURNEYS), from, distance),
      ...(spans === null ? {} : { slices: tripsBy({ from, spans, helped: [...places, ...aside("points")], distance }) })
    }
  })
})

interface Slicing {
  readonly from: ReadonlyArray<Relation>
  readonly spans: ReadonlyArray<readonly [string, Span]>
  /** Those that tell of journeys only. */
  readonly helped: ReadonlyArray<Relation>
  readonly distance: number
}

/** A journey is made as a whole, with all that it contains. */
const tripsBy = ({ distance, from, helped, spans }: Slicing): Slices => {
  const [starts, ends] = [sql`starts_at`, sql`ends_at`]
  return {
    time: starts,
    inputs: new Map<string, Span | null>([
      ...helped.map((relation) => [relation.name, null] as const),
      ...spans,
      [JOURNEYS, JOURNEY_SPAN]
    ]),
    reach: 0,
    spread: (isChanged, own) =>
      join(
        [name(JOURNEYS), own].map(
          (table) =>
            sql`select epoch_us(starts_at) as moment, epoch_us(ends_at) as until from ${table} where ${isChanged(starts, ends)}`
        ),
        " union all "
      ),
    query: tripsOf(
      withinSlice({ table: name(JOURNEYS) }, JOURNEY_SPAN),
      from.map((relation) => nearSlice(relation, spanOf(relation), 0)),
      distance
    )
  }
}

const tripsOf = (journeys: Sql, from: ReadonlyArray<Relation>, distance: number): Sql =>
  sql`with ${HOMES}, ${contents(journeys, from, distance)}, ${ROWS}`

const contents = (journeys: Sql, from: ReadonlyArray<Relation>, distance: number): Sql => sql`
  journeys as (from ${journeys}),
  members as materialized (
    select entity, id, moment, journey
    from (
      select m.entity, m.id, m.starts as moment, m.middle, m.latitude, m.longitude, j.starts as journey, homes
      from (${join(
        from.map((relation) => sql`select *, (starts + ends) // 2 as middle from (${membersOf(relation)})`),
        " union all "
      )}) m asof join journeys j on m.middle >= j.starts, homes
      where m.middle <= j.ends
    )
    where case when latitude is null then entity <> 'events' else ${fromHome(sql`middle`)} > ${literal(distance)} end
  ),
  covers as (select journey, min({'moment': moment, 'id': id}).id as cover from members where entity = 'media' group by journey)`

const ROWS = sql`rows as (
    select j.*, c.cover, m.entity, m.id from journeys j left join covers c on c.journey = j.starts left join members m on m.journey = j.starts
  )
  select 'memory' as _entity, ${uuid5Sql(["trip"], sql`starts::varchar`)} as _id, kind,
    coalesce(place_name, strftime(make_timestamp(starts + ahead), '%Y-%m-%d')) as title, starts_at, ends_at,
    make_timestamp(starts + ahead)::date as local_date, make_timestamp(ends + ahead)::date as local_end_date,
    nights, round(metres) as metres, latitude, longitude, place_id, place_name,
    country as place_country_code, cover as cover_media_id, 0.9::double as confidence, case when id is not null then 'contains' end as link_relation,
    entity as right_entity, id as right_id, 1.0::double as link_confidence, case when id is not null then 'trips/1' end as link_rule,
    case when id is not null then '{"nights":' || nights || ',"metres":' || round(metres)::bigint || '}' end as link_evidence
  from rows`
