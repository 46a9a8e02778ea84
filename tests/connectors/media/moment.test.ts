import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { EpochMillis, WallMillis } from "../../../src/component/column.ts"
import { type TimeEvidence, momentOf } from "../../../connectors/media/moment.ts"
import { makeZones } from "../../../connectors/media/zone.ts"

const zones = makeZones()
const utc = (text: string) => EpochMillis(Date.parse(text))
const wall = (text: string) => WallMillis(Date.parse(`${text}Z`))
const NOW = utc("2026-01-01T00:00:00Z")

const evidence = (given: Partial<TimeEvidence>): TimeEvidence => ({
  stated: null,
  exact: null,
  wall: null,
  offsetMinutes: null,
  placeZone: null,
  assumedZone: "Europe/Zurich",
  now: NOW,
  ...given
})

const moment = (given: Partial<TimeEvidence>, prefer: "camera" | "sidecar" = "sidecar") => {
  const { takenAt, localDate, timeZone } = momentOf(zones, evidence(given), prefer)
  return [takenAt === null ? null : new Date(takenAt).toISOString(), localDate, timeZone]
}

test("nothing is known", () => {
  expect(moment({})).toEqual([null, null, null])
  expect(moment({ placeZone: "Asia/Tokyo" })).toEqual([null, null, "Asia/Tokyo"])
})

describe("the right day", () => {
  test("a sidecar's instant and a place: the date there", () => {
    expect(moment({ stated: utc("2023-06-01T20:00:00Z"), placeZone: "Asia/Tokyo" })).toEqual([
      "2023-06-01T20:00:00.000Z",
      "2023-06-02",
      "Asia/Tokyo"
    ])
  })

  test("a sidecar's instant alone: the date in the assumed zone", () => {
    expect(moment({ stated: utc("2023-06-01T22:30:00Z") })).toEqual([
      "2023-06-01T22:30:00.000Z",
      "2023-06-02",
      "Europe/Zurich"
    ])
  })

  test("a sidecar's instant and the camera's clock: what lies between them is the zone", () => {
    expect(moment({ stated: utc("2023-06-01T22:30:00Z"), wall: wall("2023-06-01T15:30:00") })).toEqual([
      "2023-06-01T22:30:00.000Z",
      "2023-06-01",
      "Etc/GMT+7"
    ])
  })

  test("…and the assumed zone, where it fits", () => {
    expect(moment({ stated: utc("2023-06-01T22:30:00Z"), wall: wall("2023-06-02T00:30:00") })).toEqual([
      "2023-06-01T22:30:00.000Z",
      "2023-06-02",
      "Europe/Zurich"
    ])
  })

  test("an offset of half an hour has no zone of its own, but a date", () => {
    expect(
      moment({ exact: utc("2023-06-01T20:00:00Z"), wall: wall("2023-06-02T01:30:00"), offsetMinutes: 330 })
    ).toEqual(["2023-06-01T20:00:00.000Z", "2023-06-02", null])
  })

  test("a clock that a sidecar took for UTC still shows the day", () => {
    expect(
      moment({ stated: utc("2023-06-01T20:00:00Z"), wall: wall("2023-06-01T20:00:00"), placeZone: "Asia/Tokyo" })
    ).toEqual(["2023-06-01T20:00:00.000Z", "2023-06-01", "Asia/Tokyo"])
  })

  test("a satellite's time and a clock: what lies between them, though the fix is older", () => {
    expect(moment({ exact: utc("2023-06-01T01:00:20Z"), wall: wall("2023-06-01T10:01:00") })).toEqual([
      "2023-06-01T01:00:20.000Z",
      "2023-06-01",
      "Etc/GMT-9"
    ])
  })
})

describe("where sidecar and camera disagree", () => {
  const disagreeing = {
    stated: utc("2020-05-05T10:03:07Z"),
    exact: utc("2023-06-01T08:00:00Z"),
    wall: wall("2023-06-01T10:00:00"),
    offsetMinutes: 120
  }

  test("time: sidecar takes what Google Photos shows", () => {
    expect(moment(disagreeing)[0]).toBe("2020-05-05T10:03:07.000Z")
  })

  test("time: camera takes the file's", () => {
    expect(moment(disagreeing, "camera")).toEqual(["2023-06-01T08:00:00.000Z", "2023-06-01", "Europe/Zurich"])
  })

  test("time: camera reads a clock in the zone of its place", () => {
    expect(
      moment(
        { stated: utc("2020-05-05T10:03:07Z"), wall: wall("2023-06-01T10:00:00"), placeZone: "Asia/Tokyo" },
        "camera"
      )
    ).toEqual(["2023-06-01T01:00:00.000Z", "2023-06-01", "Asia/Tokyo"])
  })

  test("time: camera takes a sidecar's instant for a clock without zone that agrees with it", () => {
    expect(moment({ stated: utc("2023-06-01T17:00:00Z"), wall: wall("2023-06-01T10:00:00") }, "camera")).toEqual([
      "2023-06-01T17:00:00.000Z",
      "2023-06-01",
      "Etc/GMT+7"
    ])
  })

  test("each is taken where there is no other", () => {
    expect(moment({ stated: utc("2023-06-01T17:00:00Z") }, "camera")[0]).toBe("2023-06-01T17:00:00.000Z")
    expect(moment({ wall: wall("2023-06-01T10:00:00") })[0]).toBe("2023-06-01T08:00:00.000Z")
  })
})

describe("corrupt dates", () => {
  test("year 171546 is no time", () => {
    expect(moment({ stated: EpochMillis(5_351_343_523_200_000) })).toEqual([null, null, null])
  })

  test("before photography is no time", () => {
    expect(moment({ stated: utc("1800-01-01T00:00:00Z") })).toEqual([null, null, null])
  })

  test("2036 gives way to a file that knows a time in the past", () => {
    const stated = utc("2036-02-07T06:28:15Z")
    expect(moment({ stated, wall: wall("2019-03-01T12:00:00") })).toEqual([
      "2019-03-01T11:00:00.000Z",
      "2019-03-01",
      "Europe/Zurich"
    ])
  })

  test("before 1970 is a time", () => {
    expect(moment({ stated: utc("1954-07-04T16:00:00Z") })[0]).toBe("1954-07-04T16:00:00.000Z")
  })
})

test("without a place, the date is always the one that clocks in the zone show", () => {
  const times = fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2025, 0, 1) })
  fc.assert(
    fc.property(times, fc.integer({ min: -48, max: 56 }), fc.boolean(), (instant, quarters, exact) => {
      const offset = quarters * 900_000
      const found = momentOf(
        zones,
        evidence({
          stated: exact ? null : EpochMillis(instant),
          exact: exact ? EpochMillis(instant) : null,
          wall: WallMillis(instant + offset)
        }),
        "sidecar"
      )
      expect(found.takenAt).toBe(instant)
      expect(found.localDate).toBe(new Date(instant + offset).toISOString().slice(0, 10))
      if (found.timeZone !== null) expect(zones.offset(found.timeZone, EpochMillis(instant))).toBe(offset)
    })
  )
})
