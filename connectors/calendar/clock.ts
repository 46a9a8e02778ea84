/** Wall-clock arithmetic: times without a zone are the milliseconds that they would be since 1970 in UTC. */
import { LocalDate } from "../../src/component/column.ts"

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

interface DateParts {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** 0 is Sunday. */
  readonly weekday: number
}

export const dateParts = (wall: number): DateParts => {
  const date = new Date(wall)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay()
  }
}

/** Midnight of a date; a month of 13 is next year's January. `Date.UTC` would take years below 100 for 19xx. */
export const utcMidnight = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month - 1, day)

export const daysInMonth = (year: number, month: number): number => dateParts(utcMidnight(year, month + 1, 0)).day

/** The first of the month that lies so many months after a date's. */
export const addMonths = (wall: number, months: number): number => {
  const { year, month } = dateParts(wall)
  return utcMidnight(year, month + months, 1)
}

export const startOfDay = (wall: number): number => Math.floor(wall / DAY) * DAY

/** `20240609T030000` of a wall time. */
export const basicTime = (wall: number): string => new Date(wall).toISOString().replace(/[-:]|\.\d+Z$/g, "")

/** `20240609` of a wall time. */
export const basicDate = (wall: number): string => basicTime(wall).slice(0, 8)

/** `2024-06-09` of a wall time. Years after 9999 have more digits, without the sign that ISO 8601 wants. */
export const localDate = (wall: number): LocalDate => {
  const text = new Date(wall).toISOString()
  return LocalDate(text.startsWith("+") ? text.replace(/^\+0*|T.*$/g, "") : text.slice(0, 10))
}
