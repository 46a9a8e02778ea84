import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type ExampleRows, exampleTable } from "../../src/component/example.ts"
import { authored, sql } from "../../src/component/sql.ts"
import { inferPlace } from "../../transforms/infer-place.ts"
import { property, relation, run, services } from "./harness.ts"

const MINUTE = 60_000
const START = Date.UTC(2024, 4, 1)
const instant = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

/** Tables with the columns' types, also where all values are null. */
const typed = (called: string, columns: string, rows: ExampleRows) =>
  relation(
    called,
    sql`select ${authored(columns)} from (${exampleTable(rows.length === 0 ? [NOTHING] : rows)}) ${rows.length === 0 ? sql`where false` : sql``}`
  )

const NOTHING = {
  _id: null,
  name: null,
  taken_at: null,
  recorded_at: null,
  starts_at: null,
  ends_at: null,
  latitude: null,
  longitude: null,
  location_status: null
}

const photosOf = (rows: ExampleRows) =>
  typed(
    "photos",
    "name, taken_at::timestamptz as taken_at, latitude::double as latitude, longitude::double as longitude, location_status",
    rows
  )
const visitsOf = (rows: ExampleRows) =>
  typed(
    "visits",
    "_id::uuid as _id, starts_at::timestamptz as starts_at, ends_at::timestamptz as ends_at, latitude::double as latitude, longitude::double as longitude",
    rows
  )
const pointsOf = (rows: ExampleRows) =>
  typed(
    "points",
    "_id::uuid as _id, recorded_at::timestamptz as recorded_at, latitude::double as latitude, longitude::double as longitude",
    rows
  )

const photo = (name: string, minutes: number | null, more: ExampleRows[number] = {}) => ({
  name,
  taken_at: minutes === null ? null : instant(minutes),
  latitude: null,
  longitude: null,
  location_status: "unknown",
  ...more
})

const point = (index: number, minutes: number, latitude: number, longitude: number) => ({
  _id: id(index),
  recorded_at: instant(minutes),
  latitude,
  longitude
})

const visit = (index: number, starts: number, ends: number | null, latitude: number) => ({
  _id: id(index),
  starts_at: instant(starts),
  ends_at: ends === null ? null : instant(ends),
  latitude,
  longitude: 8
})

const YAML = "type: infer-place\nfrom: photos"

const OF_PLACE = ["latitude", "longitude", "location_status", "location_rule", "location_evidence"]

/** By the name of each photo: what it says of its place. */
const infer = (
  photos: ExampleRows,
  { points, visits }: { readonly points?: ExampleRows; readonly visits?: ExampleRows },
  options = ""
) =>
  Effect.gen(function* () {
    const relations = [
      yield* photosOf(photos),
      ...(visits === undefined ? [] : [yield* visitsOf(visits)]),
      ...(points === undefined ? [] : [yield* pointsOf(points)])
    ]
    const named = `${visits === undefined ? "" : "\nvisits: visits"}${points === undefined ? "" : "\npoints: points"}`
    const rows = yield* run(inferPlace, `${YAML}${named}${options}`, relations)
    expect(rows).toHaveLength(photos.length)
    return new Map(rows.map(({ name, ...row }) => [name, Object.fromEntries(OF_PLACE.map((key) => [key, row[key]]))]))
  })

