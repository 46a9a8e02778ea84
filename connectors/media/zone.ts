/** Time zones: which one holds at a place, and how clocks and instants convert. */
import tzLookup from "@photostructure/tz-lookup"
import { DateTime, Option } from "effect"
import { EpochMillis, LocalDate, type WallMillis } from "../../src/component/column.ts"
import type { Position } from "./sidecar.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR
const QUARTER = 900_000
const FURTHEST = 14 * HOUR

export interface Zones {
  /** The IANA zone at a position; null where the runtime doesn't know it. */
  readonly at: (position: Position) => string | null
  /** Milliseconds that clocks in the zone are ahead of UTC. An unknown zone counts as UTC. */
  readonly offset: (zone: string, instant: EpochMillis) => number
  /** The instant at which clocks in the zone show this time; the earlier of two, the later side of a gap. */
  readonly instant: (zone: string, wall: WallMillis) => EpochMillis
}

/** A zone's offsets by day: pictures are taken in bunches, and most days have one offset from end to end. */
const dayOffsets = (timeZone: DateTime.TimeZone) => {
  const days = new Map<number, number | null>()
  const exactly = (instant: number): number => DateTime.zonedOffset(DateTime.makeZonedUnsafe(instant, { timeZone }))
  /** Null: the clocks change on this day. */
  const onDay = (day: number): number | null => {
    const known = days.get(day)
    if (known !== undefined) return known
    const offset = exactly(day * DAY)
    const steady = offset === exactly((day + 1) * DAY) ? offset : null
    days.set(day, steady)
    return steady
  }
  const offset = (instant: number): number => onDay(Math.floor(instant / DAY)) ?? exactly(instant)
  return {
    offset,
    instant: (wall: number): number => {
      const [before, after] = [offset(wall - FURTHEST), offset(wall + FURTHEST)]
      return before === after
        ? wall - before
        : DateTime.toEpochMillis(DateTime.makeZonedUnsafe(wall, { timeZone, adjustForTimeZone: true }))
    }
  }
}

type KnownZone = ReturnType<typeof dayOffsets>

/** Keeps the zones that were looked up, for as long as a stream runs. */
export const makeZones = (): Zones => {
  const known = new Map<string, KnownZone | null>()
  const zoneOf = (name: string): KnownZone | null => {
    const cached = known.get(name)
    if (cached !== undefined) return cached
    const timeZone = Option.getOrNull(DateTime.zoneMakeNamed(name))
    const zone = timeZone === null ? null : dayOffsets(timeZone)
    known.set(name, zone)
    return zone
  }
  return {
    at: ({ latitude, longitude }) => {
      const name = tzLookup(latitude, longitude)
      return zoneOf(name) === null ? null : name
    },
    offset: (name, instant) => zoneOf(name)?.offset(instant) ?? 0,
    instant: (name, wall) => EpochMillis(zoneOf(name)?.instant(wall) ?? wall)
  }
}

/**
 * The offset from UTC by which a clock and an instant differ, in milliseconds, if they can mean the same moment:
 * offsets are multiples of a quarter of an hour, and at most 14 hours.
 */
export const offsetBetween = (wall: WallMillis, instant: EpochMillis, tolerance: number): number | null => {
  const difference = wall - instant
  const offset = Math.round(difference / QUARTER) * QUARTER
  return Math.abs(offset) <= FURTHEST && Math.abs(difference - offset) <= tolerance ? offset : null
}

/** The IANA zone that always has this offset; null where there is none (half hours). The sign in its name is reversed. */
export const fixedZone = (offset: number): string | null => {
  const hours = offset / HOUR
  if (hours === 0) return "UTC"
  return Number.isInteger(hours) && hours >= -12 ? `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}` : null
}

/** The date on a clock that is this far ahead of UTC. */
export const dateAt = (instant: EpochMillis, offset: number): LocalDate =>
  LocalDate(new Date(instant + offset).toISOString().slice(0, 10))
