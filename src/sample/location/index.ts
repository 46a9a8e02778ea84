/** Location history by all three ways: Takeout's, and the exports of two phones, which have the later days again. */
import { dateOf, isoTime } from "../time.ts"
import { trackOn } from "../track.ts"
import type { Range } from "../takeout.ts"
import type { TruthFate } from "../truth.ts"
import type { Days } from "../whereabouts.ts"
import { androidTimeline, rawFixesOn, rawFrom } from "./android.ts"
import { placeId } from "./google-place.ts"
import { iosHistory } from "./ios.ts"
import { historyExtras } from "./takeout.ts"

export { historyEntries } from "./takeout.ts"

/** A stay, as all routes tell it. */
export interface TruthVisit {
  readonly place: string
  readonly place_id: string
  readonly kind: "HOME" | "WORK" | "UNKNOWN"
  /** Takeout's seven decimals; a phone has six or seven. */
  readonly latitude: number
  readonly longitude: number
  readonly starts_at: string
  readonly ends_at: string
}

/** The first point of a day, to Takeout's seven decimals. */
export interface TruthPoint {
  readonly at: string
  readonly latitude: number
  readonly longitude: number
}

export interface TruthLocation {
  /** Distinct visits and points over all files: `visits.length`, and points by their instants. */
  readonly visits: number
  readonly points: number
  /** What each file has of them. */
  readonly files: {
    readonly records: { readonly points: number }
    readonly semantic: { readonly visits: number; readonly points: number }
    readonly android: { readonly from: string; readonly visits: number; readonly points: number }
    readonly ios: { readonly from: string; readonly visits: number; readonly points: number }
  }
  readonly list: ReadonlyArray<TruthVisit>
  /** A few of the points. */
  readonly named: ReadonlyArray<TruthPoint>
  /** Files beside the history that hold none. */
  readonly skipped: ReadonlyArray<TruthFate>
}

/** The first day that the Android phone has, and the iPhone. */
const androidFrom = ({ days, from }: Range) => from + Math.floor(days / 3)
const iosFrom = ({ days, from }: Range) => from + Math.floor((days * 2) / 3)

export interface DeviceFile {
  readonly path: string
  readonly content: Iterable<string>
}

const ANDROID = "location/Timeline.json"
const IOS = "location/location-history.json"

/** Below the sample's directory. */
export const DEVICE_FILES: ReadonlyArray<string> = [ANDROID, IOS]

/** The phones' own exports. */
export const deviceFiles = (days: Days, range: Range): ReadonlyArray<DeviceFile> => {
  const to = range.from + range.days
  return [
    { path: ANDROID, content: androidTimeline(days, androidFrom(range), to) },
    { path: IOS, content: iosHistory(days, iosFrom(range), to) }
  ]
}

const simplified = (days: Days, day: number): number => {
  const fixes = trackOn(days, day)
  return days
    .whereabouts(day)
    .moves.map(({ end, start }) => fixes.filter(({ at, onPath }) => onPath && at >= start && at < end).length)
    .filter((points) => points > 1)
    .reduce((sum, points) => sum + points, 0)
}

/** What is true of the days, whichever route tells it. */
export const locationTruth = (days: Days, range: Range): TruthLocation => {
  const to = range.from + range.days
  const visits: Array<TruthVisit> = []
  const named: Array<TruthPoint> = []
  const points = { all: 0, semantic: 0, android: 0, ios: 0 }
  const told = { android: 0, ios: 0 }
  for (let day = range.from; day < to; day++) {
    const { stays } = days.whereabouts(day)
    const fixes = trackOn(days, day)
    const onPath = fixes.filter((fix) => fix.onPath).length
    const [first] = fixes
    if (first !== undefined && day % 7 === 0)
      named.push({
        at: new Date(first.at).toISOString(),
        latitude: first.position.latitude,
        longitude: first.position.longitude
      })
    points.all += fixes.length
    points.semantic += simplified(days, day)
    if (day >= androidFrom(range)) {
      told.android += stays.length
      points.android += onPath + (day >= rawFrom(androidFrom(range), to) ? rawFixesOn(days, day).length : 0)
    }
    if (day >= iosFrom(range)) {
      told.ios += stays.length
      points.ios += onPath
    }
    visits.push(
      ...stays.map(({ end, place, start }) => ({
        place: place.name,
        place_id: placeId(place),
        kind: days.semanticType(place),
        latitude: place.latitude,
        longitude: place.longitude,
        starts_at: isoTime(start),
        ends_at: isoTime(end)
      }))
    )
  }
  return {
    visits: visits.length,
    points: points.all,
    files: {
      records: { points: points.all },
      semantic: { visits: visits.length, points: points.semantic },
      android: { from: dateOf(androidFrom(range)), visits: told.android, points: points.android },
      ios: { from: dateOf(iosFrom(range)), visits: told.ios, points: points.ios }
    },
    list: visits,
    named,
    skipped: historyExtras(days.seed).map(({ path, why }) => ({ path, why }))
  }
}
