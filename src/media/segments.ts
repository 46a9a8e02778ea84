/** EXIF, XMP and IPTC in JPEG's application segments, which hold 64 KB each. */
import { holdsIptc } from "./iptc.ts"
import { NO_PACKETS, type Packets } from "./packets.ts"
import { byteOrderOf, entriesIn } from "./tiff.ts"

const EXIF = "Exif\0"
const XMP = "http://ns.adobe.com/xap/1.0/\0"
const MORE_XMP = "http://ns.adobe.com/xmp/extension/\0"
const PHOTOSHOP = "Photoshop 3.0\0"

const begins = (segment: Buffer, mark: string) => segment.toString("latin1", 0, mark.length) === mark

/** What follows a mark in the segments that begin with it. */
const behind = (segments: ReadonlyArray<Buffer>, mark: string): ReadonlyArray<Buffer> =>
  segments.filter((segment) => begins(segment, mark)).map((segment) => segment.subarray(mark.length))

/** Contents of APP1 and APP13, in order. */
export const readSegments = (
  segments: ReadonlyArray<Buffer>
): { readonly exif: Buffer | null; readonly packets: Packets } => {
  const [first] = segments
  if (first === undefined) return { exif: null, packets: NO_PACKETS }
  if (segments.length === 1 && begins(first, EXIF)) return { exif: first.subarray(6), packets: NO_PACKETS }
  const [xmp] = behind(segments, XMP)
  const more = xmp === undefined ? null : moreXmp(xmp, behind(segments, MORE_XMP))
  return {
    exif: exifOf(behind(segments, EXIF).map((block) => block.subarray(1))),
    packets: {
      xmp: [xmp, more].filter((packet) => packet !== undefined && packet !== null),
      photoshop: behind(segments, PHOTOSHOP).find(holdsIptc) ?? null
    }
  }
}

/** A block may go on in the next segments; of several, the one with the longest directory is the camera's. */
const exifOf = (segments: ReadonlyArray<Buffer>): Buffer | null => {
  const blocks: Array<Array<Buffer>> = []
  for (const segment of segments) {
    const last = blocks.at(-1)
    if (last !== undefined && byteOrderOf(segment) === null) last.push(segment)
    else blocks.push([segment])
  }
  const whole = blocks.map((parts) => Buffer.concat(parts))
  return whole.sort((a, b) => entriesIn(b) - entriesIn(a))[0] ?? null
}

const GUID = 32
const MORE_HEAD = GUID + 8

/** The main packet names the rest, whose parts say where they belong. */
const moreXmp = (xmp: Buffer, parts: ReadonlyArray<Buffer>): Buffer | null => {
  const own = parts.filter((part) => part.length > MORE_HEAD && xmp.includes(part.subarray(0, GUID)))
  if (own.length === 0) return null
  const ordered = own.toSorted((a, b) => a.readUInt32BE(GUID + 4) - b.readUInt32BE(GUID + 4))
  return Buffer.concat(ordered.map((part) => part.subarray(MORE_HEAD)))
}
