import { expect, it } from "vitest"
import { outcomeOf } from "../../../connectors/google-takeout/outcome.ts"
import type { Picture } from "../../../connectors/google-takeout/plan.ts"
import { kindByName } from "../../../connectors/media/name.ts"
import { makeZones } from "../../../connectors/media/zone.ts"
import type { Entry } from "../../../src/component/archive.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import type { MediaResult } from "../../../src/component/media.ts"
import { plainFacts } from "../media/facts.ts"

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
  facts: { ...plainFacts, mimeType: null, kind, contentHash }
})

const unreadable: MediaResult = { _tag: "Unreadable", problem: { code: "media-unreadable", reason: "cut short" } }

const still = entry("Takeout/Google Photos/A/IMG_1.HEIC")
const half = entry("Takeout/Google Photos/A/IMG_1.MP4")

const pictureOf = (file: Entry, moving: Entry | null = null): Picture => ({
  entries: [file],
  entry: file,
  half: moving,
  path: file.path,
  kind: kindByName(file.path),
  source: {
    sidecar: null,
    albums: [],
    sharers: [],
    editedFrom: null,
    matched: "orphan: no sidecar of its name in its folder"
  }
})

const outcome = outcomeOf({ zones: makeZones(), prefer: "sidecar", assumedZone: "UTC", now: EpochMillis(0) })

it("both halves of a live photo are one row, made of the still", () => {
  const { records } = outcome(pictureOf(still, half), [facts("photo", "aa")])
  expect(records).toMatchObject([
    { origin: { member: still.path }, row: { kind: "live-photo", file_name: "IMG_1.HEIC", live_member: half.path } }
  ])
})

it("where a still can't be read, both halves are rejected, and each says why", () => {
  expect(outcome(pictureOf(still, half), [unreadable])).toMatchObject({
    records: [],
    rejects: [
      { code: "media-unreadable", origin: { member: still.path }, reason: "cut short" },
      { code: "media-without-still", origin: { member: half.path }, reason: expect.stringContaining("IMG_1.HEIC") }
    ]
  })
})

it("the kind is the content's, else the name's; a file with neither is skipped", () => {
  const kindOf = (name: string, result: MediaResult) => {
    const { records, skipped } = outcome(pictureOf(entry(name)), [result])
    return [records.map(({ row }) => row["kind"]), (skipped ?? []).map(({ reason }) => reason)]
  }
  expect(kindOf("a.jpg", facts("video", "aa"))).toEqual([["video"], []])
  expect(kindOf("a.jpg", facts(null, "aa"))).toEqual([["photo"], []])
  expect(kindOf("a", facts(null, "aa"))).toEqual([[], ["not a picture or video"]])
})

it("a record is keyed by path and content, not by its archive", () => {
  const [record] = outcome(pictureOf(still), [facts("photo", "0123456789abcdef0123")]).records
  expect(record?.sourceId).toBe(`${still.path}#0123456789abcdef`)
})
