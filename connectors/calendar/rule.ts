/**
 * Recurrence rules (RFC 5545, 3.3.10), expanded in wall-clock time. ical.js reads them; it doesn't expand them, because
 * its iterator drops, repeats and disorders occurrences of rules with BYMONTH, negative BYMONTHDAY or BYSETPOS, and
 * never ends on rules that nothing fulfils. Here each period's days are filtered by all parts of the rule at once.
 */
import ICAL from "ical.js"
import { Result } from "effect"
import { DAY, HOUR, MINUTE, SECOND, addMonths, dateParts, daysInMonth, utcMidnight } from "./clock.ts"
import { type Moment, parseMoment } from "./moment.ts"

const FREQUENCIES = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const
type Frequency = (typeof FREQUENCIES)[number]

interface WeekdayPart {
  /** 0 is Sunday. */
  readonly weekday: number
  /** Which one of the month or year, negative from its end; 0: all. */
  readonly nth: number
}

export interface Rule {
  readonly frequency: Frequency
  readonly interval: number
  readonly count: number | null
  /** What it means depends on the event's zone. */
  readonly until: Moment | null
  readonly weekStart: number
  readonly months: ReadonlyArray<number> | null
  readonly weeks: ReadonlyArray<number> | null
  readonly yearDays: ReadonlyArray<number> | null
  readonly monthDays: ReadonlyArray<number> | null
  readonly weekdays: ReadonlyArray<WeekdayPart> | null
  readonly hours: ReadonlyArray<number> | null
  readonly minutes: ReadonlyArray<number> | null
  readonly seconds: ReadonlyArray<number> | null
  readonly positions: ReadonlyArray<number> | null
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
const UNTIL = /(?:^|;)UNTIL=([^;]*)/

const weekdayPart = (text: string): WeekdayPart => ({
  weekday: WEEKDAYS.indexOf(text.slice(-2)),
  nth: Number(text.slice(0, -2).replace(/^\+?$/, "0"))
})

const ascending = (values: ReadonlyArray<number> | undefined): ReadonlyArray<number> | null =>
  values === undefined ? null : values.toSorted((a, b) => a - b)

/** Reads the value of an RRULE or EXRULE; fails with what is wrong with it, in words. */
export const parseRule = (value: string): Result.Result<Rule, string> => {
  const text = value.trim().toUpperCase().replace(/;+$/, "")
  const untilText = UNTIL.exec(text)?.[1]
  const until = untilText === undefined ? null : parseMoment(untilText)
  const recur = Result.try({
    try: () => ICAL.Recur.fromString(text.replace(UNTIL, "").replace(/^;/, "")),
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
  })
  return Result.flatMap(recur, ({ freq, interval, count, wkst, parts }) => {
    const frequency = FREQUENCIES.find((name) => name === freq)
    if (frequency === undefined) return Result.fail("FREQ is missing")
    if (untilText !== undefined && until === null) return Result.fail(`UNTIL is no date or time: "${untilText}"`)
    if (count !== null && count < 1) return Result.fail("COUNT must be at least 1")
    return Result.succeed({
      frequency,
      interval,
      count,
      until,
      weekStart: wkst - 1,
      months: ascending(parts.BYMONTH),
      weeks: ascending(parts.BYWEEKNO),
      yearDays: ascending(parts.BYYEARDAY),
      monthDays: ascending(parts.BYMONTHDAY),
      weekdays: parts.BYDAY?.map(weekdayPart) ?? null,
      hours: ascending(parts.BYHOUR),
      minutes: ascending(parts.BYMINUTE),
      // A leap second has no place of its own in a day of 86,400 seconds.
      seconds: ascending(parts.BYSECOND)?.map((second) => Math.min(second, 59)) ?? null,
      positions: ascending(parts.BYSETPOS)
    })
  })
}

/** The rule with the days that it takes from the start, because it names none itself. */
const withStart = (rule: Rule, start: number): Rule => {
  const { month, day, weekday } = dateParts(start)
  const onWeekday = [{ weekday, nth: 0 }]
  if (rule.weekdays !== null || rule.monthDays !== null || rule.yearDays !== null) return rule
  if (rule.frequency === "WEEKLY") return { ...rule, weekdays: onWeekday }
  if (rule.frequency === "MONTHLY") return { ...rule, monthDays: [day] }
  if (rule.frequency !== "YEARLY") return rule
  if (rule.weeks !== null) return { ...rule, weekdays: onWeekday }
  return { ...rule, months: rule.months ?? [month], monthDays: [day] }
}

/** The number of a day's week, and how many weeks its year has. The first week has at least four days of the year. */
const weekOf = (day: number, weekStart: number): { readonly week: number; readonly weeks: number } => {
  const middle = (at: number) => at + (3 - ((dateParts(at).weekday - weekStart + 7) % 7)) * DAY
  const number = (at: number) => Math.floor((at - utcMidnight(dateParts(at).year, 1, 1)) / (7 * DAY)) + 1
  const own = middle(day)
  return { week: number(own), weeks: number(middle(utcMidnight(dateParts(own).year, 12, 28))) }
}

/** Is it the `n`th of `size`, counting from 1, or from the end with negative numbers? */
const isNth = (numbers: ReadonlyArray<number>, n: number, size: number): boolean =>
  numbers.includes(n) || numbers.includes(n - size - 1)

/** A day's place in its year, from 1, and the length of the year. */
const placeInYear = (midnight: number, year: number): readonly [place: number, size: number] => {
  const first = utcMidnight(year, 1, 1)
  return [(midnight - first) / DAY + 1, (utcMidnight(year + 1, 1, 1) - first) / DAY]
}

/** Does a day fulfil all parts of the rule that speak of days? */
const matchesDay = (rule: Rule, midnight: number): boolean => {
  const { year, month, day, weekday } = dateParts(midnight)
  if (rule.months !== null && !rule.months.includes(month)) return false
  if (rule.monthDays !== null && !isNth(rule.monthDays, day, daysInMonth(year, month))) return false
  if (rule.yearDays !== null && !isNth(rule.yearDays, ...placeInYear(midnight, year))) return false
  if (rule.weeks !== null) {
    const { week, weeks } = weekOf(midnight, rule.weekStart)
    if (!isNth(rule.weeks, week, weeks)) return false
  }
  if (rule.weekdays === null) return true
  const inMonth = rule.frequency === "MONTHLY" || (rule.frequency === "YEARLY" && rule.months !== null)
  const inYear = rule.frequency === "YEARLY" && rule.weeks === null
  return rule.weekdays.some((part) => {
    if (part.weekday !== weekday) return false
    if (part.nth === 0 || !(inMonth || inYear)) return true
    const [place, size] = inMonth ? [day, daysInMonth(year, month)] : placeInYear(midnight, year)
    return part.nth === Math.ceil(place / 7) || part.nth === -Math.ceil((size - place + 1) / 7)
  })
}

/** A stretch of the rule's frequency: all combinations of its parts are candidates. */
interface Period {
  readonly from: number
  readonly days: ReadonlyArray<number>
  readonly hours: ReadonlyArray<number>
  readonly minutes: ReadonlyArray<number>
  readonly seconds: ReadonlyArray<number>
}

const NONE: ReadonlyArray<number> = []
const run = (from: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, index) => from + index * DAY)

