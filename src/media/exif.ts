/** What EXIF says of a photo. */
import type { EpochMillis, WallMillis } from "../component/column.ts"
import { NO_PLACE, type Place, placeOf } from "./place.ts"
import { type ByteOrder, type Value, byteOrderOf, readDirectory } from "./tiff.ts"
import { epochMillis, exifTime, instantOf, offsetOf, wallTime } from "./time.ts"

export interface ExifFacts extends Place {
  readonly orientation: number | null
  /** Pixels, as the main directory states them: only TIFF files do. */
  readonly width: number | null
  readonly height: number | null
  readonly takenLocal: WallMillis | null
  readonly takenAt: EpochMillis | null
  readonly offsetMinutes: number | null
  readonly cameraMake: string | null
  readonly cameraModel: string | null
  readonly livePhotoId: string | null
  readonly title: string | null
  readonly description: string | null
  readonly warning: string | null
}

export const NO_EXIF: ExifFacts = {
  ...NO_PLACE,
  orientation: null,
  width: null,
  height: null,
  takenLocal: null,
  takenAt: null,
  offsetMinutes: null,
  cameraMake: null,
  cameraModel: null,
  livePhotoId: null,
  title: null,
  description: null,
  warning: null
}

const TAG = {
  width: 0x0100,
  height: 0x0101,
  description: 0x010e,
  make: 0x010f,
  model: 0x0110,
  orientation: 0x0112,
  changed: 0x0132,
  camera: 0x8769,
  place: 0x8825,
  taken: 0x9003,
  digitized: 0x9004,
  changedOffset: 0x9010,
  takenOffset: 0x9011,
  digitizedOffset: 0x9012,
  makerNote: 0x927c,
  changedFraction: 0x9290,
  takenFraction: 0x9291,
  digitizedFraction: 0x9292,
  title: 0x9c9b
} as const

const MAIN = new Set<number>([
  TAG.width,
  TAG.height,
  TAG.description,
  TAG.make,
  TAG.model,
  TAG.orientation,
  TAG.changed,
  TAG.camera,
  TAG.place,
  TAG.title
])
const TIMES = [
  TAG.taken,
  TAG.digitized,
  TAG.changedOffset,
  TAG.takenOffset,
  TAG.digitizedOffset,
  TAG.changedFraction,
  TAG.takenFraction,
  TAG.digitizedFraction
]
const CAMERA = new Set<number>(TIMES)
/** Only Apple's notes are understood; others' are large and left alone. */
const APPLE_CAMERA = new Set<number>([...TIMES, TAG.makerNote])
const PLACE = new Set([1, 2, 3, 4, 5, 6, 7, 29])

type Values = ReadonlyMap<number, Value>

const textOf = (values: Values, tag: number): string | null => {
  const value = values.get(tag)
  return typeof value === "string" && value !== "" ? value : null
}

const numbersOf = (values: Values, tag: number): ReadonlyArray<number> => {
  const value = values.get(tag)
  return value === undefined || typeof value === "string" ? [] : value
}

const numberOf = (values: Values, tag: number): number | null => numbersOf(values, tag)[0] ?? null

/** Never throws: damage is a warning, and what can be read is kept. */
export const readExif = (block: Buffer): ExifFacts => {
  const order = byteOrderOf(block)
  if (order === null || block.length < 8) return { ...NO_EXIF, warning: "The EXIF metadata is damaged." }
  const main = readDirectory(block, order, order === "little" ? block.readUInt32LE(4) : block.readUInt32BE(4), MAIN)
  const below = (tag: number, wanted: ReadonlySet<number>) => {
    const offset = numberOf(main.values, tag)
    return offset === null
      ? { values: new Map<number, Value>(), damaged: false }
      : readDirectory(block, order, offset, wanted)
  }
  const make = textOf(main.values, TAG.make)
  const camera = below(TAG.camera, make === "Apple" ? APPLE_CAMERA : CAMERA)
  const place = below(TAG.place, PLACE)
  const orientation = numberOf(main.values, TAG.orientation)
  const clock = clockOf(main.values, camera.values)
  const damaged = main.damaged || camera.damaged || place.damaged
  return {
    ...placeFacts(place.values),
    orientation: orientation !== null && orientation >= 1 && orientation <= 8 ? orientation : null,
    width: numberOf(main.values, TAG.width),
    height: numberOf(main.values, TAG.height),
    takenLocal: clock.local,
    takenAt: instant(clock.local, clock.offset, place.values),
    offsetMinutes: clock.local === null ? null : clock.offset,
    cameraMake: make,
    cameraModel: textOf(main.values, TAG.model),
    livePhotoId: appleContentId(numbersOf(camera.values, TAG.makerNote)),
    title: wideText(numbersOf(main.values, TAG.title)),
    description: textOf(main.values, TAG.description),
    warning: damaged ? "Parts of the EXIF metadata are damaged." : null
  }
}

