/** Boxes of ISO base media files (MP4, MOV, HEIC, AVIF). */
import type { Range, Source } from "./source.ts"

/** A box's content, without its head. */
export interface Box extends Range {
  readonly type: string
  /** Does what it stands in end before it does? */
  readonly cut: boolean
}

/** A file may well have a box per second (fragments), but not this many: it is damaged then. */
const MOST = 100_000

/** The boxes that stand in a range of a source; the last may be cut short, then `end` is that of the range. */
export const boxes = (source: Source, start: number, end: number): ReadonlyArray<Box> => {
  const found: Array<Box> = []
  let at = start
  while (at + 8 <= end && found.length < MOST) {
    const head = source.bytes(at, Math.min(at + 16, end))
    if (head.length < 8) break
    const type = head.toString("latin1", 4, 8)
    const short = head.readUInt32BE(0)
    // 1: a long size follows; 0: up to the end.
    const long = short === 1
    if (long && head.length < 16) break
    const size = long ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - at : short
    const header = long ? 16 : 8
    if (size < header) break
    found.push({ type, start: at + header, end: Math.min(at + size, end), cut: at + size > end })
    at += size
  }
  return found
}

/** The first box of a type. */
export const child = (source: Source, parent: Range, type: string, skip = 0): Box | undefined =>
  boxes(source, parent.start + skip, parent.end).find((box) => box.type === type)

/** A big-endian number of 0, 2, 4 or 8 bytes. */
export const unsigned = (buffer: Buffer, at: number, width: number): number => {
  if (width === 0) return 0
  return width === 8 ? Number(buffer.readBigUInt64BE(at)) : buffer.readUIntBE(at, width)
}
