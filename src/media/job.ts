/** A worker's work: entries read by offset in large pieces, checked, and made facts. No Effect here: it starts faster. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { open, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { crc32, inflateRawSync } from "node:zlib"
import { ContentFailure, type ZipLocation, inflateFailure, readPieces, verified } from "../archive/content.ts"
import { LOCAL_HEADER_GUESS, dataOffset } from "../archive/local-header.ts"
import type { EntryLocation } from "../component/archive.ts"
import type { MediaResult } from "../component/media.ts"
import { readMedia, readSource, unreadable } from "./read.ts"
import type { Source } from "./source.ts"

/** Why an archive as a whole can't be read. */
export interface JobFailure {
  readonly file: string
  /** The file ends before an entry that its directory names. */
  readonly cut: boolean
  /** The system's: `EIO`. */
  readonly code: string | null
  readonly text: string
}

export type Outcome =
  | { readonly _tag: "Done"; readonly results: ReadonlyArray<MediaResult> }
  | { readonly _tag: "Failed"; readonly failure: JobFailure }

/** Larger entries are never in memory as a whole. */
const LARGE = 64 << 20
/** Neighbours are read in one go up to this: a piece that stays in the processor's cache while it is hashed. */
const PIECE = 1 << 20
/** Skipping more than this is cheaper than reading it. */
const GAP = 64 << 10

/** Results stand in the order of the locations. Large compressed entries are unpacked into `scratch` for a while. */
export const runJob = async (locations: ReadonlyArray<EntryLocation>, scratch: string): Promise<Outcome> => {
  const reader = new EntryReader()
  const results: Array<MediaResult> = []
  let file = ""
  try {
    for (let at = 0; at < locations.length;) {
      const location = locations[at]
      if (location === undefined) break
      file = location.file
      if (location.kind === "file") {
        results.push(reader.plainFile(location.file))
        at++
      } else if (location.size > LARGE || location.compressedSize > LARGE) {
        results.push(await reader.largeEntry(location, scratch))
        at++
      } else {
        const run = neighbours(location, locations, at)
        results.push(...reader.entries(run))
        at += run.length
      }
    }
    return { _tag: "Done", results }
  } catch (cause) {
    return { _tag: "Failed", failure: failureOf(file, cause) }
  } finally {
    reader.close()
  }
}

const failureOf = (file: string, cause: unknown): JobFailure => ({
  file,
  cut: cause instanceof ContentFailure && cause.cut,
  code: codeOf(cause),
  text: cause instanceof Error ? cause.message : String(cause)
})

const codeOf = (cause: unknown): string | null =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null

const endOf = ({ headerOffset, compressedSize }: ZipLocation): number =>
  headerOffset + LOCAL_HEADER_GUESS + compressedSize

/** The entries from `at` on that lie close behind each other; at least the first. */
const neighbours = (
  first: ZipLocation,
  locations: ReadonlyArray<EntryLocation>,
  at: number
): ReadonlyArray<ZipLocation> => {
  const run = [first]
  let last = first
  for (let next = locations[at + 1]; next?.kind === "zip"; next = locations[at + run.length]) {
    const gap = next.headerOffset - endOf(last)
    const fits = next.file === first.file && next.size <= LARGE && endOf(next) - first.headerOffset <= PIECE
    if (!fits || gap > GAP || next.headerOffset <= last.headerOffset) break
    run.push(next)
    last = next
  }
  return run
}

/** What makes a single file unreadable, and says nothing of the others. */
const OF_ONE_FILE = new Set(["ENOENT", "EACCES", "EPERM", "EISDIR", "ELOOP"])

/** Keeps one archive open and one buffer, which grows to the largest piece. */
class EntryReader {
  #buffer = Buffer.allocUnsafeSlow(PIECE)
  #archive: { readonly file: string; readonly handle: number } | null = null