interface Clock {
  readonly local: WallMillis | null
  readonly offset: number | null
}

const clockOf = (main: Values, camera: Values): Clock => {
  const read = (values: Values, time: number, fraction: number, offset: number): Clock => ({
    local: exifTime(textOf(values, time), textOf(camera, fraction)),
    offset: offsetOf(textOf(camera, offset)) ?? offsetOf(textOf(camera, TAG.changedOffset))
  })
  const taken = read(camera, TAG.taken, TAG.takenFraction, TAG.takenOffset)
  if (taken.local !== null) return taken
  const digitized = read(camera, TAG.digitized, TAG.digitizedFraction, TAG.digitizedOffset)
  return digitized.local === null ? read(main, TAG.changed, TAG.changedFraction, TAG.changedOffset) : digitized
}

/** A receiver that lost the sky repeats its last time: further from the camera's clock than any zone, it isn't believed. */
const FURTHEST = 15 * 3_600_000

const instant = (local: WallMillis | null, offset: number | null, place: Values): EpochMillis | null => {
  if (local !== null && offset !== null) return instantOf(local, offset)
  const day = /^(\d{4})[:-](\d{2})[:-](\d{2})/.exec(textOf(place, 29) ?? "")
  const [hour, minute, second] = numbersOf(place, 7)
  if (day === null || hour === undefined || minute === undefined || second === undefined) return null
  if (![hour, minute, second].every(Number.isFinite)) return null
  const utc = wallTime(Number(day[1]), Number(day[2]), Number(day[3]), hour, minute, Math.floor(second))
  if (utc === null || (local !== null && Math.abs(utc - local) > FURTHEST)) return null
  return epochMillis(utc)
}

const placeFacts = (values: Values): Place => {
  const altitude = numberOf(values, 6)
  return placeOf(
    degrees(values, 2, 1, "S"),
    degrees(values, 4, 3, "W"),
    altitude === null ? null : numberOf(values, 5) === 1 ? -altitude : altitude
  )
}

const degrees = (values: Values, tag: number, reference: number, negative: string): number | null => {
  const [whole, minutes = 0, seconds = 0] = numbersOf(values, tag)
  if (whole === undefined) return null
  // Seconds of 0/0 mean that there are none.
  const value = whole + (Number.isNaN(minutes) ? 0 : minutes) / 60 + (Number.isNaN(seconds) ? 0 : seconds) / 3600
  if (!Number.isFinite(value)) return null
  return textOf(values, reference)?.toUpperCase() === negative ? -value : value
}

const wideText = (bytes: ReadonlyArray<number>): string | null => {
  const value = Buffer.from(bytes).toString("utf16le").replace(/\0.*$/s, "").trim()
  return value === "" ? null : value
}

const APPLE_NOTE = "Apple iOS\0"
const CONTENT_ID = 0x11

/** Apple's notes are a directory of their own, whose offsets count from the notes' start. */
const appleContentId = (note: ReadonlyArray<number>): string | null => {
  if (note.length < 16) return null
  const block = Buffer.from(note)
  if (block.toString("latin1", 0, APPLE_NOTE.length) !== APPLE_NOTE) return null
  const order: ByteOrder = block.toString("latin1", 12, 14) === "II" ? "little" : "big"
  return textOf(readDirectory(block, order, 14, new Set([CONTENT_ID])).values, CONTENT_ID)
}
