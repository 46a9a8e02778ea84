/** Location history as Takeout had it until 2024: all points in one file, what they mean in a file for each month. */
import type { EpochMillis, Json } from "../../component/column.ts"
import { stream } from "../random.ts"
import { dateOf, monthOf, yearOf } from "../time.ts"
import { type Fix, trackOn } from "../track.ts"
import type { Days, Move, Stay } from "../whereabouts.ts"
import type { ZipEntry } from "../zip.ts"
import { e7, eachDay, elements, placeId } from "./google-place.ts"

export const HISTORY = "Takeout/Location History (Timeline)"

/** Every third week is written as exports were until 2022: milliseconds as text. */
const isOld = (day: number): boolean => Math.floor(day / 7) % 3 === 0

/** With a fraction only if there is something in it. */
const isoOf = (instant: EpochMillis): string => new Date(instant).toISOString().replace(".000Z", "Z")

const stamped = (name: string, instant: EpochMillis, old: boolean): { readonly [key: string]: Json } =>
  old ? { [`${name}Ms`]: String(instant) } : { [name]: isoOf(instant) }

const recordOf = ({ accuracy, at, moving, position }: Fix, day: number, index: number): string =>
  JSON.stringify({
    latitudeE7: e7(position.latitude, false),
    longitudeE7: e7(position.longitude, index % 5 === 2),
    accuracy,
    ...(moving ? { velocity: 1 + (index % 9), heading: (index * 37) % 360 } : {}),
    ...(index % 4 === 0 ? {} : { altitude: position.altitude, verticalAccuracy: 3 }),
    ...(index % 6 === 0
      ? {
          activity: [
            {
              activity: [{ type: moving ? "ON_FOOT" : "STILL", confidence: 90 + (index % 10) }],
              ...stamped("timestamp", at, isOld(day))
            }
          ]
        }
      : {}),
    source: moving ? "GPS" : "WIFI",
    deviceTag: 1_184_025_991,
    ...stamped("timestamp", at, isOld(day))
  })

function* records(days: Days, from: number, to: number): Generator<string> {
  yield '{"locations": ['
  yield* elements(eachDay(from, to, (day) => trackOn(days, day).map((fix, index) => recordOf(fix, day, index))))
  yield "\n]}\n"
}

const durationOf = (start: EpochMillis, end: EpochMillis, old: boolean): Json => ({
  ...stamped("startTimestamp", start, old),
  ...stamped("endTimestamp", end, old)
})

/** A visit. Now and then Google knows candidates only: the place is then the first of them. */
const visitOf = (days: Days, { end, place, start }: Stay, day: number, index: number): Json => {
  const candidate = {
    latitudeE7: e7(place.latitude, false),
    longitudeE7: e7(place.longitude, index % 3 === 1),
    placeId: placeId(place)
  }
  const kind = days.semanticType(place)
  const unsure = kind === "UNKNOWN" && (day + index) % 9 === 4
  const { placeId: id, ...coordinates } = candidate
  const elsewhere = {
    latitudeE7: candidate.latitudeE7 + 20_000,
    longitudeE7: candidate.longitudeE7,
    locationConfidence: 4
  }
  return {
    placeVisit: {
      ...(unsure
        ? {}
        : {
            location: {
              ...coordinates,
              // Without its id a place is known by where it is alone.
              ...(kind === "UNKNOWN" && (day + index) % 9 === 7 ? {} : { placeId: id }),
              address: place.address,
              name: place.name,
              ...(kind === "UNKNOWN" ? {} : { semanticType: `TYPE_${kind}` }),
              sourceInfo: { deviceTag: 1_184_025_991 },
              locationConfidence: 86.5
            }
          }),
      duration: durationOf(start, end, isOld(day)),
      placeConfidence: unsure ? "LOW_CONFIDENCE" : "HIGH_CONFIDENCE",
      visitConfidence: 90,
      otherCandidateLocations: unsure ? [{ ...candidate, locationConfidence: 40 }, elsewhere] : [elsewhere],
      editConfirmationStatus: "NOT_CONFIRMED",
      placeVisitType: "SINGLE_PLACE"
    }
  }
}

const TYPES = { walking: "WALKING", "in-vehicle": "IN_PASSENGER_VEHICLE", flying: "FLYING" } as const

