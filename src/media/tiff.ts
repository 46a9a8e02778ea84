/** The directories of a TIFF block: few tags of a small block, since every photo of a life passes here. */
import { isUtf8 } from "node:buffer"

/** Text, or numbers: rationals as quotients (NaN for n/0), bytes as they are. */
export type Value = string | ReadonlyArray<number>

export interface Directory {
  readonly values: ReadonlyMap<number, Value>
  /** Something pointed out of the block, or made no sense. */
  readonly damaged: boolean
}

/** Bytes per value by type: byte, ascii, short, long, rational, and so on up to double. */
const WIDTHS = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const ASCII = 2
/** No tag that we read has more: a count that claims millions is damage, or malice. */
const MOST_VALUES = 4096

export type ByteOrder = "little" | "big"

/** Null when the block is no TIFF. */
export const byteOrderOf = (block: Buffer): ByteOrder | null => {
  const mark = block.toString("latin1", 0, Math.min(4, block.length))
  return mark === "II*\0" ? "little" : mark === "MM\0*" ? "big" : null
}

const EMPTY: Directory = { values: new Map(), damaged: true }

/** The wanted tags of the directory at an offset; of a tag that occurs twice, the first. */
export const readDirectory = (
  block: Buffer,
  order: ByteOrder,
  offset: number,
  wanted: ReadonlySet<number>
): Directory => {
  if (!(offset + 2 <= block.length)) return EMPTY
  const little = order === "little"
  const short = (at: number) => (little ? block.readUInt16LE(at) : block.readUInt16BE(at))
  const long = (at: number) => (little ? block.readUInt32LE(at) : block.readUInt32BE(at))
  const values = new Map<number, Value>()
  const count = short(offset)
  let damaged = false
  for (let index = 0; index < count; index++) {
    const at = offset + 2 + index * 12
    if (at + 12 > block.length) return { values, damaged: true }
    const tag = short(at)
    if (!wanted.has(tag) || values.has(tag)) continue
    const type = short(at + 2)
    const many = long(at + 4)
    const width = WIDTHS[type]
    const length = (width ?? 0) * many
    const start = length <= 4 ? at + 8 : long(at + 8)
    if (width === undefined || width === 0 || start + length > block.length) damaged = true
    else values.set(tag, type === ASCII ? text(block, start, length) : numbers(block, little, type, start, many))
  }
  return { values, damaged }
}

const text = (block: Buffer, start: number, length: number): string => {
  const end = block.indexOf(0, start)
  const bytes = block.subarray(start, end === -1 || end > start + length ? start + length : end)
  return (isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("latin1")).trim()
}

const numbers = (block: Buffer, little: boolean, type: number, start: number, many: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  const width = WIDTHS[type] ?? 1
  for (let at = start; at < start + width * Math.min(many, MOST_VALUES); at += width)
    found.push(number(block, little, type, at))
  return found
}

const number = (block: Buffer, little: boolean, type: number, at: number): number => {
  const signed = (from: number) => (little ? block.readInt32LE(from) : block.readInt32BE(from))
  const unsigned = (from: number) => (little ? block.readUInt32LE(from) : block.readUInt32BE(from))
  switch (type) {
    case 3:
      return little ? block.readUInt16LE(at) : block.readUInt16BE(at)
    case 4:
      return unsigned(at)
    case 5:
      return unsigned(at + 4) === 0 ? Number.NaN : unsigned(at) / unsigned(at + 4)
    case 6:
      return block.readInt8(at)
    case 8:
      return little ? block.readInt16LE(at) : block.readInt16BE(at)
    case 9:
      return signed(at)
    case 10:
      return signed(at + 4) === 0 ? Number.NaN : signed(at) / signed(at + 4)
    case 11:
      return little ? block.readFloatLE(at) : block.readFloatBE(at)
    case 12:
      return little ? block.readDoubleLE(at) : block.readDoubleBE(at)
    default:
      return block[at] ?? 0
  }
}
