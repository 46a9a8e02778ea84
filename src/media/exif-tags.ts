/** The EXIF tags that facts are made of, as our own quick reader finds them. */
import { type Value, type Values, byteOrderOf, firstDirectory, readDirectory } from "./tiff.ts"

export const TAG = {
  width: 0x0100,
  height: 0x0101,
  description: 0x010e,
  make: 0x010f,
  model: 0x0110,
  orientation: 0x0112,
  changed: 0x0132,
  xmp: 0x02bc,
  iptc: 0x83bb,
  photoshop: 0x8649,
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

/** These have numbers of their own, in a directory of their own. */
export const PLACE_TAG = {
  latitudeSide: 1,
  latitude: 2,
  longitudeSide: 3,
  longitude: 4,
  altitudeSide: 5,
  altitude: 6,
  time: 7,
  date: 29
} as const

export interface ExifTags {
  /** Of the main directory and of the camera's, which is believed where both have the same tag. */
  readonly values: Values
  readonly place: Values
  /** Something pointed out of the block, or made no sense. */
  readonly damaged: boolean
}

const { makerNote, ...others } = TAG
const PICTURE = new Set<number>(Object.values(others))
/** Only Apple's notes are understood; others' are large and left alone. */
const APPLE_PICTURE = new Set<number>([...PICTURE, makerNote])
const PLACE = new Set<number>(Object.values(PLACE_TAG))

const NONE: ReadonlyMap<number, Value> = new Map()

/** What a block of metadata holds; never throws. */
export const readTags = (block: Buffer): ExifTags => {
  const order = byteOrderOf(block)
  if (order === null || block.length < 8) return { values: NONE, place: NONE, damaged: true }
  const main = readDirectory(block, order, firstDirectory(block, order), PICTURE)
  const wanted = main.values.get(TAG.make) === "Apple" ? APPLE_PICTURE : PICTURE
  const cameraOffset = offsetIn(main.values, TAG.camera)
  const camera = cameraOffset === null ? main : readDirectory(block, order, cameraOffset, wanted, main.values)
  const placeOffset = offsetIn(camera.values, TAG.place)
  const place = placeOffset === null ? null : readDirectory(block, order, placeOffset, PLACE)
  return {
    values: camera.values,
    place: place?.values ?? NONE,
    damaged: main.damaged || camera.damaged || (place?.damaged ?? false)
  }
}

const offsetIn = (values: Values, tag: number): number | null => {
  const value = values.get(tag)
  return typeof value === "object" ? (value[0] ?? null) : null
}
