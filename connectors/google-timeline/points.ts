/** Positions with their times, from every array that has them. */
import { POINT_COLUMNS } from "../location/point.ts"
import { type Columns, bigint, integer } from "../../src/component/column.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import type { ArrayReading, Members, Target } from "./table.ts"
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

/** Who tells of a point: of equals the first is kept, as it knows the most. From `path` on, times are whole minutes. */
export const POINT_RANK = { records: 1, signal: 2, semantic: 3, path: 4, phonePath: 5 } as const

/** Beside the stream's own columns: what tells points apart. */
const IDENTITY = {
  rank: integer("Who tells of it."),
  second: bigint("Of the time."),
  lat5: integer("Latitude in 10^-5 degrees."),
  lon5: integer("Longitude in 10^-5 degrees.")
} satisfies Columns

/**
 * From `moment`, `lat`, `lon` (E7, as read), the other columns, and `none`: why there is no point, or null.
 */
const judged = (rank: number, candidates: Sql): Sql => sql`
  select ${literal(rank)} as rank, epoch_us(moment) // 1000000 as second,
    ${quantised(sql`lat`, 5)} as lat5, ${quantised(sql`lon`, 5)} as lon5,
    moment as recorded_at, lat / ${literal(E7)} as latitude, lon / ${literal(E7)} as longitude,
    altitude, accuracy, speed, track, source_name,
    case when none is not null then none
      when moment is null or not isfinite(moment) then 'timeline-no-time'
      when lat is null or lon is null then 'timeline-no-coordinates'
      when abs(lat) > ${literal(MAX_LATITUDE)} or abs(lon) > ${literal(MAX_LONGITUDE)} then 'timeline-not-on-earth'
    end as _outcome, _position, _text
  from (
    select * replace (${unwrapped(sql`lat`, MAX_LATITUDE)} as lat, ${unwrapped(sql`lon`, MAX_LONGITUDE)} as lon)
    from (${candidates})
  )`

const records: ArrayReading = {
  members: {
    latitudeE7: "BIGINT",
    longitudeE7: "BIGINT",
    accuracy: "DOUBLE",
    altitude: "DOUBLE",
    velocity: "DOUBLE",
    timestamp: "VARCHAR",
    timestampMs: "VARCHAR",
    source: "VARCHAR",
    deviceTag: "VARCHAR"
  },
  select: (rows) =>
    judged(
      POINT_RANK.records,
      sql`select ${instantOf(sql`"timestamp"`, sql`timestampMs`)} as moment, latitudeE7 as lat, longitudeE7 as lon,
          ${numberOf(sql`altitude`)} as altitude, ${numberOf(sql`accuracy`)} as accuracy,
          ${numberOf(sql`velocity`)} as speed, deviceTag as track, source as source_name,
          case when latitudeE7 is null and longitudeE7 is null then 'no-position' end as none, _position, _text
        from (${rows})`
    )
}

/** One row per point of a record's path; a record without any is one row with neither time nor place. */
const pointsOf = (rows: Sql, points: Sql): Sql => sql`
  select * exclude (points), unnest(case when len(points) > 0 then points else [null] end) as point
  from (select *, ${points} as points from (${rows}))`

const semantic: ArrayReading = {
  members: { placeVisit: "JSON", activitySegment: "JSON" },
  select: (rows) =>
    judged(
      POINT_RANK.semantic,
      sql`select ${instantOf(sql`point->>'$.timestamp'`, sql`point->>'$.timestampMs'`)} as moment,
          try_cast(coalesce(point->>'$.latE7', point->>'$.latitudeE7') as bigint) as lat,
          try_cast(coalesce(point->>'$.lngE7', point->>'$.longitudeE7') as bigint) as lon,
          null::double as altitude, ${numberOf(sql`point->>'$.accuracyMeters'`)} as accuracy, null::double as speed,
          activitySegment->>'$.activityType' as track, 'semantic history' as source_name,
          case when point is not null then null when placeVisit is not null then 'visit'
            when activitySegment is not null then 'way' else 'unknown' end as none, _position, _text
        from (${pointsOf(
          rows,
          sql`${elementsOf(sql`activitySegment->'$.simplifiedRawPath.points'`)}
            || ${elementsOf(sql`placeVisit->'$.simplifiedRawPath.points'`)}`
        )})`
    )
}