layer(services)("infer-place", (it) => {
  it.effect("leaves known and withheld places, and rows without a time, as they are", () =>
    Effect.gen(function* () {
      const known = { latitude: 1, longitude: 2, location_status: "known" }
      const withheld = { latitude: null, longitude: null, location_status: "withheld" }
      const photos = [photo("known", 5, known), photo("withheld", 5, withheld), photo("timeless", null)]
      const visits = [visit(1, 0, 10, 47)]
      const untouched = { location_rule: null, location_evidence: null }
      expect(yield* infer(photos, { visits })).toEqual(
        new Map([
          ["known", { ...known, ...untouched }],
          ["withheld", { ...withheld, ...untouched }],
          ["timeless", { latitude: null, longitude: null, location_status: "unknown", ...untouched }]
        ])
      )
      const asked = yield* infer(photos, { visits }, "\nwithheld: true")
      expect(asked.get("withheld")).toMatchObject({ latitude: 47, location_status: "inferred" })
    })
  )

  it.effect("prefers the visit that covers the time, the shortest of several, to points", () =>
    Effect.gen(function* () {
      const found = yield* infer([photo("a", 30), photo("b", 10), photo("end", 40), photo("open", 100)], {
        visits: [visit(1, 0, 60, 47), visit(2, 20, 40, 48), visit(3, 100, null, 49)],
        points: [point(9, 30, 1, 1)]
      })
      expect(found.get("a")).toEqual({
        latitude: 48,
        longitude: 8,
        location_status: "inferred",
        location_rule: "infer-place/2:visit",
        location_evidence: `{"seconds":[0.0],"metres":0,"ids":["${id(2)}"],"of":["visits"]}`
      })
      expect(found.get("b")).toMatchObject({ latitude: 47 })
      expect(found.get("end")).toMatchObject({ latitude: 47 })
      expect(found.get("open")).toMatchObject({ latitude: 49, location_rule: "infer-place/2:visit" })
    })
  )

  it.effect("goes between two points in proportion to time, else by the one that is near", () =>
    Effect.gen(function* () {
      const points = [point(1, 0, 46, 7), point(2, 40, 48, 9), point(3, 200, 50, 9)]
      const found = yield* infer(
        [photo("between", 10), photo("exact", 40), photo("after", 70), photo("before", 175), photo("far", 71)],
        { points },
        "\nwithin: 30m"
      )
      expect(found.get("between")).toEqual({
        latitude: 46.5,
        longitude: 7.5,
        location_status: "inferred",
        location_rule: "infer-place/2:between",
        location_evidence: `{"seconds":[600.0,1800.0],"metres":67291.0,"ids":["${id(1)}","${id(2)}"],"of":["points","points"]}`
      })
      expect(found.get("exact")).toMatchObject({
        latitude: 48,
        location_rule: "infer-place/2:point",
        location_evidence: `{"seconds":[0.0],"metres":null,"ids":["${id(2)}"],"of":["points"]}`
      })
      expect(found.get("after")).toMatchObject({
        latitude: 48,
        location_evidence: `{"seconds":[1800.0],"metres":null,"ids":["${id(2)}"],"of":["points"]}`
      })
      expect(found.get("before")).toMatchObject({
        latitude: 50,
        location_rule: "infer-place/2:point",
        location_evidence: `{"seconds":[1500.0],"metres":null,"ids":["${id(3)}"],"of":["points"]}`
      })
      expect(found.get("far")).toMatchObject({ latitude: null, location_status: "unknown", location_rule: null })
    })
  )

  it.effect("crosses the date line the short way", () =>
    Effect.gen(function* () {
      const found = yield* infer([photo("east", 1), photo("west", 3)], {
        points: [point(1, 0, 0, 178), point(2, 4, 0, -178)]
      })
      expect(found.get("east")).toMatchObject({ longitude: 179 })
      expect(found.get("west")).toMatchObject({ longitude: -179 })
    })
  )

  it.effect("takes other photos for points, but not those whose place was inferred", () =>
    Effect.gen(function* () {
      const others = yield* relation(
        "others",
        exampleTable([
          { taken_at: instant(9), latitude: 47, longitude: 8, location_status: "known" },
          { taken_at: instant(10), latitude: 1, longitude: 1, location_status: "inferred" }
        ])
      )
      const [row] = yield* run(inferPlace, `${YAML}\npoints: others`, [yield* photosOf([photo("a", 10)]), others])
      expect(row).toMatchObject({
        latitude: 47,
        location_evidence: '{"seconds":[60.0],"metres":null,"ids":[],"of":["media"]}'
      })
    })
  )

  it.effect("reads several relations, and keeps what an earlier step inferred", () =>
    Effect.gen(function* () {
      const photos = yield* photosOf([photo("a", 5), photo("b", 25)])
      const first = yield* visitsOf([visit(1, 0, 10, 47)])
      const once = yield* run(inferPlace, `${YAML}\nvisits: visits`, [photos, first])
      expect(once.map((row) => row["location_rule"])).toEqual(["infer-place/2:visit", null])
      const made = yield* relation(
        "made",
        sql`select 'a' as name, make_timestamptz(0) as taken_at, 47.0::double as latitude, 8.0::double as longitude,
          'inferred' as location_status, 'infer-place/2:visit' as location_rule, '{}' as location_evidence`
      )
      const points = yield* pointsOf([point(1, 25, 48, 8)])
      const again = yield* run(inferPlace, "type: infer-place\nfrom: made\npoints: [points, made]", [
        made,
        points,
        made
      ])
      expect(again).toMatchObject([{ latitude: 47, location_rule: "infer-place/2:visit", location_evidence: "{}" }])
    })
  )

  it.effect("takes neighbours that know their place, then events; and nothing that is too uncertain", () =>
    Effect.gen(function* () {
      const photos = yield* photosOf([
        photo("a", 10),
        photo("known", 20, { latitude: 47, longitude: 8, location_status: "known" }),
        photo("b", 200),
        photo("all day", 400),
        photo("between", 25),
        photo("far", 30, { latitude: 48, longitude: 8, location_status: "known" })
      ])
      const events = yield* relation(
        "events",
        exampleTable([
          { _id: id(7), starts_at: instant(190), ends_at: instant(220), all_day: false, latitude: 46, longitude: 7 },
          { _id: id(8), starts_at: instant(300), ends_at: instant(500), all_day: true, latitude: 46, longitude: 7 }
        ])
      )
      const rows = yield* run(inferPlace, `${YAML}\nevents: events\naccuracy: 500m`, [photos, events])
      const told = new Map(rows.map((row) => [row["name"], [row["latitude"], row["location_rule"]]]))
      expect(told.get("a")).toEqual([47, "infer-place/2:neighbour"])
      expect(told.get("b")).toEqual([46, "infer-place/2:event"])
      expect(told.get("all day")).toEqual([null, null])
      expect(told.get("between")).toEqual([null, null])
      const alone = yield* run(inferPlace, `${YAML}\nevents: events\nneighbours: false`, [photos, events])
      expect(alone.find((row) => row["name"] === "a")).toMatchObject({ latitude: null })
    })
  )

  it.effect("puts the pictures of a camera that is ninety minutes fast where they were taken", () =>
    Effect.gen(function* () {
      const DAY = 24 * 60
      const occasions = Array.from({ length: 6 }, (_, day) => day * DAY + 600 + day * 7)
      const shots = occasions.flatMap((at) =>
        [5, 25, 50].flatMap((minute) => [
          photo("phone", at + minute, { camera: "phone", latitude: 10, longitude: 8, location_status: "known" }),
          photo("camera", at + minute + 4 + 90, { camera: "camera" })
        ])
      )
      // Where the camera would seem to have been.
      const stays = occasions.flatMap((at, index) => [
        visit(2 * index, at, at + 60, 10),
        visit(2 * index + 1, at + 90, at + 180, 30)
      ])
      const placed = (options: string) =>
        Effect.gen(function* () {
          const photos = yield* typed(
            "photos",
            "name, camera, taken_at::timestamptz as taken_at, latitude::double as latitude, longitude::double as longitude, location_status",
            shots
          )
          const rows = yield* run(inferPlace, `${YAML}\nvisits: visits${options}`, [photos, yield* visitsOf(stays)])
          return rows.filter(({ name }) => name === "camera")
        })
      const corrected = yield* placed("")
      expect(new Set(corrected.map(({ latitude }) => latitude))).toEqual(new Set([10]))
      for (const { location_evidence } of corrected) {
        expect(Math.abs(JSON.parse(String(location_evidence)).clock + 5400)).toBeLessThan(900)
      }
      expect(corrected.map((row) => row["taken_at"]).toSorted()).toEqual(
        shots.flatMap((shot) => (shot.name === "camera" ? [shot.taken_at] : [])).toSorted()
      )
      const trusted = yield* placed("\nclock: trust")
      expect(new Set(trusted.map(({ latitude }) => latitude))).toEqual(new Set([30]))
    })
  )

  it.effect("says what is missing", () =>
    Effect.gen(function* () {
      const photos = yield* photosOf([photo("a", 5)])
      const nothing = yield* Effect.flip(run(inferPlace, `${YAML}\nneighbours: false`, [photos]))
      expect(nothing).toMatchObject({ code: "nothing-to-infer-from" })
      const wrong = yield* Effect.flip(run(inferPlace, `${YAML}\nvisits: points`, [photos, yield* pointsOf([])]))
      expect(wrong).toMatchObject({ code: "unknown-column", path: ["visits"] })
    })
  )

  it.effect("agrees with a look at every visit and point", () => property(worlds, agrees, 100), 120_000)
})

