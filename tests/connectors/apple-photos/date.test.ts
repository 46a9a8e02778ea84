import * as fc from "fast-check"
import { expect, test } from "vitest"
import { appleDate } from "../../../connectors/apple-photos/date.ts"

test.each([
  ["Saturday June 4,2022 12:11 PM GMT", "2022-06-04T12:11:00Z"],
  ["Monday January 15,2024 09:30 AM GMT", "2024-01-15T09:30:00Z"],
  ["Tuesday October 1,2019 12:05 AM GMT", "2019-10-01T00:05:00Z"],
  ["Saturday June 18,2022 14:00 PM GMT", "2022-06-18T14:00:00Z"],
  ["Friday February 29, 2008 5:20\u202fPM GMT", "2008-02-29T17:20:00Z"],
  ["December 31,1965 11:59 PM GMT", "1965-12-31T23:59:00Z"]
])("a date as Apple writes it: %s", (text, iso) => {
  expect(appleDate(text)).toBe(Date.parse(iso))
})

test.each([
  "",
  "soon",
  "2022-06-04T12:11:00Z",
  "Saturday Juni 4,2022 12:11 PM GMT",
  "Saturday February 30,2022 12:11 PM GMT",
  "Saturday June 4,2022 25:11 PM GMT",
  "Saturday June 4,2022 12:61 PM GMT",
  "Saturday June 4,2022 12:11 PM PST",
  "Thursday January 1,1970 12:00 AM GMT"
])("no date: %j", (text) => {
  expect(appleDate(text)).toBeNull()
})

test("every minute can be written and read back", () => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: "UTC",
    weekday: "long",
    month: "long",
    day: "numeric",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit"
  })
  fc.assert(
    fc.property(fc.integer({ min: -70_000_000, max: 70_000_000 }), (minutes) => {
      fc.pre(minutes !== 0)
      const part = Object.fromEntries(format.formatToParts(minutes * 60_000).map(({ type, value }) => [type, value]))
      const text = `${part["weekday"]} ${part["month"]} ${part["day"]},${part["year"]} ${part["hour"]}:${part["minute"]} ${part["dayPeriod"]} GMT`
      expect(appleDate(text)).toBe(minutes * 60_000)
    })
  )
})

test("whatever the text, it ends well", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = appleDate(text)
      expect(found === null || Number.isFinite(found)).toBe(true)
    })
  )
})
