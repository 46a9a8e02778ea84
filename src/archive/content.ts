/** An entry's bytes, from an open handle, checked against what the directory says of them. */
import type { FileHandle } from "node:fs/promises"
import { Readable, pipeline } from "node:stream"
import { promisify } from "node:util"
import { crc32, createInflateRaw, inflateRaw, inflateRawSync } from "node:zlib"
import type { EntryLocation } from "../component/archive.ts"
import { LOCAL_HEADER_BYTES, LOCAL_HEADER_GUESS, dataOffset } from "./local-header.ts"

export type ZipLocation = Extract<EntryLocation, { kind: "zip" }>
export type FileLocation = Extract<EntryLocation, { kind: "file" }>

/** The bytes aren't what the directory says. `cut`: the file ends before them. */
export class ContentFailure extends Error {
  readonly cut: boolean
  constructor(message: string, cut = false) {
    super(message)
    this.cut = cut
  }
}

const PIECE = 1024 * 1024

// Handing less than this to another thread takes longer than inflating it.
const SMALL = 64 * 1024

// zlib takes no less; by default it sets 16 KB aside each time.
const SMALLEST_CHUNK = 64

const inflateWhole = promisify(inflateRaw)

/** All of a zip entry, its size and CRC-32 verified. Throws `ContentFailure` and system errors. */
export const readWhole = async (handle: FileHandle, location: ZipLocation): Promise<Uint8Array> => {
  const data = await readData(handle, location)
  if (location.method === "stored") return verified(data, location)
  // Enforced while it inflates: a bomb never unfolds.
  const limit = { maxOutputLength: Math.max(location.size, 1) }
  const small = { ...limit, chunkSize: location.size + SMALLEST_CHUNK }
  try {
    return verified(location.size < SMALL ? inflateRawSync(data, small) : await inflateWhole(data, limit), location)
  } catch (cause) {
    throw cause instanceof ContentFailure ? cause : inflateFailure(cause)
  }
}

/** The size and CRC-32 of a zip entry, which has its content in `bytes`. */
export const verified = (bytes: Uint8Array, location: ZipLocation): Uint8Array => {
  if (bytes.length !== location.size)
    throw new ContentFailure(`it has ${bytes.length} bytes instead of ${location.size}`)
  if (crc32(bytes) !== location.crc32) throw new ContentFailure("its checksum (CRC-32) is wrong")
  return bytes
}

/** What a failure to inflate means. */
export const inflateFailure = (cause: unknown): ContentFailure =>
  new ContentFailure(
    codeOf(cause) === "ERR_BUFFER_TOO_LARGE"
      ? "it unpacks to more than the archive states"
      : "its compressed data is broken"
  )

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** The same in pieces of at most 1 MB; what is wrong shows with the last piece at the latest. */
export async function* readPieces(handle: FileHandle, location: ZipLocation): AsyncGenerator<Uint8Array, void, void> {
  const raw = rawPieces(handle, await dataStart(handle, location), location.compressedSize)
  const pieces = location.method === "stored" ? raw : inflated(raw)
  let size = 0
  let checksum = 0
  for await (const piece of pieces) {
    size += piece.length
    if (size > location.size) throw new ContentFailure("it unpacks to more than the archive states")
    checksum = crc32(piece, checksum)
    yield piece
  }
  if (size < location.size) throw new ContentFailure(`it has ${size} bytes instead of ${location.size}`)
  if (checksum !== location.crc32) throw new ContentFailure("its checksum (CRC-32) is wrong")
}

/** Bytes `start` to `start + length` of a file, in pieces of their own memory. */
export async function* rawPieces(
  handle: FileHandle,
  start: number,
  length: number
): AsyncGenerator<Uint8Array, void, void> {
  for (let position = 0; position < length; position += PIECE) {
    yield await readExactly(handle, start + position, Math.min(PIECE, length - position))
  }
}

async function* inflated(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const inflate = createInflateRaw({ chunkSize: PIECE / 4 })
  // The consumer sees every error on `inflate`; the callback only keeps it from being thrown twice.
  pipeline(Readable.from(raw), inflate, () => undefined)
  try {
    for await (const piece of inflate) yield piece
  } catch (cause) {
    throw codeOf(cause).startsWith("Z_") ? inflateFailure(cause) : cause
  }
}

/** Where a zip entry's data starts in its file. */
export const dataStart = async (handle: FileHandle, location: ZipLocation): Promise<number> => {
  const header = await readExactly(handle, location.headerOffset, LOCAL_HEADER_BYTES)
  return location.headerOffset + expectHeader(dataOffset(header, 0))
}

const expectHeader = (offset: number | null): number => {
  if (offset === null) throw new ContentFailure("something else stands in its place")
  return offset
}

// Header and data in one read where the header is as short as nearly all are.
const readData = async (handle: FileHandle, location: ZipLocation): Promise<Buffer> => {
  const wanted = LOCAL_HEADER_GUESS + location.compressedSize
  const buffer = Buffer.allocUnsafe(wanted)
  const { bytesRead } = await handle.read(buffer, 0, wanted, location.headerOffset)
  const start = expectHeader(dataOffset(buffer.subarray(0, bytesRead), 0))
  const end = start + location.compressedSize
  return end <= bytesRead
    ? buffer.subarray(start, end)
    : readExactly(handle, location.headerOffset + start, location.compressedSize)
}

/** Bytes `position` to `position + length` of a file; throws `ContentFailure` where it ends before. */
export const readExactly = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new ContentFailure("the file ends before it", true)
    filled += bytesRead
  }
  return buffer
}
