/** The values of DTSTART and its like: dates, wall times and instants. */
import ICAL from "ical.js"
import { Result } from "effect"
import { DAY, HOUR, MINUTE, SECOND, dateParts, startOfDay, utcMidnight } from "./clock.ts"
import type { Property } from "./property.ts"
import { UTC, type Zone, toInstant, toWall } from "./zone.ts"

/** A time as written; `wall` is in milliseconds, of a date its midnight. */
export type Moment =
  | { readonly kind: "date"; readonly wall: number }
  /** `tzid` null: floating. */
  | { readonly kind: "wall"; readonly wall: number; readonly tzid: string | null }
  | { readonly kind: "utc"; readonly wall: number }

const WRITTEN = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?)?(Z)?$/i

/** Reads one date or time, by its form and not by what VALUE says; null: it is none. */
export const parseMoment = (value: string, tzid: string | null = null): Moment | null => {
  const [, year, month, day, hours, minutes = "0", seconds = "0", z] = WRITTEN.exec(value.trim()) ?? []
  const midnight = utcMidnight(Number(year), Number(month), Number(day))
  const parts = dateParts(midnight)
  // Dates that don't exist come out as others.
  if (Number(year) < 1 || parts.month !== Number(month) || parts.day !== Number(day)) return null
  if (hours === undefined) return { kind: "date", wall: midnight }
  if (Number(minutes) > 59 || Number(seconds) > 60) return null
  const time = Number(hours) * HOUR + Number(minutes) * MINUTE + Math.min(Number(seconds), 59) * SECOND
  // 24:00:00 is the end of the day.
  if (time > DAY) return null
  const wall = midnight + time
  return z === undefined ? { kind: "wall", wall, tzid } : { kind: "utc", wall }
}

/** The zone that a property names. */
export const tzidOf = (property: Property): string | null => property.params.get("tzid")?.trim() || null

export const momentOf = (property: Property): Moment | null => parseMoment(property.value, tzidOf(property))

/** How the end follows from a start: whole days on the wall calendar, then exact time. */
export interface Length {
  readonly days: number
  readonly millis: number
}

/** No event lasts longer. */
const MAX_DAYS = 366_000

/** Reads a DURATION; null: it is none. A negative one, which RFC 5545 forbids here, counts as none at all. */
export const parseLength = (value: string): Length | null => {
  const text = value.trim().toUpperCase()
  if (!/^[+-]?P(?=.)/.test(text)) return null
  const parsed = Result.try(() => ICAL.Duration.fromString(text))
  if (Result.isFailure(parsed)) return null
  const { weeks, days, hours, minutes, seconds, isNegative } = parsed.success
  if (Math.abs(parsed.success.toSeconds()) * SECOND > MAX_DAYS * DAY) return null
  if (isNegative) return { days: 0, millis: 0 }
  return { days: weeks * 7 + days, millis: hours * HOUR + minutes * MINUTE + seconds * SECOND }
}

/** What a file's times mean: its zones by name, and the one of its floating times and dates. */
export interface Zones {
  /** Null: nothing is known of a zone of this name. */
  readonly byId: (tzid: string) => Zone | null
  readonly own: Zone
}

/** The zone in which a moment is written. */
export const zoneOf = (moment: Moment, zones: Zones): Zone =>
  moment.kind === "utc"
    ? UTC
    : moment.kind === "wall" && moment.tzid !== null
      ? (zones.byId(moment.tzid) ?? zones.own)
      : zones.own

/** The instant of a moment; of a date, midnight in the file's own zone. */
export const instantIn = (moment: Moment, zones: Zones): number => toInstant(zoneOf(moment, zones), moment.wall)

/** A moment's wall time in a zone. A floating one has the same everywhere. */
export const wallIn = (moment: Moment, zone: Zone, zones: Zones): number =>
  moment.kind === "date" || (moment.kind === "wall" && moment.tzid === null)
    ? moment.wall
    : toWall(zone, instantIn(moment, zones))

/** A moment's date, at midnight, in a zone. */
export const dateIn = (moment: Moment, zone: Zone, zones: Zones): number => startOfDay(wallIn(moment, zone, zones))