/** A way. Some have no start of their own, only the points between. */
const segmentOf = (move: Move, fixes: ReadonlyArray<Fix>, day: number, index: number): Json => {
  const { end, from, metres, mode, start, to } = move
  const point = ({ latitude, longitude }: { readonly latitude: number; readonly longitude: number }) => ({
    latitudeE7: e7(latitude, false),
    longitudeE7: e7(longitude, false)
  })
  const along = fixes.filter(({ at, onPath }) => onPath && at >= start && at < end)
  const short = ({ latitude, longitude }: { readonly latitude: number; readonly longitude: number }) => ({
    latE7: e7(latitude, false),
    lngE7: e7(longitude, false)
  })
  return {
    activitySegment: {
      ...((day + index) % 8 === 3 ? {} : { startLocation: point(from), endLocation: point(to) }),
      duration: durationOf(start, end, isOld(day)),
      distance: Math.round(metres),
      activityType: TYPES[mode],
      confidence: "HIGH",
      waypointPath: { waypoints: [short(from), short(to)], source: "INFERRED" },
      ...(along.length < 2
        ? {}
        : {
            simplifiedRawPath: {
              points: along.map(({ accuracy, at, position }) => ({
                ...short(position),
                accuracyMeters: accuracy,
                ...stamped("timestamp", at, isOld(day))
              }))
            }
          })
    }
  }
}

const semanticLines = (days: Days, day: number): ReadonlyArray<string> => {
  const { moves, stays } = days.whereabouts(day)
  const fixes = trackOn(days, day)
  return [
    ...stays.map((one, index) => ({ start: one.start, json: visitOf(days, one, day, index) })),
    ...moves.map((one, index) => ({ start: one.start, json: segmentOf(one, fixes, day, index) }))
  ]
    .toSorted((left, right) => left.start - right.start)
    .map(({ json }) => JSON.stringify(json))
}

const MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split(" ")

function* month(days: Days, from: number, to: number): Generator<string> {
  yield '{"timelineObjects": ['
  yield* elements(eachDay(from, to, (day) => semanticLines(days, day)))
  yield "\n]}\n"
}

/** First days of the months that the days touch, the first of them cut. */
const monthStarts = (from: number, to: number): ReadonlyArray<number> =>
  [...eachDay(from, to, (day) => day)].filter((day) => day === from || dateOf(day).endsWith("-01"))

/** Files of a location history that hold none. */
export const historyExtras = (
  seed: number
): ReadonlyArray<{ readonly path: string; readonly text: string; readonly why: string }> => [
  {
    path: `${HISTORY}/Settings.json`,
    // Google's settings come with a byte-order mark at times.
    text: `\uFEFF${JSON.stringify({ createdTime: "2016-05-02T18:04:11Z", historyEnabled: true, deviceSettings: [{ deviceTag: 1_184_025_991, reportingEnabled: true, devicePrettyName: "Pixel 7" }], retentionWindowDays: 2_147_483_647 }, null, 2)}\n`,
    why: "settings"
  },
  {
    path: `${HISTORY}/Timeline Edits.json`,
    text: `${JSON.stringify({ timelineEdits: [{ deviceId: String(stream("device", seed).integer(1e8, 1e9)), placeAggregates: { placeAggregateInfo: [] } }] }, null, 2)}\n`,
    why: "edits"
  },
  {
    path: `${HISTORY}/Encrypted Backups.txt`,
    text: "You have encrypted Timeline backups stored on Google servers.\n",
    why: "encrypted"
  }
]

/** The history's files in a Takeout, made as they are asked for. */
export function* historyEntries(days: Days, from: number, to: number): Generator<ZipEntry> {
  yield { path: `${HISTORY}/Records.json`, content: records(days, from, to), stored: false }
  const starts = monthStarts(from, to)
  for (const [index, start] of starts.entries())
    yield {
      path: `${HISTORY}/Semantic Location History/${yearOf(start)}/${yearOf(start)}_${MONTHS[monthOf(start) - 1] ?? ""}.json`,
      content: month(days, start, starts[index + 1] ?? to),
      stored: false
    }
  for (const { path, text } of historyExtras(days.seed)) yield { path, content: [text], stored: false }
}
