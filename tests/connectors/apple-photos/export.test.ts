/** What is known of iCloud's privacy export, fact by fact. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { recordsOf, rowsOf, skippedOf } from "../media/run.ts"
import { DELETED, JUNE, PART_1, PART_2, details, imported, list, local, titlesOf, utc } from "./export.ts"
import { movie, photo } from "./shots.ts"

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
})
