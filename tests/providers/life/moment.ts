/** When something begins or ends: an instant that somebody set in a zone, or a date. */
import { DateTime } from "effect"
import { EpochMillis } from "../../../src/component/column.ts"
import { compactTime, isoTime, offsetMinutes } from "../../../src/sample/time.ts"

export interface Day {
  readonly kind: "day"
  /** `2026-05-01` */
  readonly date: string
}

export interface Instant {
  readonly kind: "instant"
  /** Milliseconds since 1970, whole seconds. */
  readonly at: number
  /** IANA name. */
  readonly zone: string
}

export type Moment = Day | Instant

const MINUTE = 60_000

export const DAY_MS = 24 * 60 * MINUTE
const WEEK_MS = 7 * DAY_MS

/** Zones are asked once for each week, but for those in which their clocks change; what is remembered never changes. */
const weeks = new Map<string, number | null>()

const askedOffset = (at: number, zone: string): number => offsetMinutes(EpochMillis(at), zone) * MINUTE

const offsetAt = (at: number, zone: string): number => {
  const week = Math.floor(at / WEEK_MS)
  const key = `${zone} ${week}`
  const known = weeks.get(key)
  if (known !== undefined) return known ?? askedOffset(at, zone)
  const offset = askedOffset(week * WEEK_MS, zone)
  const steady = askedOffset((week + 1) * WEEK_MS, zone) === offset
  weeks.set(key, steady ? offset : null)
  return steady ? offset : askedOffset(at, zone)
}

export const midnightUtc = (date: string): number => Date.parse(`${date}T00:00:00Z`)

export const dayAt = (time: number): Day => ({ kind: "day", date: new Date(time).toISOString().slice(0, 10) })

/** Comparable times; a date counts as midnight in UTC. */
export const timeOf = (moment: Moment): number => (moment.kind === "day" ? midnightUtc(moment.date) : moment.at)

/** The wall clock in the moment's zone, as if it were UTC. */
export const wallOf = (moment: Moment): number =>
  moment.kind === "day" ? midnightUtc(moment.date) : moment.at + offsetAt(moment.at, moment.zone)

/** The instant at which clocks in the zone show the wall time. */
export const instantAtWall = (wall: number, zone: string): Instant => {
  const offset = offsetAt(wall, zone)
  // The same a day before and after: no clock was changed near by.
  const steady = [-DAY_MS, DAY_MS].every((shift) => offsetAt(wall + shift, zone) === offset)
  const at = steady
    ? wall - offset
    : DateTime.makeZonedUnsafe(wall, { timeZone: zone, adjustForTimeZone: true }).epochMilliseconds
  return { kind: "instant", at, zone }
}

/** So many days later by the wall clock, whatever clocks did in between. */
export const daysLater = (moment: Moment, days: number): Moment =>
  moment.kind === "day"
    ? dayAt(midnightUtc(moment.date) + days * DAY_MS)
    : instantAtWall(wallOf(moment) + days * DAY_MS, moment.zone)

export const later = (moment: Moment, milliseconds: number): Moment =>
  moment.kind === "day" ? dayAt(midnightUtc(moment.date) + milliseconds) : { ...moment, at: moment.at + milliseconds }

/** `20260501T080000Z` or `20260501`: how instances of a series are told apart. */
export const stampOf = (moment: Moment): string =>
  moment.kind === "day" ? moment.date.replaceAll("-", "") : `${compactTime(moment.at)}Z`

/** `2026-05-01T10:00:00+02:00`, as clocks in `zone` show it. */
export const withOffset = (at: number, zone: string): string => {
  const offset = offsetAt(at, zone)
  if (offset === 0) return isoTime(at)
  const minutes = Math.abs(offset) / MINUTE
  const sign = offset < 0 ? "-" : "+"
  const hours = String(Math.floor(minutes / 60)).padStart(2, "0")
  return `${isoTime(at + offset).slice(0, -1)}${sign}${hours}:${String(minutes % 60).padStart(2, "0")}`
}
