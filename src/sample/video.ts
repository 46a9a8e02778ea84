/** A tiny MP4: one video track that says when, where and how large, and has a second of noise for content. */
import { stream } from "./random.ts"
import type { Position } from "./places.ts"

const box = (type: string, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 8),
    0
  )
  head.write(type, 4, "latin1")
  return Buffer.concat([head, ...parts])
}

const longs = (...values: ReadonlyArray<number>): Buffer => {
  const buffer = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => buffer.writeUInt32BE(value, index * 4))
  return buffer
}

const text = (value: string) => Buffer.from(value, "latin1")

/** QuickTime counts seconds from 1904. */
const EPOCH_1904 = 2_082_844_800
const UNITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]
const TICKS = 600
const WIDTH = 64
const HEIGHT = 48

const shift = (degrees: number, digits: number) =>
  `${degrees < 0 ? "-" : "+"}${Math.abs(degrees)
    .toFixed(4)
    .padStart(digits + 5, "0")}`

/** ISO 6709 in a user data box, as phones write it. */
const location = ({ latitude, longitude }: Position): Buffer => {
  const value = text(`${shift(latitude, 2)}${shift(longitude, 3)}/`)
  const head = Buffer.alloc(4)
  head.writeUInt16BE(value.length, 0)
  head.writeUInt16BE(0x15c7, 2)
  return box("udta", box("\u00a9xyz", head, value))
}

const track = (created: number, samples: number): Buffer =>
  box(
    "trak",
    box("tkhd", longs(7, created, created, 1, 0, TICKS, 0, 0, 0, 0, ...UNITY, WIDTH << 16, HEIGHT << 16)),
    box(
      "mdia",
      box("mdhd", longs(0, created, created, TICKS, TICKS, 0x55c40000)),
      box("hdlr", longs(0, 0), text("vide"), longs(0, 0, 0), text("Video\0")),
      box(
        "minf",
        box("vmhd", longs(1, 0, 0)),
        box("dinf", box("dref", longs(0, 1), box("url ", longs(1)))),
        box(
          "stbl",
          box("stsd", longs(0, 0)),
          box("stts", longs(0, 1, samples, TICKS)),
          box("stsc", longs(0, 0)),
          box("stsz", longs(0, 0, 0)),
          box("stco", longs(0, 0))
        )
      )
    )
  )

/** The video of this name, taken at an instant (milliseconds), perhaps at a known place. */
export const videoFile = (name: string, at: number, position: Position | null): Buffer => {
  const random = stream("video", name)
  const created = Math.floor(at / 1000) + EPOCH_1904
  const noise = Buffer.from(Array.from({ length: random.integer(400, 900) }, () => random.integer(0, 255)))
  return Buffer.concat([
    box("ftyp", text("isom"), longs(0x200), text("isomiso2mp41")),
    box(
      "moov",
      box("mvhd", longs(0, created, created, TICKS, TICKS, 0x10000, 0x1000000, 0, 0, ...UNITY, 0, 0, 0, 0, 0, 0, 2)),
      track(created, 1),
      ...(position === null ? [] : [location(position)])
    ),
    box("mdat", noise)
  ])
}
