/** Stays at places, from every array that has them. */
import { type Columns, bigint, double, integer, text } from "../../src/component/column.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import { entities } from "../../src/life/entity.ts"
import type { ArrayReading, Target } from "./table.ts"
import {
  E7,
  MAX_LATITUDE,
  MAX_LONGITUDE,
  e7OfText,
  elementsOf,
  instantOf,
  numberOf,
  quantised,
  unwrapped
} from "./value.ts"

export const VISIT_COLUMNS = {
  ...entities.visits.columns,
  address: text("The address, as the source gives it."),
  semantic_type: text("What the place is to the person, as Google sees it: home, work, inferred_home, unknown, …"),
  confidence: double("How sure Google is of the visit, from 0 to 1: the surest telling counts."),
  google_place_id: text("Google's id of the place.")
} satisfies Columns

/** Who tells of a visit: of equals the first says where it was, as it knows names. */
const RANK = { takeout: 1, android: 2, phone: 3 } as const

/** As read; `place_id` is computed last. */
const { place_id: _, ...TOLD } = VISIT_COLUMNS

const IDENTITY = {
  rank: integer("Who tells of it."),
  minute: bigint("Of the arrival."),
  lat4: integer("Latitude in 10^-4 degrees."),
  lon4: integer("Longitude in 10^-4 degrees.")
} satisfies Columns

const SECONDS = 60

/** From `lat`, `lon` (E7, as read), `starts_at`, `ends_at`, the other columns, and `none`: why there is no visit, or null. */
const judged = (rank: number, candidates: Sql): Sql => sql`
  select ${literal(rank)} as rank, epoch_us(starts_at) // 1000000 // ${literal(SECONDS)} as minute,
    ${quantised(sql`lat`, 4)} as lat4, ${quantised(sql`lon`, 4)} as lon4,
    lat / ${literal(E7)} as latitude, lon / ${literal(E7)} as longitude, starts_at, ends_at, name, address,
    replace(regexp_replace(lower(semantic_type), '^type_', ''), ' ', '_') as semantic_type, confidence, google_place_id,
    case when none is not null then none
      when starts_at is null or not isfinite(starts_at) then 'timeline-no-time'
      when ends_at < starts_at or not isfinite(ends_at) then 'timeline-backwards'
      when abs(lat) > ${literal(MAX_LATITUDE)} or abs(lon) > ${literal(MAX_LONGITUDE)} then 'timeline-not-on-earth'
      when google_place_id is null and (lat is null or lon is null) then 'timeline-no-place'
    end as _outcome, _position, _text
  from (
    select * replace (${unwrapped(sql`lat`, MAX_LATITUDE)} as lat, ${unwrapped(sql`lon`, MAX_LONGITUDE)} as lon)
    from (${candidates})
  )`

const PERCENT = 100

/** A visit, and the visits within it, however deep. */
const withChildren = (rows: Sql): Sql => sql`
  with recursive nested as (
    select placeVisit as visit, activitySegment, _position, _text from (${rows})
    union all
    select unnest(${elementsOf(sql`visit->'$.childVisits'`)}) as visit, null::json as activitySegment, _position, _text
    from nested where visit is not null
  )
  select *, coalesce(visit->'$.location', visit->'$.otherCandidateLocations[0]') as spot from nested`

const e7 = (...paths: ReadonlyArray<Sql>): Sql =>
  paths.length === 1
    ? sql`try_cast(${paths[0] ?? sql`null`} as bigint)`
    : sql`coalesce(${paths.map((path) => e7(path)).reduce((all, one) => sql`${all}, ${one}`)})`

const takeout: ArrayReading = {
  members: { placeVisit: "JSON", activitySegment: "JSON" },
  select: (rows) =>
    judged(
      RANK.takeout,
      sql`select ${instantOf(sql`visit->>'$.duration.startTimestamp'`, sql`visit->>'$.duration.startTimestampMs'`)} as starts_at,
          ${instantOf(sql`visit->>'$.duration.endTimestamp'`, sql`visit->>'$.duration.endTimestampMs'`)} as ends_at,
          ${e7(sql`spot->>'$.latitudeE7'`, sql`visit->>'$.centerLatE7'`, sql`visit->>'$.otherCandidateLocations[0].latitudeE7'`)} as lat,
          ${e7(sql`spot->>'$.longitudeE7'`, sql`visit->>'$.centerLngE7'`, sql`visit->>'$.otherCandidateLocations[0].longitudeE7'`)} as lon,
          spot->>'$.name' as name, spot->>'$.address' as address, spot->>'$.semanticType' as semantic_type,
          ${numberOf(sql`visit->>'$.visitConfidence'`)} / ${literal(PERCENT)} as confidence,
          spot->>'$.placeId' as google_place_id,
          case when visit is not null then null when activitySegment is not null then 'way' else 'unknown' end as none,
          _position, _text
        from (${withChildren(rows)})`
    )
}

/** Where a phone says that the most likely place is. */
const spot = sql`coalesce(visit->>'$.topCandidate.placeLocation.latLng', visit->>'$.topCandidate.placeLocation.LatLng',
  visit->>'$.topCandidate.placeLocation')`

const segments = (rank: number): ArrayReading => ({
  members: {
    startTime: "VARCHAR",
    endTime: "VARCHAR",
    visit: "JSON",
    activity: "JSON",
    timelinePath: "JSON",
    timelineMemory: "JSON"
  },
  select: (rows) =>
    judged(
      rank,
      sql`select ${instantOf(sql`startTime`)} as starts_at, ${instantOf(sql`endTime`)} as ends_at,
          ${e7OfText(spot, "latitude")} as lat, ${e7OfText(spot, "longitude")} as lon,
          null::varchar as name, null::varchar as address, visit->>'$.topCandidate.semanticType' as semantic_type,
          ${numberOf(sql`visit->>'$.probability'`)} as confidence,
          coalesce(visit->>'$.topCandidate.placeId', visit->>'$.topCandidate.placeID') as google_place_id,
          case when visit is not null then null when activity is not null then 'way'
            when timelinePath is not null then 'path' when timelineMemory is not null then 'trip' else 'unknown' end as none,
          _position, _text
        from (${rows})`
    )
})

export const visitTarget: Target = {
  columns: { ...IDENTITY, ...TOLD },
  arrays: new Map([
    ["timelineObjects", takeout],
    ["semanticSegments", segments(RANK.android)],
    ["", segments(RANK.phone)]
  ]),
  outcomes: {
    "timeline-no-time": { kind: "rejected", reason: "It has no start that can be read." },
    "timeline-backwards": { kind: "rejected", reason: "It ends before it starts." },
    "timeline-no-place": { kind: "rejected", reason: "It says neither which place it was nor where that is." },
    "timeline-not-on-earth": { kind: "rejected", reason: "Its coordinates are nowhere on Earth, even when unwrapped." },
    way: { kind: "skipped", reason: "a way: no visit" },
    path: { kind: "skipped", reason: "a path: google-timeline.points reads it" },
    trip: { kind: "skipped", reason: "the memory of a trip: no visit" },
    unknown: { kind: "skipped", reason: "a record of another kind: no visit" }
  }
}
