import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { edit, hide } from "../../src/command/edit.ts"
import { explain } from "../../src/command/explain.ts"
import { sql } from "../../src/component/sql.ts"
import { writeSample } from "../../src/sample/index.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"
import { called } from "./command.ts"
import { idOf, rowsOf, runIn, writeEvents, writePhotos, zipsPipeline } from "./home.ts"

const asked = (home: string, id: string) => called(explain, home, { id: Option.some(id), missing: Option.none() })
const missing = (home: string, file: string) => called(explain, home, { id: Option.none(), missing: Option.some(file) })

describe("explain", () => {
  it.live("goes from a memory down to the archive's member and offset, through every transform", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* Effect.provide(writeSample({ directory, days: 10, seed: 3 }), NodeServices.layer)
      yield* runText(zipsPipeline(directory), home)
      const id = yield* idOf(home, "select memory_id from life.memories where kind = 'event' order by title limit 1")
      yield* called(edit, home, { id, fields: ["title=Mine"] })
      const { error, result } = yield* asked(home, id)
      assert.isNull(error)
      assert.deepInclude(result, { id, type: "memory", label: "Mine" })
      const photo = result.members.find((member: { type: string }) => member.type === "media")
      assert.deepInclude(photo.origins[0], { connector: "google-takeout", stream: "photos", archive_present: true })
      assert.isAtLeast(photo.origins[0].offset, 0)
      assert.match(photo.origins[0].archive, /takeout-.*\.zip$/)
      const stations = result.way.map((station: { relation: string; type: string; kind: string }) => station.relation)
      assert.deepEqual(stations, ["events", "photos", "unique", "during", "moments", "memories"])
      const during = result.way.find((station: { relation: string }) => station.relation === "during")
      assert.isAtLeast(during.rows, 1)
      assert.match(during.query, /select/i)
      assert.deepInclude(result.edits[0], { field: "title", value: "Mine" })
      assert.match(String(result.edits[0].imported), /./)
      assert.deepEqual(
        result.runs.map(({ command, did }: { command: string; did: string }) => [command, did]),
        [
          ["run", "added it"],
          ["edit", "changed title"]
        ]
      )
      const picture = yield* asked(home, photo.id)
      const taken = picture.result.links.find((link: { relation: string }) => link.relation === "taken_during")
      assert.deepInclude(taken, { direction: "to", type: "events" })
      assert.match(taken.rule, /time-place|join/)
      assert.property(taken.evidence, "seconds")
    }).pipe(Effect.scoped)
  )

  it.live("says what is in the way of an answer", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryDirectory, "home")
      assert.strictEqual((yield* asked(home, "1b9f0f4b")).error?.code, "no-home")
      yield* query(home, sql`select 1`)
      assert.strictEqual((yield* asked(home, "1b9f0f4b")).error?.code, "unknown-id")
      assert.strictEqual((yield* asked(home, "?")).error?.code, "not-an-id")
      assert.strictEqual(
        (yield* called(explain, home, { id: Option.none(), missing: Option.none() })).error?.code,
        "no-id"
      )
    }).pipe(Effect.scoped)
  )
})

describe("explain --missing", () => {
  it.live("says at which station a picture's way ended", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      writePhotos(directory, "photos.csv", [
        { name: "in.jpg", taken: "2024-05-01T18:30:00Z" },
        { name: "hidden.jpg", taken: "2024-05-03T18:30:00Z" },
        { name: "timeless.jpg", taken: "" }
      ])
      writeEvents(directory, [{ title: "Dinner", starts: "2024-05-01T18:00:00Z", ends: "2024-05-01T21:00:00Z" }])
      yield* runIn(directory, home)
      yield* called(hide, home, {
        ids: [yield* idOf(home, "select memory_id from life.memories where kind = 'moment'")]
      })
      const verdict = (file: string) =>
        Effect.map(missing(home, file), ({ error, result }) => [result?.verdict ?? error, result?.because])
      assert.deepEqual(yield* verdict("/somewhere/IN.jpg"), [
        "in-memory",
        'It is in the memory "Dinner". (By its name only: the bytes couldn\'t be compared, or differ.)'
      ])
      assert.strictEqual((yield* verdict("hidden.jpg"))[0], "hidden")
      assert.strictEqual((yield* verdict("timeless.jpg"))[0], "without-time")
      const [code, because] = yield* verdict("never.jpg")
      assert.strictEqual(code, "not-read")
      assert.match(because, /no archive that was read holds one of this name\. Read were: .*events\.csv, .*photos\.csv/)
    }).pipe(Effect.scoped)
  )

  it.live("names the transform that left a picture out", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* Effect.provide(writeSample({ directory, days: 10, seed: 3 }), NodeServices.layer)
      const text = (filter: string) => `
name: zips
sources:
  photos: { type: google-takeout.photos, path: "${directory}/takeout-*.zip" }
transforms:
  some: { type: filter, from: photos, where: "${filter}" }
sinks:
  memories: { type: memories, from: some }
`
      yield* runText(text("file_name < 'M'"), home)
      const [dropped] = yield* rowsOf(
        home,
        "select file_name from staging.zips__photos where file_name >= 'M' order by 1"
      )
      const outcome = yield* missing(home, String(dropped?.["file_name"] ?? ""))
      assert.strictEqual(outcome.result.verdict, "not-kept")
      assert.match(outcome.result.because, /transform "some" \(filter\) leaves it out/)
    }).pipe(Effect.scoped)
  )

  it.live("knows a picture by its bytes, whatever its name; and what was set aside or left out", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const pictures = join(directory, "pictures")
      mkdirSync(pictures)
      const pixel = Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "base64"
      )
      writeFileSync(join(pictures, "pixel.png"), pixel)
      writeFileSync(join(pictures, "empty.jpg"), "")
      writeFileSync(join(pictures, "notes.txt"), "not a picture")
      yield* runText(
        `{ name: folder, sources: { photos: { type: folder.photos, path: "${pictures}" } }, sinks: { memories: { type: memories, from: photos } } }`,
        home
      )
      const copy = join(directory, "copy of it.png")
      writeFileSync(copy, pixel)
      const same = yield* missing(home, copy)
      assert.deepInclude(same.result.candidates[0], { by: "content", member: "pixel.png" })
      const rejected = yield* missing(home, "empty.jpg")
      assert.strictEqual(rejected.result.verdict, "rejected")
      assert.match(rejected.result.because, /empty\.jpg could not be used by source "photos": /)
      assert.strictEqual((yield* missing(home, "notes.txt")).result.verdict, "skipped")
      const stranger = join(directory, "stranger.jpg")
      writeFileSync(stranger, "not known to anyone")
      assert.match((yield* missing(home, stranger)).result.because, /^No archive that was read holds this picture/)
    }).pipe(Effect.scoped)
  )
})
