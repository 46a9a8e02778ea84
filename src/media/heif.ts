/** HEIC, HEIF and AVIF: items (pictures, EXIF, XMP) whose bytes lie where an index says. */
import { type Box, boxes, child, unsigned } from "./boxes.ts"
import { type Described, packetAt } from "./packets.ts"
import { type Range, type Source, memorySource } from "./source.ts"

/** An index larger than this is damage. */
const LARGEST_INDEX = 16 << 20

/** The picture is all media data but the items with metadata, so that a rewritten EXIF doesn't change it. */
export const readHeif = (source: Source): Described => {
  const top = boxes(source, 0, source.size)
  const media = top.filter(({ type }) => type === "mdat")
  const meta = top.find(({ type }) => type === "meta")
  const index =
    meta === undefined || meta.end - meta.start > LARGEST_INDEX
      ? null
      : readIndex(Buffer.from(source.bytes(meta.start, meta.end)))
  const metadata = (index?.items ?? []).filter(({ type }) => type === "Exif" || type === "mime")
  const exif = metadata.find(({ type }) => type === "Exif")?.extents[0]
  const xmp = metadata.find(({ contentType }) => contentType === "application/rdf+xml")?.extents[0]
  const holes = metadata.flatMap(({ extents }) => extents)
  const last = media.at(-1)
  return {
    width: index?.width ?? null,
    height: index?.height ?? null,
    turned: index?.turned ?? false,
    picture: media.length === 0 ? null : media.flatMap((range) => without(range, holes)),
    exif: exif === undefined ? null : tiffOf(Buffer.from(source.bytes(exif.start, exif.end))),
    packets: packetAt(source, xmp),
    warning: index === null || last === undefined ? "The picture's index is missing or damaged." : null
  }
}

interface Item extends ItemType {
  readonly extents: ReadonlyArray<Range>
}

interface ItemType {
  readonly type: string
  /** Of items whose type is `mime`. */
  readonly contentType: string | null
}

const readIndex = (bytes: Buffer) => {
  const meta = memorySource(bytes)
  const children = boxes(meta, 4, meta.size)
  const find = (type: string) => children.find((box) => box.type === type)
  const types = itemTypes(meta, find("iinf"))
  const extents = itemExtents(meta, find("iloc"))
  const properties = find("iprp")
  const container = properties === undefined ? undefined : child(meta, properties, "ipco")
  const found = container === undefined ? [] : boxes(meta, container.start, container.end)
  // The picture as a whole is larger than its tiles and thumbnails.
  const sizes = found
    .filter(({ type, start, end }) => type === "ispe" && end - start >= 12)
    .map(({ start }) => ({ width: bytes.readUInt32BE(start + 4), height: bytes.readUInt32BE(start + 8) }))
    .sort((a, b) => b.width * b.height - a.width * a.height)
  const rotation = found.find(({ type, start, end }) => type === "irot" && end > start)
  return {
    width: sizes[0]?.width ?? null,
    height: sizes[0]?.height ?? null,
    turned: rotation !== undefined && ((bytes[rotation.start] ?? 0) & 1) === 1,
    items: [...types].map(([id, type]): Item => ({ ...type, extents: extents.get(id) ?? [] }))
  }
}

const itemTypes = (meta: Source, box: Box | undefined): ReadonlyMap<number, ItemType> => {
  const types = new Map<number, ItemType>()
  if (box === undefined) return types
  const version = meta.bytes(box.start, box.start + 1)[0] ?? 0
  for (const entry of boxes(meta, box.start + (version === 0 ? 6 : 8), box.end)) {
    const content = meta.bytes(entry.start, entry.end)
    const wide = content[0] === 3
    if (entry.type !== "infe" || (content[0] !== 2 && !wide)) continue
    const after = wide ? 8 : 6
    const type = content.toString("latin1", after + 2, after + 6)
    // Then come the item's name and its content's type, each with a NUL.
    const [, contentType] = type === "mime" ? content.toString("latin1", after + 6).split("\0") : []
    types.set(unsigned(content, 4, wide ? 4 : 2), { type, contentType: contentType ?? null })
  }
  return types
}

const itemExtents = (meta: Source, box: Box | undefined): ReadonlyMap<number, ReadonlyArray<Range>> => {
  const items = new Map<number, ReadonlyArray<Range>>()
  if (box === undefined) return items
  const content = meta.bytes(box.start, box.end)
  const version = content.readUInt8(0)
  const sizes = content.readUInt16BE(4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  const idSize = version < 2 ? 2 : 4
  let at = 6
  const take = (width: number) => {
    const value = unsigned(content, at, width)
    at += width
    return value
  }
  for (let left = take(idSize); left > 0; left--) {
    const id = take(idSize)
    // 0: offsets count from the file's start; the other ways are not used for metadata.
    const inFile = version === 0 || (take(2) & 15) === 0
    take(2)
    const base = take(baseSize)
    const extents: Array<Range> = []
    for (let more = take(2); more > 0; more--) {
      take(indexSize)
      const start = base + take(offsetSize)
      extents.push({ start, end: start + take(lengthSize) })
    }
    if (inFile) items.set(id, extents)
  }
  return items
}

/** The parts of a range that no hole covers. */
const without = (range: Range, holes: ReadonlyArray<Range>): ReadonlyArray<Range> =>
  holes.reduce<ReadonlyArray<Range>>(
    (parts, hole) =>
      parts.flatMap((part) =>
        [
          { start: part.start, end: Math.min(part.end, Math.max(part.start, hole.start)) },
          { start: Math.max(part.start, Math.min(part.end, hole.end)), end: part.end }
        ].filter(({ start, end }, index, both) => start < end && (index === 0 || start >= (both[0]?.end ?? 0)))
      ),
    [range]
  )

/** An EXIF item begins with the distance from there to its TIFF. */
const tiffOf = (item: Buffer): Buffer | null => {
  if (item.length < 12) return null
  return item.subarray(4 + item.readUInt32BE(0))
}
