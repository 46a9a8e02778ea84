/** What EXIF says of a photo. */
import type { EpochMillis } from "../component/column.ts"
import { type Clock, epochMillis, exifTime, offsetOf, wallTime } from "../component/time.ts"
import { referenceTags } from "./exif-reference.ts"
import { type ExifTags, PLACE_TAG, TAG, readTags } from "./exif-tags.ts"
import type { CameraFacts } from "./facts.ts"
import { asResource } from "./iptc.ts"
import { NO_PACKETS, type Packets } from "./packets.ts"
import { NO_PLACE, type Place, placeOf } from "./place.ts"
import { type ByteOrder, type Value, type Values, readDirectory, textIn } from "./tiff.ts"

export interface ExifFacts extends CameraFacts {
  /** Pixels, as the main directory states them: only TIFF files do. */
  readonly width: number | null
  readonly height: number | null
  /** Where TIFF files keep them. */
  readonly packets: Packets
  readonly warning: string | null
}

export const NO_EXIF: ExifFacts = {
  ...NO_PLACE,
  orientation: null,
  width: null,
  height: null,
  clock: null,
  instant: null,
  cameraMake: null,
  cameraModel: null,
  livePhotoId: null,
  title: null,
  description: null,
  packets: NO_PACKETS,
  warning: null
}

/** Never throws: damage is a warning, and what can be read is kept, by the library where our reader is at its end. */
export const readExif = (block: Buffer): ExifFacts => {
  const own = readTags(block)
  if (!own.damaged) return exifFacts(own, null)
  const found = withReference(own, referenceTags(block))
  const nothing = found.values.size === 0 && found.place.size === 0
  return exifFacts(found, nothing ? "The EXIF metadata is damaged." : "Parts of the EXIF metadata are damaged.")
}

const withReference = (own: ExifTags, reference: ExifTags | null): ExifTags =>
  reference === null
    ? own
    : {
        values: new Map([...own.values, ...reference.values]),
        place: new Map([...own.place, ...reference.place]),
        damaged: own.damaged
      }

/** The facts in the tags, whoever read them. */
export const exifFacts = ({ values, place }: ExifTags, warning: string | null): ExifFacts => {
  const orientation = numberOf(values, TAG.orientation)
  return {
    ...positionOf(place),
    orientation: orientation !== null && orientation >= 1 && orientation <= 8 ? orientation : null,
    width: numberOf(values, TAG.width),
    height: numberOf(values, TAG.height),
    clock: clockOf(values),
    instant: fixTime(place),
    cameraMake: textOf(values, TAG.make),
    cameraModel: textOf(values, TAG.model),
    livePhotoId: appleContentId(bytesOf(values, TAG.makerNote)),
    title: wideText(bytesOf(values, TAG.title)),
    description: textOf(values, TAG.description),
    packets: packetsIn(values),
    warning
  }
}

const textOf = (values: Values, tag: number): string | null => {
  const value = values.get(tag)
  if (value === undefined) return null
  // Some writers call their text bytes.
  const text = typeof value === "string" ? value : Buffer.isBuffer(value) ? textIn(value) : ""
  return text === "" ? null : text
}

const NO_NUMBERS: Exclude<Value, string> = []

const numbersOf = (values: Values, tag: number): Exclude<Value, string> => {
  const value = values.get(tag)
  return value === undefined || typeof value === "string" ? NO_NUMBERS : value
}

const numberOf = (values: Values, tag: number): number | null => numbersOf(values, tag)[0] ?? null

const bytesOf = (values: Values, tag: number): Buffer | null => {
  const value = values.get(tag)
  return Buffer.isBuffer(value) ? value : null
}

const packetsIn = (values: Values): Packets => {
  const xmp = bytesOf(values, TAG.xmp)
  const iptc = bytesOf(values, TAG.iptc)
  const photoshop = iptc === null ? bytesOf(values, TAG.photoshop) : asResource(iptc)
  return xmp === null && photoshop === null ? NO_PACKETS : { xmp: xmp === null ? [] : [xmp], photoshop }
}

const clockOf = (values: Values): Clock | null => {
  const read = (event: Clock["event"], time: number, fraction: number, offset: number): Clock | null => {
    const local = exifTime(textOf(values, time), textOf(values, fraction))
    if (local === null) return null
    const stated = offsetOf(textOf(values, offset)) ?? offsetOf(textOf(values, TAG.changedOffset))
    return { event, local, offsetMinutes: stated }
  }
  return (
    read("taken", TAG.taken, TAG.takenFraction, TAG.takenOffset) ??
    read("digitized", TAG.digitized, TAG.digitizedFraction, TAG.digitizedOffset) ??
    read("changed", TAG.changed, TAG.changedFraction, TAG.changedOffset)
  )
}

const fixTime = (place: Values): EpochMillis | null => {
  const day = /^(\d{4})[:-](\d{2})[:-](\d{2})/.exec(textOf(place, PLACE_TAG.date) ?? "")
  const [hour, minute, second] = numbersOf(place, PLACE_TAG.time)
  if (day === null || hour === undefined || minute === undefined || second === undefined) return null
  if (![hour, minute, second].every(Number.isFinite)) return null
  const utc = wallTime(Number(day[1]), Number(day[2]), Number(day[3]), hour, minute, Math.floor(second))
  return utc === null ? null : epochMillis(utc)
}

const positionOf = (place: Values): Place => {
  const altitude = numberOf(place, PLACE_TAG.altitude)
  return placeOf(
    degrees(place, PLACE_TAG.latitude, PLACE_TAG.latitudeSide, "S"),
    degrees(place, PLACE_TAG.longitude, PLACE_TAG.longitudeSide, "W"),
    altitude === null ? null : numberOf(place, PLACE_TAG.altitudeSide) === 1 ? -altitude : altitude
  )
}

const degrees = (place: Values, tag: number, side: number, negative: string): number | null => {
  const [whole, minutes = 0, seconds = 0] = numbersOf(place, tag)
  if (whole === undefined) return null
  // Seconds of 0/0 mean that there are none.
  const value = whole + (Number.isNaN(minutes) ? 0 : minutes) / 60 + (Number.isNaN(seconds) ? 0 : seconds) / 3600
  if (!Number.isFinite(value)) return null
  return textOf(place, side)?.toUpperCase() === negative ? -value : value
}

const wideText = (bytes: Buffer | null): string | null => {
  const value = bytes?.toString("utf16le").replace(/\0.*$/s, "").trim() ?? ""
  return value === "" ? null : value
}

const APPLE_NOTE = "Apple iOS\0"
const CONTENT_ID = new Set([0x11])

/** Apple's notes are a directory of their own, whose offsets count from the notes' start. */
const appleContentId = (note: Buffer | null): string | null => {
  if (note === null || note.length < 16 || note.toString("latin1", 0, APPLE_NOTE.length) !== APPLE_NOTE) return null
  const order: ByteOrder = note.toString("latin1", 12, 14) === "II" ? "little" : "big"
  return textOf(readDirectory(note, order, 14, CONTENT_ID).values, 0x11)
}
