import { DateTime } from "effect"
import ICAL from "ical.js"
import { describe, expect, test } from "vitest"
import { calendarOf, instancesIn } from "../../src/sample/calendar.ts"
import { zones } from "../../src/sample/places.ts"
import { HOUR, instantAt, isoTime } from "../../src/sample/time.ts"
import { truthOfEvent } from "../../src/sample/truth.ts"
import { WINDOWS_ZONE, timeZoneLines } from "../../src/sample/zones.ts"

const HOME = "Europe/Vienna"
const DAYS = 365
const calendar = calendarOf(7, 0, DAYS)
const root = new ICAL.Component(ICAL.parse(calendar.text))
const components = root.getAllSubcomponents("vevent")

/** Floating times are in the zone that X-WR-TIMEZONE names. */
const instantOf = (time: ICAL.Time): number => {
  if (time.zone !== ICAL.Timezone.localTimezone) return time.toUnixTime() * 1000
  const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  return DateTime.makeZonedUnsafe(wall, { timeZone: HOME, adjustForTimeZone: true }).epochMilliseconds
}

interface Expanded {
  readonly uid: string
  readonly recurrence: string | null
  readonly title: string
  readonly start: string
  readonly cancelled: boolean
}

/** ical.js' own reading of the file, without the whole days. */
const expanded = (from: number, to: number): ReadonlyArray<Expanded> => {
  const events = components.map((component) => new ICAL.Event(component))
  const masters = events.filter((event) => !event.isRecurrenceException())
  const read = (event: ICAL.Event, start: ICAL.Time, recurrence: ICAL.Time | null): Expanded => ({
    uid: event.uid,
    recurrence: recurrence === null ? null : isoTime(instantOf(recurrence)),
    title: event.summary,
    start: isoTime(instantOf(start)),
    cancelled: event.component.getFirstPropertyValue("status") === "CANCELLED"
  })
  return masters
    .filter((event) => !event.startDate.isDate)
    .flatMap((master) => {
      if (!master.isRecurring()) return [read(master, master.startDate, null)]
      for (const exception of events)
        if (exception.isRecurrenceException() && exception.uid === master.uid) master.relateException(exception)
      const found: Array<Expanded> = []
      const iterator = master.iterator()
      for (let next = iterator.next(); next !== null && next !== undefined; next = iterator.next()) {
        if (instantOf(next) >= to) break
        const { item, startDate, recurrenceId } = master.getOccurrenceDetails(next)
        found.push(read(item, startDate, recurrenceId))
      }
      return found
    })
    .filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < to)
}

const byStart = (left: { readonly start: string }, right: { readonly start: string }) =>
  left.start < right.start ? -1 : 1

test("ical.js finds exactly the instances of the truth, rules, exceptions and zones applied", () => {
  const truth = instancesIn(7, 0, DAYS).map(truthOfEvent)
  const timed = truth
    .filter(({ all_day }) => !all_day)
    .map(({ uid, recurrence_id, title, starts_at, status }) => ({
      uid,
      recurrence: recurrence_id,
      title,
      start: starts_at,
      cancelled: status === "cancelled"
    }))
  const found = expanded(instantAt(0, 0, HOME), instantAt(DAYS, 0, HOME))
  expect(found.toSorted(byStart)).toEqual(timed.toSorted(byStart))
  expect(timed.length).toBeGreaterThan(150)
})

test("whole days end on the day after", () => {
  const trips = components.filter((component) => component.getFirstProperty("dtstart")?.type === "date")
  const truth = instancesIn(7, 0, DAYS)
    .map(truthOfEvent)
    .filter(({ all_day }) => all_day)
  expect(
    trips.map((trip) => [
      trip.getFirstPropertyValue("dtstart")?.toString(),
      trip.getFirstPropertyValue("dtend")?.toString()
    ])
  ).toEqual(truth.map(({ local_start_date, local_end_date }) => [local_start_date, local_end_date]))
  expect(trips.length).toBe(13)
})