  close(): void {
    if (this.#archive !== null) closeSync(this.#archive.handle)
    this.#archive = null
  }

  entries(run: ReadonlyArray<ZipLocation>): ReadonlyArray<MediaResult> {
    const [first] = run
    const last = run.at(-1)
    if (first === undefined || last === undefined) return []
    const handle = this.#open(first.file)
    const piece = this.#read(handle, first.headerOffset, endOf(last) - first.headerOffset)
    return run.map((location) => {
      const at = location.headerOffset - first.headerOffset
      const offset = dataOffset(piece, at)
      if (offset === null && at + 4 > piece.length) throw new ContentFailure("the file ends before it", true)
      if (offset === null) return MISPLACED
      const end = at + offset + location.compressedSize
      if (end <= piece.length) return checked(piece.subarray(at + offset, end), location)
      // Behind an unusually long header: read once more, into memory of its own.
      const data = Buffer.allocUnsafe(location.compressedSize)
      fill(handle, data, location.headerOffset + offset)
      return checked(data, location)
    })
  }

  async largeEntry(location: ZipLocation, scratch: string): Promise<MediaResult> {
    const handle = this.#open(location.file)
    const offset = dataOffset(this.#read(handle, location.headerOffset, LOCAL_HEADER_GUESS), 0)
    if (offset === null) return MISPLACED
    if (location.method === "deflate") return unpacked(location, scratch)
    let checksum = 0
    const result = readSource(fileSource(handle, location.headerOffset + offset, location.size), (piece) => {
      checksum = crc32(piece, checksum)
    })
    return checksum === location.crc32 ? result : WRONG_CHECKSUM
  }

  plainFile(file: string): MediaResult {
    let handle: number
    try {
      handle = openSync(file, "r")
    } catch (cause) {
      return unreadableFile(cause)
    }
    try {
      const { size } = fstatSync(handle)
      return size > LARGE ? readSource(fileSource(handle, 0, size)) : readMedia(this.#read(handle, 0, size))
    } catch (cause) {
      return unreadableFile(cause)
    } finally {
      closeSync(handle)
    }
  }

  #open(file: string): number {
    if (this.#archive?.file === file) return this.#archive.handle
    this.close()
    const handle = openSync(file, "r")
    this.#archive = { file, handle }
    return handle
  }

  /** Fewer bytes where the file ends before; valid until the next call. */
  #read(handle: number, position: number, length: number): Buffer {
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafeSlow(length)
    return this.#buffer.subarray(0, readUpTo(handle, this.#buffer, position, length))
  }
}

const MISPLACED = unreadable("media-unreadable", "Something else stands in its place in the archive.")
const WRONG_CHECKSUM = unreadable("media-checksum", "Its content is damaged: its checksum (CRC-32) is wrong.")

const unreadableFile = (cause: unknown): MediaResult => {
  const code = codeOf(cause)
  if (code === null || !OF_ONE_FILE.has(code)) throw cause
  return unreadable("media-unreadable", `The file can't be read (${code}).`)
}

const checked = (data: Buffer, location: ZipLocation): MediaResult => {
  try {
    return readMedia(verified(location.method === "stored" ? data : inflate(data, location.size), location))
  } catch (cause) {
    if (!(cause instanceof ContentFailure)) throw cause
    return unreadable("media-checksum", `Its content is damaged: ${cause.message}.`)
  }
}

const inflate = (data: Buffer, size: number): Buffer => {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) })
  } catch (cause) {
    throw inflateFailure(cause)
  }
}

const unpacked = async (location: ZipLocation, scratch: string): Promise<MediaResult> => {
  const archive = await open(location.file)
  const path = join(scratch, "unpacked")
  try {
    await writeFile(path, readPieces(archive, location), { mode: 0o600 })
    const handle = openSync(path, "r")
    try {
      return readSource(fileSource(handle, 0, location.size))
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    if (!(cause instanceof ContentFailure) || cause.cut) throw cause
    return unreadable("media-checksum", `Its content is damaged: ${cause.message}.`)
  } finally {
    await archive.close()
    await rm(path, { force: true })
  }
}

const fileSource = (handle: number, start: number, size: number): Source => ({
  size,
  bytes: (from, to) => {
    const piece = Buffer.allocUnsafe(Math.max(0, Math.min(to, size) - from))
    fill(handle, piece, start + from)
    return piece
  }
})

const fill = (handle: number, target: Buffer, position: number): void => {
  if (readUpTo(handle, target, position, target.length) < target.length) {
    throw new ContentFailure("the file ends before it", true)
  }
}

const readUpTo = (handle: number, target: Buffer, position: number, length: number): number => {
  let filled = 0
  while (filled < length) {
    const read = readSync(handle, target, filled, length - filled, position + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}
