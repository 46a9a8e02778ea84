import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { uuid5 } from "../../../src/component/id.ts"
import { scratch } from "../../support/engine.ts"
import { HOME, placeVisit, read, semantic } from "./history.ts"

const FILE = "Semantic Location History/2019/2019_MAY.json"

const START = "2019-05-01T10:00:00.000Z"
const START_MS = Date.parse(START)

layer(scratch, { excludeTestServices: true })("Semantic Location History", (it) => {
  it.effect("a place visit becomes a visit, its place's id made of Google's", () =>
    Effect.gen(function* () {
      const { rejects, rows, skips } = yield* read("visits", { [FILE]: semantic(placeVisit()) })
      expect(rows).toEqual([
        {
          _source_id: `${START_MS / 60_000} ChIJhome`,
          _id: uuid5(["google", "ana", "timeline", "visit", `${START_MS / 60_000} ChIJhome`]),
          _archive: expect.stringMatching(/2019_MAY\.json$/),
          _member: FILE,
          _rank: -1,
          place_id: uuid5(["google", "place", "ChIJhome"]),
          ...HOME,
          starts_at: START,
          ends_at: "2019-05-01T12:00:00.500Z",
          name: "Home",
          address: "Bahnhofstrasse 1\nZürich",
          semantic_type: "home",
          confidence: 0.9,
          google_place_id: "ChIJhome"
        }
      ])
      expect([rejects, skips]).toEqual([[], {}])
    })
  )

  it.effect.each([
    ["startTimestamp, ISO with fraction", { startTimestamp: "2019-05-01T10:00:00.000Z" }],
    ["startTimestamp, ISO without fraction", { startTimestamp: "2019-05-01T10:00:00Z" }],
    ["startTimestamp, ISO in another zone", { startTimestamp: "2019-05-01T12:00:00+02:00" }],
    ["startTimestamp, in seconds", { startTimestamp: String(START_MS / 1000) }],
    ["startTimestamp, in milliseconds", { startTimestamp: START_MS }],
    ["startTimestampMs, in milliseconds", { startTimestampMs: String(START_MS) }],
    ["startTimestampMs, in seconds", { startTimestampMs: String(START_MS / 1000) }]
  ] as const)("the start may be a %s", ([, start]) =>
    Effect.gen(function* () {
      const duration = { ...start, endTimestampMs: String(START_MS + 3_600_000) }
      const { rows } = yield* read("visits", { [FILE]: semantic(placeVisit({ duration })) })
      expect(rows).toMatchObject([{ starts_at: START, ends_at: "2019-05-01T11:00:00.000Z" }])
    })
  )

  it.effect("without a placeId a visit is known by where it was, and has no place_id", () =>
    Effect.gen(function* () {
      const location = { latitudeE7: 473_769_000, longitudeE7: 85_417_000 }
      const { rows } = yield* read("visits", { [FILE]: semantic(placeVisit({ location })) })
      expect(rows).toMatchObject([{ _source_id: `${START_MS / 60_000} 473769 85417`, place_id: null, ...HOME }])
    })
  )

  it.effect("without a location the first of otherCandidateLocations is the place", () =>
    Effect.gen(function* () {
      const otherCandidateLocations = [
        { latitudeE7: 473_769_000, longitudeE7: 85_417_000 + 2 ** 32, placeId: "ChIJfirst", locationConfidence: 40 },
        { latitudeE7: 1, longitudeE7: 1, placeId: "ChIJsecond", locationConfidence: 4 }
      ]
      const { rows } = yield* read("visits", {
        [FILE]: semantic(placeVisit({ location: undefined, otherCandidateLocations }))
      })
      expect(rows).toMatchObject([{ google_place_id: "ChIJfirst", ...HOME }])
    })
  )

  it.effect("a location without coordinates is at the visit's centre", () =>
    Effect.gen(function* () {
      const centred = placeVisit({
        location: { placeId: "ChIJhome" },
        centerLatE7: 473_769_000,
        centerLngE7: 85_417_000
      })
      const { rows } = yield* read("visits", { [FILE]: semantic(centred) })
      expect(rows).toMatchObject([{ google_place_id: "ChIJhome", ...HOME }])
    })
  )

  it.effect("visits within a visit are visits, however deep", () =>
    Effect.gen(function* () {
      const inner = (placeId: string, change = {}) => placeVisit({ location: { placeId }, ...change }).placeVisit
      const deep = inner("ChIJmall", { childVisits: [inner("ChIJshop", { childVisits: [inner("ChIJshelf")] })] })
      const { rows } = yield* read("visits", { [FILE]: semantic({ placeVisit: deep }) })
      expect(rows.map((row) => row["google_place_id"]).toSorted()).toEqual(["ChIJmall", "ChIJshelf", "ChIJshop"])
    })
  )

  it.effect.each([
    ["without a start", { duration: {} }, "timeline-no-time"],
    [
      "that ends before it starts",
      { duration: { startTimestamp: START, endTimestamp: "2019-04-30T00:00:00Z" } },
      "timeline-backwards"
    ],
    ["without a place", { location: {} }, "timeline-no-place"],
    ["outside of the Earth", { location: { latitudeE7: 900_000_001, longitudeE7: 0 } }, "timeline-not-on-earth"]
  ] as const)("a visit %s is rejected", ([, change, code]) =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* read("visits", { [FILE]: semantic(placeVisit(change), placeVisit()) })
      expect([rows.length, rejects.map((reject) => reject.code)]).toEqual([1, [code]])
    })
  )

  it.effect("ways have points where their path is timed; waypoints alone are none", () =>
    Effect.gen(function* () {
      const along = [
        { latE7: 473_769_000, lngE7: 85_417_000, accuracyMeters: 12, timestamp: START },
        { latE7: 473_770_000, lngE7: 85_417_000 + 2 ** 32, accuracyMeters: 9, timestampMs: String(START_MS + 60_000) }
      ]
      const duration = { startTimestamp: START, endTimestamp: "2019-05-01T10:20:00Z" }
      const waypointPath = { waypoints: [{ latE7: 1, lngE7: 1 }], source: "INFERRED" }
      const { rejects, rows, skips } = yield* read("points", {
        [FILE]: semantic(
          // Without startLocation.
          {
            activitySegment: { duration, activityType: "WALKING", waypointPath, simplifiedRawPath: { points: along } }
          },
          {
            activitySegment: {
              duration,
              activityType: "FLYING",
              startLocation: { latitudeE7: 1, longitudeE7: 1 },
              waypointPath
            }
          },
          placeVisit()
        )
      })
      expect(rows.toSorted((a, b) => String(a["recorded_at"]).localeCompare(String(b["recorded_at"])))).toMatchObject([
        { recorded_at: START, ...HOME, accuracy: 12, track: "WALKING", source_name: "semantic history" },
        { recorded_at: "2019-05-01T10:01:00.000Z", latitude: 47.377, longitude: 8.5417, accuracy: 9 }
      ])
      expect(rejects).toEqual([])
      expect(skips).toEqual({
        "a way without timed points": 1,
        "a visit without points: google-timeline.visits reads it": 1
      })
    })
  )

  it.effect("a way is no visit", () =>
    Effect.gen(function* () {
      const { skips } = yield* read("visits", { [FILE]: semantic({ activitySegment: { duration: {} } }, placeVisit()) })
      expect(skips).toEqual({ "a way: no visit": 1 })
    })
  )
})