const SEGMENT: Members = {
  startTime: "VARCHAR",
  endTime: "VARCHAR",
  timelinePath: "JSON",
  visit: "JSON",
  activity: "JSON",
  timelineMemory: "JSON"
}

const MINUTE_MS = 60_000
/** A year: no path is longer. */
const MAX_MINUTES = 525_600

const offset = numberOf(sql`point->>'$.durationMinutesOffsetFromStartTime'`)
const minutes = sql`case when abs(${offset}) < ${literal(MAX_MINUTES)} then ${offset} end`

/** Paths as phones tell them: a point has its time, or the minutes since the path's start. */
const paths = (rank: number): ArrayReading => ({
  members: SEGMENT,
  select: (rows) =>
    judged(
      rank,
      sql`select coalesce(${instantOf(sql`point->>'$.time'`)},
            ${instantOf(sql`startTime`)} + to_milliseconds(round(${minutes} * ${literal(MINUTE_MS)}))) as moment,
          ${e7OfText(sql`point->>'$.point'`, "latitude")} as lat, ${e7OfText(sql`point->>'$.point'`, "longitude")} as lon,
          null::double as altitude, null::double as accuracy, null::double as speed, null::varchar as track,
          'path' as source_name,
          case when point is not null then null when visit is not null then 'visit' when activity is not null then 'way'
            when timelineMemory is not null then 'trip' else 'unknown' end as none, _position, _text
        from (${pointsOf(rows, elementsOf(sql`timelinePath`))})`
    )
})

const signals: ArrayReading = {
  members: { position: "JSON", activityRecord: "JSON", wifiScan: "JSON" },
  select: (rows) =>
    judged(
      POINT_RANK.signal,
      sql`select ${instantOf(sql`signal->>'$.timestamp'`)} as moment,
          ${e7OfText(sql`coalesce(signal->>'$.LatLng', signal->>'$.latLng')`, "latitude")} as lat,
          ${e7OfText(sql`coalesce(signal->>'$.LatLng', signal->>'$.latLng')`, "longitude")} as lon,
          ${numberOf(sql`signal->>'$.altitudeMeters'`)} as altitude,
          ${numberOf(sql`signal->>'$.accuracyMeters'`)} as accuracy,
          ${numberOf(sql`signal->>'$.speedMetersPerSecond'`)} as speed, null::varchar as track,
          signal->>'$.source' as source_name, case when signal is null then 'no-position' end as none, _position, _text
        from (select *, "position" as signal from (${rows}))`
    )
}

export const pointTarget: Target = {
  columns: { ...IDENTITY, ...POINT_COLUMNS },
  arrays: new Map([
    ["locations", records],
    ["timelineObjects", semantic],
    ["semanticSegments", paths(POINT_RANK.path)],
    ["rawSignals", signals],
    ["", paths(POINT_RANK.phonePath)]
  ]),
  outcomes: {
    "timeline-no-time": { kind: "rejected", reason: "It has no time that can be read." },
    "timeline-no-coordinates": { kind: "rejected", reason: "It has no coordinates that can be read." },
    "timeline-not-on-earth": { kind: "rejected", reason: "Its coordinates are nowhere on Earth, even when unwrapped." },
    "no-position": { kind: "skipped", reason: "a signal without a position" },
    visit: { kind: "skipped", reason: "a visit without points: google-timeline.visits reads it" },
    way: { kind: "skipped", reason: "a way without timed points" },
    trip: { kind: "skipped", reason: "the memory of a trip: it has no points" },
    unknown: { kind: "skipped", reason: "a record of another kind, without points" }
  }
}