/** The days of the `index`th period of a rule of days or longer, unfiltered. */
const daysOf = (
  rule: Rule,
  start: number,
  index: number
): { readonly from: number; readonly days: ReadonlyArray<number> } => {
  const { year, month, weekday } = dateParts(start)
  const midnight = Math.floor(start / DAY) * DAY
  const monthDays = (from: number) => run(from, daysInMonth(dateParts(from).year, dateParts(from).month))
  switch (rule.frequency) {
    case "YEARLY": {
      const from = utcMidnight(year + index * rule.interval, 1, 1)
      const months = rule.months ?? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
      return { from, days: months.flatMap((each) => monthDays(addMonths(from, each - 1))) }
    }
    case "MONTHLY": {
      const from = addMonths(utcMidnight(year, month, 1), index * rule.interval)
      return { from, days: monthDays(from) }
    }
    case "WEEKLY": {
      const from = midnight - ((weekday - rule.weekStart + 7) % 7) * DAY + index * rule.interval * 7 * DAY
      return { from, days: run(from, 7) }
    }
    default: {
      const from = midnight + index * rule.interval * DAY
      return { from, days: [from] }
    }
  }
}

function* longPeriods(rule: Rule, start: number): Generator<Period> {
  const time = start - Math.floor(start / DAY) * DAY
  const hours = rule.hours ?? [Math.floor(time / HOUR)]
  const minutes = rule.minutes ?? [Math.floor((time % HOUR) / MINUTE)]
  const seconds = rule.seconds ?? [(time % MINUTE) / SECOND]
  for (let index = 0; ; index++) {
    const { from, days } = daysOf(rule, start, index)
    yield { from, days: days.filter((day) => matchesDay(rule, day)), hours, minutes, seconds }
  }
}

