/** Everything that the bytes of a picture or video say, in one pass over its structure. */
import { createHash, hash } from "node:crypto"
import type { MediaResult, UnreadableMedia } from "../component/media.ts"
import { readAvi, readPng, readWebp } from "./chunks.ts"
import { NO_EXIF, readExif } from "./exif.ts"
import { type Stated, factsOf } from "./facts.ts"
import { readHeif } from "./heif.ts"
import { readJpeg } from "./jpeg.ts"
import { readMovie } from "./movie.ts"
import { type Described, NO_PACKETS, eitherOf } from "./packets.ts"
import { type Kind, sniff } from "./sniff.ts"
import { NO_STRUCTURE, type Range, type Source, type Structure, memorySource } from "./source.ts"

const HEAD = 64

/** Pure, and total: damage is a warning, or a result that says why the file can't be a picture. */
export const readMedia = (bytes: Uint8Array): MediaResult => readSource(memorySource(bytes))

/** Sees the whole content, in pieces and in order, as it is hashed. */
export type OnPiece = (piece: Uint8Array) => void

const ignore: OnPiece = () => undefined

/** The same for what may not fit into memory. Throws only what the source itself throws. */
export const readSource = (source: Source, onPiece: OnPiece = ignore): MediaResult => {
  if (source.size === 0) return unreadable("media-empty", "The file is empty.")
  const kind = sniff(source.bytes(0, HEAD))
  const found = kind === null ? UNKNOWN : inspect(kind, source)
  if (found === null) return unreadable("media-unreadable", "The file ends, or breaks off, before its picture begins.")
  const { structure } = found
  const hashes = hashesOf(source, structure.picture, onPiece)
  return {
    _tag: "Facts",
    facts: {
      mimeType: kind?.mimeType ?? null,
      kind: kind?.kind ?? null,
      bytes: source.size,
      contentHash: hashes.content,
      pictureHash: hashes.picture,
      ...found.facts,
      ...shown(structure, found.facts.orientation),
      warning: structure.warning ?? found.warning
    }
  }
}

/** A result for a file that is no picture. */
export const unreadable = (code: UnreadableMedia["code"], reason: string): MediaResult => ({
  _tag: "Unreadable",
  problem: { code, reason }
})

interface Found {
  readonly structure: Structure
  readonly facts: Stated
  readonly warning: string | null
}

const UNKNOWN: Found = { structure: NO_STRUCTURE, ...factsOf(NO_EXIF, NO_PACKETS) }

/** Null: the file ends before its picture begins. */
const inspect = (kind: Kind, source: Source): Found | null => {
  try {
    if (kind.format === "movie") {
      const { structure, facts } = readMovie(source)
      return { structure, ...factsOf(facts ?? NO_EXIF, structure.packets) }
    }
    const structure = structureOf(kind, source)
    if (structure === null) return null
    const exif = structure.exif === null ? NO_EXIF : readExif(structure.exif)
    const sized = kind.format === "tiff" ? { ...structure, width: exif.width, height: exif.height } : structure
    const told = factsOf(exif, eitherOf(structure.packets, exif.packets))
    return { structure: sized, facts: told.facts, warning: exif.warning ?? told.warning }
  } catch (cause) {
    // Reading behind the end of a buffer is how damage shows; all else is the source's own failure.
    if (!(cause instanceof RangeError)) throw cause
    return { ...UNKNOWN, warning: "The metadata is damaged." }
  }
}

const UNDESCRIBED: Described = { ...NO_STRUCTURE, packets: NO_PACKETS }

/** TIFF keeps its directory anywhere; of one too large for memory, the beginning has to do. */
const LARGEST_TIFF = 64 << 20

const structureOf = ({ format }: Kind, source: Source): Described | null => {
  switch (format) {
    case "jpeg":
      return readJpeg(source)
    case "png":
      return readPng(source)
    case "webp":
      return readWebp(source)
    case "heif":
      return readHeif(source)
    case "avi":
      return { ...readAvi(source), packets: NO_PACKETS }
    case "tiff":
      return {
        ...UNDESCRIBED,
        turned: null,
        exif: source.bytes(0, Math.min(source.size, LARGEST_TIFF))
      }
    case "gif":
      return littleEndianSize(source, 6, 2)
    case "bmp":
      return littleEndianSize(source, 18, 4)
    default:
      return UNDESCRIBED
  }
}

const littleEndianSize = (source: Source, at: number, width: number): Described => {
  const head = source.bytes(at, at + 2 * width)
  // A bitmap that is stored from top to bottom has a negative height.
  return { ...UNDESCRIBED, width: head.readIntLE(0, width), height: Math.abs(head.readIntLE(width, width)) }
}

const shown = ({ width, height, turned }: Structure, orientation: number | null) =>
  (turned ?? (orientation !== null && orientation >= 5)) ? { width: height, height: width } : { width, height }

const PIECE = 4 << 20

interface Hashes {
  readonly content: string
  readonly picture: string
}

/** Both hashes in one pass over the bytes; `ranges` are in order. */
const hashesOf = (source: Source, ranges: ReadonlyArray<Range> | null, onPiece: OnPiece): Hashes => {
  const whole = source.size <= PIECE ? source.bytes(0, source.size) : null
  if (whole !== null) onPiece(whole)
  if (whole !== null && ranges === null) {
    const content = hash("sha256", whole, "hex")
    return { content, picture: content }
  }
  const content = whole === null ? createHash("sha256") : null
  const picture = createHash("sha256")
  for (let at = 0; at < source.size; at += PIECE) {
    const end = Math.min(at + PIECE, source.size)
    const piece = whole ?? source.bytes(at, end)
    if (whole === null) onPiece(piece)
    content?.update(piece)
    for (const range of ranges ?? []) {
      if (range.start < end && range.end > at) {
        picture.update(piece.subarray(Math.max(range.start, at) - at, Math.min(range.end, end) - at))
      }
    }
  }
  const contentHash = content?.digest("hex") ?? hash("sha256", whole ?? "", "hex")
  return { content: contentHash, picture: ranges === null ? contentHash : picture.digest("hex") }
}