const minutes = fc.integer({ min: 0, max: 60 })
const worlds = fc.record({
  photos: fc.uniqueArray(minutes, { minLength: 1, maxLength: 12 }),
  visits: fc.array(fc.record({ starts: minutes, length: fc.integer({ min: 0, max: 20 }) }), { maxLength: 6 }),
  points: fc.array(minutes, { maxLength: 8 }),
  within: fc.integer({ min: 0, max: 15 })
})

type World = typeof worlds extends fc.Arbitrary<infer A> ? A : never

const agrees = ({ photos, points, visits, within }: World) =>
  Effect.gen(function* () {
    const found = yield* infer(
      photos.map((at) => photo(`${at}`, at)),
      {
        visits: visits.map(({ length, starts }, index) => visit(index, starts, starts + length, index)),
        points: points.map((at, index) => point(100 + index, at, 40 + index, 8))
      },
      `\nwithin: ${within}m`
    )
    for (const at of photos) {
      const latitude = found.get(`${at}`)?.["latitude"]
      const wanted = inVisit(visits, at) ?? byPoints(points, at, within)
      if (wanted === null) expect(latitude).toBeNull()
      else expect(latitude).toBeCloseTo(wanted, 6)
    }
  })

/** The index of the visit, which is its latitude. */
const inVisit = (visits: World["visits"], at: number): number | null =>
  visits
    .map((stay, index) => ({ ...stay, index }))
    .filter(({ length, starts }) => starts === at || (starts < at && at < starts + length))
    .toSorted((a, b) => a.length - b.length || a.index - b.index)[0]?.index ?? null

const byPoints = (points: World["points"], at: number, within: number): number | null => {
  const all = points
    .map((moment, index) => ({ moment, latitude: 40 + index }))
    .filter(({ moment }) => Math.abs(moment - at) <= within)
  const before = all
    .filter(({ moment }) => moment <= at)
    .toSorted((a, b) => b.moment - a.moment || a.latitude - b.latitude)[0]
  const after = all
    .filter(({ moment }) => moment >= at)
    .toSorted((a, b) => a.moment - b.moment || a.latitude - b.latitude)[0]
  if (before === undefined || after === undefined) return (before ?? after)?.latitude ?? null
  const share = before.moment === after.moment ? 0 : (at - before.moment) / (after.moment - before.moment)
  return before.latitude + (after.latitude - before.latitude) * share
}