/** Periods within a day: where a day, hour or minute is ruled out, the search goes on after it. */
function* shortPeriods(rule: Rule, start: number, unit: number): Generator<Period> {
  const step = unit * rule.interval
  const first = Math.floor(start / unit) * unit
  for (let from = first; ;) {
    const day = Math.floor(from / DAY) * DAY
    const hour = Math.floor((from - day) / HOUR)
    const minute = Math.floor((from % HOUR) / MINUTE)
    const second = (from % MINUTE) / SECOND
    const outside = !matchesDay(rule, day)
      ? DAY
      : rule.hours !== null && !rule.hours.includes(hour)
        ? HOUR
        : unit < HOUR && rule.minutes !== null && !rule.minutes.includes(minute)
          ? MINUTE
          : 0
    const fits = unit > SECOND || rule.seconds === null || rule.seconds.includes(second)
    yield {
      from,
      days: outside === 0 && fits ? [day] : NONE,
      hours: [hour],
      minutes: unit < HOUR ? [minute] : (rule.minutes ?? [Math.floor((start % HOUR) / MINUTE)]),
      seconds: unit < MINUTE ? [second] : (rule.seconds ?? [(start % MINUTE) / SECOND])
    }
    const beyond = outside === 0 ? from + step : (Math.floor(from / outside) + 1) * outside
    from = first + Math.ceil((beyond - first) / step) * step
  }
}

const UNITS = new Map<Frequency, number>([
  ["SECONDLY", SECOND],
  ["MINUTELY", MINUTE],
  ["HOURLY", HOUR]
])

const sizeOf = ({ days, hours, minutes, seconds }: Period): number =>
  days.length * hours.length * minutes.length * seconds.length

function* candidates({ days, hours, minutes, seconds }: Period): Generator<number> {
  for (const day of days)
    for (const hour of hours)
      for (const minute of minutes)
        for (const second of seconds) yield day + hour * HOUR + minute * MINUTE + second * SECOND
}

/** What BYSETPOS leaves of a period. */
const positioned = (period: Period, positions: ReadonlyArray<number>): ReadonlyArray<number> => {
  const all = [...candidates(period)]
  return all.filter((_, index) => isNth(positions, index + 1, all.length))
}

/** Periods looked at, and candidates of one period held at once: more is no calendar that a person keeps. */
const MAX_PERIODS = 1_000_000
const MAX_CANDIDATES = 100_000

export interface Expansion {
  /** Wall times after the start, ascending, each once. */
  readonly times: ReadonlyArray<number>
  /** False: there are more, but a limit was reached. */
  readonly complete: boolean
}

/**
 * The wall times that fulfil a rule, from `start` up to and including `end`, at most `max` of them. COUNT and UNTIL are
 * the caller's, who knows whether the start itself counts and what UNTIL means in its zone.
 */
export const expand = (given: Rule, start: number, end: number, max: number): Expansion => {
  const rule = withStart(given, start)
  const unit = UNITS.get(rule.frequency)
  const times: Array<number> = []
  let looked = 0
  for (const period of unit === undefined ? longPeriods(rule, start) : shortPeriods(rule, start, unit)) {
    if (period.from > end || Number.isNaN(period.from)) return { times, complete: true }
    if (++looked > MAX_PERIODS) return { times, complete: false }
    if (rule.positions !== null && sizeOf(period) > MAX_CANDIDATES) return { times, complete: false }
    for (const time of rule.positions === null ? candidates(period) : positioned(period, rule.positions)) {
      if (time > end) return { times, complete: true }
      if (time < start || time === times.at(-1)) continue
      if (times.length === max) return { times, complete: false }
      times.push(time)
    }
  }
  return { times, complete: true }
}
