import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { uuid5 } from "../../../src/component/id.ts"
import { scratch } from "../../support/engine.ts"
import { HOME, android, androidPath, androidVisit, phonePath, phoneVisit, read, signal } from "./history.ts"

const VISIT = {
  starts_at: "2019-05-01T10:00:00.000Z",
  ends_at: "2019-05-01T12:00:00.500Z",
  ...HOME,
  place_id: uuid5(["google", "place", "ChIJhome"]),
  google_place_id: "ChIJhome",
  semantic_type: "home",
  name: null
}

const byTime = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  rows.toSorted((a, b) => String(a["recorded_at"]).localeCompare(String(b["recorded_at"])))

layer(scratch, { excludeTestServices: true })("what an Android phone exports", (it) => {
  it.effect("an object; a visit with its coordinates as `31.1°, -73.1°`", () =>
    Effect.gen(function* () {
      const south = androidVisit({ placeId: "ChIJsouth", placeLocation: { latLng: "-31.1°, -73.1°" } })
      const { rejects, rows } = yield* read("visits", { "Timeline.json": android([androidVisit(), south]) })
      expect(rejects).toEqual([])
      expect(rows.toSorted((a, b) => Number(b["latitude"]) - Number(a["latitude"]))).toMatchObject([
        { ...VISIT, confidence: 0.92 },
        { latitude: -31.1, longitude: -73.1 }
      ])
    })
  )

  it.effect("the raw key is `LatLng`", () =>
    Effect.gen(function* () {
      const { rows, skips } = yield* read("points", {
        "Timeline.json": android([], [signal(), { wifiScan: { deliveryTime: "2019-05-01T12:00:00Z" } }])
      })
      expect(rows).toMatchObject([
        {
          recorded_at: "2019-05-01T10:00:00.123Z",
          ...HOME,
          altitude: 408.5,
          accuracy: 13,
          speed: 1.4,
          source_name: "GPS"
        }
      ])
      expect(skips).toEqual({ "a signal without a position": 1 })
    })
  )

  it.effect("a path's points have their own times", () =>
    Effect.gen(function* () {
      const path = androidPath(
        { point: "47.3769°, 8.5417°", time: "2019-05-01T12:10:00.000+02:00" },
        { point: "47.3770°, -8.5417°", time: "2019-05-01T12:20:00Z" }
      )
      const { rows, skips } = yield* read("points", { "Timeline.json": android([path, androidVisit()]) })
      expect(byTime(rows)).toMatchObject([
        { recorded_at: "2019-05-01T10:10:00.000Z", ...HOME, source_name: "path" },
        { recorded_at: "2019-05-01T12:20:00.000Z", latitude: 47.377, longitude: -8.5417 }
      ])
      expect(skips).toEqual({ "a visit without points: google-timeline.visits reads it": 1 })
    })
  )

  it.effect.each([
    ["coordinates that are none", { LatLng: "somewhere" }, "timeline-no-coordinates"],
    ["coordinates beyond all", { LatLng: "1e300°, 0°" }, "timeline-no-coordinates"],
    ["coordinates nowhere on Earth", { LatLng: "91.5°, 0.0°" }, "timeline-not-on-earth"],
    ["no time", { timestamp: null }, "timeline-no-time"]
  ] as const)("a signal with %s is rejected", ([, change, code]) =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* read("points", { "Timeline.json": android([], [signal(change)]) })
      expect([rows, rejects.map((reject) => reject.code)]).toEqual([[], [code]])
    })
  )

  it.effect("the person's profile may come first", () =>
    Effect.gen(function* () {
      const { semanticSegments, ...rest } = android([androidVisit()])
      const frequentPlaces = Array.from({ length: 5000 }, (_, index) => ({ placeId: `ChIJ${index}`, label: "HOME" }))
      const { rows } = yield* read("visits", {
        "Timeline.json": { userLocationProfile: { frequentPlaces }, rawSignals: rest.rawSignals, semanticSegments }
      })
      expect(rows).toHaveLength(1)
    })
  )
})

layer(scratch, { excludeTestServices: true })("what an iPhone exports", (it) => {
  it.effect("a top-level array; coordinates as `geo:lat,lon`, numbers as strings, `placeID`", () =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* read("visits", { "location-history.json": [phoneVisit()] })
      expect(rejects).toEqual([])
      expect(rows).toMatchObject([{ ...VISIT, confidence: 0.921 }])
    })
  )

  it.effect("path times are strings of minutes from the start; paths come last, time runs backwards", () =>
    Effect.gen(function* () {
      const path = phonePath(
        { point: "geo:47.376900,8.541700", durationMinutesOffsetFromStartTime: "23" },
        { point: "geo:47.377000,-8.541700", durationMinutesOffsetFromStartTime: "0.5" }
      )
      const { rows, skips } = yield* read("points", { "location-history.json": [phoneVisit(), path] })
      expect(byTime(rows)).toMatchObject([
        { recorded_at: "2019-05-01T10:00:30.000Z", latitude: 47.377, longitude: -8.5417 },
        { recorded_at: "2019-05-01T10:23:00.000Z", ...HOME }
      ])
      expect(skips).toEqual({ "a visit without points: google-timeline.visits reads it": 1 })
    })
  )

  it.effect("ways and memories are skipped, and counted", () =>
    Effect.gen(function* () {
      const times = { startTime: "2019-05-01T12:00:00.000+02:00", endTime: "2019-05-01T13:00:00.000+02:00" }
      const files = {
        "location-history.json": [
          { ...times, activity: { start: "geo:1,1", end: "geo:2,2", distanceMeters: "5.0" } },
          { ...times, timelineMemory: { destinations: [], distanceFromOriginKms: "420" } },
          { ...times, news: {} }
        ]
      }
      expect((yield* read("visits", files)).skips).toEqual({
        "a way: no visit": 1,
        "the memory of a trip: no visit": 1,
        "a record of another kind: no visit": 1
      })
      expect((yield* read("points", files)).skips).toEqual({
        "a way without timed points": 1,
        "the memory of a trip: it has no points": 1,
        "a record of another kind, without points": 1
      })
    })
  )

  it.effect("a visit without coordinates is kept when its place has an id", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("visits", { "location-history.json": [phoneVisit({ placeLocation: null })] })
      expect(rows).toMatchObject([{ google_place_id: "ChIJhome", latitude: null, longitude: null }])
    })
  )
})
