import * as fc from "fast-check"
import { expect, test } from "vitest"
import { readJson } from "../../../connectors/google-takeout/json.ts"
import type { Json } from "../../../src/component/column.ts"

const read = (value: Json) => readJson(Buffer.from(JSON.stringify(value)))
const picture = (fields: { readonly [key: string]: Json }) => read({ title: "IMG.jpg", imageViews: "0", ...fields })
const geo = (latitude: number, longitude: number, altitude = 0) => ({ latitude, longitude, altitude, latitudeSpan: 0 })

test("a picture's sidecar", () => {
  expect(
    picture({
      description: "By the river",
      creationTime: { timestamp: "1695397525", formatted: "22 sept. 2023, 15:45:25 UTC" },
      photoTakenTime: { timestamp: "1695394176", formatted: "22 sept. 2023, 14:49:36 UTC" },
      geoData: geo(48.7981917, 2.4866833, 90.25),
      geoDataExif: geo(1, 2),
      people: [{ name: "Ana" }, { name: "" }, {}],
      url: "https://photos.google.com/photo/A",
      googlePhotosOrigin: { mobileUpload: { deviceType: "ANDROID_PHONE" } }
    })
  ).toEqual({
    kind: "picture",
    sidecar: {
      title: "IMG.jpg",
      description: "By the river",
      takenAt: 1_695_394_176_000,
      takenLocal: null,
      position: { latitude: 48.7981917, longitude: 2.4866833, altitude: 90.25 },
      people: ["Ana"],
      trashed: false,
      fromPartner: false,
      sharers: []
    }
  })
})

test.each<readonly [string, Json, number | null]>([
  ["a text of seconds", { timestamp: "1500000000" }, 1_500_000_000_000],
  ["a number of seconds", { timestamp: 1_500_000_000 }, 1_500_000_000_000],
  ["before 1970", { timestamp: "-489945600" }, -489_945_600_000],
  ['"0": unknown', { timestamp: "0" }, null],
  ["0: unknown", { timestamp: 0 }, null],
  ["empty", { timestamp: "" }, null],
  ["no number", { timestamp: "soon" }, null],
  ["missing", {}, null],
  ["null", null, null]
])("the time is %s", (_, photoTakenTime, takenAt) => {
  expect(picture({ photoTakenTime })).toMatchObject({ sidecar: { takenAt } })
})

test("0,0 means no place, and geoData counts before geoDataExif", () => {
  expect(picture({ geoData: geo(0, 0), geoDataExif: geo(0, 0) })).toMatchObject({ sidecar: { position: null } })
  expect(picture({ geoData: geo(0, 0), geoDataExif: geo(3, 4) })).toMatchObject({
    sidecar: { position: { latitude: 3, longitude: 4 } }
  })
  expect(picture({ geoData: geo(1, 2), geoDataExif: geo(3, 4) })).toMatchObject({
    sidecar: { position: { latitude: 1, longitude: 2 } }
  })
  expect(picture({})).toMatchObject({ sidecar: { position: null } })
})

test("titles and descriptions can be empty", () => {
  expect(picture({ title: "", description: "" })).toMatchObject({ sidecar: { title: null, description: null } })
})

test("fromPartnerSharing counts by presence", () => {
  expect(picture({ googlePhotosOrigin: { fromPartnerSharing: {} } })).toMatchObject({ sidecar: { fromPartner: true } })
  expect(picture({ googlePhotosOrigin: {} })).toMatchObject({ sidecar: { fromPartner: false } })
})

test("trashed", () => {
  expect(picture({ trashed: true })).toMatchObject({ sidecar: { trashed: true } })
})

test.each<readonly [string, Json, string | null]>([
  [
    "with everything",
    { title: "Rome & friends", description: "", access: "protected", date: { timestamp: "1" } },
    "Rome & friends"
  ],
  [
    "nested in albumData",
    { albumData: { title: "Trip to Gdańsk", access: "protected", geoData: geo(0, 0) } },
    "Trip to Gdańsk"
  ],
  ["with only a title", { title: "basement finishing" }, "basement finishing"],
  ["with a full stop in its title", { title: "St. Pauli v1.2" }, "St. Pauli v1.2"],
  ["with comments", { title: "A", enrichments: [], sharedAlbumComments: [{ liked: true }] }, "A"],
  ["untitled", { title: "", description: "", access: "protected" }, null]
])("an album's metadata, recognised by content: %s", (_, json, title) => {
  expect(read(json)).toMatchObject({ kind: "album", album: { title, description: null } })
})

test("who said something in a shared album, or liked it, is told once", () => {
  const said = [
    { text: "Lovely", contentOwnerName: "Carol Diaz", creationTime: { timestamp: "1" } },
    { contentOwnerName: "Carol Diaz", liked: true },
    { contentOwnerName: " ", liked: true },
    { contentOwnerName: "Dan Eder", liked: true }
  ]
  const sharers = ["Carol Diaz", "Dan Eder"]
  expect(read({ title: "A", sharedAlbumComments: said })).toMatchObject({ kind: "album", album: { sharers } })
  expect(read({ albumData: { title: "A" }, sharedAlbumComments: said })).toMatchObject({ album: { sharers } })
  expect(picture({ sharedAlbumComments: said })).toMatchObject({ sidecar: { sharers } })
})

test("a title that names a picture makes no album", () => {
  expect(read({ title: "IMG.jpg" })).toMatchObject({ kind: "picture" })
})

test.each<readonly [string, Json]>([
  ["user-generated-memory-titles.json", { userGeneratedMemoryTitles: [{ title: "A spring" }] }],
  ["print-subscriptions.json", { printSubscriptions: [] }],
  ["shared_album_comments.json", { comments: [{ text: "Lovely!" }] }],
  ["a list", [{ title: "x" }]],
  ["null", null]
])("neither picture nor album: %s", (_, json) => {
  expect(read(json)).toEqual({ kind: "other" })
})

test("broken: a text with bytes that are no UTF-8", () => {
  const bytes = Buffer.concat([
    Buffer.from('{"title":"IMG.jpg","description":"Z'),
    Buffer.of(0xfc),
    Buffer.from('rich"}')
  ])
  expect(readJson(bytes)).toMatchObject({ kind: "broken", raw: bytes })
})

test.each(["", "{", '{"title": "IMG.jp', "<html>"])("broken: %j, with what could be read", (text) => {
  const bytes = Buffer.from(text)
  expect(readJson(bytes)).toEqual({ kind: "broken", reason: expect.stringMatching(/./), raw: bytes })
})

test("a byte-order mark can lead", () => {
  expect(readJson(Buffer.from('\uFEFF{"title": "A"}'))).toMatchObject({ kind: "album" })
})

test("whatever JSON holds, reading it ends well", () => {
  const keys = fc.constantFrom(
    "title",
    "description",
    "photoTakenTime",
    "geoData",
    "people",
    "googlePhotosOrigin",
    "albumData",
    "url"
  )
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (json) => {
      expect(["picture", "album", "other"]).toContain(readJson(Buffer.from(JSON.stringify(json))).kind)
    })
  )
})
