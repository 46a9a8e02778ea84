import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32, deflateRawSync } from "node:zlib"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { describe, expect } from "vitest"
import { type Entry, type EntryLocation } from "../../src/component/archive.ts"
import { MediaReader } from "../../src/component/media.ts"
import { mediaReaderLive } from "../../src/media/index.ts"
import { readMedia } from "../../src/media/read.ts"
import { jpegWith, movie, tiffOf } from "./files.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "media-test-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

interface Member {
  readonly content: Buffer
  readonly deflate?: boolean
  /** Bytes of extra fields in the local header. */
  readonly extra?: number
  readonly crc32?: number
}

/** Local headers and data are all that a reader by offset ever sees of a zip. */
const archiveOf = (file: string, members: ReadonlyArray<Member>) => {
  const parts: Array<Buffer> = []
  let offset = 0
  const entries = members.map(({ content, deflate = false, extra = 0, crc32: stated }, index): Entry => {
    const data = deflate ? deflateRawSync(content) : content
    const header = Buffer.alloc(30 + extra)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(extra, 28)
    const checksum = stated ?? crc32(content)
    const location: EntryLocation = {
      kind: "zip",
      file,
      headerOffset: offset,
      compressedSize: data.length,
      size: content.length,
      method: deflate ? "deflate" : "stored",
      crc32: checksum
    }
    parts.push(header, data)
    offset += header.length + data.length
    return { archive: file, path: `${index}.jpg`, size: content.length, modifiedAt: null, crc32: checksum, location }
  })
  return { bytes: Buffer.concat(parts), entries }
}

const photoOf = (index: number, bytes: number) =>
  Buffer.concat([jpegWith(tiffOf({ time: "2020:01:02 03:04:05", offset: "+01:00" })), Buffer.alloc(bytes, index % 251)])

const reading = (members: ReadonlyArray<Member>) =>
  Effect.gen(function* () {
    const file = join(yield* folder, "a.zip")
    const archive = archiveOf(file, members)
    yield* Effect.promise(() => writeFile(file, archive.bytes))
    const reader = yield* MediaReader
    return yield* reader.read(archive.entries)
  })

describe("MediaReader", () => {
  it.live("gives in threads, in order, what reading one by one gives", () =>
    Effect.gen(function* () {
      // 30 MB in several jobs; odd ones compressed, some behind long headers, one larger than a piece.
      const members = Array.from({ length: 300 }, (_, index) => ({
        content: photoOf(index, index === 7 ? 3_000_000 : 90_000 + index),
        deflate: index % 2 === 1,
        extra: index % 50 === 3 ? 5000 : 0
      }))
      expect(yield* reading(members)).toEqual(members.map(({ content }) => readMedia(content)))
    }).pipe(Effect.scoped, Effect.provide(mediaReaderLive))
  )

  it.live("reads what is larger than memory should hold", () =>
    Effect.gen(function* () {
      const content = Buffer.concat([movie({ seconds: 3_700_000_000 }), Buffer.alloc(70 << 20, 1)])
      const expected = readMedia(content)
      expect(yield* reading([{ content }, { content, deflate: true }])).toEqual([expected, expected])
    }).pipe(Effect.scoped, Effect.provide(mediaReaderLive))
  )

  it.live("names a wrong checksum, a missing header and a missing file, and reads the others", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.zip")
      const good = photoOf(0, 10)
      const archive = archiveOf(file, [{ content: good, crc32: 1 }, { content: good }, { content: good }])
      archive.bytes.write("XX", archive.bytes.lastIndexOf("PK\u0003\u0004"), "latin1")
      yield* Effect.promise(() => writeFile(file, archive.bytes))
      const gone: Entry = {
        archive: file,
        path: "gone.jpg",
        size: 1,
        modifiedAt: null,
        crc32: null,
        location: { kind: "file", file: join(file, "..", "gone.jpg") }
      }
      const reader = yield* MediaReader
      const results = yield* reader.read([...archive.entries, gone])
      expect(results.map((result) => (result._tag === "Unreadable" ? result.problem.code : "facts"))).toEqual([
        "media-checksum",
        "facts",
        "media-unreadable",
        "media-unreadable"
      ])
    }).pipe(Effect.scoped, Effect.provide(mediaReaderLive))
  )

  it.live("fails when the archive was cut since it was listed", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "a.zip")
      const { bytes, entries } = archiveOf(file, [{ content: photoOf(0, 5000) }, { content: photoOf(1, 5000) }])
      yield* Effect.promise(() => writeFile(file, bytes))
      yield* Effect.promise(() => truncate(file, bytes.length - 100))
      const reader = yield* MediaReader
      expect(yield* Effect.flip(reader.read(entries))).toMatchObject({ code: "archive-truncated" })
    }).pipe(Effect.scoped, Effect.provide(mediaReaderLive))
  )
})
