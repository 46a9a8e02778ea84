import { it as plain, expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import { rmSync } from "node:fs"
import { zipOf } from "../../archive/zips.ts"
import { authored } from "../../../src/component/sql.ts"
import { query, runText, scratch, temporaryDirectory } from "../../support/engine.ts"
import {
  android,
  androidPath,
  androidVisit,
  distinct,
  phonePath,
  phoneVisit,
  placeVisit,
  read,
  record,
  records,
  semantic,
  signal,
  writeInto
} from "./history.ts"

/** E7 that rounds to other cells at five decimals than the six decimals of a phone do: 45.00004_50 and 45.00005. */
const EDGE = { e7: 450_000_449, seven: "45.0000449", six: "45.000045" }

layer(scratch, { excludeTestServices: true })("one point, told several times", (it) => {
  it.effect("Takeout has seven decimals, a phone six: it is one point, as Takeout's records tell it", () =>
    Effect.gen(function* () {
      const { copies, rows } = yield* read("points", {
        "Records.json": records(record({ latitudeE7: EDGE.e7, longitudeE7: EDGE.e7 })),
        "Timeline.json": android([], [signal({ LatLng: `${EDGE.six}°, ${EDGE.six}°` })])
      })
      expect([rows.length, copies]).toEqual([1, 1])
      expect(rows[0]).toMatchObject({ latitude: 45.0000449, accuracy: 20, source_name: "WIFI" })
    })
  )

  it.effect("semantic and path histories overlap with the records: their points are the records'", () =>
    Effect.gen(function* () {
      const point = { latE7: EDGE.e7, lngE7: EDGE.e7, timestamp: "2019-05-01T10:00:00.500Z" }
      const { copies, rows } = yield* read("points", {
        "Records.json": records(record({ latitudeE7: EDGE.e7, longitudeE7: EDGE.e7 })),
        "2019_MAY.json": semantic({ activitySegment: { simplifiedRawPath: { points: [point] } } }),
        "Timeline.json": android([
          androidPath({ point: `${EDGE.six}°, ${EDGE.six}°`, time: "2019-05-01T12:00:00.000+02:00" })
        ]),
        "location-history.json": [
          phonePath({ point: `geo:${EDGE.six},${EDGE.six}`, durationMinutesOffsetFromStartTime: "0" })
        ]
      })
      expect([rows.length, copies]).toEqual([1, 3])
    })
  )

  it.effect("a path's whole minute is the minute in which the record was made", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("points", {
        "Records.json": records(
          record({ timestamp: "2019-05-01T10:00:41.5Z" }),
          record({ timestamp: "2019-05-01T10:01:07Z" })
        ),
        "Timeline.json": android([
          androidPath({ point: "47.376900°, 8.541700°", time: "2019-05-01T12:00:00.000+02:00" })
        ])
      })
      expect(distinct(rows).map((row) => row["recorded_at"])).toEqual([
        "2019-05-01T10:00:41.500Z",
        "2019-05-01T10:01:07.000Z"
      ])
    })
  )

  it.effect("what is further than a metre apart, or in another second, is another point", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("points", {
        "Records.json": records(record()),
        "Timeline.json": android(
          [],
          [signal({ LatLng: "47.3769200°, 8.5417000°" }), signal({ timestamp: "2019-05-01T12:00:01.123+02:00" })]
        )
      })
      expect(distinct(rows)).toHaveLength(3)
    })
  )

  it.effect("of copies within a file the most exact is kept, whatever their order", () =>
    Effect.gen(function* () {
      const copies = [record({ accuracy: 30 }), record({ accuracy: 5, altitude: 400 }), record({ accuracy: undefined })]
      for (const order of [copies, copies.toReversed()]) {
        const { rows } = yield* read("points", { "Records.json": records(...order) })
        expect(rows.map(({ accuracy, altitude }) => [accuracy, altitude])).toEqual([[5, 400]])
      }
    })
  )
})

layer(scratch, { excludeTestServices: true })("one visit, told several times", (it) => {
  it.effect("Takeout's, Android's and an iPhone's are one, each with what it knows", () =>
    Effect.gen(function* () {
      const { copies, rows } = yield* read("visits", {
        "2019_MAY.json": semantic(placeVisit({ visitConfidence: undefined })),
        "Timeline.json": android([androidVisit()]),
        "location-history.json": [phoneVisit()]
      })
      expect([rows.length, copies]).toEqual([1, 2])
      expect(rows[0]).toMatchObject({ name: "Home", confidence: 0.921, _member: "2019_MAY.json" })
    })
  )

  it.effect("one that knows no id is the one beside it that does", () =>
    Effect.gen(function* () {
      const location = { latitudeE7: 473_769_004, longitudeE7: 85_417_004 }
      const { rows } = yield* read("visits", {
        "2019_MAY.json": semantic(placeVisit({ location })),
        "Timeline.json": android([androidVisit()])
      })
      expect(distinct(rows)).toMatchObject([{ google_place_id: "ChIJhome", latitude: 47.3769004 }])
    })
  )

  it.effect("arrivals on both sides of a minute's edge are one", () =>
    Effect.gen(function* () {
      const duration = { startTimestamp: "2019-05-01T09:59:59.700Z", endTimestamp: "2019-05-01T12:00:00Z" }
      const { rows } = yield* read("visits", {
        "2019_MAY.json": semantic(placeVisit({ duration })),
        "Timeline.json": android([androidVisit()])
      })
      expect(distinct(rows)).toMatchObject([
        { starts_at: "2019-05-01T09:59:59.700Z", ends_at: "2019-05-01T12:00:00.500Z" }
      ])
    })
  )

  it.effect("different places in one minute stay apart", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("visits", {
        "Timeline.json": android([androidVisit(), androidVisit({ placeId: "ChIJnext" })])
      })
      expect(distinct(rows)).toHaveLength(2)
    })
  )
})

