/** Live pairs, edits and sidecars: in privacy exports, and in folders as Photos and cameras export them. */
import { existsSync, readFileSync } from "node:fs"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { recordsOf, rowsOf, skippedOf } from "../media/run.ts"
import { type Files, details, imported, local } from "./export.ts"
import { movie, photo, xmp } from "./shots.ts"

const HEIC = "../shared/fixtures/photos/IMG_5195.HEIC"
const utc = (text: string) => Date.parse(text)
const AT = { at: "2022-06-04T14:11:30", offset: "+02:00" }
const JUST_BEFORE = "2022-06-04T12:11:29Z"
const YEARS_AGO = "2019-01-01T10:00:00Z"
const JUNE = "Saturday June 4,2022 12:11 PM GMT"

/** Kind, half and words by file name. */
const told = (batches: Parameters<typeof recordsOf>[0]) =>
  Object.fromEntries(
    recordsOf(batches).map(({ row }) => [
      row["file_name"],
      [row["kind"], row["live_member"], row["matched"]] satisfies ReadonlyArray<unknown>
    ])
  )

layer(local, { excludeTestServices: true })("a live photo", (it) => {
  it.effect("has its half by Apple's content identifier, whatever the names: IMG_0861-1.MOV, not IMG_0861.MOV", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_0861.JPG": photo("1", { ...AT, id: "A" }),
        "IMG_0861.MOV": movie("other", JUST_BEFORE, "B"),
        "IMG_0861-1.MOV": movie("half", YEARS_AGO, "A")
      })
      expect(told(batches)).toEqual({
        "IMG_0861.JPG": [
          "live-photo",
          "IMG_0861-1.MOV",
          "matched: live half IMG_0861-1.MOV by Apple's content identifier"
        ],
        "IMG_0861.MOV": ["video", null, null]
      })
    })
  )

  it.effect("without identifiers has it by name and time, or by time and a name that differs in a digit", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_0001.JPG": photo("1", AT),
        "IMG_0001.MOV": movie("1", JUST_BEFORE),
        "IMG_0861.JPG": photo("2", AT),
        "IMG_0861.MOV": movie("other", YEARS_AGO),
        "IMG_0861-1.MOV": movie("half", JUST_BEFORE),
        "IMG_0740.JPG": photo("3", AT),
        "IMG_07401.MOV": movie("third", JUST_BEFORE)
      })
      expect(told(batches)).toEqual({
        "IMG_0001.JPG": ["live-photo", "IMG_0001.MOV", "matched: live half IMG_0001.MOV by its name and time"],
        "IMG_0861.JPG": [
          "live-photo",
          "IMG_0861-1.MOV",
          "matched: live half IMG_0861-1.MOV by its time, and its name but for a digit"
        ],
        "IMG_0861.MOV": ["video", null, null],
        "IMG_0740.JPG": [
          "live-photo",
          "IMG_07401.MOV",
          "matched: live half IMG_07401.MOV by its time, and its name but for a digit"
        ]
      })
    })
  )

  it.effect("is none where identifiers or times differ, which is told", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_1.JPG": photo("1", { ...AT, id: "A" }),
        "IMG_1.MOV": movie("1", JUST_BEFORE, "B"),
        "IMG_2.JPG": photo("2", AT),
        "IMG_2.MOV": movie("2", YEARS_AGO)
      })
      expect(told(batches)).toEqual({
        "IMG_1.JPG": ["photo", null, "matched: IMG_1.MOV is another recording, by its content identifier"],
        "IMG_1.MOV": ["video", null, null],
        "IMG_2.JPG": ["photo", null, "matched: IMG_2.MOV is another recording, by its time"],
        "IMG_2.MOV": ["video", null, null]
      })
    })
  )

  it.effect("has a half of its name where a still knows no time, unless another one fits better", () =>
    Effect.gen(function* () {
      const batches = yield* imported({ "IMG_1.JPG": photo("1"), "IMG_1.MOV": movie("1", YEARS_AGO) })
      expect(told(batches)).toEqual({
        "IMG_1.JPG": ["live-photo", "IMG_1.MOV", "matched: live half IMG_1.MOV by its name: one of them knows no time"]
      })
    })
  )

  it.effect("leaves a JPEG made of its still alone", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_1.HEIC": photo("1", { ...AT, id: "A" }),
        "IMG_1.MOV": movie("1", JUST_BEFORE, "A"),
        "IMG_1.JPG": photo("1 again", AT)
      })
      expect(told(batches)).toMatchObject({
        "IMG_1.HEIC": ["live-photo", "IMG_1.MOV", expect.anything()],
        "IMG_1.JPG": ["photo", null, null]
      })
    })
  )

  it.effect("may have its halves in two parts, if they have one identifier", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "iCloud Photos Part 1 of 2.zip": { "Photos/IMG_1.JPG": photo("1", { ...AT, id: "A" }) },
        "iCloud Photos Part 2 of 2.zip": {
          "Photos/IMG_1.MOV": movie("1", JUST_BEFORE, "A"),
          "Photos/Photo Details.csv": details(["IMG_1.JPG", JUNE])
        },
        "iCloud Photos Part 3 of 3.zip": { "Photos/IMG_2.JPG": photo("2", AT) },
        "iCloud Photos Part 4 of 4.zip": { "Photos/IMG_2.MOV": movie("2", JUST_BEFORE) }
      })
      expect(told(batches)).toMatchObject({
        "IMG_1.JPG": ["live-photo", "Photos/IMG_1.MOV", expect.stringMatching(/by Apple's content identifier$/)],
        "IMG_2.JPG": ["photo", null, expect.anything()],
        "IMG_2.MOV": ["video", null, expect.anything()]
      })
    })
  )

  it.effect(
    "is one in each copy, and in a copy whose half lies in another part only; copies of a half go with it",
    () =>
      Effect.gen(function* () {
        const still = photo("1", { ...AT, id: "A" })
        const half = movie("1", JUST_BEFORE, "A")
        const whole = { "Photos/IMG_1.JPG": still, "Photos/IMG_1.MOV": half }
        const livesIn = (other: Files) =>
          Effect.map(
            imported({ "iCloud Photos Part 1 of 2.zip": other, "iCloud Photos Part 2 of 2.zip": whole }),
            (batches) => recordsOf(batches).map(({ sourceId, row }) => [sourceId.split("#")[0], row["kind"]])
          )
        const live = ["Photos/IMG_1.JPG", "live-photo"]
        expect(yield* livesIn(whole)).toEqual([live, live])
        expect(yield* livesIn({ "Photos/IMG_1.JPG": still })).toEqual([live, live])
        expect(yield* livesIn({ "Photos/IMG_1.MOV": half })).toEqual([live])
      })
  )

  it.effect("keeps what is left of it where one half can't be read, and rejects that", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_1.JPG": photo("1", { ...AT, id: "A" }),
        "IMG_1.MOV": "",
        "IMG_2.JPG": "",
        "IMG_2.MOV": movie("2", JUST_BEFORE, "B")
      })
      expect(told(batches)).toEqual({ "IMG_1.JPG": ["photo", null, null], "IMG_2.MOV": ["video", null, null] })
      const rejects = batches.flatMap((batch) => batch.rejects.map(({ code, origin }) => [code, origin.member]))
      expect(rejects.toSorted()).toEqual([
        ["media-empty", "IMG_1.MOV"],
        ["media-empty", "IMG_2.JPG"]
      ])
    })
  )
})

