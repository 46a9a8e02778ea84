import ICAL from "ical.js"
import { Result } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DAY, utcMidnight } from "../../../connectors/calendar/clock.ts"
import { expand, parseRule } from "../../../connectors/calendar/rule.ts"

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]

const wall = (text: string) => Date.parse(`${text}Z`)
const shown = (times: ReadonlyArray<number>) => times.map((time) => new Date(time).toISOString().slice(0, 16))
const dates = (times: ReadonlyArray<number>) => shown(times).map((time) => time.slice(0, 10))

const expandText = (text: string, start: string, end: string, max = 1000) =>
  expand(Result.getOrThrow(parseRule(text)), wall(start), wall(end), max)

interface Parts {
  readonly frequency: string
  readonly interval: number
  readonly byDay: ReadonlyArray<string>
  readonly byMonthDay: ReadonlyArray<number>
  readonly byMonth: ReadonlyArray<number>
}

const ruleText = (parts: Parts) =>
  [
    `FREQ=${parts.frequency}`,
    `INTERVAL=${parts.interval}`,
    ...(parts.byDay.length === 0 ? [] : [`BYDAY=${parts.byDay.join(",")}`]),
    ...(parts.byMonthDay.length === 0 ? [] : [`BYMONTHDAY=${parts.byMonthDay.join(",")}`]),
    ...(parts.byMonth.length === 0 ? [] : [`BYMONTH=${parts.byMonth.join(",")}`])
  ].join(";")

/** Asks of every single day, knowing nothing of periods, whether it belongs to the rule. */
const dayByDay = (parts: Parts, start: number, end: number): ReadonlyArray<number> => {
  const time = start % DAY
  const first = start - time
  const begin = new Date(start)
  const monday = (day: number) => day - ((new Date(day).getUTCDay() + 6) % 7) * DAY
  const found: Array<number> = []
  for (let day = first; day + time <= end; day += DAY) {
    const date = new Date(day)
    const [year, month, number] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
    const months = (year - begin.getUTCFullYear()) * 12 + month - begin.getUTCMonth()
    const distance = {
      DAILY: (day - first) / DAY,
      WEEKLY: (monday(day) - monday(first)) / (7 * DAY),
      MONTHLY: months,
      YEARLY: year - begin.getUTCFullYear()
    }[parts.frequency]
    const named = parts.byDay.length + parts.byMonthDay.length > 0
    const fits =
      (distance ?? 0.5) % parts.interval === 0 &&
      (parts.byMonth.length === 0 || parts.byMonth.includes(month + 1)) &&
      (parts.byMonthDay.length === 0 ||
        parts.byMonthDay.includes(number) ||
        parts.byMonthDay.includes(number - length - 1)) &&
      (parts.byDay.length === 0 ||
        parts.byDay.some((text) => {
          if (!text.endsWith(WEEKDAYS[date.getUTCDay()] ?? "?")) return false
          const nth = Number.parseInt(text, 10)
          if (Number.isNaN(nth)) return true
          let [before, after] = [0, 0]
          for (let other = number - 7; other > 0; other -= 7) before++
          for (let other = number + 7; other <= length; other += 7) after++
          return nth > 0 ? before === nth - 1 : after === -nth - 1
        })) &&
      (named || parts.frequency !== "WEEKLY" || date.getUTCDay() === begin.getUTCDay()) &&
      (named || !["MONTHLY", "YEARLY"].includes(parts.frequency) || number === begin.getUTCDate()) &&
      (named || parts.frequency !== "YEARLY" || parts.byMonth.length > 0 || month === begin.getUTCMonth())
    if (fits) found.push(day + time)
  }
  return found
}

const start = fc
  .tuple(fc.integer({ min: 2018, max: 2022 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
  .map(([year, month, day]) => utcMidnight(year, month, day) + 9.5 * 3_600_000)
/** Days that every month has: on others, ical.js moves on into the next month. */
const everyMonth = start.filter((from) => new Date(from).getUTCDate() <= 28)
const weekdays = fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { maxLength: 3 })
const monthDays = fc.uniqueArray(fc.constantFrom(1, 5, 13, 28, 29, 30, 31, -1, -2, -31), { maxLength: 3 })
const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 })
const interval = fc.integer({ min: 1, max: 4 })
const nthWeekdays = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom("", "1", "2", "3", "4", "5", "-1", "-2"), fc.constantFrom(...WEEKDAYS))
    .map((part) => part.join("")),
  { maxLength: 3 }
)

