/** Time zones as calendars need them: IANA's, those that a file defines by rules, and fixed offsets. */
import { DateTime, Option } from "effect"
import { EpochMillis } from "../../src/component/column.ts"
import { DAY, MINUTE, utcMidnight } from "./clock.ts"
import { byDays } from "./by-days.ts"

export interface Zone {
  /** IANA name; null where none fits. */
  readonly name: string | null
  /** Milliseconds east of UTC at an instant. */
  readonly offsetAt: (instant: number) => number
}

export const UTC: Zone = { name: "UTC", offsetAt: () => 0 }

export const toWall = (zone: Zone, instant: number): number => instant + zone.offsetAt(instant)

/**
 * The instant of a wall time. As RFC 5545 has it, a time that occurs twice is the first of the two, and one that is
 * skipped counts with the offset before the change.
 */
export const toInstant = (zone: Zone, wall: number): EpochMillis => {
  const before = zone.offsetAt(wall - DAY)
  const after = zone.offsetAt(wall + DAY)
  const fits = (offset: number) => zone.offsetAt(wall - offset) === offset
  return EpochMillis(wall - (before === after || fits(before) || !fits(after) ? before : after))
}

/** IANA zones by name, each made once. Null: Intl doesn't know it. */
export const ianaZones = (): ((name: string) => Zone | null) => {
  const known = new Map<string, Zone | null>()
  const make = (name: string): Zone | null =>
    /^[A-Za-z]/.test(name)
      ? DateTime.zoneMakeNamed(name).pipe(
          Option.map((timeZone) => ({
            // Intl puts old names for new ones (Asia/Calcutta for Asia/Kolkata): the file's is kept, in the usual case.
            name: timeZone.id.toLowerCase() === name.toLowerCase() ? timeZone.id : name,
            offsetAt: byDays((instant) => DateTime.zonedOffset(DateTime.makeZonedUnsafe(instant, { timeZone })))
          })),
          Option.getOrNull
        )
      : null
  return (name) => {
    const zone = known.get(name) ?? make(name)
    known.set(name, zone)
    return zone
  }
}

export interface Transition {
  readonly at: number
  readonly before: number
  readonly after: number
}

/** A zone by its changes of offset, of which there must be one. */
export const zoneOfTransitions = (transitions: ReadonlyArray<Transition>): Zone => {
  const sorted = transitions.toSorted((a, b) => a.at - b.at)
  const offsetAt = (instant: number) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sorted[middle]?.at ?? 0) <= instant) low = middle + 1
      else high = middle
    }
    return sorted[low - 1]?.after ?? sorted[0]?.before ?? 0
  }
  return { name: null, offsetAt }
}

/** Every half month of the years in which most calendars lie. */
const SAMPLES = Array.from({ length: 390 }, (_, index) => utcMidnight(2010, 1, 1) + index * 15 * DAY)

/** Have two zones the same offsets, as far as a calendar of these years would show? */
export const sameOffsets = (a: Zone, b: Zone): boolean => SAMPLES.every((at) => a.offsetAt(at) === b.offsetAt(at))

const FIXED = /^\(?\s*(?:UTC|GMT)?\s*([+-])(\d{1,2})[:.]?(\d{2})?\)?/i

/** `GMT+0200`, `UTC-5`, `+01:00`, `(GMT+01.00) …`: a fixed offset. */
export const fixedZone = (name: string): Zone | null => {
  const [, sign, hours, minutes = "0"] = FIXED.exec(name) ?? []
  if (hours === undefined || Number(hours) > 14 || Number(minutes) > 59) return null
  const size = Number(hours) * 60 + Number(minutes)
  const east = sign === "-" ? -size : size
  // In Etc/GMT±n, west is positive.
  const etc = size === 0 ? "UTC" : `Etc/GMT${east > 0 ? "-" : "+"}${Number(hours)}`
  return { name: size % 60 === 0 && Number(hours) <= 12 ? etc : null, offsetAt: () => east * MINUTE }
}
