import { DateTime } from "effect"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { EpochMillis, WallMillis } from "../../../src/component/column.ts"
import { dateAt, fixedZone, makeZones, offsetBetween } from "../../../connectors/media/zone.ts"

const HOUR = 3_600_000
const zones = makeZones()
const utc = (text: string) => EpochMillis(Date.parse(text))
const wall = (text: string) => WallMillis(Date.parse(`${text}Z`))

test("the zone at a place", () => {
  expect(zones.at({ latitude: 43.467, longitude: 11.885, altitude: null })).toBe("Europe/Rome")
  expect(zones.at({ latitude: -33.86, longitude: 151.2, altitude: null })).toBe("Australia/Sydney")
  expect(zones.at({ latitude: 30, longitude: -40, altitude: null })).toMatch(/^Etc\//)
})

test("offsets follow daylight saving", () => {
  expect(zones.offset("Europe/Zurich", utc("2023-01-01T00:00:00Z"))).toBe(HOUR)
  expect(zones.offset("Europe/Zurich", utc("2023-07-01T00:00:00Z"))).toBe(2 * HOUR)
  expect(zones.offset("Asia/Kathmandu", utc("2023-07-01T00:00:00Z"))).toBe(5.75 * HOUR)
})

test("a clock's time becomes an instant, also around changes", () => {
  expect(zones.instant("Europe/Zurich", wall("2023-07-01T12:00:00"))).toBe(utc("2023-07-01T10:00:00Z"))
  expect(zones.instant("Europe/Zurich", wall("2023-10-29T02:30:00"))).toBe(utc("2023-10-29T00:30:00Z"))
  expect(zones.instant("Europe/Zurich", wall("2023-03-26T02:30:00"))).toBe(utc("2023-03-26T01:30:00Z"))
})

test("a clock and an instant agree up to a quarter of an hour's multiple", () => {
  const at = utc("2023-07-01T10:00:00Z")
  expect(offsetBetween(wall("2023-07-01T12:00:00"), at, 2000)).toBe(2 * HOUR)
  expect(offsetBetween(wall("2023-07-01T15:45:01"), at, 2000)).toBe(5.75 * HOUR)
  expect(offsetBetween(wall("2023-07-01T12:05:00"), at, 2000)).toBeNull()
  expect(offsetBetween(wall("2023-07-02T01:00:00"), at, 2000)).toBeNull()
})

test("zones of one offset have their sign reversed", () => {
  expect(fixedZone(2 * HOUR)).toBe("Etc/GMT-2")
  expect(fixedZone(-5 * HOUR)).toBe("Etc/GMT+5")
  expect(fixedZone(0)).toBe("UTC")
  expect(fixedZone(5.5 * HOUR)).toBeNull()
  expect(zones.offset("Etc/GMT-2", utc("2023-07-01T10:00:00Z"))).toBe(2 * HOUR)
})

test("the date on a clock", () => {
  expect(dateAt(utc("2023-12-31T23:30:00Z"), HOUR)).toBe("2024-01-01")
  expect(dateAt(utc("2023-12-31T23:30:00Z"), 0)).toBe("2023-12-31")
})

test("offsets and instants are those of the calendar, on whatever day", () => {
  const names = fc.constantFrom(
    "Europe/Zurich",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca"
  )
  const times = fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2035, 0, 1) })
  fc.assert(
    fc.property(names, times, (timeZone, at) => {
      const exact = DateTime.makeZonedUnsafe(at, { timeZone })
      expect(zones.offset(timeZone, EpochMillis(at))).toBe(DateTime.zonedOffset(exact))
      const adjusted = DateTime.makeZonedUnsafe(at, { timeZone, adjustForTimeZone: true })
      expect(zones.instant(timeZone, WallMillis(at))).toBe(DateTime.toEpochMillis(adjusted))
    }),
    { numRuns: 2000 }
  )
})
