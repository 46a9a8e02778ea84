/** `location-history.json`, which Google Maps exports on an iPhone: an array, numbers as text, all paths at the end. */
import type { Json } from "../../component/column.ts"
import { MINUTE } from "../time.ts"
import { trackOn } from "../track.ts"
import type { Days, Move, Stay } from "../whereabouts.ts"
import { eachDay, elements, geoUri, localIso, placeId } from "./google-place.ts"
import { pathWindows } from "./windows.ts"

const KINDS = { HOME: "Home", WORK: "Work", UNKNOWN: "Unknown" } as const

const visitOf = (days: Days, { end, place, start }: Stay): Json => ({
  endTime: localIso(days, end, place.zone),
  startTime: localIso(days, start, place.zone),
  visit: {
    hierarchyLevel: "0",
    topCandidate: {
      probability: "0.853219",
      semanticType: KINDS[days.semanticType(place)],
      placeID: placeId(place),
      placeLocation: geoUri(place)
    },
    probability: "0.921000"
  }
})

const TYPES = { walking: "walking", "in-vehicle": "in passenger vehicle", flying: "flying" } as const

const activityOf = (days: Days, { end, from, metres, mode, start, to }: Move): Json => ({
  endTime: localIso(days, end, from.zone),
  startTime: localIso(days, start, from.zone),
  activity: {
    end: geoUri(to),
    topCandidate: { type: TYPES[mode], probability: "0.810000" },
    distanceMeters: metres.toFixed(6),
    probability: "0.900000",
    start: geoUri(from)
  }
})

const stayLines = (days: Days, day: number): ReadonlyArray<string> => {
  const { moves, stays } = days.whereabouts(day)
  return [
    ...stays.map((one) => ({ start: one.start, json: visitOf(days, one) })),
    ...moves.map((one) => ({ start: one.start, json: activityOf(days, one) }))
  ]
    .toSorted((left, right) => left.start - right.start)
    .map(({ json }) => JSON.stringify(json))
}

const pathLines = (days: Days, day: number): ReadonlyArray<string> =>
  pathWindows(trackOn(days, day)).map(({ end, fixes, start, zone }) =>
    JSON.stringify({
      endTime: localIso(days, end, zone),
      startTime: localIso(days, start, zone),
      timelinePath: fixes.map(({ at, position }) => ({
        point: geoUri(position),
        durationMinutesOffsetFromStartTime: String((at - start) / MINUTE)
      }))
    })
  )

/** The export of the days from `from` to before `to`, piece by piece. */
export function* iosHistory(days: Days, from: number, to: number): Generator<string> {
  yield "["
  yield* elements(eachDay(from, to, (day) => stayLines(days, day)))
  const paths = elements(eachDay(from, to, (day) => pathLines(days, day)))
  const first = paths.next()
  // The stays have come first; their last one needs a comma before the paths.
  if (first.done !== true) yield `,${first.value}`
  yield* paths
  yield "\n]\n"
}
