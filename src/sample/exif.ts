/** Writes EXIF: a TIFF of three directories (picture, camera, place), as cameras put it into JPEG's APP1. */
import type { Position } from "./places.ts"

export interface Exif {
  readonly make: string
  readonly model: string
  readonly software: string | null
  /** 1 to 8. */
  readonly orientation: number
  readonly byteOrder: "little" | "big"
  /** `2023:03:06 10:15:30`, the camera's clock. */
  readonly localTime: string | null
  /** `+01:00` */
  readonly offset: string | null
  readonly position: Position | null
}

interface Field {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly data: Buffer
}

interface Writer {
  readonly short: (...values: ReadonlyArray<number>) => Buffer
  readonly long: (...values: ReadonlyArray<number>) => Buffer
}

const BYTE = 1
const ASCII = 2
const SHORT = 3
const LONG = 4
const RATIONAL = 5
const UNDEFINED = 7

const writerFor = (byteOrder: Exif["byteOrder"]): Writer => {
  const little = byteOrder === "little"
  const written = (width: 2 | 4, values: ReadonlyArray<number>) => {
    const buffer = Buffer.alloc(width * values.length)
    values.forEach((value, index) =>
      little ? buffer.writeUIntLE(value, index * width, width) : buffer.writeUIntBE(value, index * width, width)
    )
    return buffer
  }
  return { short: (...values) => written(2, values), long: (...values) => written(4, values) }
}

const ascii = (tag: number, text: string): Field => {
  const data = Buffer.from(`${text}\0`, "latin1")
  return { tag, type: ASCII, count: data.length, data }
}

/** Values of up to four bytes stand in the directory, longer ones behind it, on even offsets. */
const isInline = ({ data }: Field) => data.length <= 4
const even = (length: number) => length + (length % 2)

const directorySize = (fields: ReadonlyArray<Field>): number =>
  2 + 12 * fields.length + 4 + fields.reduce((sum, field) => sum + (isInline(field) ? 0 : even(field.data.length)), 0)

const directory = ({ short, long }: Writer, offset: number, fields: ReadonlyArray<Field>): Buffer => {
  let next = offset + 2 + 12 * fields.length + 4
  const values: Array<Buffer> = []
  const entries = fields.map((field) => {
    const padded = Buffer.alloc(isInline(field) ? 4 : even(field.data.length))
    field.data.copy(padded)
    const head = Buffer.concat([short(field.tag, field.type), long(field.count)])
    if (isInline(field)) return Buffer.concat([head, padded])
    const at = next
    next += padded.length
    values.push(padded)
    return Buffer.concat([head, long(at)])
  })
  return Buffer.concat([short(fields.length), ...entries, long(0), ...values])
}

const SECONDS_SCALE = 10_000

/** Degrees, minutes and seconds as three rationals; the seconds to a ten-thousandth, which is 3 mm. */
const sexagesimal = ({ long }: Writer, degrees: number): Buffer => {
  const total = Math.round(Math.abs(degrees) * 3600 * SECONDS_SCALE)
  const perMinute = 60 * SECONDS_SCALE
  const perDegree = 60 * perMinute
  return long(
    Math.floor(total / perDegree),
    1,
    Math.floor((total % perDegree) / perMinute),
    1,
    total % perMinute,
    SECONDS_SCALE
  )
}

const placeFields = (write: Writer, { latitude, longitude, altitude }: Position): ReadonlyArray<Field> => [
  { tag: 0x0000, type: BYTE, count: 4, data: Buffer.from([2, 3, 0, 0]) },
  ascii(0x0001, latitude < 0 ? "S" : "N"),
  { tag: 0x0002, type: RATIONAL, count: 3, data: sexagesimal(write, latitude) },
  ascii(0x0003, longitude < 0 ? "W" : "E"),
  { tag: 0x0004, type: RATIONAL, count: 3, data: sexagesimal(write, longitude) },
  { tag: 0x0005, type: BYTE, count: 1, data: Buffer.from([altitude < 0 ? 1 : 0]) },
  { tag: 0x0006, type: RATIONAL, count: 1, data: write.long(Math.round(Math.abs(altitude) * 100), 100) }
]

/** The TIFF of a picture of so many pixels; all offsets count from its first byte. */
export const tiff = (exif: Exif, width: number, height: number): Buffer => {
  const write = writerFor(exif.byteOrder)
  const { short, long } = write
  const camera: ReadonlyArray<Field> = [
    { tag: 0x9000, type: UNDEFINED, count: 4, data: Buffer.from("0232", "latin1") },
    ...(exif.localTime === null ? [] : [ascii(0x9003, exif.localTime), ascii(0x9004, exif.localTime)]),
    ...(exif.offset === null ? [] : [ascii(0x9010, exif.offset), ascii(0x9011, exif.offset)]),
    { tag: 0xa002, type: LONG, count: 1, data: long(width) },
    { tag: 0xa003, type: LONG, count: 1, data: long(height) }
  ]
  const place = exif.position === null ? [] : placeFields(write, exif.position)
  const picture = (cameraOffset: number, placeOffset: number): ReadonlyArray<Field> => [
    ascii(0x010f, exif.make),
    ascii(0x0110, exif.model),
    { tag: 0x0112, type: SHORT, count: 1, data: short(exif.orientation) },
    ...(exif.software === null ? [] : [ascii(0x0131, exif.software)]),
    ...(exif.localTime === null ? [] : [ascii(0x0132, exif.localTime)]),
    { tag: 0x8769, type: LONG, count: 1, data: long(cameraOffset) },
    ...(place.length === 0 ? [] : [{ tag: 0x8825, type: LONG, count: 1, data: long(placeOffset) }])
  ]
  const cameraOffset = 8 + directorySize(picture(0, 0))
  const placeOffset = cameraOffset + directorySize(camera)
  return Buffer.concat([
    Buffer.from(exif.byteOrder === "little" ? "II" : "MM", "latin1"),
    short(42),
    long(8),
    directory(write, 8, picture(cameraOffset, placeOffset)),
    directory(write, cameraOffset, camera),
    ...(place.length === 0 ? [] : [directory(write, placeOffset, place)])
  ])
}
