/** Days of the life, wall clocks and instants. A day is the number of days since the life's first one. */
import { DateTime } from "effect"
import { EpochMillis, LocalDate } from "../component/column.ts"

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Day 0: Monday, 2023-03-06. Fixed, so that a sample never depends on the date of its making. */
const FIRST_DAY = Date.UTC(2023, 2, 6)

/** Midnight of the day as if its zone were UTC. */
const wallMidnight = (day: number): number => FIRST_DAY + day * DAY

export const dateOf = (day: number): LocalDate => LocalDate(new Date(wallMidnight(day)).toISOString().slice(0, 10))

export const yearOf = (day: number): number => new Date(wallMidnight(day)).getUTCFullYear()

/** 1 to 12. */
export const monthOf = (day: number): number => new Date(wallMidnight(day)).getUTCMonth() + 1

export const dayOfMonth = (day: number): number => new Date(wallMidnight(day)).getUTCDate()

/** 0 is Monday. */
export const weekdayOf = (day: number): number => ((day % 7) + 7) % 7

/** The day with this date, which may lie before day 0. */
export const dayOf = (year: number, month: number, date: number): number =>
  Math.round((Date.UTC(year, month - 1, date) - FIRST_DAY) / DAY)

/** The instant at which clocks in `zone` show so many seconds after the day's midnight. */
export const instantAt = (day: number, seconds: number, zone: string): EpochMillis =>
  EpochMillis(
    DateTime.makeZonedUnsafe(wallMidnight(day) + seconds * SECOND, { timeZone: zone, adjustForTimeZone: true })
      .epochMilliseconds
  )

export const offsetMinutes = (instant: EpochMillis, zone: string): number =>
  DateTime.zonedOffset(DateTime.makeZonedUnsafe(instant, { timeZone: zone })) / MINUTE

/** `offsetMinutes` with a memory: a zone is asked once for each day, but for those on which its offset changes. */
export const rememberedOffsets = (): typeof offsetMinutes => {
  const known = new Map<string, number | null>()
  return (instant, zone) => {
    const start = Math.floor(instant / DAY) * DAY
    const key = `${zone} ${start}`
    const found = known.get(key)
    if (found !== undefined) return found ?? offsetMinutes(instant, zone)
    const offset = offsetMinutes(EpochMillis(start), zone)
    known.set(key, offset === offsetMinutes(EpochMillis(start + DAY), zone) ? offset : null)
    return offsetMinutes(instant, zone)
  }
}

/** `20230306T101530`: what clocks with this offset show. */
export const compactTime = (instant: number, offset = 0): string =>
  new Date(instant + offset * MINUTE).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")

/** `2023-03-06T10:15:30Z`. */
export const isoTime = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`

export const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