test("components and UIDs are counted, and each UID stands once", () => {
  expect(components.length).toBe(calendar.components)
  expect(new Set(components.map((component) => component.getFirstPropertyValue("uid")))).toEqual(new Set(calendar.uids))
  expect(new Set(calendar.uids).size).toBe(calendar.uids.length)
})

describe("what real calendars have", () => {
  const line = (pattern: RegExp) =>
    calendar.text
      .replaceAll("\r\n ", "")
      .split("\r\n")
      .filter((text) => pattern.test(text))
  test.each([
    ["weekly rules that end", /^RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=\d{8}T\d{6}Z$/],
    ["monthly rules", /^RRULE:FREQ=MONTHLY;BYDAY=1TH/],
    ["a rule without end", /^RRULE:FREQ=YEARLY$/],
    ["excluded days", /^EXDATE;TZID=W\. Europe Standard Time:\d{8}T100000$/],
    ["excluded days of another series", /^EXDATE;TZID=Europe\/Vienna:/],
    ["overrides", /^RECURRENCE-ID;TZID=W\. Europe Standard Time:/],
    ["cancelled instances", /^STATUS:CANCELLED$/],
    ["floating times", /^DTSTART:\d{8}T\d{6}$/],
    ["times in UTC", /^DTSTART:\d{8}T\d{6}Z$/],
    ["zones far away", /^DTSTART;TZID=(?!Europe)[A-Z]\w+\/\w+:/],
    ["coordinates", /^GEO:-?\d+\.\d+;-?\d+\.\d+$/],
    ["places without coordinates", /^LOCATION:Dr\. Huber/],
    ["escaped commas", /^SUMMARY:.*\\,/],
    ["escaped semicolons", /^DESCRIPTION:.*\\;/],
    ["escaped line ends", /^DESCRIPTION:.*\\n/],
    ["people with names", /^ATTENDEE;.*CN="[^"]+":mailto:\S+@example\.com$/],
    ["organisers", /^ORGANIZER;CN="Ana Lindner":mailto:/]
  ])("%s", (_, pattern) => {
    expect(line(pattern).length).toBeGreaterThan(0)
  })
})

test("lines end in CRLF, and none is longer than 75 octets", () => {
  expect(calendar.text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/)
  expect(Math.max(...calendar.text.split("\r\n").map((line) => Buffer.byteLength(line)))).toBe(75)
})

test.each([...zones, WINDOWS_ZONE])("the clocks of %s agree with its VTIMEZONE", (id) => {
  const block = new ICAL.Component(ICAL.parse(timeZoneLines(id).join("\r\n")))
  const zone = new ICAL.Timezone({ component: block, tzid: id })
  const iana = id === WINDOWS_ZONE ? HOME : id
  for (let instant = Date.UTC(2023, 0, 1); instant < Date.UTC(2025, 0, 1); instant += 7 * HOUR) {
    const time = DateTime.makeZonedUnsafe(instant, { timeZone: iana })
    const { year, month, day, hour, minute } = DateTime.toParts(time)
    const local = new ICAL.Time({ year, month, day, hour, minute, second: 0, isDate: false }, zone)
    const apart = Math.abs(local.toUnixTime() * 1000 - instant)
    // In autumn clocks show one hour twice: there either reading will do.
    if (apart !== 0) expect([apart, month >= 10]).toEqual([HOUR, true])
  }
})

test("an event is written the same in every export that has it", () => {
  const eventsOf = (text: string) =>
    new Map(
      text
        .split("BEGIN:VEVENT")
        .slice(1)
        .map((block) => [
          /UID:(.*)\r\n(?:[\s\S]*?(RECURRENCE-ID.*))?/.exec(block)?.slice(1).join() ?? "",
          block.split("END:VEVENT")[0]
        ])
    )
  const early = eventsOf(calendar.text)
  const late = eventsOf(calendarOf(7, 182, 365).text)
  const shared = [...late.keys()].filter((key) => early.has(key))
  expect(shared.length).toBeGreaterThan(60)
  for (const key of shared) expect(late.get(key)).toBe(early.get(key))
})
