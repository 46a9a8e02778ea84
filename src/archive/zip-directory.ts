/** The central directory of a zip, read through yauzl in large pieces and digested on the way. */
import { isUtf8 } from "node:buffer"
import type { FileHandle } from "node:fs/promises"
import { Effect } from "effect"
import type { XXHash, XXHashAPI } from "xxhash-wasm"
import * as yauzl from "yauzl"
import type { SourceError } from "../component/error.ts"
import { damaged, encryptedArchive, splitArchive, truncated } from "./failure.ts"

/** A zip: a whole file, or the part of one that a stored zip within it takes. */
export interface ZipRange {
  readonly file: string
  readonly start: number
  readonly bytes: number
}

/** One line of the directory, unjudged. */
export interface ZipRecord {
  readonly name: string
  /** Bytes of the name as the zip keeps it. */
  readonly nameBytes: number
  /** Of the local header, from the start of the zip. */
  readonly offset: number
  readonly compressedSize: number
  readonly size: number
  readonly method: number
  readonly crc32: number
  readonly encrypted: boolean
  readonly symbolicLink: boolean
  /** Milliseconds since 1970; without an extended field the zip's own clock is read as UTC. */
  readonly modifiedAt: number
}

export interface ZipDirectory {
  readonly records: ReadonlyArray<ZipRecord>
  /** Where the directory starts, from the start of the zip: no entry reaches past it. */
  readonly offset: number
  /** xxHash64 of the directory's bytes, hexadecimal. */
  readonly digest: string
}

/**
 * Reads a zip's directory; ZIP64 and backslashes in names are understood. The handle stays open.
 * Fails with `archive-truncated`, `archive-damaged`, `archive-split` or `archive-encrypted`.
 */
export const readZipDirectory = (
  handle: FileHandle,
  range: ZipRange,
  hashing: XXHashAPI
): Effect.Effect<ZipDirectory, SourceError> =>
  Effect.callback((resume) => {
    const reader = new DirectoryReader(handle, range, hashing)
    yauzl.fromRandomAccessReader(
      reader,
      range.bytes,
      // Names and sizes are judged entry by entry later: yauzl would give up the archive for one bad name.
      { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false },
      (error, zip) => {
        if (error !== null) return resume(Effect.fail(explain(range.file, error)))
        reader.startListing()
        const records: Array<ZipRecord> = []
        zip.on("entry", (entry) => records.push(toRecord(entry)))
        zip.on("error", (cause) => resume(Effect.fail(explain(range.file, cause))))
        zip.on("end", () => resume(Effect.succeed({ records, ...reader.listed() })))
        pump(zip)
      }
    )
    return Effect.sync(() => reader.stop())
  })

// Entries from a piece in memory arrive at once: a loop keeps the stack flat where a handler that asks for the next would not.
const pump = (zip: yauzl.ZipFile): void => {
  let arrived = false
  let looping = false
  const loop = () => {
    looping = true
    do {
      arrived = false
      zip.readEntry()
    } while (arrived)
    looping = false
  }
  zip.on("entry", () => {
    arrived = true
    if (!looping) loop()
  })
  loop()
}

const toRecord = (entry: yauzl.Entry): ZipRecord => ({
  // Without the flag a name is CP437 by the standard, yet macOS writes UTF-8 and no flag.
  name: yauzl.getFileNameLowLevel(
    isUtf8(entry.fileNameRaw) ? entry.generalPurposeBitFlag | UTF8_NAMES : entry.generalPurposeBitFlag,
    entry.fileNameRaw,
    entry.extraFields,
    false
  ),
  nameBytes: entry.fileNameLength,
  offset: entry.relativeOffsetOfLocalHeader,
  compressedSize: entry.compressedSize,
  size: entry.uncompressedSize,
  method: entry.compressionMethod,
  crc32: entry.crc32,
  encrypted: entry.isEncrypted(),
  symbolicLink: entry.versionMadeBy >>> 8 === UNIX && ((entry.externalFileAttributes >>> 16) & 0xf000) === 0xa000,
  modifiedAt: entry.getLastModDate({ timezone: "UTC" }).getTime()
})

const UTF8_NAMES = 0x800
const UNIX = 3

const explain = (file: string, cause: Error): SourceError => {
  if (cause.message.startsWith("End of central directory"))
    return truncated(file, "its directory, at the end, is missing")
  if (cause.message.startsWith("multi-disk")) return splitArchive(file)
  if (cause.message.startsWith("strong encryption")) return encryptedArchive(file)
  return damaged(file, `its directory can't be read (${cause.message})`)
}

// More than yauzl ever asks for at once: a name, its extra fields and its comment have at most 64 KB each.
const PIECE = 256 * 1024

type Done = (error: Error | null) => void

/** Serves yauzl's many small reads from pieces of the file. */
class DirectoryReader extends yauzl.RandomAccessReader {
  readonly #handle: FileHandle
  readonly #range: ZipRange
  readonly #digest: XXHash<bigint>
  readonly #piece = Buffer.allocUnsafe(PIECE)
  #pieceStart = 0
  #pieceEnd = 0
  /** Where the directory starts; null until yauzl has found it and asks for its first entry. */
  #offset: number | null = null
  #phase: "locating" | "listing" | "stopped" = "locating"

  constructor(handle: FileHandle, range: ZipRange, hashing: XXHashAPI) {
    super()
    this.#handle = handle
    this.#range = range
    this.#digest = hashing.create64()
  }

  /** All that is read from now on belongs to the directory. */
  startListing(): void {
    this.#phase = "listing"
  }

  /** No callback is called any more. */
  stop(): void {
    this.#phase = "stopped"
  }

  listed(): { readonly offset: number; readonly digest: string } {
    return {
      offset: this.#offset ?? this.#range.bytes,
      digest: this.#digest.digest().toString(16).padStart(16, "0")
    }
  }

  override read(target: Buffer, offset: number, length: number, position: number, done: Done): void {
    if (position + length > this.#range.bytes) return done(new Error("it reaches past the end"))
    if (this.#phase === "listing") this.#offset ??= position
    const serve = () => {
      const found = this.#piece.subarray(position - this.#pieceStart, position - this.#pieceStart + length)
      target.set(found, offset)
      if (this.#phase === "listing") this.#digest.update(found)
      if (this.#phase !== "stopped") done(null)
    }
    if (position >= this.#pieceStart && position + length <= this.#pieceEnd) return serve()
    this.#load(position).then(
      () => (position + length <= this.#pieceEnd ? serve() : done(new Error("the file became shorter"))),
      (cause: unknown) => done(cause instanceof Error ? cause : new Error(String(cause)))
    )
  }

  async #load(position: number): Promise<void> {
    const length = Math.min(PIECE, this.#range.bytes - position)
    const { bytesRead } = await this.#handle.read(this.#piece, 0, length, this.#range.start + position)
    this.#pieceStart = position
    this.#pieceEnd = position + bytesRead
  }
}
