/** MP4, MOV and 3GP: when, where and how large, from the boxes of `moov`. */
import type { EpochMillis } from "../component/column.ts"
import { exifTime, offsetOf, quicktimeInstant } from "../component/time.ts"
import { type Box, boxes, child, unsigned } from "./boxes.ts"
import type { CameraFacts } from "./facts.ts"
import { type Described, NO_PACKETS, type Packets, packetAt } from "./packets.ts"
import { NO_PLACE, iso6709 } from "./place.ts"
import { type Source, memorySource } from "./source.ts"

/** The index of a day of video takes some megabytes. */
const LARGEST_INDEX = 64 << 20

const NO_INDEX = "The video has no index: it was cut short, or never finished."

export const readMovie = (source: Source): { readonly structure: Described; readonly facts: CameraFacts | null } => {
  const top = boxes(source, 0, source.size)
  const media = top.filter(({ type }) => type === "mdat")
  const found = top.find(({ type }) => type === "moov")
  const usable = found !== undefined && found.end - found.start <= LARGEST_INDEX
  const movie = usable ? memorySource(Buffer.from(source.bytes(found.start, found.end))) : null
  const children = movie === null ? [] : boxes(movie, 0, movie.size)
  const size = movie === null ? null : pixels(movie, children)
  return {
    structure: {
      width: size?.width ?? null,
      height: size?.height ?? null,
      turned: size?.turned ?? false,
      picture: media.length === 0 ? null : media,
      exif: null,
      packets: packetsOf(source, top, movie, children),
      warning: movie === null ? NO_INDEX : top.some(({ cut }) => cut) ? "The video is cut short." : null
    },
    facts: movie === null ? null : factsOf(movie, children)
  }
}

const XMP_ID = Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex")

/** MP4 keeps XMP in a box that only its identifier names, QuickTime among the user data. */
const packetsOf = (
  source: Source,
  top: ReadonlyArray<Box>,
  movie: Source | null,
  children: ReadonlyArray<Box>
): Packets => {
  const isXmp = ({ type, start }: Box) => type === "uuid" && source.bytes(start, start + 16).equals(XMP_ID)
  const box = top.find(isXmp)
  if (box !== undefined) return packetAt(source, { start: box.start + 16, end: box.end })
  const userData = children.find(({ type }) => type === "udta")
  return movie === null || userData === undefined ? NO_PACKETS : packetAt(movie, child(movie, userData, "XMP_"))
}

const pixels = (movie: Source, children: ReadonlyArray<Box>) => {
  for (const track of children.filter(({ type }) => type === "trak")) {
    const header = child(movie, track, "tkhd")
    if (header === undefined) continue
    const content = movie.bytes(header.start, header.end)
    const matrix = content[0] === 1 ? 52 : 40
    if (content.length < matrix + 44) continue
    const width = content.readUInt16BE(matrix + 36)
    const height = content.readUInt16BE(matrix + 40)
    // Sound has none. A quarter turn has zeros on the matrix's diagonal.
    if (width > 0 && height > 0) return { width, height, turned: content.readInt32BE(matrix) === 0 }
  }
  return null
}

const factsOf = (movie: Source, children: ReadonlyArray<Box>): CameraFacts => {
  const find = (type: string) => children.find((box) => box.type === type)
  const header = find("mvhd")
  const userData = find("udta")
  const meta = find("meta") ?? (userData === undefined ? undefined : child(movie, userData, "meta"))
  const tags = new Map([...userTexts(movie, userData), ...(meta === undefined ? [] : metaTexts(movie, meta))])
  const tag = (...names: ReadonlyArray<string>) => names.map((name) => tags.get(name)).find((text) => text) ?? null
  const stated = tag("com.apple.quicktime.creationdate", "\xa9day")
  const local = exifTime(stated, null)
  const offset = local === null ? null : offsetOf(/(Z|[+-]\d{2}:?\d{2})$/.exec(stated ?? "")?.[1] ?? null)
  const location = tag("com.apple.quicktime.location.ISO6709", "\xa9xyz")
  return {
    ...(location === null ? NO_PLACE : iso6709(location)),
    orientation: null,
    clock: local === null ? null : { event: "taken", local, offsetMinutes: offset },
    instant: created(movie, header),
    cameraMake: tag("com.apple.quicktime.make", "\xa9mak"),
    cameraModel: tag("com.apple.quicktime.model", "\xa9mod"),
    livePhotoId: tag("com.apple.quicktime.content.identifier"),
    title: tag("com.apple.quicktime.title", "com.apple.quicktime.displayname", "\xa9nam"),
    description: tag("com.apple.quicktime.description", "desc", "\xa9cmt")
  }
}

const created = (movie: Source, header: Box | undefined): EpochMillis | null => {
  if (header === undefined) return null
  const content = movie.bytes(header.start, header.end)
  const width = content[0] === 1 ? 8 : 4
  return content.length < 4 + width ? null : quicktimeInstant(unsigned(content, 4, width))
}

/** QuickTime's own user data: a length, a language, and the text. */
const userTexts = (movie: Source, userData: Box | undefined): ReadonlyArray<readonly [string, string]> => {
  if (userData === undefined) return []
  return boxes(movie, userData.start, userData.end).flatMap(({ type, start, end }) => {
    const content = movie.bytes(start, end)
    if (!type.startsWith("\xa9") || content.length < 4) return []
    return [[type, content.toString("utf8", 4, Math.min(4 + content.readUInt16BE(0), content.length)).trim()] as const]
  })
}

const UTF8 = 1

/** Values by the names in `keys`, or by their own four letters where there are none. */
const metaTexts = (movie: Source, meta: Box): ReadonlyArray<readonly [string, string]> => {
  // MP4 puts a version before the children, QuickTime doesn't.
  const skip = movie.bytes(meta.start + 4, meta.start + 8).toString("latin1") === "hdlr" ? 0 : 4
  const list = child(movie, meta, "ilst", skip)
  if (list === undefined) return []
  const names = keyNames(movie, child(movie, meta, "keys", skip))
  return boxes(movie, list.start, list.end).flatMap((item) => {
    const data = child(movie, item, "data")
    const content = data === undefined ? null : movie.bytes(data.start, data.end)
    if (content === null || content.length < 8 || content.readUInt32BE(0) !== UTF8) return []
    const name = names[Buffer.from(item.type, "latin1").readUInt32BE(0) - 1] ?? item.type
    return [[name, content.toString("utf8", 8).trim()] as const]
  })
}

const keyNames = (movie: Source, keys: Box | undefined): ReadonlyArray<string> =>
  keys === undefined
    ? []
    : boxes(movie, keys.start + 8, keys.end).map(({ start, end }) => movie.bytes(start, end).toString("utf8"))
