import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { MediaFacts } from "../../src/component/media.ts"
import { readMedia } from "../../src/media/read.ts"
import { jpegWith, movie, pngWith, tiffOf, webpWith } from "./files.ts"

const PHOTOS = new URL("../../../shared/fixtures/photos/", import.meta.url)
const present = existsSync(PHOTOS)
const photo = (name: string) => readFileSync(new URL(name, PHOTOS))

const facts = (bytes: Uint8Array): MediaFacts => {
  const result = readMedia(bytes)
  if (result._tag === "Unreadable") throw new Error(result.problem.reason)
  return result.facts
}
const utc = (text: string) => Date.parse(`${text}Z`)

describe.skipIf(!present)("files of real cameras (skipped where the fixtures are missing)", () => {
  it("reads a JPEG with a place", () => {
    const bytes = photo("DSCN0010.jpg")
    expect(facts(bytes)).toMatchObject({
      mimeType: "image/jpeg",
      kind: "photo",
      bytes: bytes.length,
      contentHash: createHash("sha256").update(bytes).digest("hex"),
      width: 640,
      height: 480,
      orientation: 1,
      takenLocal: utc("2008-10-22T16:28:39"),
      offsetMinutes: null,
      cameraMake: "NIKON",
      cameraModel: "COOLPIX P6000",
      warning: null
    })
    expect(facts(bytes).latitude).toBeCloseTo(43.46745, 4)
    expect(facts(bytes).longitude).toBeCloseTo(11.88513, 4)
  })

  it("reads a HEIC, the half of a live photo", () => {
    expect(facts(photo("IMG_5195.HEIC"))).toMatchObject({
      mimeType: "image/heic",
      cameraModel: "iPhone 11 Pro Max",
      takenLocal: utc("2021-04-11T15:47:53.054"),
      takenAt: utc("2021-04-11T20:47:53.054"),
      offsetMinutes: -300,
      livePhotoId: "570F1469-09C7-4E50-9875-05F21D5BD166",
      warning: null
    })
  })

  it("tells a HEIC's picture from its EXIF", () => {
    const bytes = photo("IMG_5195.HEIC")
    const changed = Buffer.from(bytes)
    changed.write("iPhone 99", changed.indexOf("iPhone 11"), "latin1")
    expect(facts(changed).pictureHash).toBe(facts(bytes).pictureHash)
    expect(facts(changed).contentHash).not.toBe(facts(bytes).contentHash)
  })

  it.each(present ? readdirSync(PHOTOS) : [])("survives %s cut anywhere and with bits flipped", (name) => {
    const bytes = photo(name).subarray(0, 60_000)
    fc.assert(
      fc.property(
        fc.nat(bytes.length),
        fc.array(fc.tuple(fc.nat(4000), fc.nat(7)), { maxLength: 12 }),
        (length, flips) => {
          const broken = Buffer.from(bytes.subarray(0, length))
          for (const [at, bit] of flips) if (at < broken.length) broken[at] = (broken[at] ?? 0) ^ (1 << bit)
          expect(["Facts", "Unreadable"]).toContain(readMedia(broken)._tag)
        }
      ),
      { numRuns: 150 }
    )
  })
})

const magics = [
  "\xff\xd8\xff\xe1",
  "\x89PNG\r\n\x1a\n",
  "GIF89a",
  "II*\0",
  "MM\0*",
  "BM",
  "RIFF0000WEBP",
  "RIFF0000AVI "
]
const brands = ["heic", "avif", "mif1", "isom", "qt  "].map((brand) => `\0\0\0\x10ftyp${brand}\0\0\0\0`)

it("is total on arbitrary bytes behind any format's first ones", () => {
  fc.assert(
    fc.property(fc.constantFrom("", ...magics, ...brands), fc.uint8Array({ maxLength: 400 }), (magic, rest) => {
      const result = readMedia(Buffer.concat([Buffer.from(magic, "latin1"), rest]))
      if (result._tag === "Facts") expect(result.facts.contentHash).toMatch(/^[0-9a-f]{64}$/)
    }),
    { numRuns: 2000 }
  )
})

it("says that an empty file is empty", () => {
  expect(readMedia(new Uint8Array())).toMatchObject({ _tag: "Unreadable", problem: { code: "media-empty" } })
})