layer(local, { excludeTestServices: true })("a real HEIC", (it) => {
  it.effect.skipIf(!existsSync(HEIC))(
    "has its half by the identifier in it (skipped where there are no fixtures)",
    () =>
      Effect.gen(function* () {
        const batches = yield* imported({
          "IMG_5195.HEIC": readFileSync(HEIC),
          "IMG_5195.MOV": movie("other", "2021-04-11T20:47:52Z", "B"),
          "IMG_5195-1.MOV": movie("half", "2021-04-11T20:47:52Z", "570F1469-09C7-4E50-9875-05F21D5BD166"),
          "Photos/Photo Details.csv": ""
        })
        expect(told(batches)).toMatchObject({
          "IMG_5195.HEIC": ["live-photo", "IMG_5195-1.MOV", expect.stringMatching(/content identifier$/)],
          "IMG_5195.MOV": ["video", null, null]
        })
      })
  )
})

layer(local, { excludeTestServices: true })("an edited copy", (it) => {
  it.effect("is IMG_E1234 or x_edited, a picture of its own that names its original and shares its sidecar", () =>
    Effect.gen(function* () {
      const place = xmp('exif:GPSLatitude="37,46.5N" exif:GPSLongitude="122,25.2W"')
      const batches = yield* imported({
        "IMG_1234.JPG": photo("1", AT),
        "IMG_1234.xmp": place,
        "IMG_E1234.JPG": photo("1 edited", AT),
        "IMG_E1234.MOV": movie("another", YEARS_AGO),
        "rome (1).PNG": photo("2", AT),
        "rome (1)_edited.jpeg": photo("2 edited", AT),
        "IMG_E99.JPG": photo("3", AT),
        "IMG_EGYPT.JPG": photo("4", AT)
      })
      const rows = rowsOf(batches)
      const of = (name: string) => [rows.get(name)?.["edited_from"], rows.get(name)?.["latitude"]]
      expect(of("IMG_1234.JPG")).toEqual([null, 37.775])
      expect(of("IMG_E1234.JPG")).toEqual(["IMG_1234.JPG", 37.775])
      expect(of("rome (1)_edited.jpeg")).toEqual(["rome (1).PNG", null])
      expect(of("IMG_E99.JPG")).toEqual([null, null])
      expect(of("IMG_EGYPT.JPG")).toEqual([null, null])
      expect(rows.get("IMG_E1234.JPG")?.["matched"]).toMatch(/^matched: an edited copy of IMG_1234\.JPG; IMG_E1234/)
      expect(rows.get("IMG_E99.JPG")?.["matched"]).toBe("orphan: an edited copy whose original isn't here")
      expect(rows.get("IMG_EGYPT.JPG")?.["matched"]).toBeNull()
    })
  )

  it.effect("has its original's row of details, and goes with it to Recently Deleted", () =>
    Effect.gen(function* () {
      const files = {
        "Photos/IMG_1234.JPG": photo("1"),
        "Photos/IMG_E1234.JPG": photo("1 edited"),
        "Photos/Photo Details.csv": details(["IMG_1234.JPG", JUNE])
      }
      expect(rowsOf(yield* imported(files)).get("Photos/IMG_E1234.JPG")).toMatchObject({
        taken_at: utc("2022-06-04T12:11:00Z"),
        matched: "matched: Photo Details.csv by its name in its folder; an edited copy of IMG_1234.JPG"
      })
      const gone = { ...files, "Photos/Photo Details.csv": details(["IMG_1234.JPG", JUNE, { deleted: "yes" }]) }
      expect(recordsOf(yield* imported(gone))).toEqual([])
    })
  )

  it.effect("has an original in another part only where the time is the same", () =>
    Effect.gen(function* () {
      const parts = (time: typeof AT) =>
        imported({
          "iCloud Photos Part 1 of 2.zip": { "Photos/IMG_1234.JPG": photo("1", time) },
          "iCloud Photos Part 2 of 2.zip": { "Photos/IMG_E1234.JPG": photo("1 edited", AT) }
        })
      const copyIn = (batches: Parameters<typeof recordsOf>[0]) =>
        recordsOf(batches).find(({ row }) => row["file_name"] === "IMG_E1234.JPG")?.row
      expect(copyIn(yield* parts(AT))).toMatchObject({ edited_from: "Photos/IMG_1234.JPG" })
      expect(copyIn(yield* parts({ ...AT, at: "2011-01-01T10:00:00" }))).toMatchObject({
        edited_from: null,
        matched: expect.stringMatching(/^ambiguous: .*an edited copy, perhaps of IMG_1234\.JPG in another part$/)
      })
    })
  )

  it.effect("may have edit instructions beside it, IMG_O1234.AAE, which are counted", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "IMG_1234.JPG": photo("1", AT),
        "IMG_1234.AAE": "<plist/>",
        "IMG_O1234.aae": "<plist/>"
      })
      expect(recordsOf(batches)).toHaveLength(1)
      expect(skippedOf(batches)).toEqual({ "edit instructions (.AAE), which only Apple's programs can apply": 2 })
    })
  )
})

