/** The directories of a TIFF block: few tags of a small block, since every photo of a life passes here. */
import { isUtf8 } from "node:buffer"

/** Text, or numbers: rationals as quotients (NaN for n/0), bytes as they lie in the block. */
export type Value = string | ReadonlyArray<number> | Buffer

export type Values = ReadonlyMap<number, Value>

export interface Directory {
  readonly values: Map<number, Value>
  /** Something pointed out of the block, or made no sense. */
  readonly damaged: boolean
}

/** Bytes per value by type: byte, ascii, short, long, rational, and so on up to double, and directory. */
const WIDTHS = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
const BYTE = 1
const ASCII = 2
const UNDEFINED = 7
/** No tag of numbers that we read has more: a count that claims millions is damage, or malice. */
const MOST_NUMBERS = 4096
/** XMP, IPTC and Photoshop's resources: bytes, whatever type they are given. */
const PACKETS = new Set([0x02bc, 0x83bb, 0x8649])

export type ByteOrder = "little" | "big"

/** Null when the block is no TIFF. */
export const byteOrderOf = (block: Buffer): ByteOrder | null => {
  const mark = block.toString("latin1", 0, Math.min(4, block.length))
  return mark === "II*\0" ? "little" : mark === "MM\0*" ? "big" : null
}

/** How many tags the first directory claims to have; 0 when the block is no TIFF. */
export const entriesIn = (block: Buffer): number => {
  const order = byteOrderOf(block)
  const offset = order === null || block.length < 8 ? block.length : firstDirectory(block, order)
  if (offset + 2 > block.length) return 0
  return order === "little" ? block.readUInt16LE(offset) : block.readUInt16BE(offset)
}

/** Where the first directory stands; the block has to have 8 bytes. */
export const firstDirectory = (block: Buffer, order: ByteOrder): number =>
  order === "little" ? block.readUInt32LE(4) : block.readUInt32BE(4)

/** The wanted tags of the directory at an offset, added to those of others; of a tag that occurs twice, the last. */
export const readDirectory = (
  block: Buffer,
  order: ByteOrder,
  offset: number,
  wanted: ReadonlySet<number>,
  values: Map<number, Value> = new Map()
): Directory => {
  if (!(offset + 2 <= block.length)) return { values, damaged: true }
  const little = order === "little"
  const short = (at: number) => (little ? block.readUInt16LE(at) : block.readUInt16BE(at))
  const long = (at: number) => (little ? block.readUInt32LE(at) : block.readUInt32BE(at))
  const count = short(offset)
  let damaged = false
  for (let index = 0; index < count; index++) {
    const at = offset + 2 + index * 12
    if (at + 12 > block.length) return { values, damaged: true }
    const tag = short(at)
    if (!wanted.has(tag)) continue
    const type = short(at + 2)
    const many = long(at + 4)
    const width = WIDTHS[type]
    const length = (width ?? 0) * many
    const start = length <= 4 ? at + 8 : long(at + 8)
    if (width === undefined || width === 0 || start + length > block.length) damaged = true
    else if (type === ASCII) values.set(tag, text(block, start, start + length))
    else if (type === BYTE || type === UNDEFINED || PACKETS.has(tag)) {
      values.set(tag, block.subarray(start, start + length))
    } else values.set(tag, numbers(block, little, type, start, many))
  }
  return { values, damaged }
}

/** Text that is called bytes. */
export const textIn = (bytes: Buffer): string => text(bytes, 0, bytes.length)

/** Text ends with the first NUL, and is Latin-1 where it can't be UTF-8. */
const text = (block: Buffer, start: number, limit: number): string => {
  let end = start
  let plain = true
  for (; end < limit && block[end] !== 0; end++) plain &&= (block[end] ?? 0) < 0x80
  const encoding = plain || !isUtf8(block.subarray(start, end)) ? "latin1" : "utf8"
  return block.toString(encoding, start, end).trim()
}

const numbers = (block: Buffer, little: boolean, type: number, start: number, many: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  const width = WIDTHS[type] ?? 1
  for (let at = start; at < start + width * Math.min(many, MOST_NUMBERS); at += width)
    found.push(number(block, little, type, at))
  return found
}

const number = (block: Buffer, little: boolean, type: number, at: number): number => {
  const signed = (from: number) => (little ? block.readInt32LE(from) : block.readInt32BE(from))
  const unsigned = (from: number) => (little ? block.readUInt32LE(from) : block.readUInt32BE(from))
  switch (type) {
    case 3:
      return little ? block.readUInt16LE(at) : block.readUInt16BE(at)
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
      return unsigned(at)
  }
}
