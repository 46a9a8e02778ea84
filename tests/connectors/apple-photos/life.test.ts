/** Exports on their way through the engine into a life. */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"
import { type Files, details, list, written } from "./export.ts"
import { movie, photo } from "./shots.ts"

const JUNE = "Saturday June 4,2022 12:11 PM GMT"
const STILL = { at: "2022-06-04T14:11:30", offset: "+02:00", id: "A" }

const PARTS: { readonly [name: string]: Files } = {
  "iCloud Photos Part 1 of 2.zip": {
    "iCloud Photos Part 1 of 2/Photos/IMG_1.JPG": photo("1", STILL),
    "iCloud Photos Part 1 of 2/Photos/IMG_1-1.MOV": movie("1", "2022-06-04T12:11:29Z", "A"),
    "iCloud Photos Part 1 of 2/Photos/IMG_1.MOV": movie("another", "2019-06-04T12:11:29Z"),
    "iCloud Photos Part 1 of 2/Photos/IMG_E1.JPG": photo("1 edited", STILL),
    "iCloud Photos Part 1 of 2/Photos/IMG_1.AAE": "<plist/>",
    "iCloud Photos Part 1 of 2/Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]),
    "iCloud Photos Part 1 of 2/Albums/Rome.csv": list("IMG_1.JPG", "IMG_2.JPG"),
    "iCloud Photos Part 1 of 2/iCloud Shared Albums.zip": { "My Albums/Us/IMG_9.JPG": photo("9") }
  },
  "iCloud Photos Part 2 of 2.zip": {
    "iCloud Photos Part 2 of 2/Photos/IMG_2.JPG": photo("2"),
    "iCloud Photos Part 2 of 2/Photos/Photo Details-1.csv": details(["IMG_2.JPG", JUNE], ["IMG_7.JPG", JUNE]),
    "iCloud Photos Part 2 of 2/Recently Deleted/IMG_3.JPG": photo("3"),
    "iCloud Photos Part 2 of 2/Photos/broken.JPG": ""
  }
}

const pipeline = (path: string) => `
name: apple
sources:
  photos: { type: apple-photos.photos, path: "${path}", account: me }
sinks:
  memories: { type: memories, from: photos }
`

/** What stays to the letter, and how much there is of what names archives. */
const lifeOf = (home: string) =>
  Effect.gen(function* () {
    const kept = yield* Effect.forEach(["media", "albums", "album_items"], (table) =>
      query(home, authored(`select * from life.${table} order by all`))
    )
    const counts = yield* Effect.forEach(["links", "provenance"], (table) => count(home, `life.${table}`))
    return { kept, counts }
  })

const count = (home: string, from: string) =>
  Effect.map(query(home, authored(`select count(*) as n from ${from}`)), ([row]) => Number(row?.["n"]))

describe("apple-photos.photos", () => {
  it.live("puts an export into a life: pictures, albums, edits, and a ledger that adds up", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryDirectory, "home")
      const { sources } = yield* runText(pipeline(yield* written(PARTS)), home)
      const ledger = sources["photos"]
      assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
      // Skipped: edit instructions, a deleted picture, a row of details without its picture.
      assert.deepInclude(ledger, { new: 5, skipped: 3, rejected: 1, duplicate: 0 })
      assert.strictEqual(yield* count(home, "staging.apple__photos"), 5)
      const kinds = yield* query(home, authored("select file_name, kind from life.media order by 1"))
      assert.deepEqual(
        kinds.map(({ file_name, kind }) => [file_name, kind]),
        [
          ["IMG_1.JPG", "live-photo"],
          ["IMG_1.MOV", "video"],
          ["IMG_2.JPG", "photo"],
          ["IMG_9.JPG", "photo"],
          ["IMG_E1.JPG", "photo"]
        ]
      )
      const albums = yield* query(
        home,
        authored(`select albums.title, list(file_name order by file_name)::varchar as names from life.album_items
          join life.albums using (album_id) join life.media using (media_id) group by all order by 1`)
      )
      assert.deepEqual(
        albums.map(({ title, names }) => [title, names]),
        [
          ["Rome", "[IMG_1.JPG, IMG_2.JPG]"],
          ["Us", "[IMG_9.JPG]"]
        ]
      )
      assert.strictEqual(yield* count(home, "life.links where relation = 'edited_from'"), 1)
    }).pipe(Effect.scoped)
  )

  it.live("adds nothing when it reads the same again, unpacked, or in parts of other names (I3)", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryDirectory, "home")
      yield* runText(pipeline(yield* written(PARTS)), home)
      const before = yield* lifeOf(home)
      const unpacked = Object.assign({}, ...Object.values(PARTS))
      const renamed = Object.fromEntries(
        Object.entries(PARTS).map(([name, files]) => [
          name.replace("Photos Part", "bilder Del").replace("of", "av"),
          Object.fromEntries(
            Object.entries(files).map(([path, bytes]) => [path.replace(/^[^/]*/, "iCloud-bilder Del 5 av 6"), bytes])
          )
        ])
      )
      for (const files of [PARTS, unpacked, renamed]) {
        const { sources } = yield* runText(pipeline(yield* written(files)), home)
        const ledger = sources["photos"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.strictEqual(ledger?.new, 0)
      }
      assert.deepEqual(yield* lifeOf(home), before)
    }).pipe(Effect.scoped)
  )

  it.live("is the same life in one go or part by part, and a part that is gone takes nothing away", () =>
    Effect.gen(function* () {
      const home = join(yield* temporaryDirectory, "home")
      const anew = join(yield* temporaryDirectory, "home")
      const directory = yield* written(PARTS)
      const [first = "", second = ""] = Object.keys(PARTS)
      yield* runText(pipeline(join(directory, first)), home)
      yield* runText(pipeline(directory), home)
      const whole = yield* count(home, "life.media")
      rmSync(join(directory, second))
      yield* runText(pipeline(directory), home)
      assert.strictEqual(yield* count(home, "life.media"), whole)
      yield* runText(pipeline(yield* written(PARTS)), anew)
      const keys = (at: string) => query(at, authored("select media_id from life.media order by 1"))
      assert.deepEqual(yield* keys(home), yield* keys(anew))
    }).pipe(Effect.scoped)
  )
})
