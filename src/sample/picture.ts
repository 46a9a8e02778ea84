/**
 * Small JPEGs, each its own picture. Tiles of sky and ground are encoded once; a picture is a mosaic of them, joined by
 * restart markers, at which JPEG starts afresh. Thousands of pictures cost as much to encode as a dozen tiles.
 */
import jpeg from "jpeg-js"
import { type Exif, tiff } from "./exif.ts"
import { type NonEmpty, type Random, stream } from "./random.ts"

const COLUMNS = 2
const TILE_WIDTH = 48
const TILE_HEIGHT = 8
const TILES = 6

/** Encoded tiles, and the tables that they share. */
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
  /** Row by row. */
  readonly tiles: ReadonlyArray<Buffer>
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

const drawTile = (random: Random, [red, green, blue]: Colour, grain: number): Uint8Array => {
  const data = new Uint8Array(TILE_WIDTH * TILE_HEIGHT * 4)
  const shift = random.integer(-30, 30)
  const blobs = Array.from({ length: 4 }, () => ({ x: random.integer(0, TILE_WIDTH), light: random.integer(-60, 60) }))
  for (let pixel = 0; pixel < TILE_WIDTH * TILE_HEIGHT; pixel++) {
    const x = pixel % TILE_WIDTH
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

const encodeTile = (data: Uint8Array) => {
  const file = jpeg.encode({ width: TILE_WIDTH, height: TILE_HEIGHT, data }, 60).data
  const offsets = segmentOffsets(file)
  const scan = offsets.get(0xffda) ?? 0
  const body = scan + 2 + file.readUInt16BE(scan + 2)
  const start = offsets.get(0xffdb) ?? 0
  return {
    header: file.subarray(start, body),
    frame: (offsets.get(0xffc0) ?? 0) - start,
    // Without the end-of-image marker.
    tile: file.subarray(body, -2)
  }
}

// The encoder fills the last byte with ones, and writes a whole byte of them where there was nothing to fill:
// in front of a restart marker that would be one byte too many.
const endsOnFill = (tile: Buffer) => tile.readUInt16BE(tile.length - 2) === 0xff00

const tilesOf = (random: Random, colours: NonEmpty<Colour>, grain: number) => {
  const fresh = () => {
    let encoded = encodeTile(drawTile(random, random.pick(colours), grain))
    while (endsOnFill(encoded.tile)) encoded = encodeTile(drawTile(random, random.pick(colours), grain))
    return encoded
  }
  const first = fresh()
  const rest = Array.from({ length: TILES - 1 }, () => fresh().tile)
  const tiles: NonEmpty<Buffer> = [first.tile, ...rest]
  return { ...first, tiles }
}

/** The same for every life: pictures differ by how they put the tiles together. */
export const makePalette = (): Palette => {
  const sky = tilesOf(stream("sky"), SKIES, 4)
  const ground = tilesOf(stream("ground"), GROUNDS, 24)
  return { header: sky.header, frame: sky.frame, sky: sky.tiles, ground: ground.tiles }
}

/** The picture of this name. With six tiles for each of twenty places and more, no two names share one. */
export const pictureOf = (palette: Palette, name: string): Picture => {
  const random = stream("picture", name)
  const horizon = random.integer(4, 6) * COLUMNS
  const count = horizon + random.integer(6, 8) * COLUMNS
  const tiles = Array.from({ length: count }, (_, at) => random.pick(at < horizon ? palette.sky : palette.ground))
  return { width: COLUMNS * TILE_WIDTH, height: (count / COLUMNS) * TILE_HEIGHT, tiles }
}

/** An edit: sky and ground cut by a row each, the rest as it was. */
export const cropped = ({ width, height, tiles }: Picture): Picture => ({
  width,
  height: height - 2 * TILE_HEIGHT,
  tiles: tiles.slice(COLUMNS, -COLUMNS)
})

const segment = (marker: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(marker, 0)
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

const START_OF_IMAGE = Buffer.from([0xff, 0xd8])
const END_OF_IMAGE = Buffer.from([0xff, 0xd9])
const RESTART_INTERVAL = segment(0xffdd, Buffer.from([0, TILE_WIDTH / 8]))
const restart = (count: number) => Buffer.from([0xff, 0xd0 + (count % 8)])

/** The picture as a JPEG file, with its metadata if it has any. */
export const jpegFile = ({ header, frame }: Palette, { width, height, tiles }: Picture, exif: Exif | null): Buffer => {
  const tables = Buffer.from(header)
  tables.writeUInt16BE(height, frame + 5)
  tables.writeUInt16BE(width, frame + 7)
  const metadata =
    exif === null
      ? []
      : [segment(0xffe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff(exif, width, height)]))]
  const scan = tiles.flatMap((tile, at) => (at === 0 ? [tile] : [restart(at - 1), tile]))
  return Buffer.concat([START_OF_IMAGE, ...metadata, RESTART_INTERVAL, tables, ...scan, END_OF_IMAGE])
}
