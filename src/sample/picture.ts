/**
 * Small JPEGs, each its own picture. Strips of sky and ground are encoded once; a picture is a stack of them, joined by
 * restart markers, at which JPEG starts afresh. Thousands of pictures cost as much to encode as a few dozen.
 */
import jpeg from "jpeg-js"
import { type Exif, tiff } from "./exif.ts"
import { type NonEmpty, type Random, stream } from "./random.ts"

const WIDTH = 96
const STRIP = 8
const STRIPS = 24

/** Encoded strips, and the tables that they share. */
export interface Palette {
  /** From the quantization tables to the start-of-scan header. */
  readonly header: Buffer
  /** Where the frame header begins in it. */
  readonly frame: number
  readonly sky: NonEmpty<Buffer>
  readonly ground: NonEmpty<Buffer>
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly strips: ReadonlyArray<Buffer>
}

type Colour = readonly [red: number, green: number, blue: number]

const SKIES: NonEmpty<Colour> = [
  [90, 150, 230],
  [150, 190, 240],
  [240, 170, 110],
  [70, 80, 130],
  [200, 205, 210]
]
const GROUNDS: NonEmpty<Colour> = [
  [70, 120, 60],
  [130, 110, 80],
  [160, 150, 140],
  [200, 180, 130],
  [50, 80, 110]
]

const drawStrip = (random: Random, [red, green, blue]: Colour, grain: number): Uint8Array => {
  const data = new Uint8Array(WIDTH * STRIP * 4)
  const shift = random.integer(-30, 30)
  const blobs = Array.from({ length: 4 }, () => ({ x: random.integer(0, WIDTH), light: random.integer(-60, 60) }))
  for (let pixel = 0; pixel < WIDTH * STRIP; pixel++) {
    const x = pixel % WIDTH
    const blob = blobs.reduce((sum, { x: centre, light }) => (Math.abs(x - centre) < 10 ? sum + light : sum), shift)
    const light = blob + random.integer(-grain, grain)
    // A typed array wraps around; clamping keeps the colours apart.
    ;[red, green, blue].forEach((channel, index) => {
      data[pixel * 4 + index] = Math.min(255, Math.max(0, channel + light))
    })
    data[pixel * 4 + 3] = 255
  }
  return data
}

/** Offsets of the segments between start of image and the scan's data, by marker. */
const segmentOffsets = (file: Buffer): ReadonlyMap<number, number> => {
  const offsets = new Map<number, number>()
  for (let at = 2; ; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file.readUInt16BE(at)
    if (!offsets.has(marker)) offsets.set(marker, at)
    if (marker === 0xffda) return offsets
  }
}

const encodeStrip = (data: Uint8Array) => {
  const file = jpeg.encode({ width: WIDTH, height: STRIP, data }, 60).data
  const offsets = segmentOffsets(file)
  const scan = offsets.get(0xffda) ?? 0
  const body = scan + 2 + file.readUInt16BE(scan + 2)
  const start = offsets.get(0xffdb) ?? 0
  return {
    header: file.subarray(start, body),
    frame: (offsets.get(0xffc0) ?? 0) - start,
    // Without the end-of-image marker.
    strip: file.subarray(body, -2)
  }
}

// The encoder fills the last byte with ones, and writes a whole byte of them where there was nothing to fill:
// in front of a restart marker that would be one byte too many.
const endsOnFill = (strip: Buffer) => strip.readUInt16BE(strip.length - 2) === 0xff00

const strips = (random: Random, colours: NonEmpty<Colour>, grain: number) => {
  const fresh = () => {
    let encoded = encodeStrip(drawStrip(random, random.pick(colours), grain))
    while (endsOnFill(encoded.strip)) encoded = encodeStrip(drawStrip(random, random.pick(colours), grain))
    return encoded
  }
  const first = fresh()
  const rest = Array.from({ length: STRIPS - 1 }, () => fresh().strip)
  const all: NonEmpty<Buffer> = [first.strip, ...rest]
  return { ...first, all }
}

/** The same for every life: pictures differ by how they stack the strips. */
export const makePalette = (): Palette => {
  const sky = strips(stream("sky"), SKIES, 4)
  const ground = strips(stream("ground"), GROUNDS, 24)
  return { header: sky.header, frame: sky.frame, sky: sky.all, ground: ground.all }
}

/** The picture of this name. With 24 strips in ten rows and more, no two names share one. */
export const pictureOf = (palette: Palette, name: string): Picture => {
  const random = stream("picture", name)
  const horizon = random.integer(4, 6)
  const rows = horizon + random.integer(6, 8)
  const stack = Array.from({ length: rows }, (_, row) => random.pick(row < horizon ? palette.sky : palette.ground))
  return { width: WIDTH, height: rows * STRIP, strips: stack }
}

/** An edit: the sky and the ground cut by a strip each, the rest as it was. */
export const cropped = ({ width, height, strips: stack }: Picture): Picture => ({
  width,
  height: height - 2 * STRIP,
  strips: stack.slice(1, -1)
})

const segment = (marker: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(marker, 0)
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

const START_OF_IMAGE = Buffer.from([0xff, 0xd8])
const END_OF_IMAGE = Buffer.from([0xff, 0xd9])
const RESTART_INTERVAL = segment(0xffdd, Buffer.from([0, WIDTH / 8]))

/** The picture as a JPEG file, with its metadata if it has any. */
export const jpegFile = (
  { header, frame }: Palette,
  { width, height, strips: stack }: Picture,
  exif: Exif | null
): Buffer => {
  const tables = Buffer.from(header)
  tables.writeUInt16BE(height, frame + 5)
  const metadata =
    exif === null
      ? []
      : [segment(0xffe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(exif, width, height)]))]
  const scan = stack.flatMap((strip, row) =>
    row === 0 ? [strip] : [Buffer.from([0xff, 0xd0 + ((row - 1) % 8)]), strip]
  )
  return Buffer.concat([START_OF_IMAGE, ...metadata, RESTART_INTERVAL, tables, ...scan, END_OF_IMAGE])
}
