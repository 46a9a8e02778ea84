import { existsSync, readFileSync, readdirSync } from "node:fs"
import ExifReader from "exifreader"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { referenceTags } from "../../src/media/exif-reference.ts"
import { type ExifTags, readTags } from "../../src/media/exif-tags.ts"
import { type ExifFacts, exifFacts, readExif } from "../../src/media/exif.ts"
import { readHeif } from "../../src/media/heif.ts"
import { readJpeg } from "../../src/media/jpeg.ts"
import { memorySource } from "../../src/media/source.ts"
import { makePalette } from "../../src/sample/picture.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { takeoutEntries } from "../../src/sample/takeout.ts"
import { brokenBlock, exifBlock } from "./exif-block.ts"
import { jpegWith, tiffOf } from "./files.ts"

const PHOTOS = new URL("../../../shared/fixtures/photos/", import.meta.url)
const present = existsSync(PHOTOS)
const ignore = () => undefined

/** The facts as ExifReader's own documentation says that they follow from its tags: nothing of ours is used. */
const library = (file: Buffer): { readonly [fact in keyof ReturnType<typeof comparable>]: unknown } => {
  const tags: { readonly [name: string]: unknown } = { ...loaded(file) }
  const valueOf = (name: string): unknown => {
    const tag = tags[name]
    const value: unknown = typeof tag === "object" && tag !== null && "value" in tag ? tag.value : null
    return value === "<faulty value>" ? null : value
  }
  const text = (name: string): string | null => {
    const value = valueOf(name)
    const first: unknown = Array.isArray(value) ? value[0] : null
    return typeof first === "string" && first !== "<faulty value>" ? first.trim() || null : null
  }
  const number = (name: string): number | null => {
    const value = valueOf(name)
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === "number" ? first : null
  }
  const quotients = (name: string): ReadonlyArray<number> => {
    const value = valueOf(name)
    if (!Array.isArray(value)) return []
    const pairs: ReadonlyArray<ReadonlyArray<number>> = typeof value[0] === "number" ? [value] : value
    return pairs.map(([above = 0, below = 0]) => (below === 0 ? Number.NaN : above / below))
  }
  const coordinate = (name: string, negative: string): number | null => {
    const [degrees, minutes = 0, seconds = 0] = quotients(name)
    if (degrees === undefined) return null
    const value = degrees + (minutes || 0) / 60 + (seconds || 0) / 3600
    return text(`${name}Ref`)?.toUpperCase() === negative ? -value : value
  }
  const title: unknown = tags["XPTitle"]
  const wide = typeof title === "object" && title !== null && "description" in title ? title.description : null
  const latitude = coordinate("GPSLatitude", "S")
  const longitude = coordinate("GPSLongitude", "W")
  const known =
    latitude !== null &&
    longitude !== null &&
    Math.abs(latitude) <= 90 &&
    Math.abs(longitude) <= 180 &&
    longitude !== -180 &&
    (latitude !== 0 || longitude !== 0)
  const height = quotients("GPSAltitude")[0]
  const altitude = height === undefined || !Number.isFinite(height) ? null : height
  const orientation = number("Orientation")
  return {
    orientation: orientation !== null && orientation >= 1 && orientation <= 8 ? orientation : null,
    width: number("ImageWidth"),
    height: number("ImageLength"),
    clock:
      clockIn(text, "taken", "DateTimeOriginal", "Original") ??
      clockIn(text, "digitized", "DateTimeDigitized", "Digitized") ??
      clockIn(text, "changed", "DateTime", ""),
    instant: instantIn(text("GPSDateStamp"), quotients("GPSTimeStamp")),
    latitude: known ? latitude : null,
    longitude: known ? longitude : null,
    altitude: known && altitude !== null ? (number("GPSAltitudeRef") === 1 ? -altitude : altitude) : null,
    cameraMake: text("Make"),
    cameraModel: text("Model"),
    title: typeof wide === "string" && wide !== "<faulty value>" ? wide.replace(/\0.*$/s, "").trim() || null : null,
    description: text("ImageDescription"),
    warning: null
  }
}

const loaded = (file: Buffer) => {
  try {
    return ExifReader.load(file, { expanded: true }).exif
  } catch {
    return undefined
  }
}

/** Null for days that don't exist. */
const millis = (text: string): number | null => {
  const value = Date.parse(`${text.replace(/^(\d{4})[:-](\d\d)[:-](\d\d)[ T]/, "$1-$2-$3T").slice(0, 19)}Z`)
  return Number.isFinite(value) && new Date(value).toISOString().slice(8, 10) === text.slice(8, 10) ? value : null
}

const OFFSET = /^([+-])([01]\d):([0-5]\d)$/

const clockIn = (
  text: (name: string) => string | null,
  event: "taken" | "digitized" | "changed",
  name: string,
  suffix: string
): unknown => {
  const shown = text(name)
  const base = shown === null || shown.length !== 19 ? null : millis(shown)
  if (base === null) return null
  const fraction = text(`SubSecTime${suffix}`) ?? ""
  const offsets = [text(`OffsetTime${suffix}`), text("OffsetTime")].map((stated) => {
    if (stated === "Z") return 0
    const [, sign, hours, minutes] = OFFSET.exec(stated ?? "") ?? []
    return sign === undefined ? null : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) || 0
  })
  return {
    event,
    local: base + (/^\d+$/.test(fraction) ? Math.trunc(Number(`0.${fraction}`) * 1000 + 1e-6) : 0),
    offsetMinutes: offsets[0] ?? offsets[1] ?? null
  }
}

