import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { scratch, temporaryDirectory } from "../../support/engine.ts"
import { zipOf } from "../../archive/zips.ts"
import {
  type Files,
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
  scanned,
  semantic,
  signal
} from "./history.ts"

/** So many records that all but the first and the last are read by DuckDB in pieces. */
const MANY = 9000
const STEP = 60_000
const START = Date.parse("2019-05-01T00:00:00Z")
const many = (change: (index: number) => Readonly<Record<string, unknown>> = () => ({})) =>
  records(
    ...Array.from({ length: MANY }, (_, index) =>
      record({
        timestamp: new Date(START + index * STEP).toISOString(),
        activity: [
          {
            activity: [
              { type: "STILL", confidence: 60 },
              { type: 'a "quoted", {brace}', confidence: 3 }
            ]
          }
        ],
        ...change(index)
      })
    )
  )

const STYLES: Readonly<Record<string, (value: unknown) => string>> = {
  "as Takeout indents": (value) =>
    JSON.stringify(value, null, 2)
      .replaceAll(/\},\n {4}\{/g, "}, {")
      .replaceAll(/\[\n +\{/g, "[{"),
  "indented by two": (value) => JSON.stringify(value, null, 2),
  "indented by tabs, with Windows line breaks": (value) => JSON.stringify(value, null, "\t").replaceAll("\n", "\r\n"),
  "in one line": (value) => JSON.stringify(value),
  "a record a line": (value) => JSON.stringify(value).replaceAll('},{"lat', '},\n{"lat')
}

layer(scratch, { excludeTestServices: true })("files", (it) => {
  it.effect.each(Object.keys(STYLES))("a long file is read whole: %s", (style) =>
    Effect.gen(function* () {
      const text = STYLES[style]?.(many()) ?? ""
      const { rejects, rows, skips } = yield* read("points", { "Records.json": text })
      expect([rows.length, distinct(rows).length, rejects, skips]).toEqual([MANY, MANY, [], {}])
    })
  )

  it.effect.each(Object.keys(STYLES))("a bad record deep in a long file is rejected alone: %s", (style) =>
    Effect.gen(function* () {
      const text = STYLES[style]?.(many((index) => (index === 6000 ? { timestamp: "never" } : {}))) ?? ""
      const { rejects, rows } = yield* read("points", { "Records.json": text })
      expect(distinct(rows)).toHaveLength(MANY - 1)
      expect(rejects.map(({ code }) => code)).toEqual(["timeline-no-time"])
      const position = rejects[0]?.position ?? 0
      expect(text.slice(position, position + 600)).toMatch(/^\{\s*"latitudeE7"[^]*"never"/)
    })
  )

  it.effect.each(Object.keys(STYLES))("broken bytes deep in a long file cost one record: %s", (style) =>
    Effect.gen(function* () {
      const text = STYLES[style]?.(many()) ?? ""
      const colon = text.indexOf(":", text.indexOf('"longitudeE7"', text.length * 0.7))
      const broken = `${text.slice(0, colon)}"${text.slice(colon + 1)}`
      const { rejects, rows } = yield* read("points", { "Records.json": broken })
      expect(distinct(rows)).toHaveLength(MANY - 1)
      expect(rejects).toMatchObject([{ code: "timeline-json", member: "Records.json" }])
      expect(rejects[0]?.raw).toContain('"longitudeE7""')
    })
  )

  it.effect.each(Object.keys(STYLES))(
    "of a file that was cut, what can be read is kept, the tail is rejected: %s",
    (style) =>
      Effect.gen(function* () {
        const text = STYLES[style]?.(many()) ?? ""
        const cut = text.lastIndexOf("accuracy", text.length * 0.9)
        const { rejects, rows } = yield* read("points", { "Records.json": text.slice(0, cut) })
        expect(distinct(rows)).toHaveLength((text.slice(0, cut).match(/latitudeE7/g)?.length ?? 0) - 1)
        expect(rejects).toMatchObject([{ code: "timeline-cut", member: "Records.json" }])
        expect(rejects[0]?.reason).toContain("download the export again")
      })
  )

  it.effect("a file that was cut between two records says so", () =>
    Effect.gen(function* () {
      const { rejects, rows } = yield* read("points", { "Records.json": `{"locations":[${JSON.stringify(record())},` })
      expect([rows.length, rejects.map(({ code }) => code)]).toEqual([1, ["timeline-cut"]])
    })
  )

  it.effect("long arrays may follow one another", () =>
    Effect.gen(function* () {
      const paths = Array.from({ length: 7000 }, (_, index) =>
        androidPath({ point: "47.3769°, 8.5417°", time: new Date(START + index * STEP).toISOString() })
      )
      const signals = Array.from({ length: 7000 }, (_, index) =>
        signal({ timestamp: new Date(START + (7000 + index) * STEP).toISOString() })
      )
      for (const text of [JSON.stringify(android(paths, signals)), JSON.stringify(android(paths, signals), null, 2)]) {
        const { rejects, rows } = yield* read("points", { "Timeline.json": text })
        expect([distinct(rows).length, rejects]).toEqual([14_000, []])
      }
    })
  )

  const FAMILIES: ReadonlyArray<readonly [string, unknown, points: number, visits: number]> = [
    ["Records.json", records(record()), 1, 0],
    ["2019_MAY.json", semantic(placeVisit()), 0, 1],
    [
      "Timeline.json",
      android([androidVisit(), androidPath({ point: "1°, 2°", time: "2019-05-01T10:00:00Z" })], [signal()]),
      2,
      1
    ],
    [
      "location-history.json",
      [phoneVisit(), phonePath({ point: "geo:1,2", durationMinutesOffsetFromStartTime: "1" })],
      1,
      1
    ]
  ]

  it.effect.each(FAMILIES)("names are localised or arbitrary, content tells: %s", ([, content, points, visits]) =>
    Effect.gen(function* () {
      for (const name of ["Standortverlauf.json", "Zeitachse (1).JSON", "位置履歴", "notes.txt", "Settings.json"]) {
        const files = { [`Takeout/Standortverlauf/${name}`]: content }
        expect((yield* read("points", files)).rows).toHaveLength(points)
        expect((yield* read("visits", files)).rows).toHaveLength(visits)
      }
    })
  )

  it.effect.each(FAMILIES)("a UTF-8 byte-order mark can lead: %s", ([name, content, points, visits]) =>
    Effect.gen(function* () {
      const files = { [name]: `\uFEFF${JSON.stringify(content)}` }
      const found = [yield* read("points", files), yield* read("visits", files)]
      expect(found.map(({ rows }) => rows.length)).toEqual([points, visits])
      expect(found.flatMap(({ rejects }) => rejects)).toEqual([])
    })
  )

  it.effect("files that hold no history are skipped, and it is said why", () =>
    Effect.gen(function* () {
      const files: Files = {
        "Timeline Edits.json": {
          timelineEdits: [{ rawSignal: { signal: { position: { point: { latE7: 1, lngE7: 2 } } } } }]
        },
        "Settings.json": {
          createdTime: "2019-01-01T00:00:00Z",
          historyEnabled: true,
          deviceSettings: [{ deviceTag: 1 }]
        },
        "Encrypted Backups.txt": "You have encrypted Timeline backups stored on Google servers.",
        "Tombstones.csv": "a,b\n",
        "photo.jpg.supplemental-metadata.json": { title: "photo.jpg", geoData: { latitude: 47, longitude: 8 } },
        "empty.json": "",
        "wide.json": Buffer.from('\uFEFF{"locations": []}', "utf16le")
      }
      const { rejects, rows, skips } = yield* read("points", files)
      expect([rows, rejects]).toEqual([[], []])
      expect(skips).toEqual({
        "edits of the timeline: they hold no history": 1,
        "settings: they hold no history": 1,
        "a note that the timeline's backup is encrypted, without the history: export it from the phone's own settings": 1,
        "not a location history": 2,
        "text in UTF-16, which no location history is": 1,
        empty: 1
      })
    })
  )

  it.effect("records without the beginning of a file are rejected as a whole", () =>
    Effect.gen(function* () {
      const { rejects } = yield* read("points", { "Records.json": `{"locatjons": [${JSON.stringify(record())}]}` })
      expect(rejects).toMatchObject([{ code: "timeline-header", member: "Records.json" }])
    })
  )

  it.effect("zips are read where they lie, and it doesn't matter how they are named", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const zip = (name: string) =>
        Effect.promise(async () => {
          const content = JSON.stringify(many(), null, 2)
          writeFileSync(
            join(folder, name),
            await zipOf([{ name: "Takeout/Location History/Records.json", content, compress: true }])
          )
        })
      yield* zip("takeout-001.zip")
      const first = yield* scanned("points", join(folder, "*.zip"))
      expect(distinct(first.rows)).toHaveLength(MANY)
      expect(first.rows[0]).toMatchObject({
        _archive: join(folder, "takeout-001.zip"),
        _member: "Takeout/Location History/Records.json"
      })
      yield* zip("takeout-002.zip")
      rmSync(join(folder, "takeout-001.zip"))
      const second = yield* scanned("points", join(folder, "*.zip"))
      const ids = (rows: typeof first.rows) => rows.map(({ _id, _source_id }) => [_source_id, _id]).toSorted()
      expect(ids(second.rows)).toEqual(ids(first.rows))
    }).pipe(Effect.scoped)
  )

  it.effect("of a damaged zip, what could be read is kept, and the damage is told", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const content = JSON.stringify(many(), null, 2)
      const path = join(folder, "takeout.zip")
      yield* Effect.promise(async () =>
        writeFileSync(path, await zipOf([{ name: "Records.json", content, compress: true }]))
      )
      const bytes = readFileSync(path)
      bytes.fill(0x55, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.6) + 40)
      writeFileSync(path, bytes)
      const { rejects, rows } = yield* scanned("points", path)
      expect(rejects.map(({ code }) => code)).toContain("archive-damaged")
      expect(rows.length).toBeGreaterThan(MANY / 4)
    }).pipe(Effect.scoped)
  )

  it.effect("the same files have the same fingerprint, which is had before they are read", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryDirectory
      const path = join(folder, "Records.json")
      writeFileSync(path, JSON.stringify(records(record())))
      const { before, fingerprint } = yield* scanned("points", path)
      expect(before).toBe(fingerprint)
      expect((yield* scanned("points", path)).fingerprint).toBe(fingerprint)
      writeFileSync(path, JSON.stringify(records(record(), record({ timestamp: "2019-05-02T10:00:00Z" }))))
      expect((yield* scanned("points", path)).fingerprint).not.toBe(fingerprint)
    }).pipe(Effect.scoped)
  )
})
