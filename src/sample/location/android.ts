/** `Timeline.json`, which an Android phone exports itself: an object, its coordinates in degrees with their sign. */
import type { Json } from "../../component/column.ts"
import { dateOf } from "../time.ts"
import { type Fix, trackOn } from "../track.ts"
import type { Days, Move, Stay } from "../whereabouts.ts"
import { degrees, eachDay, elements, localIso, placeId } from "./google-place.ts"
import { pathWindows } from "./windows.ts"

/** Raw signals are kept for so many days. */
const RAW_DAYS = 7

const timesOf = (
  days: Days,
  start: Stay["start"],
  end: Stay["end"],
  zone: string
): { readonly [key: string]: Json } => ({
  startTime: localIso(days, start, zone),
  endTime: localIso(days, end, zone),
  startTimeTimezoneUtcOffsetMinutes: days.offsetAt(start, zone),
  endTimeTimezoneUtcOffsetMinutes: days.offsetAt(end, zone)
})

const visitOf = (days: Days, { end, place, start }: Stay): Json => ({
  ...timesOf(days, start, end, place.zone),
  visit: {
    hierarchyLevel: 0,
    probability: 0.92,
    topCandidate: {
      placeId: placeId(place),
      semanticType: days.semanticType(place),
      probability: 0.85,
      placeLocation: { latLng: degrees(place, 7) }
    }
  }
})

const TYPES = { walking: "WALKING", "in-vehicle": "IN_PASSENGER_VEHICLE", flying: "FLYING" } as const

const activityOf = (days: Days, { end, from, metres, mode, start, to }: Move): Json => ({
  ...timesOf(days, start, end, from.zone),
  activity: {
    start: { latLng: degrees(from, 7) },
    end: { latLng: degrees(to, 7) },
    distanceMeters: Number(metres.toFixed(1)),
    probability: 0.9,
    topCandidate: { type: TYPES[mode], probability: 0.81 }
  }
})

/** A trip to remember, told on its last day. It is neither visit nor path. */
const memoryOf = (days: Days, day: number): ReadonlyArray<Json> => {
  const trip = days.tripOn(day)
  if (trip === null || trip.lastDay !== day) return []
  return [
    {
      startTime: `${dateOf(trip.firstDay)}T00:00:00.000Z`,
      endTime: `${dateOf(trip.lastDay)}T00:00:00.000Z`,
      timelineMemory: {
        trip: {
          distanceFromOriginKms: 420,
          destinations: [{ identifier: { placeId: placeId(trip.destination.centre) } }]
        }
      }
    }
  ]
}

const segmentLines = (days: Days, day: number): ReadonlyArray<string> => {
  const { moves, stays } = days.whereabouts(day)
  const paths = pathWindows(trackOn(days, day)).map(({ end, fixes, start, zone }) => ({
    startTime: localIso(days, start, zone),
    endTime: localIso(days, end, zone),
    timelinePath: fixes.map(({ at, position }) => ({ point: degrees(position, 6), time: localIso(days, at, zone) }))
  }))
  return [
    ...stays.map((one) => visitOf(days, one)),
    ...moves.map((one) => activityOf(days, one)),
    ...paths,
    ...memoryOf(days, day)
  ].map((json) => JSON.stringify(json))
}

const signalOf = (days: Days, { accuracy, at, moving, position, zone }: Fix): Json => ({
  position: {
    LatLng: degrees(position, 7),
    accuracyMeters: accuracy,
    altitudeMeters: position.altitude,
    source: moving ? "GPS" : "WIFI",
    timestamp: localIso(days, at, zone),
    speedMetersPerSecond: moving ? 1.4 : 0
  }
})

const signalLines = (days: Days, day: number): ReadonlyArray<string> =>
  rawFixesOn(days, day).flatMap((fix, index) => [
    JSON.stringify(signalOf(days, fix)),
    ...(index % 4 === 0
      ? [
          JSON.stringify({
            activityRecord: {
              probableActivities: [{ type: fix.moving ? "ON_FOOT" : "STILL", confidence: 0.93 }],
              timestamp: localIso(days, fix.at, fix.zone)
            }
          })
        ]
      : [])
  ])

/** What a phone still has of a day as raw signals: the points that are on no path. */
export const rawFixesOn = (days: Days, day: number): ReadonlyArray<Fix> =>
  trackOn(days, day).filter(({ onPath }) => !onPath)

/** The first of the days whose raw signals are in an export of the days up to `to`. */
export const rawFrom = (from: number, to: number): number => Math.max(from, to - RAW_DAYS)

/** The export of the days from `from` to before `to`, piece by piece. It begins with a byte-order mark. */
export function* androidTimeline(days: Days, from: number, to: number): Generator<string> {
  yield '\uFEFF{\n"semanticSegments": ['
  yield* elements(eachDay(from, to, (day) => segmentLines(days, day)))
  yield '\n],\n"rawSignals": ['
  yield* elements(eachDay(rawFrom(from, to), to, (day) => signalLines(days, day)))
  yield '\n],\n"userLocationProfile": {"frequentPlaces": []}\n}\n'
}