const instantIn = (day: string | null, [hour, minute, second]: ReadonlyArray<number>): number | null => {
  const two = (value: number | undefined) => String(Math.floor(value ?? Number.NaN)).padStart(2, "0")
  if (day === null || hour === undefined || hour > 23) return null
  return millis(`${day.slice(0, 10)} ${two(hour)}:${two(minute)}:${two(second)}`)
}

const asFile = (block: Buffer) => {
  const head = Buffer.from("\xff\xd8\xff\xe1\0\0Exif\0\0", "latin1")
  head.writeUInt16BE(block.length + 8, 4)
  return Buffer.concat([head, block])
}

const comparable = ({ livePhotoId: _id, packets: _packets, ...facts }: ExifFacts) => facts

const knowsMore = (one: ExifTags, other: ExifTags) =>
  [...one.values.keys()].some((tag) => !other.values.has(tag)) ||
  [...one.place.keys()].some((tag) => !other.place.has(tag))

describe("EXIF by our reader, and by ExifReader", () => {
  it("says the same of any whole block", () => {
    fc.assert(
      fc.property(exifBlock, (block) => {
        expect(readTags(block).damaged).toBe(false)
        expect(comparable(readExif(block))).toEqual(library(asFile(block)))
      }),
      { numRuns: 3000 }
    )
  })

  it("of a damaged block says all that ExifReader does", () => {
    fc.assert(
      fc.property(brokenBlock, (block) => {
        const reference = referenceTags(block)
        // Of a tag that occurs twice, we keep the sound one; and we read numbers of types that EXIF has no use for.
        if (reference === null || knowsMore(readTags(block), reference)) return
        expect({ ...readExif(block), warning: null }).toEqual(exifFacts(reference, null))
      }),
      { numRuns: 3000 }
    )
  })

  it("never fails, whatever the bytes", () => {
    const header = fc.constantFrom("II*\0\b\0\0\0", "MM\0*\0\0\0\b", "II", "MM\0\0\0\0\0\b", "")
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const facts = readExif(Buffer.concat([Buffer.from(start, "latin1"), rest]))
        expect(facts.orientation === null || facts.orientation <= 8).toBe(true)
      }),
      { numRuns: 2000 }
    )
  })

  it("says what a header means that our reader doesn't know", () => {
    const block = tiffOf({ time: "2020:07:01 12:00:00", place: [-33.5, -70.25] })
    block.write("MM\0U", "latin1")
    expect(readTags(block).values.size).toBe(0)
    expect(readExif(block)).toMatchObject({
      clock: { event: "taken", local: Date.UTC(2020, 6, 1, 12) },
      latitude: -33.5,
      longitude: -70.25,
      warning: "Parts of the EXIF metadata are damaged."
    })
  })

  it.each(present ? readdirSync(PHOTOS).filter((name) => name !== "corrupted.jpg") : [])(
    "says the same of %s, which a camera made (skipped where the fixtures are missing)",
    (name) => {
      const file = readFileSync(new URL(name, PHOTOS))
      const source = memorySource(file)
      const block = (name.endsWith(".HEIC") ? readHeif(source) : readJpeg(source))?.exif
      expect(comparable(readExif(block ?? Buffer.alloc(0)))).toEqual({ ...library(file), warning: null })
    }
  )

  it("says the same of the sample's pictures", () => {
    let pictures = 0
    const range = { seed: 7, from: 100, days: 40 }
    for (const { path, bytes } of takeoutEntries(makePalette(), daysOf(7), range, ignore, ignore)) {
      const file = Buffer.from(bytes)
      const block = path.endsWith(".jpg") && file.length > 0 ? readJpeg(memorySource(file))?.exif : null
      if (block === null || block === undefined) continue
      pictures++
      expect(comparable(readExif(block))).toEqual(library(file))
    }
    expect(pictures).toBeGreaterThan(50)
  })
})

describe("a JPEG's EXIF", () => {
  const [first, second] = [tiffOf({ orientation: 6 }), tiffOf({ orientation: 3, time: "2020:07:01 12:00:00" })]
  const app1 = (...parts: ReadonlyArray<Buffer>) => {
    const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), ...parts])
    const head = Buffer.from([0xff, 0xe1, 0, 0])
    head.writeUInt16BE(body.length + 2, 2)
    return Buffer.concat([head, body])
  }
  const orientationOf = (...segments: ReadonlyArray<Buffer>) => {
    const plain = jpegWith(null)
    const file = Buffer.concat([plain.subarray(0, 2), ...segments, plain.subarray(2)])
    return readExif(readJpeg(memorySource(file))?.exif ?? Buffer.alloc(0)).orientation
  }

  it("goes on in the segments that follow", () => {
    expect(orientationOf(app1(second.subarray(0, 30)), app1(second.subarray(30)))).toBe(3)
  })

  it("is the one with the most to say where there are several", () => {
    const stub = Buffer.from("MM\0*\0\0\0\b\0\0\0\0\0\0", "latin1")
    expect(orientationOf(app1(stub), app1(first))).toBe(6)
    expect(orientationOf(app1(first), app1(stub))).toBe(6)
  })
})
