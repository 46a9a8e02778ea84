import ICAL from "ical.js"
import { describe, expect, test } from "vitest"
import { calendarOf } from "../../src/sample/calendar.ts"
import { calendarEntries, googleCalendarTruth } from "../../src/sample/google-calendar.ts"
import { textsOf } from "./support.ts"

const exported = (from: number, days: number) => {
  const range = { seed: 7, from, days }
  const calendar = calendarOf(7, from, from + days)
  return { calendar, files: textsOf(calendarEntries(calendar, range)), truth: googleCalendarTruth(calendar, range) }
}

const { calendar, files, truth } = exported(0, 40)

describe("calendars in a Takeout", () => {
  test("have the person's own, as it is elsewhere", () => {
    expect(files.get(truth.own.path)).toBe(calendar.text)
  })

  test("have an event in many copies, and changed instances of series that are not there", () => {
    const root = new ICAL.Component(ICAL.parse(files.get(truth.household.path) ?? ""))
    const events = root.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component))
    expect(events.length).toBe(truth.household.events.length + truth.household.copies)
    expect(truth.household.copies).toBeGreaterThan(100)
    const distinct = new Map(events.map((event) => [event.uid, event.startDate.toJSDate().toISOString()]))
    expect([...distinct]).toEqual(
      truth.household.events.map(({ starts_at, uid }) => [uid, starts_at.replace("Z", ".000Z")])
    )
    expect(events.some((event) => event.isRecurrenceException())).toBe(true)
    expect(events.some((event) => event.isRecurring())).toBe(false)
  })

  test("tell the days that a later export has too alike", () => {
    const later = exported(20, 40).truth.household.events
    const shared = truth.household.events.filter(({ starts_at }) => starts_at > "2023-03-27")
    expect(shared.length).toBeGreaterThan(2)
    for (const event of shared) expect(later).toContainEqual(event)
  })
})
