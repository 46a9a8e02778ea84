/** Small PNGs and GIFs: screenshots and animations of other people's making. */
import { crc32, deflateSync } from "node:zlib"
import { type Random, stream } from "./random.ts"

const SIDE = 16

const pixelsOf = (random: Random, colours: number): ReadonlyArray<number> =>
  Array.from({ length: SIDE * SIDE }, () => random.integer(0, colours - 1))

const pngChunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A grey-scale PNG of this name. Stored, not deflated: the same bytes whatever the zlib. */
export const pngFile = (name: string): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header.writeUInt8(8, 8)
  const pixels = pixelsOf(stream("png", name), 256)
  const rows = Array.from({ length: SIDE }, (_, row) => [0, ...pixels.slice(row * SIDE, (row + 1) * SIDE)])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(Buffer.from(rows.flat()), { level: 0 })),
    pngChunk("IEND", Buffer.alloc(0))
  ])
}

const GIF_COLOURS = 128
const GIF_CLEAR = 128
const GIF_END = 129

/** A GIF of this name. Clearing the code table in time keeps all codes at eight bits, so that a code is a byte. */
export const gifFile = (name: string): Buffer => {
  const random = stream("gif", name)
  const pixels = pixelsOf(random, GIF_COLOURS)
  const codes = pixels.flatMap((pixel, index) => (index % 100 === 0 ? [GIF_CLEAR, pixel] : [pixel]))
  const data = Buffer.from([...codes, GIF_END])
  const blocks: Array<Buffer> = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([
    Buffer.from("GIF89a", "latin1"),
    Buffer.from([SIDE, 0, SIDE, 0, 0xf6, 0, 0]),
    Buffer.from(Array.from({ length: GIF_COLOURS * 3 }, () => random.integer(0, 255))),
    Buffer.from([0x2c, 0, 0, 0, 0, SIDE, 0, SIDE, 0, 0, 7]),
    ...blocks,
    Buffer.from([0, 0x3b])
  ])
}
