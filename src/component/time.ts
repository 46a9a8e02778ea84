/** Times as cameras and photo editors write them. */
import type { EpochMillis, WallMillis } from "./column.ts"

// Brands of its own: column.ts's constructors would load Effect into every thread, which takes longer than 1,000 photos.
export const epochMillis = (value: number) => value as EpochMillis
const wallMillis = (value: number) => value as WallMillis

/** The first photograph is of 1826. */
const FIRST_YEAR = 1826
const LAST_YEAR = 2100

/** Milliseconds as if the zone were UTC; null for what is no date, or no plausible one. */
export const wallTime = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  millis = 0
): WallMillis | null => {
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) return null
  if (!(hour < 24 && minute < 60 && second < 61 && month >= 1 && month <= 12 && day >= 1)) return null
  const value = Date.UTC(year, month - 1, day, hour, minute, second, millis)
  // The 31st of February would be in March.
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate() ? wallMillis(value) : null
}

const EXIF_TIME = /^(\d{4})[:\-/.](\d{2})[:\-/.](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?/

/** `2023:03:06 10:15:30` and its like, with the digits of the second's fraction if there are any. */
export const exifTime = (text: string | null, fraction: string | null): WallMillis | null => {
  const parts = text === null ? null : EXIF_TIME.exec(text)
  if (parts === null) return null
  const millis = fraction !== null && /^\d+$/.test(fraction) ? Number(fraction.slice(0, 3).padEnd(3, "0")) : 0
  const [, year, month, day, hour, minute, second = "0"] = parts
  return wallTime(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second), millis)
}

/** `+01:00`, `-0330`, `Z` in minutes. */
export const offsetOf = (text: string | null): number | null => {
  if (text === null) return null
  if (text === "Z") return 0
  const parts = /^([+-])(\d{2}):?(\d{2})$/.exec(text)
  if (parts === null) return null
  const minutes = Number(parts[2]) * 60 + Number(parts[3])
  if (minutes > 18 * 60) return null
  return parts[1] === "-" ? 0 - minutes : minutes
}

const MINUTE = 60_000

/** The instant of a clock that is so many minutes ahead of UTC. */
export const instantOf = (wall: WallMillis, offsetMinutes: number): EpochMillis =>
  epochMillis(wall - offsetMinutes * MINUTE)

/** What a time is that of, the nearest to the picture's first. */
const EVENTS = ["taken", "digitized", "changed"] as const

/** A time as a clock showed it, and what happened then. */
export interface Clock {
  readonly event: (typeof EVENTS)[number]
  readonly local: WallMillis
  /** The clock was so many minutes ahead of UTC, where that is stated. */
  readonly offsetMinutes: number | null
}

/**
 * The first of those nearest to the picture; its offset may be stated by another one that shows the same second, unless it
 * is that of UTC, which is also what programs write that know none.
 */
export const bestClock = (clocks: ReadonlyArray<Clock>): Clock | null => {
  for (const event of EVENTS) {
    const best = clocks.find((clock) => clock.event === event)
    if (best === undefined) continue
    if (best.offsetMinutes !== null) return best
    const same = clocks.find(({ local, offsetMinutes }) => offsetMinutes && Math.abs(local - best.local) < 1000)
    return { ...best, offsetMinutes: same?.offsetMinutes ?? null }
  }
  return null
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?$/

/** `2019-06-01T10:11:12.5+02:00`, with or without fraction and offset; a date alone is no time. */
export const isoClock = (event: Clock["event"], text: string | null): Clock | null => {
  const parts = text === null ? null : ISO_TIME.exec(text)
  const local = parts === null ? null : exifTime(text, parts[1] ?? null)
  return local === null ? null : { event, local, offsetMinutes: offsetOf(parts?.[2] ?? null) }
}

/** QuickTime counts seconds from 1904; 0 and dates before photography mean that nobody set it. */
export const quicktimeInstant = (seconds: number): EpochMillis | null => {
  if (seconds === 0) return null
  const millis = (seconds - 2_082_844_800) * 1000
  const year = new Date(millis).getUTCFullYear()
  return year > 1904 && year <= LAST_YEAR ? epochMillis(millis) : null
}
