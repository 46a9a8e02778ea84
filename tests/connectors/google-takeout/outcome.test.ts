import { expect, it } from "vitest"
import { outcomeOf } from "../../../connectors/google-takeout/outcome.ts"
import type { Picture } from "../../../connectors/google-takeout/plan.ts"
import { makeZones } from "../../../connectors/media/zone.ts"
import type { Entry } from "../../../src/component/archive.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import type { MediaResult } from "../../../src/component/media.ts"

const entry = (path: string): Entry => ({
  archive: "takeout-1-001.zip",
  path,
  size: 10,
  modifiedAt: null,
  crc32: null,
  location: { kind: "file", file: path }
})

const facts = (kind: "photo" | "video" | null, contentHash: string): MediaResult => ({
  _tag: "Facts",
  facts: {
    mimeType: null,
    kind,
    bytes: 10,
    contentHash,
    pictureHash: contentHash,
    width: null,
    height: null,
    orientation: null,
    takenLocal: null,
    takenAt: null,
    offsetMinutes: null,
    latitude: null,
    longitude: null,
    altitude: null,
    cameraMake: null,
    cameraModel: null,
    livePhotoId: null,
    title: null,
    description: null,
    warning: null
  }
})

const unreadable: MediaResult = { _tag: "Unreadable", problem: { code: "media-unreadable", reason: "cut short" } }

const still = entry("Takeout/Google Photos/A/IMG_1.HEIC")
const half = entry("Takeout/Google Photos/A/IMG_1.MP4")

const pictureOf = (entries: ReadonlyArray<Entry>, path: string): Picture => ({
  entries,
  path,
  kind: null,
  source: {
    path,
    sidecar: null,
    albums: [],
    editedFrom: null,
    livePath: entries[1]?.path ?? null,
    matched: "orphan: no sidecar of its name in its folder"
  }
})

const outcome = outcomeOf({ zones: makeZones(), prefer: "sidecar", assumedZone: "UTC", now: EpochMillis(0) })

const kinds = (results: ReadonlyArray<MediaResult>) => {
  const { records, rejects } = outcome(pictureOf([still, half], still.path), results)
  return {
    records: records.map(({ row }) => [row["kind"], row["file_name"], row["live_member"]]),
    rejects: (rejects ?? []).map(({ origin }) => origin.member)
  }
}

it("both halves of a live photo are one row", () => {
  expect(kinds([facts("photo", "aa"), facts("video", "bb")])).toEqual({
    records: [["live-photo", "IMG_1.HEIC", half.path]],
    rejects: []
  })
})

it("where one half can't be read, the other is kept on its own and the first is rejected", () => {
  expect(kinds([unreadable, facts("video", "bb")])).toEqual({
    records: [["video", "IMG_1.MP4", null]],
    rejects: [still.path]
  })
  expect(kinds([facts("photo", "aa"), unreadable])).toEqual({
    records: [["photo", "IMG_1.HEIC", null]],
    rejects: [half.path]
  })
})

it("the kind is the content's, else the name's; a file with neither is skipped", () => {
  const kindOf = (name: string, result: MediaResult) => {
    const { records, skipped } = outcome(pictureOf([entry(name)], name), [result])
    return [records.map(({ row }) => row["kind"]), (skipped ?? []).map(({ reason }) => reason)]
  }
  expect(kindOf("a.jpg", facts("video", "aa"))).toEqual([["video"], []])
  expect(kindOf("a.jpg", facts(null, "aa"))).toEqual([["photo"], []])
  expect(kindOf("a", facts(null, "aa"))).toEqual([[], ["not a picture or video"]])
})

it("a record is keyed by path and content, not by its archive", () => {
  const [record] = outcome(pictureOf([still], still.path), [facts("photo", "0123456789abcdef0123")]).records
  expect(record?.sourceId).toBe(`${still.path}#0123456789abcdef`)
})