const pipeline = (directory: string, path: string) => `
name: history
sources:
  points: { type: google-timeline.points, path: "${path}" }
  visits: { type: google-timeline.visits, path: "${path}" }
sinks:
  memories: { type: memories, from: visits }
  points: { type: file, from: points, path: ${directory}/points.parquet }
`

const minute = (index: number) => new Date(Date.parse("2019-05-01T00:00:00.250Z") + index * 60_000).toISOString()
const track = (from: number, to: number) =>
  records(
    ...Array.from({ length: to - from }, (_, index) =>
      record({
        timestamp: minute(from + index),
        latitudeE7: 473_769_000 + (from + index) * 977
      })
    )
  )
const stays = (from: number, to: number, end: (index: number) => number) =>
  semantic(
    ...Array.from({ length: to - from }, (_, index) =>
      placeVisit({
        duration: {
          startTimestamp: minute((from + index) * 100),
          endTimestamp: minute((from + index) * 100 + end(from + index))
        }
      })
    )
  )

const staged = (home: string, source: string) =>
  query(home, authored(`select _source_id, _id, _hash::varchar as hash from staging.history__${source} order by 1`))

plain.live("exports that overlap add nothing, an older one takes nothing away, a longer stay is the same visit", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const [home, folder] = [join(directory, "home"), join(directory, "files")]
    const run = () => runText(pipeline(directory, folder), home)
    writeInto(folder, {
      "a/Records.json": track(0, 60),
      "a/2019_MAY.json": stays(0, 5, (index) => (index === 4 ? 20 : 50))
    })
    const first = yield* run()
    expect(first.sources).toMatchObject({ points: { new: 60, rejected: 0 }, visits: { new: 5, rejected: 0 } })

    const unchanged = yield* staged(home, "points")
    expect((yield* run()).sources).toMatchObject({
      points: { unchanged: 60, new: 0 },
      visits: { unchanged: 5, new: 0 }
    })
    expect(yield* staged(home, "points")).toEqual(unchanged)

    // A later export, other dates: it overlaps by 20 points and 2 visits, one of which has gone on.
    writeInto(folder, { "b/Records.json": track(40, 90), "b/2019_MAY.json": stays(3, 8, () => 50) })
    const later = yield* run()
    expect(later.sources).toMatchObject({
      points: { read: 120, new: 30, duplicate: 20, skipped: 10 },
      visits: { new: 3, changed: 1, unchanged: 4, duplicate: 2 }
    })
    const all = yield* staged(home, "points")
    const visits = yield* staged(home, "visits")
    expect([all.length, visits.length]).toEqual([90, 8])

    // The later one alone, then nothing but a part of the older.
    rmSync(join(folder, "a"), { recursive: true })
    expect((yield* run()).sources).toMatchObject({ points: { new: 0, unchanged: 50 }, visits: { new: 0, changed: 0 } })
    expect((yield* staged(home, "points")).length).toBe(90)
    expect(yield* staged(home, "visits")).toEqual(visits)
  }).pipe(Effect.scoped)
)

plain.live("an older export that is read after a newer one doesn't take back how a visit ended", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const [home, folder] = [join(directory, "home"), join(directory, "files")]
    const run = () => runText(pipeline(directory, `${folder}/*.zip`), home)
    const takeout = (day: string, end: number) =>
      Effect.promise(async () => {
        const content = JSON.stringify(stays(0, 5, (index) => (index === 4 ? end : 50)))
        const name = "Takeout/Location History/Semantic Location History/2019/2019_MAY.json"
        writeInto(folder, { [`takeout-${day}T091500Z-001.zip`]: await zipOf([{ name, content }]) })
      })
    yield* takeout("20190501", 20)
    expect((yield* run()).sources["visits"]).toMatchObject({ new: 5 })
    yield* takeout("20190601", 40)
    expect((yield* run()).sources["visits"]).toMatchObject({ changed: 1, unchanged: 4, duplicate: 5 })
    const visits = yield* staged(home, "visits")
    rmSync(join(folder, "takeout-20190601T091500Z-001.zip"))
    expect((yield* run()).sources["visits"]).toMatchObject({ new: 0, changed: 0, unchanged: 5 })
    expect(yield* staged(home, "visits")).toEqual(visits)
  }).pipe(Effect.scoped)
)

plain.live("a phone's export alone takes nothing away from what Takeout told, and has the same ids", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const [home, folder] = [join(directory, "home"), join(directory, "files")]
    const run = () => runText(pipeline(directory, folder), home)
    const sure = placeVisit({ visitConfidence: 95 })
    writeInto(folder, { "Records.json": records(record()), "2019_MAY.json": semantic(sure) })
    expect((yield* run()).sources).toMatchObject({ points: { new: 1 }, visits: { new: 1 } })
    const before = [yield* staged(home, "points"), yield* staged(home, "visits")]
    rmSync(folder, { recursive: true })
    const path = androidPath({ point: "47.376900°, 8.541700°", time: "2019-05-01T12:00:00.000+02:00" })
    writeInto(folder, { "Timeline.json": android([androidVisit(), path]), "location-history.json": [phoneVisit()] })
    expect((yield* run()).sources).toMatchObject({
      points: { new: 0, changed: 0, unchanged: 1 },
      visits: { new: 0, changed: 0, unchanged: 1, duplicate: 1 }
    })
    expect([yield* staged(home, "points"), yield* staged(home, "visits")]).toEqual(before)
  }).pipe(Effect.scoped)
)
