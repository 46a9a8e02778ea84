/** EXIF as ExifReader finds it: slower than our own reader, but at home in more of what is out there. */
import { exifReader } from "../component/exifreader.ts"
import { type ExifTags, PLACE_TAG, TAG } from "./exif-tags.ts"
import type { Value } from "./tiff.ts"

const NAMES: ReadonlyArray<readonly [name: string, tag: number]> = [
  ["ImageWidth", TAG.width],
  ["ImageLength", TAG.height],
  ["ImageDescription", TAG.description],
  ["Make", TAG.make],
  ["Model", TAG.model],
  ["Orientation", TAG.orientation],
  ["DateTime", TAG.changed],
  ["ApplicationNotes", TAG.xmp],
  ["IPTC-NAA", TAG.iptc],
  ["PhotoshopSettings", TAG.photoshop],
  ["DateTimeOriginal", TAG.taken],
  ["DateTimeDigitized", TAG.digitized],
  ["OffsetTime", TAG.changedOffset],
  ["OffsetTimeOriginal", TAG.takenOffset],
  ["OffsetTimeDigitized", TAG.digitizedOffset],
  ["MakerNote", TAG.makerNote],
  ["SubSecTime", TAG.changedFraction],
  ["SubSecTimeOriginal", TAG.takenFraction],
  ["SubSecTimeDigitized", TAG.digitizedFraction],
  ["XPTitle", TAG.title]
]

const PLACE_NAMES: typeof NAMES = [
  ["GPSLatitudeRef", PLACE_TAG.latitudeSide],
  ["GPSLatitude", PLACE_TAG.latitude],
  ["GPSLongitudeRef", PLACE_TAG.longitudeSide],
  ["GPSLongitude", PLACE_TAG.longitude],
  ["GPSAltitudeRef", PLACE_TAG.altitudeSide],
  ["GPSAltitude", PLACE_TAG.altitude],
  ["GPSTimeStamp", PLACE_TAG.time],
  ["GPSDateStamp", PLACE_TAG.date]
]

/** All others are text or bytes. */
const NUMBERS = new Set(
  "ImageWidth ImageLength Orientation GPSLatitude GPSLongitude GPSAltitudeRef GPSAltitude GPSTimeStamp".split(" ")
)

/** It makes a number of every byte: a larger block is a photo editor's, and not worth the memory. */
const LARGEST_BLOCK = 256 << 10

/** Null where it finds nothing either; never throws. */
export const referenceTags = (block: Buffer): ExifTags | null => {
  if (block.length > LARGEST_BLOCK) return null
  try {
    const options = { expanded: true, computed: true, includeTags: { exif: true } } as const
    const found = new Map<string, unknown>(Object.entries(exifReader().load(asJpeg(block), options).exif ?? {}))
    return { values: valuesOf(found, NAMES), place: valuesOf(found, PLACE_NAMES), damaged: false }
  } catch {
    return null
  }
}

const HEAD = Buffer.from("\xff\xd8\xff\xe1\0\0Exif\0\0", "latin1")

/** It takes files, and a block within a JPEG without asking what number it begins with. */
const asJpeg = (block: Buffer): Buffer => {
  const file = Buffer.concat([HEAD, block])
  file.writeUInt16BE(Math.min(block.length + 8, 0xffff), 4)
  return file
}

const valuesOf = (found: ReadonlyMap<string, unknown>, names: typeof NAMES): ReadonlyMap<number, Value> => {
  const values = new Map<number, Value>()
  for (const [name, tag] of names) {
    const value = valueOf(found.get(name), NUMBERS.has(name))
    if (value !== null) values.set(tag, value)
  }
  return values
}

const FAULTY = "<faulty value>"

/** A single value stands for itself, several as an array; text comes as several where it has NULs. */
const valueOf = (tag: unknown, numeric: boolean): Value | null => {
  const value = isTag(tag) ? tag.computed : FAULTY
  if (value === FAULTY) return null
  const all: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  if (all.every((item) => typeof item === "string")) return (all[0] ?? "").trim()
  // A quotient by zero is null.
  const numbers = all.map((item) => (typeof item === "number" ? item : Number.NaN))
  return numeric ? numbers : Buffer.from(numbers)
}

const isTag = (tag: unknown): tag is { readonly computed: unknown } =>
  typeof tag === "object" && tag !== null && "computed" in tag
