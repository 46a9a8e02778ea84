import { writeFileSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../support/engine.ts"

const pipeline = (directory: string) => `
name: rows
sources:
  photos: { type: file.rows, path: ${join(directory, "photos*.csv")}, entity: media, key: [file_name] }
transforms:
  seen: { type: filter, where: latitude is not null }
sinks:
  memories: { type: memories, from: seen }
  out: { type: file, from: seen, path: ${join(directory, "out.csv")} }
`

const HEAD = "file_name,content_hash,taken_at,latitude,longitude"
const row = (n: number, latitude: string = "47.1") => `IMG_${n}.jpg,hash${n},2023-05-0${n}T10:00:00Z,${latitude},8.5`

const write = (directory: string, name: string, rows: ReadonlyArray<string>) =>
  Effect.sync(() => writeFileSync(join(directory, name), [HEAD, ...rows].join("\n")))

describe("rows of files, end to end", () => {
  it.live("the ledger adds up, and drops are counted", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* write(directory, "photos.csv", [row(1), row(2, ""), row(3), row(3)])
      const summary = yield* runText(pipeline(directory), join(directory, "home"))
      assert.deepInclude(summary.sources["photos"], { read: 4, new: 3, duplicate: 1, unchanged: 0 })
      assert.deepEqual(summary.transforms["seen"], { in: 3, out: 2, dropped: 1 })
      assert.deepInclude(summary.sinks["out"], { inserted: 2 })
      assert.strictEqual(readFileSync(join(directory, "out.csv"), "utf8").trim().split("\n").length, 3)
    }).pipe(Effect.scoped)
  )

  it.live("the same input twice changes nothing (I3)", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, "photos.csv", [row(1), row(2)])
      yield* runText(pipeline(directory), home)
      const before = yield* query(home, authored("select * from life.media order by all"))
      // Another file time, the same rows: it is read again, and found to be the same.
      yield* write(directory, "photos.csv", [row(2), row(1)])
      const again = yield* runText(pipeline(directory), home)
      assert.deepInclude(again.sources["photos"], { read: 2, unchanged: 2, new: 0, changed: 0 })
      assert.deepInclude(again.sinks["memories"], { inserted: 0, updated: 0, unchanged: 2 })
      assert.deepEqual(yield* query(home, authored("select * from life.media order by all")), before)
    }).pipe(Effect.scoped)
  )

  it.live("a changed row is updated with a new revision, and its before-image is kept (I7)", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, "photos.csv", [row(1), row(2)])
      yield* runText(pipeline(directory), home)
      yield* write(directory, "photos.csv", [row(1, "46.5"), row(2), row(3)])
      const summary = yield* runText(pipeline(directory), home)
      assert.deepInclude(summary.sources["photos"], { read: 3, new: 1, changed: 1, unchanged: 1 })
      const media = yield* query(home, authored("select file_name, latitude, revision from life.media order by 1"))
      assert.deepEqual(media, [
        { file_name: "IMG_1.jpg", latitude: 46.5, revision: 2 },
        { file_name: "IMG_2.jpg", latitude: 47.1, revision: 1 },
        { file_name: "IMG_3.jpg", latitude: 47.1, revision: 1 }
      ])
      const [change] = yield* query(
        home,
        authored("select before->>'latitude' as was from state.changes where table_name = 'media'")
      )
      assert.deepEqual(change, { was: "47.1" })
    }).pipe(Effect.scoped)
  )

  it.live("a file that is gone takes nothing away", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, "photos-a.csv", [row(1), row(2)])
      yield* runText(pipeline(directory), home)
      yield* write(directory, "photos-a.csv", [row(2)])
      yield* runText(pipeline(directory), home)
      const [count] = yield* query(home, authored("select count(*) as n from life.media"))
      assert.deepEqual(count, { n: 2 })
    }).pipe(Effect.scoped)
  )

  it.live("an output that was removed is written again", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, "photos.csv", [row(1)])
      yield* runText(pipeline(directory), home)
      const { rmSync } = yield* Effect.promise(() => import("node:fs"))
      rmSync(join(directory, "out.csv"))
      yield* runText(pipeline(directory), home)
      assert.isTrue(existsSync(join(directory, "out.csv")))
    }).pipe(Effect.scoped)
  )

  it.live("every record's provenance is kept", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      yield* write(directory, "photos.csv", [row(1), row(2)])
      yield* runText(pipeline(directory), home)
      const rows = yield* query(
        home,
        authored("select connector, stream, source_id from life.provenance order by source_id")
      )
      assert.deepEqual(rows, [
        { connector: "file", stream: "rows", source_id: "IMG_1.jpg" },
        { connector: "file", stream: "rows", source_id: "IMG_2.jpg" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("a column that comes with a later file, or fractions, make no other rows of those that were there", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const text = pipeline(directory).replace(", key: [file_name]", "").replace("photos*", "f*")
      const file = (name: string, ...lines: ReadonlyArray<string>) =>
        Effect.sync(() => writeFileSync(join(directory, name), lines.join("\n")))
      yield* file("f2.csv", "file_name,latitude,stars", "a.jpg,47,4", "b.jpg,48,5")
      yield* runText(text, home)
      yield* file("f1.csv", "title,stars,latitude,file_name", "C,4.5,49,c.jpg")
      const summary = yield* runText(text, home)
      assert.deepInclude(summary.sinks["memories"], { inserted: 1, updated: 0, unchanged: 2 })
      const media = yield* query(home, authored("select file_name from life.media order by 1"))
      assert.deepEqual(
        media.map((row) => row["file_name"]),
        ["a.jpg", "b.jpg", "c.jpg"]
      )
    }).pipe(Effect.scoped)
  )
})
