/** Whose row is whose, in the tables of details and the lists of albums. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { recordsOf, rowsOf, skippedOf } from "../media/run.ts"
import {
  AMBIGUOUS,
  JUNE,
  MISSING,
  PART_1,
  PART_2,
  UNUSED,
  details,
  imported,
  list,
  local,
  titlesOf,
  utc
} from "./export.ts"
import { movie, photo } from "./shots.ts"

layer(local, { excludeTestServices: true })("the tables of an iCloud privacy export", (it) => {
  it.effect("may have two pictures of one name in two parts: each gets the row of its own part", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "iCloud Photos Part 9 of 12.zip": {
          "Photos/IMG_0403.MOV": movie("one", "2013-08-29T07:08:20Z"),
          "Photos/Photo Details-37.csv": details(["IMG_0403.MOV", "Thursday August 29,2013 7:08 AM GMT"])
        },
        "iCloud Photos Part 11 of 12.zip": {
          "Photos/IMG_0403.MOV": movie("other", "2017-10-11T15:53:05Z"),
          "Photos/Photo Details-34.csv": details(["IMG_0403.MOV", "Wednesday October 11,2017 3:53 PM GMT"])
        }
      })
      const records = recordsOf(batches)
      const times = records.map(({ origin, row }) => [/Part \d+/.exec(origin.archive)?.[0], row["taken_at"]])
      expect(new Map(times.map(([part, time]) => [part, time]))).toEqual(
        new Map([
          ["Part 9", utc("2013-08-29T07:08:20Z")],
          ["Part 11", utc("2017-10-11T15:53:05Z")]
        ])
      )
      expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(2)
      expect(new Set(records.map(({ id }) => id)).size).toBe(2)
    })
  )

  it.effect("lets the time decide between rows of one name, and says where it can't", () =>
    Effect.gen(function* () {
      const two = details(["IMG_1.JPG", JUNE], ["IMG_1.JPG", "Sunday June 4,2017 9:00 AM GMT"])
      const told = yield* imported({
        "Photos/IMG_1.JPG": photo("1", { at: "2022-06-04T14:11:30" }),
        "Photos/Photo Details.csv": two
      })
      expect(recordsOf(told)[0]?.row).toMatchObject({
        taken_at: utc("2022-06-04T12:11:30Z"),
        matched: "matched: Photo Details.csv by its name and time in its folder"
      })
      const open = yield* imported({ "Photos/IMG_1.JPG": photo("1"), "Photos/Photo Details.csv": two })
      expect(recordsOf(open)[0]?.row).toMatchObject({
        taken_at: null,
        matched: "ambiguous: 2 rows of its name in its folder, and its own time decides for none"
      })
    })
  )

  it.effect("takes a row of another part only where nothing speaks against it", () =>
    Effect.gen(function* () {
      const named = (shot: Buffer, ...others: ReadonlyArray<string>) => ({
        "iCloud Photos Part 1 of 3.zip": { "Photos/IMG_1.JPG": shot },
        "iCloud Photos Part 2 of 3.zip": {
          "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]),
          ...Object.fromEntries(others.map((name) => [`Photos/${name}`, photo("another")]))
        }
      })
      const of = (files: ReturnType<typeof named>) =>
        Effect.map(imported(files), (batches) => ({
          row: recordsOf(batches).find(({ origin }) => origin.archive.includes("1 of 3"))?.row,
          skipped: skippedOf(batches)
        }))
      expect((yield* of(named(photo("1", { at: "2022-06-04T14:11:30" })))).row).toMatchObject({
        taken_at: utc("2022-06-04T12:11:30Z"),
        matched: "matched: Photo Details.csv by its name and time, from another part"
      })
      expect((yield* of(named(photo("1")))).row).toMatchObject({
        taken_at: utc("2022-06-04T12:11:00Z"),
        matched: "matched: Photo Details.csv by its name, from another part"
      })
      const elsewhere = yield* of(named(photo("1", { at: "2011-01-01T10:00:00", offset: "+01:00" })))
      expect(elsewhere).toMatchObject({
        row: {
          taken_at: utc("2011-01-01T09:00:00Z"),
          matched: "ambiguous: a row of its name in another part, which may be another picture's"
        },
        skipped: { [UNUSED]: 1 }
      })
      // The row describes the picture beside it.
      expect((yield* of(named(photo("1"), "IMG_1.JPG"))).row).toMatchObject({
        taken_at: null,
        matched: "orphan: no row of Photo Details has its name"
      })
    })
  )

  it.effect("takes no row of another part for one of several pictures that nothing else tells apart", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "iCloud Photos Part 1 of 3.zip": { "Photos/IMG_1.JPG": photo("one") },
        "iCloud Photos Part 2 of 3.zip": { "Photos/IMG_1.JPG": photo("other") },
        "iCloud Photos Part 3 of 3.zip": { "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]) }
      })
      const words = "ambiguous: a row of its name in another part, which may be another picture's"
      expect(recordsOf(batches).map(({ row }) => [row["taken_at"], row["matched"]])).toEqual([
        [null, words],
        [null, words]
      ])
    })
  )

  it.effect("has names that differ in case only: the exact one counts first, in tables and in lists", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "Photos/IMG_1.JPG": photo("upper"),
          "Photos/img_1.jpg": photo("lower"),
          "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE], ["img_1.jpg", "Sunday June 5,2022 1:00 AM GMT"]),
          "Albums/Rome.csv": list("img_1.jpg")
        }
      })
      const rows = rowsOf(batches)
      expect(rows.get("Photos/IMG_1.JPG")).toMatchObject({ taken_at: utc("2022-06-04T12:11:00Z"), albums: null })
      expect(rows.get("Photos/img_1.jpg")).toMatchObject({ taken_at: utc("2022-06-05T01:00:00Z") })
      expect(titlesOf(rows.get("Photos/img_1.jpg"))).toEqual(["Rome"])
    })
  )

  it.effect("finds a table above the folder of its pictures", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "iCloud Photos/Photos/IMG_1.JPG": photo("1"),
        "iCloud Photos/Photo Details.csv": details(["img_1.jpg", JUNE], ["IMG_9.JPG", JUNE])
      })
      expect(recordsOf(batches)[0]?.row).toMatchObject({
        matched: "matched: Photo Details.csv by its name in its part"
      })
      expect(skippedOf(batches)).toEqual({ [UNUSED]: 1 })
    })
  )

  it.effect("has checksums that prove nothing: equal ones join no pictures, different ones part no copies", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "Photos/IMG_1.JPG": photo("1"),
        "Photos/IMG_2.JPG": photo("2"),
        "Photos/IMG_3.JPG": photo("2"),
        "Photos/Photo Details.csv": details(
          ["IMG_1.JPG", JUNE, { checksum: "same" }],
          ["IMG_2.JPG", JUNE, { checksum: "same" }],
          ["IMG_3.JPG", JUNE, { checksum: "other" }]
        )
      })
      const ids = new Map(recordsOf(batches).map(({ id, row }) => [row["file_name"], id]))
      expect(ids.get("IMG_1.JPG")).not.toBe(ids.get("IMG_2.JPG"))
      expect(ids.get("IMG_3.JPG")).toBe(ids.get("IMG_2.JPG"))
    })
  )

  it.effect("lists the names of albums and memories in one part, the pictures being in any", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "iCloud Photos Part 1 of 2/Albums/Rome, 2019.csv": list("IMG_1.JPG", "a, b.JPG"),
          "iCloud Photos Part 1 of 2/Albums/Favorites.csv": "imgName\r\nIMG_1.JPG\r\n",
          "iCloud Photos Part 1 of 2/Memories/Summer 2017.csv": '\uFEFFimageName\n"IMG_1.JPG"\nIMG_9.JPG\n'
        },
        [PART_2]: {
          "iCloud Photos Part 2 of 2/Photos/IMG_1.JPG": photo("1"),
          "iCloud Photos Part 2 of 2/Photos/a, b.JPG": photo("2")
        }
      })
      const titles = recordsOf(batches).map(({ row }) => [row["file_name"], titlesOf(row)])
      expect(titles).toEqual([
        ["IMG_1.JPG", ["Favorites", "Rome, 2019", "Summer 2017"]],
        ["a, b.JPG", ["Rome, 2019"]]
      ])
      expect(recordsOf(batches)[0]?.row["albums"]).toContainEqual({
        key: "Memories\u001fSummer 2017",
        title: "Summer 2017",
        description: null,
        position: null
      })
      expect(batches.flatMap(({ skipped }) => skipped)).toEqual([
        { reason: MISSING, count: 1, examples: ["Summer 2017: IMG_9.JPG"] }
      ])
    })
  )

  it.effect("reports a row of an album that fits several pictures as ambiguous, and puts none into it", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "Photos/IMG_1.JPG": photo("one"),
          "Albums/Rome.csv": list("IMG_1.JPG"),
          "Albums/Both.csv": list("IMG_1.JPG", "IMG_1.JPG")
        },
        [PART_2]: { "Photos/IMG_1.JPG": photo("other") }
      })
      // A list that has the name as often as there are pictures means all of them.
      expect(recordsOf(batches).map(({ row }) => titlesOf(row))).toEqual([["Both"], ["Both"]])
      expect(batches.flatMap(({ skipped }) => skipped)).toEqual([
        { reason: AMBIGUOUS, count: 1, examples: ["Rome: IMG_1.JPG"] }
      ])
    })
  )

  it.effect("finds no row ambiguous for copies of one picture, nor for one in Recently Deleted", () =>
    Effect.gen(function* () {
      const batches = yield* imported(
        {
          [PART_1]: {
            "Photos/IMG_1.JPG": photo("1"),
            "Recently Deleted/IMG_1.JPG": photo("gone"),
            "Albums/Rome.csv": list("IMG_1.JPG")
          },
          [PART_2]: { "Photos/IMG_1.JPG": photo("1") }
        },
        { include_deleted: true }
      )
      const titles = recordsOf(batches).map(({ sourceId, row }) => [sourceId.split("#")[0], titlesOf(row)])
      expect(titles.toSorted()).toEqual([
        ["Photos/IMG_1.JPG", ["Rome"]],
        ["Photos/IMG_1.JPG", ["Rome"]],
        ["Recently Deleted/IMG_1.JPG", []]
      ])
      expect(skippedOf(batches)).toEqual({})
    })
  )

  it.effect("counts an album's row of a picture that can't be read, and one that names a half goes to the whole", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "Photos/IMG_1.JPG": "",
        "Photos/IMG_2.JPG": photo("2", { id: "A" }),
        "Photos/IMG_2.MOV": movie("2", "2022-06-04T12:11:29Z", "A"),
        "Albums/Rome.csv": list("IMG_1.JPG", "IMG_2.MOV")
      })
      expect(recordsOf(batches).map(({ row }) => [row["kind"], titlesOf(row)])).toEqual([["live-photo", ["Rome"]]])
      expect(skippedOf(batches)).toEqual({ "album row of a picture that can't be read": 1 })
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([{ code: "media-empty" }])
    })
  )

  it.effect("rejects lines of a table that can't be read, and reads the rest", () =>
    Effect.gen(function* () {
      const table = Buffer.from(details(["IMG_1.JPG", JUNE], ["IMG_X.JPG", JUNE], ["IMG_2.JPG", JUNE]))
      table[table.indexOf("X.JPG")] = 0xff
      const batches = yield* imported({
        "Photos/IMG_1.JPG": photo("1"),
        "Photos/IMG_2.JPG": photo("2"),
        "Photos/Photo Details.csv": table
      })
      expect(recordsOf(batches).map(({ row }) => row["taken_at"])).toEqual([
        utc("2022-06-04T12:11:00Z"),
        utc("2022-06-04T12:11:00Z")
      ])
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([
        { code: "csv-row-broken", origin: { member: "Photos/Photo Details.csv" }, position: 3 }
      ])
    })
  )

  it.effect("leaves out what is no picture, and looks into files of the library that have no extension", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "iCloud Photos Part 1 of 2/icloudUsageData.zip": { "usage.csv": "a,b\n1,2\n" },
          "iCloud Photos Part 1 of 2/Photos/README": "hello",
          "iCloud Photos Part 1 of 2/Photos/IMG_1": photo("1"),
          "iCloud Photos Part 1 of 2/notes.txt": "hello",
          "iCloud Photos Part 1 of 2/large.csv": Buffer.alloc(8 * 1024 * 1024 + 1, "x"),
          "iCloud Photos Part 1 of 2/notes": "hello",
          "iCloud Photos Part 1 of 2/Subscribed Albums.json": "[]"
        }
      })
      expect(recordsOf(batches).map(({ row }) => row["file_name"])).toEqual(["IMG_1"])
      expect(skippedOf(batches)).toEqual({
        "not a picture or video": 5,
        "a CSV file too large to be one of Apple's (8 MB)": 1
      })
    })
  )
})
