import { existsSync } from "node:fs"
import { expect, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Path } from "effect"
import { NodeServices } from "@effect/platform-node"
import { folder } from "../../../connectors/folder/index.ts"
import type { Json } from "../../../src/component/column.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import { jpegFile, makePalette, pictureOf } from "../../../src/sample/picture.ts"
import { videoFile } from "../../../src/sample/video.ts"
import { batchesOf, local, recordsOf, rowsOf, skippedOf } from "../media/run.ts"

const FIXTURES = "../shared/fixtures/photos"
const palette = makePalette()
const utc = (text: string) => EpochMillis(Date.parse(text))
const AT = "2023-03-06T09:15:30Z"

/** A photo of its own picture, taken in Vienna on a winter's day. */
const photo = (name: string): Uint8Array =>
  jpegFile(palette, pictureOf(palette, name), {
    make: "Apple",
    model: "iPhone 13",
    software: null,
    orientation: 1,
    byteOrder: "big",
    localTime: "2023:03:06 10:15:30",
    offset: "+01:00",
    position: { latitude: 48.2, longitude: 16.37, altitude: 170 }
  })

const video = (name: string, at = AT): Uint8Array => videoFile(name, utc(at), null)

const xmp = (attributes: string): Uint8Array =>
  Buffer.from(
    `\uFEFF<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
     <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" ${attributes}/></rdf:RDF></x:xmpmeta>`
  )

const imported = Effect.fnUntraced(function* (
  files: { readonly [path: string]: Uint8Array },
  config: { readonly [key: string]: Json } = {}
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "folder-test-" })
  for (const [name, bytes] of Object.entries(files)) {
    yield* fs.makeDirectory(path.dirname(path.join(directory, name)), { recursive: true })
    yield* fs.writeFile(path.join(directory, name), bytes)
  }
  return { directory, batches: yield* batchesOf(folder, { path: directory, ...config }) }
})