layer(local, { excludeTestServices: true })("an exported folder", (it) => {
  it.effect("has XMP sidecars with a byte-order mark, positions as 37,46.5N, and -180 for none", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "a/IMG_1.JPG": photo("1", AT),
        "a/IMG_1.xmp": xmp('exif:GPSLatitude="37,46.5N" exif:GPSLongitude="122,25.2W"'),
        "a/IMG_2.JPG": photo("2", AT),
        "a/IMG_2.JPG.xmp": xmp('exif:GPSLatitude="-180" exif:GPSLongitude="-180"'),
        "a/IMG_3.JPG": photo("3", AT),
        "a/IMG_3.xmp": "<x:xmpmeta",
        "a/gone.xmp": xmp("")
      })
      const rows = rowsOf(batches)
      expect(rows.get("a/IMG_1.JPG")).toMatchObject({
        latitude: 37.775,
        longitude: -122.42,
        location_status: "known",
        time_zone: "America/Los_Angeles",
        matched: "matched: IMG_1.xmp"
      })
      expect(rows.get("a/IMG_2.JPG")).toMatchObject({ latitude: null, longitude: null, location_status: "unknown" })
      expect(rows.get("a/IMG_3.JPG")).toMatchObject({
        taken_at: utc("2022-06-04T12:11:30Z"),
        matched: "orphan: its sidecar IMG_3.xmp is broken"
      })
      expect(skippedOf(batches)).toEqual({ "sidecar without its picture": 1 })
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([
        { code: "sidecar-broken", origin: { member: "a/IMG_3.xmp" } }
      ])
    })
  )

  it.effect("is keyed by the paths as they are, and names in two folders have nothing to do with each other", () =>
    Effect.gen(function* () {
      const batches = yield* imported({
        "2022/Photos/IMG_1.JPG": photo("1", AT),
        "2022/IMG_1.MOV": movie("1", JUST_BEFORE),
        "2022/E/IMG_E1.JPG": photo("1 edited", AT),
        "2022/spending.csv": "what,how much\nicecream,3\n"
      })
      expect(
        recordsOf(batches)
          .map(({ sourceId, row }) => [sourceId.split("#")[0], row["kind"]])
          .toSorted()
      ).toEqual([
        ["2022/E/IMG_E1.JPG", "photo"],
        ["2022/IMG_1.MOV", "video"],
        ["2022/Photos/IMG_1.JPG", "photo"]
      ])
      expect(skippedOf(batches)).toEqual({ "not a picture or video": 1 })
    })
  )
})