const plain = fc.record({
  frequency: fc.constantFrom("DAILY", "WEEKLY"),
  interval,
  byDay: weekdays,
  byMonthDay: fc.constant([]),
  byMonth: months
})
const monthly = fc.record({
  frequency: fc.constant("MONTHLY"),
  interval,
  byDay: nthWeekdays,
  byMonthDay: monthDays,
  byMonth: months
})
const yearly = fc
  .record({
    frequency: fc.constant("YEARLY"),
    interval,
    byDay: nthWeekdays,
    byMonthDay: monthDays,
    byMonth: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 })
  })
  .map((parts): Parts => parts)
const daily = fc.record({
  frequency: fc.constant("DAILY"),
  interval,
  byDay: weekdays,
  byMonthDay: monthDays,
  byMonth: months
})

describe("expand", () => {
  it("finds the days that a naive search day by day finds", () => {
    fc.assert(
      fc.property(fc.oneof(plain, monthly, yearly, daily), start, (parts, from) => {
        const end = from + 1500 * DAY
        const rule = Result.getOrThrow(parseRule(ruleText(parts)))
        expect(dates(expand(rule, from, end, 5000).times)).toEqual(dates(dayByDay(parts, from, end)))
      }),
      { numRuns: 400 }
    )
  })

  it("agrees with ical.js where ical.js is right: by weekday, by day, by year", () => {
    const simple = fc.oneof(
      fc.record({ frequency: fc.constant("WEEKLY"), interval, byDay: weekdays }),
      fc.record({ frequency: fc.constantFrom("DAILY", "MONTHLY", "YEARLY"), interval, byDay: fc.constant([]) })
    )
    fc.assert(
      fc.property(simple, everyMonth, (parts, from) => {
        const end = from + 1200 * DAY
        const text = ruleText({ ...parts, byMonthDay: [], byMonth: [] })
        const iterator = ICAL.Recur.fromString(text).iterator(
          ICAL.Time.fromString(new Date(from).toISOString().slice(0, 19), null)
        )
        const expected: Array<string> = []
        for (let next = iterator.next(); next !== null; next = iterator.next()) {
          if (wall(next.toString()) > end) break
          expected.push(next.toString().slice(0, 16))
        }
        expect(shown(expand(Result.getOrThrow(parseRule(text)), from, end, 5000).times)).toEqual(expected)
      }),
      { numRuns: 200 }
    )
  })

  it.each([
    [
      "the last workday of the month",
      "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
      ["2024-05-31", "2024-06-28", "2024-07-31"]
    ],
    [
      "every four years on a Tuesday after a Monday",
      "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
      ["2024-11-05", "2028-11-07", "2032-11-02"]
    ],
    ["the 20th Monday of the year", "FREQ=YEARLY;BYDAY=20MO", ["2024-05-13", "2025-05-19", "2026-05-18"]],
    ["Monday of week 20", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", ["2024-05-13", "2025-05-12", "2026-05-11"]],
    ["the last week's Thursday", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", ["2024-12-26", "2025-12-25", "2026-12-31"]],
    ["days of the year from both ends", "FREQ=YEARLY;BYYEARDAY=200,-1", ["2024-07-18", "2024-12-31", "2025-07-19"]],
    [
      "a leap day waits for leap years",
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
      ["2028-02-29", "2032-02-29", "2036-02-29"]
    ],
    ["the 31st skips short months", "FREQ=MONTHLY;BYMONTHDAY=31", ["2024-05-31", "2024-07-31", "2024-08-31"]],
    ["every Friday the 13th", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["2024-09-13", "2024-12-13", "2025-06-13"]],
    ["another week's start", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", ["2024-05-14", "2024-05-26", "2024-05-28"]],
    ["the last day of the month by days", "FREQ=DAILY;BYMONTHDAY=-1", ["2024-05-31", "2024-06-30", "2024-07-31"]],
    ["lower case", "freq=weekly;byday=we", ["2024-05-15", "2024-05-22", "2024-05-29"]]
  ])("knows %s", (_, text, expected) => {
    expect(dates(expandText(text, "2024-05-13T09:00:00", "2040-01-01T00:00:00").times).slice(0, 3)).toEqual(expected)
  })

  it.each([
    ["hours", "FREQ=DAILY;BYHOUR=9,18", ["2024-05-13T09:30", "2024-05-13T18:30", "2024-05-14T09:30"]],
    [
      "every 20 minutes within an hour",
      "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9",
      ["2024-05-13T09:30", "2024-05-13T09:50", "2024-05-14T09:10"]
    ],
    ["every 8 hours", "FREQ=HOURLY;INTERVAL=8", ["2024-05-13T09:30", "2024-05-13T17:30", "2024-05-14T01:30"]],
    [
      "every 36 hours on weekends",
      "FREQ=HOURLY;INTERVAL=36;BYDAY=SA,SU",
      ["2024-05-19T09:30", "2024-05-25T09:30", "2024-05-26T21:30"]
    ],
    [
      "every half a day in seconds",
      "FREQ=SECONDLY;INTERVAL=43200",
      ["2024-05-13T09:30", "2024-05-13T21:30", "2024-05-14T09:30"]
    ]
  ])("expands within the day: %s", (_, text, expected) => {
    expect(shown(expandText(text, "2024-05-13T09:30:00", "2025-01-01T00:00:00").times).slice(0, 3)).toEqual(expected)
  })

  it("says when a rule has more occurrences than the limit", () => {
    const { times, complete } = expandText("FREQ=SECONDLY", "2024-01-01T00:00:00", "2026-01-01T00:00:00", 50)
    expect(times).toHaveLength(50)
    expect(complete).toBe(false)
  })

  it("ends on rules that nothing fulfils", () => {
    const hostile = [
      "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
      "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=9"
    ]
    for (const text of hostile) {
      expect(expandText(text, "2000-01-01T00:00:00", "2100-01-01T00:00:00")).toEqual({ times: [], complete: true })
    }
  })

  it("gives up on rules that would take for ever", () => {
    for (const text of [
      "FREQ=SECONDLY;BYMINUTE=1;BYSECOND=1;INTERVAL=7",
      "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,10,20,30,40,50;BYSECOND=0,10,20,30,40,50;BYSETPOS=1"
    ]) {
      expect(expandText(text, "1970-01-01T00:00:00", "2100-01-01T00:00:00").complete).toBe(false)
    }
  })

  it("takes any interval", () => {
    const { times, complete } = expandText(
      "FREQ=DAILY;INTERVAL=2000000000",
      "2024-01-01T00:00:00",
      "2100-01-01T00:00:00"
    )
    expect([dates(times), complete]).toEqual([["2024-01-01"], true])
  })
})

describe("parseRule", () => {
  it.each([
    "",
    "FREQ=",
    "FREQ=SOMETIMES",
    "COUNT=3",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;BYMONTH=13",
    "FREQ=WEEKLY;BYDAY",
    "BYDAY=XX;FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=x",
    "FREQ=DAILY;UNTIL=soon"
  ])("refuses %j", (text) => {
    expect(Result.isFailure(parseRule(text))).toBe(true)
  })

  it("leaves UNTIL to those who know the zone", () => {
    const rule = Result.getOrThrow(parseRule("FREQ=DAILY;UNTIL=20240701T065959Z;INTERVAL=2"))
    expect([rule.until, rule.interval]).toEqual([{ kind: "utc", wall: wall("2024-07-01T06:59:59") }, 2])
  })

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `FREQ=DAILY;${text}`)
        ),
        (text) => {
          const rule = parseRule(text)
          if (Result.isSuccess(rule)) expand(rule.success, 0, 30 * DAY, 100)
        }
      )
    )
  })
})
