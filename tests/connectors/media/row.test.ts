import { expect, test } from "vitest"
import { EpochMillis, WallMillis } from "../../../src/component/column.ts"
import type { MediaFacts } from "../../../src/component/media.ts"
import { recordColumns } from "../../../src/life/entity.ts"
import { type MediaSource, mediaId, mediaRow } from "../../../connectors/media/row.ts"
import { type Sidecar, positionOf } from "../../../connectors/media/sidecar.ts"
import { makeZones } from "../../../connectors/media/zone.ts"
import { plainFacts } from "./facts.ts"

const AREZZO = { latitude: 43.467, longitude: 11.885, altitude: null }

const sidecar: Sidecar = {
  title: null,
  description: null,
  takenAt: null,
  takenLocal: null,
  position: null,
  people: []
}

const source: MediaSource = {
  path: "Takeout/Google Photos/Photos from 2008/IMG(1).jpg",
  kind: "photo",
  sidecar: null,
  albums: [],
  sharers: [],
  editedFrom: null,
  livePath: null,
  matched: null
}

const row = (facts: Partial<MediaFacts>, given: Partial<MediaSource> = {}) =>
  mediaRow(
    { ...plainFacts, ...facts },
    { ...source, ...given },
    {
      zones: makeZones(),
      prefer: "sidecar",
      assumedZone: "UTC",
      now: EpochMillis(Date.parse("2026-01-01T00:00:00Z"))
    }
  )

test("a row has exactly the columns of the entity", () => {
  expect(Object.keys(row({})).toSorted()).toEqual(Object.keys(recordColumns("media")).toSorted())
})

test("file_name is the file's own, title the sidecar's", () => {
  expect(row({ title: "from the file" }, { sidecar: { ...sidecar, title: "IMG.jpg" } })).toMatchObject({
    file_name: "IMG(1).jpg",
    title: "IMG.jpg"
  })
  expect(row({ title: "from the file" }).title).toBe("from the file")
})

test("the people whom the sidecar names, else those whom the file does", () => {
  const facts = { people: ["Ana", "Leo"] }
  expect(row(facts, { sidecar: { ...sidecar, people: ["Mia"] } }).people).toEqual([{ name: "Mia" }])
  expect(row(facts, { sidecar }).people).toEqual([{ name: "Ana" }, { name: "Leo" }])
  expect(row(facts).people).toEqual([{ name: "Ana" }, { name: "Leo" }])
  expect(row({}).people).toBeNull()
})

test("the sidecar's place counts before the file's, and 0,0 is none", () => {
  const facts = { latitude: 1, longitude: 2, altitude: 30 }
  expect(row(facts, { sidecar: { ...sidecar, position: AREZZO } })).toMatchObject({
    latitude: 43.467,
    longitude: 11.885,
    altitude: 30,
    location_status: "known",
    time_zone: "Europe/Rome"
  })
  expect(row(facts, { sidecar })).toMatchObject({ latitude: 1, longitude: 2, location_status: "known" })
  expect(row({ latitude: 0, longitude: 0 })).toMatchObject({ latitude: null, location_status: "unknown" })
})

test("positions out of range, -180 and 0,0 are none", () => {
  for (const [latitude, longitude] of [
    [0, 0],
    [-180, -180],
    [10, -180],
    [91, 0],
    [Number.NaN, 1],
    ["1", 1],
    [null, null]
  ])
    expect(positionOf(latitude, longitude, 0)).toBeNull()
  expect(positionOf(0, 10, 0)).toEqual({ latitude: 0, longitude: 10, altitude: null })
})

test("a live photo is one row, with the path of its half", () => {
  expect(row({}, { livePath: "IMG(1).MP4" })).toMatchObject({ kind: "live-photo", live_member: "IMG(1).MP4" })
})

test("content decides on the kind, else the name", () => {
  expect(row({ kind: "video", mimeType: "video/mp4" }, { kind: "photo" }).kind).toBe("video")
  expect(row({ kind: null, mimeType: null }, { kind: "video" })).toMatchObject({ kind: "video", mime_type: null })
})

test("a video keeps UTC: its clock isn't the place's", () => {
  const at = Date.parse("2023-06-01T20:00:00Z")
  const facts = { kind: "video", takenAt: EpochMillis(at), takenLocal: WallMillis(at) } as const
  const tokyo = {
    ...sidecar,
    takenAt: EpochMillis(at),
    position: { latitude: 35.68, longitude: 139.76, altitude: null }
  }
  expect(row(facts, { sidecar: tokyo })).toMatchObject({ local_date: "2023-06-02", time_zone: "Asia/Tokyo" })
})

test("a sidecar's clock corrects the file's, an equal one leaves it its offset", () => {
  const facts = {
    takenLocal: WallMillis(Date.parse("2023-06-01T10:00:00.250Z")),
    takenAt: EpochMillis(Date.parse("2023-06-01T08:00:00.250Z")),
    offsetMinutes: 120
  }
  const equal = WallMillis(Date.parse("2023-06-01T10:00:00Z"))
  expect(row(facts, { sidecar: { ...sidecar, takenLocal: equal } }).taken_at).toBe(facts.takenAt)
  const corrected = WallMillis(Date.parse("2022-01-01T12:00:00Z"))
  expect(row(facts, { sidecar: { ...sidecar, takenLocal: corrected } })).toMatchObject({
    taken_at: corrected,
    local_date: "2022-01-01"
  })
})

test("make and model make a camera", () => {
  expect(row({ cameraMake: "Canon", cameraModel: "Canon EOS 40D" }).camera).toBe("Canon EOS 40D")
  expect(row({ cameraMake: "Apple", cameraModel: "iPhone 13" }).camera).toBe("Apple iPhone 13")
  expect(row({ cameraMake: null, cameraModel: "D70" }).camera).toBe("D70")
  expect(row({}).camera).toBeNull()
})

test("albums and people are lists, or unknown", () => {
  const album = { key: "Rome\u001fRome & us", title: "Rome & us", description: null, position: null }
  expect(row({}, { albums: [album], sidecar: { ...sidecar, people: ["Ana"] } })).toMatchObject({
    albums: [album],
    people: [{ name: "Ana" }]
  })
  expect(row({})).toMatchObject({ albums: null, people: null })
})

test("an id depends on nothing but the picture", () => {
  expect(mediaId({ ...plainFacts, contentHash: "c".repeat(64), bytes: 7 })).toBe(mediaId(plainFacts))
  expect(mediaId({ ...plainFacts, pictureHash: "c".repeat(64) })).not.toBe(mediaId(plainFacts))
})