layer(Layer.merge(local, NodeServices.layer), { excludeTestServices: true })("folder.photos", (it) => {
  it.effect("has pictures of any depth, and says what it left out", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({
        "a.jpg": photo("a"),
        "2023/03/b.JPG": photo("b"),
        "c.mp4": video("c"),
        "notes.txt": Buffer.from("x"),
        "index.ts": Buffer.from("x"),
        README: Buffer.from("x")
      })
      expect([...rowsOf(batches).keys()].toSorted()).toEqual(["2023/03/b.JPG", "a.jpg", "c.mp4"])
      expect(skippedOf(batches)).toEqual({ "not a picture or video": 3 })
      expect(rowsOf(batches).get("a.jpg")).toMatchObject({
        kind: "photo",
        mime_type: "image/jpeg",
        taken_at: utc(AT),
        local_date: "2023-03-06",
        time_zone: "Europe/Vienna",
        camera: "Apple iPhone 13",
        matched: null,
        albums: null
      })
    })
  )

  it.effect("makes one row of a still and a video of the same name and moment", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({
        "d/IMG_1.JPG": photo("1"),
        "d/IMG_1.MOV": video("1", "2023-03-06T09:15:29Z")
      })
      const rows = rowsOf(batches)
      expect([...rows.keys()]).toEqual(["d/IMG_1.JPG"])
      expect(rows.get("d/IMG_1.JPG")).toMatchObject({ kind: "live-photo", live_member: "d/IMG_1.MOV" })
    })
  )

  it.effect("keeps a video of the same name but another moment apart", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({
        "IMG_0861.JPG": photo("1"),
        "IMG_0861.MOV": video("1", "2021-01-01T10:00:00Z")
      })
      const rows = rowsOf(batches)
      expect(rows.get("IMG_0861.JPG")).toMatchObject({ kind: "photo", live_member: null })
      expect(rows.get("IMG_0861.MOV")).toMatchObject({ kind: "video" })
    })
  )

  it.effect("keeps the still where its half can't be read, and rejects the half", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({ "IMG_1.JPG": photo("1"), "IMG_1.MOV": Buffer.alloc(0) })
      expect(rowsOf(batches).get("IMG_1.JPG")).toMatchObject({ kind: "photo" })
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([
        { code: "media-empty", origin: { member: "IMG_1.MOV" } }
      ])
    })
  )

  it.effect("takes corrections from XMP sidecars: X.jpg.xmp before X.xmp", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({
        "a.jpg": photo("a"),
        "a.jpg.xmp": xmp('exif:GPSLatitude="43,28.02N" exif:GPSLongitude="11,53.1E"'),
        "a.xmp": xmp('exif:GPSLatitude="1,0N" exif:GPSLongitude="1,0E"'),
        "b.jpg": photo("b"),
        "b.xmp": xmp('exif:DateTimeOriginal="2001-02-03T04:05:06"'),
        "c.jpg": photo("c"),
        "c.xmp": Buffer.from("<x:xmpmeta"),
        "gone.xmp": xmp("")
      })
      const rows = rowsOf(batches)
      expect(rows.get("a.jpg")).toMatchObject({
        latitude: 43.467,
        longitude: 11.885,
        time_zone: "Europe/Rome",
        matched: "matched: a.jpg.xmp"
      })
      expect(rows.get("b.jpg")).toMatchObject({ taken_at: utc("2001-02-03T03:05:06Z"), local_date: "2001-02-03" })
      expect(rows.get("c.jpg")).toMatchObject({ taken_at: utc(AT), matched: "orphan: its sidecar c.xmp is broken" })
      expect(skippedOf(batches)).toEqual({ "sidecar without its picture": 2 })
      expect(batches.flatMap(({ rejects }) => rejects)).toMatchObject([
        { code: "sidecar-broken", origin: { member: "c.xmp" } }
      ])
    })
  )

  it.effect("makes albums of folders only where that is wanted", () =>
    Effect.gen(function* () {
      const files = { "top.jpg": photo("t"), "Italy/Rome/a.jpg": photo("a") }
      const { batches } = yield* imported(files, { albums: "folders" })
      expect(rowsOf(batches).get("Italy/Rome/a.jpg")?.["albums"]).toEqual([
        { key: "Italy/Rome\u001fRome", title: "Rome", description: null, position: null }
      ])
      expect(rowsOf(batches).get("top.jpg")?.["albums"]).toBeNull()
      expect(rowsOf((yield* imported(files)).batches).get("Italy/Rome/a.jpg")?.["albums"]).toBeNull()
    })
  )

  it.effect("gives a picture one id wherever it lies, and each file its own key", () =>
    Effect.gen(function* () {
      const { batches } = yield* imported({ "a.jpg": photo("same"), "copy/a.jpg": photo("same"), "b.jpg": photo("b") })
      const records = recordsOf(batches)
      expect(new Set(records.map(({ id }) => id)).size).toBe(2)
      expect(new Set(records.map(({ sourceId }) => sourceId)).size).toBe(3)
      expect(records.every(({ sourceId, origin }) => sourceId.startsWith(`${origin.member}#`))).toBe(true)
    })
  )

  it.effect("has one batch where there are no pictures, and none once that is done", () =>
    Effect.gen(function* () {
      const { directory, batches } = yield* imported({ "a.txt": Buffer.from("x") })
      expect(batches).toMatchObject([{ records: [], skipped: [{ count: 1, examples: ["a.txt"] }] }])
      const checkpoint = batches[0]?.checkpoint ?? null
      expect(yield* batchesOf(folder, { path: directory }, { checkpoint })).toEqual([])
    })
  )

  it.effect.skipIf(!existsSync(FIXTURES))(`reads real cameras' photos (skipped without ${FIXTURES})`, () =>
    Effect.gen(function* () {
      const batches = yield* batchesOf(folder, { path: FIXTURES }, { timeZone: "UTC" })
      const rows = rowsOf(batches)
      const arezzo = [...rows].filter(([name]) => name.startsWith("DSCN00"))
      expect(arezzo.length).toBeGreaterThanOrEqual(9)
      for (const [, row] of arezzo)
        expect(row).toMatchObject({
          kind: "photo",
          local_date: "2008-10-22",
          time_zone: "Europe/Rome",
          location_status: "known",
          latitude: expect.closeTo(43.467, 1),
          longitude: expect.closeTo(11.885, 1)
        })
      expect(rows.get("IMG_5195.HEIC")).toMatchObject({ kind: "photo", mime_type: "image/heic" })
      const rejected = batches.flatMap(({ rejects }) => rejects.map(({ origin }) => origin.member))
      expect([...rows.keys(), ...rejected]).toContain("corrupted.jpg")
    })
  )
})
