import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { scratch } from "../../support/engine.ts"
import { AT, HOME, read, record, records } from "./history.ts"

const TIME = "2019-05-01T10:00:00.123Z"

layer(scratch, { excludeTestServices: true })("Records.json", (it) => {
  it.effect("a record becomes a point", () =>
    Effect.gen(function* () {
      const { rejects, rows, skips } = yield* read("points", {
        "Records.json": records(
          record({ altitude: 408, velocity: 3, heading: 120, activity: [{ activity: [], timestamp: AT }] })
        )
      })
      expect(rows).toEqual([
        {
          _source_id: "1556704800 4737690 854170",
          _id: expect.stringMatching(/^[\da-f-]{36}$/),
          _archive: expect.stringMatching(/Records\.json$/),
          _member: "Records.json",
          _rank: -1,
          recorded_at: TIME,
          ...HOME,
          altitude: 408,
          accuracy: 20,
          speed: 3,
          track: "-1184025991",
          source_name: "WIFI"
        }
      ])
      expect([rejects, skips]).toEqual([[], {}])
    })
  )

  it.effect("`Location History.json` with timestampMs is the same", () =>
    Effect.gen(function* () {
      const old = record({ timestamp: undefined, timestampMs: String(Date.parse(AT)) })
      const [before] = (yield* read("points", { "Location History.json": records(old) })).rows
      const [now] = (yield* read("points", { "Records.json": records(record()) })).rows
      expect(before).toEqual({ ...now, _archive: before?.["_archive"], _member: "Location History.json" })
    })
  )

  it.effect("an ISO timestamp may have no fraction", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("points", { "Records.json": records(record({ timestamp: "2019-05-01T10:00:00Z" })) })
      expect(rows).toMatchObject([{ recorded_at: "2019-05-01T10:00:00.000Z" }])
    })
  )

  it.effect.each([
    ["unsigned longitude", { longitudeE7: 2 ** 32 - 85_417_000 }, { ...HOME, longitude: -8.5417 }],
    ["unsigned latitude", { latitudeE7: 2 ** 32 - 473_769_000 }, { ...HOME, latitude: -47.3769 }],
    ["below the signed range", { longitudeE7: 85_417_000 - 2 ** 32 }, HOME],
    ["the antimeridian itself", { longitudeE7: 1_800_000_000 }, { ...HOME, longitude: 180 }]
  ] as const)("E7 coordinates that overflowed are unwrapped: %s", ([, change, expected]) =>
    Effect.gen(function* () {
      const { rows } = yield* read("points", { "Records.json": records(record(change)) })
      expect(rows).toMatchObject([expected])
    })
  )

  it.effect.each([
    ["no time", { timestamp: undefined }, "timeline-no-time"],
    ["a time that is none", { timestamp: "yesterday" }, "timeline-no-time"],
    ["an infinite time", { timestamp: "infinity" }, "timeline-no-time"],
    ["no longitude", { longitudeE7: undefined }, "timeline-no-coordinates"],
    ["a latitude beyond the pole", { latitudeE7: 900_000_001 }, "timeline-not-on-earth"],
    ["a number beyond all numbers", { longitudeE7: -(10 ** 15) }, "timeline-not-on-earth"]
  ] as const)("a record with %s is rejected, with its bytes and where they are", ([, change, code]) =>
    Effect.gen(function* () {
      const bad = record(change)
      const text = `{"locations": [${JSON.stringify(record())}, ${JSON.stringify(bad)}]}`
      const { rejects, rows } = yield* read("points", { "Records.json": text })
      expect(rows).toHaveLength(1)
      expect(rejects).toMatchObject([
        { code, member: "Records.json", position: Buffer.byteLength(text) - JSON.stringify(bad).length - 2 }
      ])
      expect(JSON.parse(rejects[0]?.raw ?? "")).toEqual(JSON.parse(JSON.stringify(bad)))
    })
  )

  it.effect("a member of the wrong kind is no reason to lose the point", () =>
    Effect.gen(function* () {
      const odd = record({ accuracy: "high", altitude: { metres: 3 }, source: ["WIFI"] })
      const { rejects, rows } = yield* read("points", {
        "Records.json": records(odd, record({ timestamp: "2019-05-02T10:00:00Z" }))
      })
      expect(rejects).toEqual([])
      expect(rows.map(({ accuracy }) => accuracy).toSorted()).toEqual([20, null])
    })
  )

  it.effect.each([
    ["half of a surrogate pair", '"source":"\\ud83d"'],
    ["bytes that are no UTF-8", '"source":"\u{10ffff}"']
  ] as const)("a record with %s is rejected alone", ([what, member]) =>
    Effect.gen(function* () {
      const others = Array.from({ length: 9 }, (_, day) =>
        JSON.stringify(record({ timestamp: `2019-05-1${day}T10:00:00Z` }))
      )
      const bytes = Buffer.from(`{"locations":[${others.join(",")},{${member}},${JSON.stringify(record())}]}`)
      if (what === "bytes that are no UTF-8") bytes[bytes.indexOf("\u{10ffff}")] = 0xff
      const { rejects, rows } = yield* read("points", { "Records.json": bytes })
      expect([rows.length, rejects.map(({ code }) => code)]).toEqual([10, ["timeline-json"]])
    })
  )

  it.effect("a number that no double holds is none", () =>
    Effect.gen(function* () {
      const text = JSON.stringify(records(record())).replace('"accuracy":20', '"accuracy":1e999')
      expect((yield* read("points", { "Records.json": text })).rows).toMatchObject([{ accuracy: null }])
    })
  )

  it.effect("a signal without a position is skipped, and counted", () =>
    Effect.gen(function* () {
      const { rows, skips } = yield* read("points", {
        "Records.json": records({ deviceTag: 0, timestamp: "1970-01-01T00:00:00Z" }, record())
      })
      expect([rows.length, skips]).toEqual([1, { "a signal without a position": 1 }])
    })
  )

  it.effect("it has no visits", () =>
    Effect.gen(function* () {
      const { rows, skips } = yield* read("visits", { "Records.json": records(record()) })
      expect([rows, skips]).toEqual([[], { "points without visits: google-timeline.points reads them": 1 }])
    })
  )
})
