/** PNG and RIFF: files of chunks, some of which are metadata. */
import { inflateSync } from "node:zlib"
import { type Described, LARGEST_PACKET, NO_PACKETS, type Packets, packetAt } from "./packets.ts"
import { NO_STRUCTURE, type Range, type Source, type Structure } from "./source.ts"

const PNG_HEAD = 33
const PNG_METADATA = new Set(["tEXt", "iTXt", "zTXt", "eXIf", "tIME"])

/** Null when the file ends before its header does. */
export const readPng = (source: Source): Described | null => {
  if (source.size < PNG_HEAD) return null
  const head = source.bytes(0, PNG_HEAD)
  if (head.toString("latin1", 12, 16) !== "IHDR") return null
  const width = head.readUInt32BE(16)
  const height = head.readUInt32BE(20)
  const walked = walk(source, 8, source.size, (header) => {
    const type = header.toString("latin1", 4, 8)
    return { type, total: header.readUInt32BE(0) + 12, last: type === "IEND", metadata: PNG_METADATA.has(type) }
  })
  const exif = walked.metadata.find(({ type }) => type === "eXIf")
  return {
    width: width || null,
    height: height || null,
    turned: null,
    picture: [{ start: 0, end: 8 }, ...walked.picture],
    exif: exif === undefined ? null : tiffOf(Buffer.from(source.bytes(exif.start + 8, exif.end - 4))),
    packets: pngPackets(source, walked.metadata),
    warning: walked.whole ? null : "The picture is cut short."
  }
}

const PNG_XMP = "XML:com.adobe.xmp\0"

/** International text: a keyword, whether and how it is compressed, two more strings that XMP leaves empty, and the text. */
const pngPackets = (source: Source, metadata: ReadonlyArray<Typed>): Packets => {
  const isXmp = ({ type, start }: Typed) =>
    type === "iTXt" && source.bytes(start + 8, start + 8 + PNG_XMP.length).toString("latin1") === PNG_XMP
  const chunk = metadata.find(isXmp)
  const start = chunk === undefined ? 0 : chunk.start + 8 + PNG_XMP.length
  const { xmp } = packetAt(source, chunk === undefined ? undefined : { start, end: chunk.end - 4 })
  const [text] = xmp
  if (text === undefined) return NO_PACKETS
  const packet = text.subarray(text.indexOf(0, text.indexOf(0, 2) + 1) + 1)
  return { xmp: [text[0] === 1 ? inflated(packet) : packet], photoshop: null }
}

const inflated = (data: Buffer): Buffer => {
  try {
    return inflateSync(data, { maxOutputLength: LARGEST_PACKET })
  } catch {
    return data
  }
}

const RIFF_HEAD = 12
const WEBP_METADATA = new Set(["EXIF", "XMP "])

/** The sizes of RIFF itself and of VP8X's flags change with the metadata: neither is picture. */
export const readWebp = (source: Source): Described => {
  const declared = source.size < RIFF_HEAD ? 0 : source.bytes(0, RIFF_HEAD).readUInt32LE(4) + 8
  let size: Pixels | null = null
  const walked = walk(source, RIFF_HEAD, Math.min(source.size, declared), (header, at) => {
    const type = header.toString("latin1", 0, 4)
    const length = header.readUInt32LE(4)
    size ??= webpPixels(type, source.bytes(at + 8, at + 18))
    return {
      type,
      total: 8 + length + (length % 2),
      last: false,
      metadata: WEBP_METADATA.has(type) || type === "VP8X"
    }
  })
  const exif = walked.metadata.find(({ type }) => type === "EXIF")
  const xmp = walked.metadata.find(({ type }) => type === "XMP ")
  const pixels: Pixels = size ?? { width: null, height: null }
  return {
    ...pixels,
    turned: null,
    picture: walked.picture.length === 0 ? null : walked.picture,
    exif: exif === undefined ? null : tiffOf(Buffer.from(source.bytes(exif.start + 8, exif.end))),
    packets: packetAt(source, xmp === undefined ? undefined : { start: xmp.start + 8, end: xmp.end }),
    warning: walked.whole && declared <= source.size ? null : "The picture is cut short."
  }
}

interface Pixels {
  readonly width: number | null
  readonly height: number | null
}

const webpPixels = (type: string, data: Buffer): Pixels | null => {
  if (data.length < 10) return null
  if (type === "VP8X") return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 }
  if (type === "VP8 ") return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
  if (type !== "VP8L") return null
  const bits = data.readUInt32LE(1)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** AVI states its frame in the first chunk of its first list. */
export const readAvi = (source: Source): Structure => {
  const head = source.bytes(0, 72)
  if (head.length < 72 || head.toString("latin1", 24, 28) !== "avih") return NO_STRUCTURE
  return { ...NO_STRUCTURE, width: head.readUInt32LE(64) || null, height: head.readUInt32LE(68) || null }
}

interface Chunk {
  readonly type: string
  /** Of the chunk with its head and tail. */
  readonly total: number
  readonly last: boolean
  readonly metadata: boolean
}

type Typed = Range & { readonly type: string }

const walk = (source: Source, from: number, end: number, describe: (header: Buffer, at: number) => Chunk) => {
  const picture: Array<Range> = []
  const metadata: Array<Typed> = []
  let at = from
  while (at + 8 <= end) {
    const chunk = describe(source.bytes(at, at + 8), at)
    const next = at + chunk.total
    const range = { start: at, end: Math.min(next, end) }
    if (chunk.metadata) metadata.push({ ...range, type: chunk.type })
    else picture.push(range)
    if (next > end) return { picture, metadata, whole: false }
    if (chunk.last) return { picture, metadata, whole: true }
    at = next
  }
  return { picture, metadata, whole: from > 8 }
}

/** Some writers put JPEG's prefix before the TIFF. */
const tiffOf = (data: Buffer): Buffer => (data.toString("latin1", 0, 6) === "Exif\0\0" ? data.subarray(6) : data)
