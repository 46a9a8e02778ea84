/** JPEG's markers: what is picture, what is metadata, and how large the picture is. */
import type { Described } from "./packets.ts"
import { readSegments } from "./segments.ts"
import type { Range, Source } from "./source.ts"

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const COM = 0xfe
const APP0 = 0xe0
const APP1 = 0xe1
const APP13 = 0xed
const APP15 = 0xef
/** A megabyte of extended XMP takes 16; a picture with its depth map has some hundred. */
const MOST_SEGMENTS = 1024
const END = Buffer.from([0xff, EOI])

/** Frame headers, less the Huffman (C4), JPEG extension (C8) and arithmetic (CC) ones among them. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const isMetadata = (marker: number) => (marker >= APP0 && marker <= APP15) || marker === COM

/** Reads the whole source: a JPEG has no index. Null when the file ends before the picture begins. */
export const readJpeg = (source: Source): Described | null => {
  const file = source.bytes(0, source.size)
  const ranges: Array<Range> = []
  let kept = 0
  const cut = (start: number, end: number) => {
    if (start > kept) ranges.push({ start: kept, end: start })
    kept = end
  }
  const segments: Array<Buffer> = []
  let frame: Frame | null = null
  let ended = false
  let at = 2
  while (at + 1 < file.length) {
    // Fill bytes may stand before a marker; anything else there is lost data, searched for the next one.
    if (file[at] !== 0xff) {
      at = nextMarker(file, at)
      continue
    }
    const marker = file[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === EOI) {
      at += 2
      ended = true
      break
    }
    if (marker === SOI || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2
      continue
    }
    if (at + 4 > file.length) break
    const next = at + 2 + file.readUInt16BE(at + 2)
    if (next > file.length || next < at + 4) break
    if (isMetadata(marker)) {
      if ((marker === APP1 || marker === APP13) && segments.length < MOST_SEGMENTS)
        segments.push(file.subarray(at + 4, next))
      cut(at, next)
    } else if (isFrame(marker) && frame === null && at + 10 <= next) {
      frame = { marker, height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7), parts: file[at + 9] ?? 0 }
    }
    const parts = file[at + 4]
    at = next
    if (marker !== SOS) continue
    if (frame === null) return null
    // A sequential picture with all components in one scan has no markers but restarts before its end: the quick way.
    at = frame.marker <= 0xc1 && parts === frame.parts ? endOf(file, at) : nextMarker(file, at)
  }
  if (frame === null) return null
  cut(ended ? at : file.length, file.length)
  const { exif, packets } = readSegments(segments)
  return {
    width: frame.width || null,
    height: frame.height || null,
    turned: null,
    picture: ranges,
    exif,
    packets,
    warning: ended ? null : "The picture is cut short."
  }
}

interface Frame {
  readonly marker: number
  readonly width: number
  readonly height: number
  /** Number of components. */
  readonly parts: number
}

const endOf = (file: Buffer, from: number): number => {
  const found = file.indexOf(END, from)
  return found === -1 ? file.length : found
}

/** Inside of a scan, FF is data before 00, and a restart before D0 to D7. */
const nextMarker = (file: Buffer, from: number): number => {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 1)) {
    const marker = file[at + 1] ?? 0
    if (marker !== 0 && marker !== 0xff && (marker < 0xd0 || marker > 0xd7)) return at
  }
  return file.length
}