it("says that a JPEG without a picture is unreadable", () => {
  expect(readMedia(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2]))).toMatchObject({
    _tag: "Unreadable",
    problem: { code: "media-unreadable" }
  })
})

describe("the picture's hash", () => {
  const one = tiffOf({ time: "2020:01:02 03:04:05" })
  const other = tiffOf({ time: "2021:11:12 13:14:15", orientation: 6 })

  it.each([
    ["JPEG", jpegWith],
    ["PNG", pngWith],
    ["WebP", webpWith]
  ])("of a %s is the same with other EXIF and without", (_, file) => {
    const bare = facts(file(null))
    const first = facts(file(one))
    const second = facts(file(other))
    expect(new Set([bare.pictureHash, first.pictureHash, second.pictureHash]).size).toBe(1)
    expect(new Set([bare.contentHash, first.contentHash, second.contentHash]).size).toBe(3)
    expect(first.takenLocal).toBe(utc("2020-01-02T03:04:05"))
    expect([first.width, first.height]).toEqual([30, 20])
    expect([second.width, second.height, second.orientation]).toEqual([20, 30, 6])
  })

  it("changes with the picture", () => {
    const changed = Buffer.from(jpegWith(one))
    changed[changed.length - 4] = 0x55
    expect(facts(changed).pictureHash).not.toBe(facts(jpegWith(one)).pictureHash)
  })

  it("leaves out what follows a JPEG's end", () => {
    const motion = Buffer.concat([jpegWith(one), movie({ seconds: 0 })])
    expect(facts(motion).pictureHash).toBe(facts(jpegWith(one)).pictureHash)
  })

  it("leaves out comments between a progressive JPEG's scans", () => {
    const plain = jpegWith(null, { progressive: true })
    const commented = jpegWith(null, { progressive: true, between: "a comment \xff\xd9" })
    expect(facts(commented).pictureHash).toBe(facts(plain).pictureHash)
    expect(facts(commented).warning).toBeNull()
  })
})

describe("doubtful metadata", () => {
  const taken = (time: string) => facts(jpegWith(tiffOf({ time }))).takenLocal

  it.each(["0000:00:00 00:00:00", "1825:12:31 00:00:00", "2101:01:01 00:00:00", "2021:02:30 10:00:00", "    :  :  "])(
    "knows no time from %s",
    (time) => expect(taken(time)).toBeNull()
  )

  it.each([
    [0, 0],
    [10, -180],
    [-180, -180],
    [91, 10],
    [10, 181]
  ])("knows no place from %d, %d", (latitude, longitude) => {
    const { latitude: found, longitude: other } = facts(jpegWith(tiffOf({ place: [latitude, longitude] })))
    expect([found, other]).toEqual([null, null])
  })

  it("keeps southern and western places", () => {
    const found = facts(jpegWith(tiffOf({ place: [-33.5, -70.25] })))
    expect([found.latitude, found.longitude]).toEqual([-33.5, -70.25])
  })

  it("keeps the picture, and warns, when EXIF is damaged", () => {
    const found = facts(jpegWith(Buffer.from("not a TIFF at all")))
    expect(found).toMatchObject({ width: 30, height: 20, takenLocal: null })
    expect(found.warning).toContain("EXIF")
  })

  it("applies the stated offset", () => {
    const found = facts(jpegWith(tiffOf({ time: "2020:07:01 12:00:00", offset: "+02:00" })))
    expect(found).toMatchObject({ takenAt: utc("2020-07-01T10:00:00"), offsetMinutes: 120 })
  })
})

describe("videos", () => {
  it("reads when, where and how large", () => {
    const at = utc("2022-05-06T07:08:09")
    const found = facts(movie({ seconds: at / 1000 + 2_082_844_800, location: "+43.5000+011.2500+100/" }))
    expect(found).toMatchObject({
      mimeType: "video/mp4",
      kind: "video",
      takenAt: at,
      takenLocal: null,
      latitude: 43.5,
      longitude: 11.25,
      altitude: 100,
      width: 64,
      height: 48
    })
  })

  it("takes 1904 for a clock that nobody set", () => {
    expect(facts(movie({ seconds: 0 })).takenAt).toBeNull()
  })

  it("has the same picture whatever the index says", () => {
    expect(facts(movie({ seconds: 0 })).pictureHash).toBe(facts(movie({ seconds: 3_700_000_000 })).pictureHash)
  })
})
