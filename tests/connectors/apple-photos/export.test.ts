/** What is known of iCloud's privacy export, fact by fact. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { recordsOf, rowsOf, skippedOf } from "../media/run.ts"
import { details, imported, list, local } from "./export.ts"
import { movie, photo } from "./shots.ts"

const utc = (text: string) => Date.parse(text)
const PART_1 = "iCloud Photos Part 1 of 2.zip"
const PART_2 = "iCloud Photos Part 2 of 2.zip"
const JUNE = "Saturday June 4,2022 12:11 PM GMT"

const titlesOf = (row: { readonly [column: string]: unknown } | undefined): ReadonlyArray<unknown> =>
  (Array.isArray(row?.["albums"]) ? row["albums"] : []).map((album) => Object(album).title)

const MISSING = "album row of a picture that isn't in these parts"
const UNUSED = "details of a picture that isn't in these parts"
const DELETED = "in Recently Deleted (`include_deleted: true` reads these too)"
const AMBIGUOUS = "ambiguous album row: several pictures have its name"

layer(local, { excludeTestServices: true })("an iCloud privacy export", (it) => {
  it.effect("comes in parts, each with tables of details for its own pictures", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "iCloud Photos Part 1 of 2/Photos/IMG_1.JPG": photo("1"),
          "iCloud Photos Part 1 of 2/Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE])
        },
        [PART_2]: {
          "iCloud Photos Part 2 of 2/Photos/IMG_2.JPG": photo("2"),
          "iCloud Photos Part 2 of 2/Photos/IMG_3.JPG": photo("3"),
          "iCloud Photos Part 2 of 2/Photos/Photo Details-1.csv": details(["IMG_2.JPG", JUNE]),
          "iCloud Photos Part 2 of 2/Photos/Photo Details-2.csv": details([
            "IMG_3.JPG",
            "Sunday June 5,2022 1:00 AM GMT"
          ])
        }
      })
      const rows = rowsOf(batches)
      expect([...rows].map(([, row]) => [row["file_name"], row["taken_at"], row["matched"]])).toEqual([
        ["IMG_1.JPG", utc("2022-06-04T12:11:00Z"), "matched: Photo Details.csv by its name in its folder"],
        ["IMG_2.JPG", utc("2022-06-04T12:11:00Z"), "matched: Photo Details-1.csv by its name in its folder"],
        ["IMG_3.JPG", utc("2022-06-05T01:00:00Z"), "matched: Photo Details-2.csv by its name in its folder"]
      ])
      expect(skippedOf(batches)).toEqual({})
    })
  )

  it.effect("has the same keys in each language, packed, unpacked, and without the part's folder", () =>
    Effect.gen(function* () {
      const content = { "Photos/IMG_1.JPG": photo("1"), "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]) }
      const below = (folder: string) =>
        Object.fromEntries(Object.entries(content).map(([path, bytes]) => [`${folder}/${path}`, bytes]))
      const places = [
        { "iCloud Photos Part 1 of 6.zip": below("iCloud Photos Part 1 of 6") },
        { "iCloud-bilder Del 1 av 6.zip": below("iCloud-bilder Del 1 av 6") },
        { "Photos iCloud Partie 3 sur 12 (1).zip": content },
        below("iCloud-bilder Del 1 av 6"),
        below("Downloads/1"),
        content,
        { "IMG_1.JPG": photo("1"), "Photo Details.csv": details(["IMG_1.JPG", JUNE]) }
      ]
      const keys = yield* Effect.forEach(places, (files) =>
        Effect.map(imported(files), (batches) => recordsOf(batches).map(({ sourceId }) => sourceId))
      )
      expect(new Set(keys.flat()).size).toBe(1)
      expect(keys.map(({ length }) => length)).toEqual(places.map(() => 1))
      expect(keys[0]?.[0]).toMatch(/^Photos\/IMG_1\.JPG#[0-9a-f]{16}$/)
    })
  )

  it.effect("doubles nothing where exports overlap: the same picture in two parts has one key", () =>
    Effect.gen(function* () {
      const part = (name: string) => ({
        [`${name}/Photos/IMG_1.JPG`]: photo("1"),
        [`${name}/Photos/Photo Details.csv`]: details(["IMG_1.JPG", JUNE])
      })
      const batches = yield* imported({
        "2023/iCloud Photos Part 1 of 2.zip": part("iCloud Photos Part 1 of 2"),
        "2024/iCloud Photos Part 2 of 3.zip": part("iCloud Photos Part 2 of 3")
      })
      const records = recordsOf(batches)
      expect(records).toHaveLength(2)
      expect(new Set(records.map(({ sourceId, row }) => sourceId + JSON.stringify(row))).size).toBe(1)
    })
  )

  it.effect("says the same of a picture's copies, also where the row of one is missing", () =>
    Effect.gen(function* () {
      const taken = photo("1", { at: "2011-01-01T10:00:00", offset: "+01:00" })
      const batches = yield* imported({
        [PART_1]: { "Photos/IMG_1.JPG": taken },
        [PART_2]: { "Photos/IMG_1.JPG": taken, "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]) }
      })
      const rows = recordsOf(batches).map(({ row }) => row)
      expect(rows).toHaveLength(2)
      expect(rows[0]).toEqual(rows[1])
      expect(rows[0]).toMatchObject({ taken_at: utc("2022-06-04T12:11:00Z") })
    })
  )

  it.effect("has shared albums as zips within it, stored or compressed, several of them, or unpacked", () =>
    Effect.gen(function* () {
      const rome = { "My Albums/Rome/IMG_1.JPG": photo("1") }
      const more = { "My Albums/Rome/IMG_2.JPG": photo("2"), "My Albums/AlbumInfo.json": "{}" }
      const part = {
        [PART_1]: {
          "iCloud Photos Part 1 of 2/iCloud Shared Albums.zip": rome,
          "iCloud Photos Part 1 of 2/iCloud Shared Albums-1.zip": more
        }
      }
      const packed = yield* imported(part)
      const loose = yield* imported({
        "iCloud Photos Part 1 of 2/iCloud Shared Albums.zip": rome,
        "iCloud Photos Part 1 of 2/iCloud Shared Albums-1/My Albums/Rome/IMG_2.JPG": photo("2")
      })
      const bare = yield* imported({ "iCloud Shared Albums.zip": rome, "iCloud Shared Albums-1.zip": more })
      const summary = (batches: typeof packed) =>
        recordsOf(batches)
          .map(({ sourceId, row }) => [sourceId, row["albums"], row["matched"]])
          .toSorted()
      const album = { key: "Shared Albums/My Albums/Rome\u001fRome", title: "Rome", description: null, position: null }
      expect(summary(packed)).toEqual([
        [expect.stringMatching(/^Shared Albums\/My Albums\/Rome\/IMG_1\.JPG#/), [album], null],
        [expect.stringMatching(/^Shared Albums\/My Albums\/Rome\/IMG_2\.JPG#/), [album], null]
      ])
      expect(summary(yield* imported(part, {}, true))).toEqual(summary(packed))
      expect(summary(loose)).toEqual(summary(packed))
      expect(summary(bare)).toEqual(summary(packed))
      expect(recordsOf(packed)[0]?.origin.member).toBe(
        "iCloud Photos Part 1 of 2/iCloud Shared Albums.zip/My Albums/Rome/IMG_1.JPG"
      )
    })
  )

  it.effect("names a shared album as its AlbumInfo.json does, else as its folder", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "iCloud Shared Albums.zip": {
            "My Albums/Rome_ 2019/a.JPG": photo("a"),
            "My Albums/Rome_ 2019/AlbumInfo.json": JSON.stringify({ albumName: "Rome: 2019", photos: [] }),
            "My Albums/Broken/b.JPG": photo("b"),
            "My Albums/Broken/AlbumInfo.json": '{"albumName": "Bro',
            "My Albums/c.JPG": photo("c"),
            "d.JPG": photo("d"),
            "Lake/e.JPG": photo("e")
          }
        }
      })
      const titles = recordsOf(batches).map(({ row }) => [row["file_name"], titlesOf(row)])
      expect(titles.toSorted()).toEqual([
        ["a.JPG", ["Rome: 2019"]],
        ["b.JPG", ["Broken"]],
        ["c.JPG", []],
        ["d.JPG", []],
        ["e.JPG", ["Lake"]]
      ])
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([
        { code: "album-info-broken", origin: { member: "iCloud Shared Albums.zip/My Albums/Broken/AlbumInfo.json" } }
      ])
    })
  )

  it.effect("names the people of a shared album with its pictures", () =>
    Effect.gen(function* () {
      const carol = { fullName: "Carol Diaz", appleid: "carol@icloud.example" }
      const batches = yield* imported({
        [PART_1]: {
          "iCloud Shared Albums.zip": {
            "My Albums/Rome/a.JPG": photo("a"),
            "My Albums/Rome/AlbumInfo.json": JSON.stringify({
              albumName: "Rome",
              photos: [{ name: "a.JPG", contributor: carol }],
              comments: [
                {
                  fileName: "a.JPG",
                  comments: [{ isLike: true, contributor: carol }, { contributor: { fullName: "Dan Eder" } }]
                }
              ]
            }),
            "My Albums/Lake/b.JPG": photo("b")
          }
        }
      })
      const sharers = recordsOf(batches).map(({ row }) => [row["file_name"], row["sharers"]])
      expect(sharers.toSorted()).toEqual([
        [
          "a.JPG",
          [
            { name: "Carol Diaz", address: "carol@icloud.example", album: "Rome" },
            { name: "Dan Eder", address: null, album: "Rome" }
          ]
        ],
        ["b.JPG", null]
      ])
    })
  )

  it.effect("has a Recently Deleted folder, which is left out with the reason unless wanted", () =>
    Effect.gen(function* () {
      const files = {
        [PART_1]: {
          "iCloud Photos Part 1 of 2/Photos/IMG_1.JPG": photo("1"),
          "iCloud Photos Part 1 of 2/Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE]),
          "iCloud Photos Part 1 of 2/Recently Deleted/IMG_2.JPG": photo("2"),
          "iCloud Photos Part 1 of 2/Recently Deleted/Photo Details.csv": details([
            "IMG_2.JPG",
            JUNE,
            { deleted: "yes" }
          ]),
          "iCloud Photos Part 1 of 2/Albums/All.csv": list("IMG_1.JPG", "IMG_2.JPG")
        },
        [PART_2]: { "iCloud Photos Part 2 of 2/Recently Deleted/IMG_5.JPG": photo("5") }
      }
      const without = yield* imported(files)
      expect(recordsOf(without).map(({ row }) => row["file_name"])).toEqual(["IMG_1.JPG"])
      expect(skippedOf(without)).toEqual({ [DELETED]: 2, "album row of a picture in Recently Deleted": 1 })
      const withThem = yield* imported(files, { include_deleted: true })
      const gone = recordsOf(withThem).find(({ row }) => row["file_name"] === "IMG_2.JPG")
      expect(gone?.sourceId).toMatch(/^Recently Deleted\/IMG_2\.JPG#/)
      expect(gone?.row).toMatchObject({
        taken_at: utc("2022-06-04T12:11:00Z"),
        matched: "matched: Photo Details.csv by its name in its folder; in Recently Deleted"
      })
      expect(skippedOf(withThem)).toEqual({})
    })
  )

  it.effect("may say of a picture among the others that it is deleted: it goes with its half", () =>
    Effect.gen(function* () {
      const files = {
        "Photos/IMG_1.JPG": photo("1", { at: "2022-06-04T14:11:30", offset: "+02:00", id: "A" }),
        "Photos/IMG_1.MOV": movie("1", "2022-06-04T12:11:29Z", "A"),
        "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE, { deleted: "yes" }])
      }
      const without = yield* imported(files)
      expect(recordsOf(without)).toEqual([])
      expect(skippedOf(without)).toEqual({ [DELETED]: 2 })
      const [record, ...others] = recordsOf(yield* imported(files, { include_deleted: true }))
      expect(others).toEqual([])
      expect(record?.row).toMatchObject({ kind: "live-photo", matched: expect.stringMatching(/in Recently Deleted$/) })
    })
  )

  it.effect("may describe a deleted picture beside a kept one of its name: each has its own row", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "Photos/IMG_1.JPG": photo("kept"),
        "Photos/Photo Details.csv": details(
          ["IMG_1.JPG", JUNE],
          ["IMG_1.JPG", "Sunday June 5,2022 1:00 AM GMT", { deleted: "yes" }]
        ),
        "Recently Deleted/IMG_1.JPG": photo("gone")
      })
      expect(recordsOf(batches).map(({ sourceId, row }) => [sourceId.split("#")[0], row["taken_at"]])).toEqual([
        ["Photos/IMG_1.JPG", utc("2022-06-04T12:11:00Z")]
      ])
      expect(skippedOf(batches)).toEqual({ [DELETED]: 1 })
    })
  )

  it.effect("keeps hidden pictures like any other", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "Photos/IMG_1.JPG": photo("1"),
        "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE, { hidden: "yes" }])
      })
      expect(rowsOf(batches).get("Photos/IMG_1.JPG")).toMatchObject({ taken_at: utc("2022-06-04T12:11:00Z") })
    })
  )

  it.effect(
    "states times to the minute: the file's own time counts where it is that minute, and the zone that it implies",
    () =>
      Effect.gen(function* () {
        const batches = yield* imported({
          "Photos/exact.JPG": photo("exact", { at: "2022-06-04T14:11:30", offset: "+02:00" }),
          "Photos/clock.JPG": photo("clock", { at: "2022-06-04T21:11:45" }),
          "Photos/corrected.JPG": photo("corrected", { at: "2001-01-01T00:00:10" }),
          "Photos/none.PNG": photo("none"),
          "Photos/unread.JPG": photo("unread", { at: "2022-06-04T14:11:30", offset: "+02:00" }),
          "Photos/Photo Details.csv": details(
            ["exact.JPG", JUNE],
            ["clock.JPG", JUNE],
            ["corrected.JPG", JUNE],
            ["none.PNG", JUNE],
            ["unread.JPG", "samedi 4 juin 2022 12:11"]
          )
        })
        const rows = rowsOf(batches)
        const timesOf = (name: string) => {
          const row = rows.get(`Photos/${name}`)
          return [row?.["taken_at"], row?.["local_date"], row?.["time_zone"]]
        }
        expect(timesOf("exact.JPG")).toEqual([utc("2022-06-04T12:11:30Z"), "2022-06-04", "Europe/Vienna"])
        expect(timesOf("clock.JPG")).toEqual([utc("2022-06-04T12:11:45Z"), "2022-06-04", "Etc/GMT-9"])
        expect(timesOf("corrected.JPG")).toEqual([utc("2022-06-04T12:11:00Z"), "2022-06-04", "Europe/Vienna"])
        expect(timesOf("none.PNG")).toEqual([utc("2022-06-04T12:11:00Z"), "2022-06-04", "Europe/Vienna"])
        expect(timesOf("unread.JPG")).toEqual([utc("2022-06-04T12:11:30Z"), "2022-06-04", "Europe/Vienna"])
      })
  )

  it.effect("has CSV files of 0 bytes, which are counted", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        [PART_1]: {
          "Photos/IMG_1.JPG": photo("1"),
          "Photos/Photo Details.csv": "",
          "Albums/Empty.csv": "",
          "Memories/None.csv": "imageName\n"
        }
      })
      expect(recordsOf(batches)[0]?.row).toMatchObject({ matched: "orphan: no row of Photo Details has its name" })
      expect(skippedOf(batches)).toEqual({ "a CSV file of 0 bytes, which says nothing": 2 })
    })
  )

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
