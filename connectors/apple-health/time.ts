/** Times as Apple Health writes them. */

const MINUTE = 60_000
const DAY = 86_400_000
const WRONG = -1_000_000

/** A time with the offset that it is written with. */
export interface Time {
  /** Milliseconds since 1970, UTC. */
  readonly instant: number
  readonly offsetMinutes: number
}

/** Length of `2019-01-01 00:00:00 +0100`. */
export const TIME_LENGTH = 25

const ZERO = 48

const pair = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : WRONG
}

const HYPHEN = 45
const COLON = 58
const SPACE = 32
const PLUS = 43

const daysIn = (year: number, month: number): number =>
  month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1)

/** Days since 1970-01-01 of a Gregorian date; years begin in March here, so that a leap day is the last. */
const dayNumber = (year: number, month: number, day: number): number => {
  const from = month <= 2 ? year - 1 : year
  const ofYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1
  return from * 365 + ((from / 4) | 0) - ((from / 100) | 0) + ((from / 400) | 0) + ofYear - 719_468
}

/** The wall clock of `2019-01-01 00:00:00` at a place in a text, in milliseconds as if in UTC; NaN: it is none. */
export const wallAt = (text: string, at: number): number => {
  const year = pair(text, at) * 100 + pair(text, at + 2)
  const month = pair(text, at + 5)
  const day = pair(text, at + 8)
  const hour = pair(text, at + 11)
  const minute = pair(text, at + 14)
  const second = pair(text, at + 17)
  const separated =
    text.charCodeAt(at + 4) === HYPHEN &&
    text.charCodeAt(at + 7) === HYPHEN &&
    text.charCodeAt(at + 10) === SPACE &&
    text.charCodeAt(at + 13) === COLON &&
    text.charCodeAt(at + 16) === COLON
  return separated ? wall(year, month, day, hour, minute, second) : Number.NaN
}

const wall = (year: number, month: number, day: number, hour: number, minute: number, second: number): number =>
  year >= 1 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= daysIn(year, month) &&
  hour >= 0 &&
  hour < 24 &&
  minute >= 0 &&
  minute < 60 &&
  second >= 0 &&
  second < 61
    ? dayNumber(year, month, day) * DAY + hour * 3_600_000 + minute * MINUTE + second * 1000
    : Number.NaN

/** The minutes of ` +0100` at a place in a text; NaN: it is none. */
export const offsetAt = (text: string, at: number): number => {
  const sign = text.charCodeAt(at + 1)
  if (text.charCodeAt(at) !== SPACE || (sign !== PLUS && sign !== HYPHEN)) return Number.NaN
  const minutes = offset(pair(text, at + 2), pair(text, at + 4))
  return sign === PLUS ? minutes : 0 - minutes
}

/** No zone is further from Greenwich than 18 hours. */
const offset = (hours: number, minutes: number): number =>
  hours >= 0 && hours <= 18 && minutes >= 0 && minutes < 60 ? hours * 60 + minutes : Number.NaN

export const instantOf = (wall: number, offsetMinutes: number): number => wall - offsetMinutes * MINUTE

// iOS 8 wrote 20150616071916-0700; files that other programs passed on have ISO 8601.
const OTHER = /^(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)(?:\.(\d{1,9}))? ?(?:Z|([+-])(\d\d):?(\d\d))$/

/** Any form of a time; null: it is none. */
export const timeOf = (text: string): Time | null => {
  const parts = OTHER.exec(text)
  if (parts === null) return null
  const [, year, month, day, hour, minute, second, fraction = "", sign = "+", hours = "0", minutes = "0"] = parts
  const local = wall(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  const ahead = offset(Number(hours), Number(minutes))
  const offsetMinutes = sign === "+" ? ahead : 0 - ahead
  const instant = instantOf(local, offsetMinutes) + Number(fraction.slice(0, 3).padEnd(3, "0"))
  return Number.isNaN(instant) ? null : { instant, offsetMinutes }
}
