/** Writes entries into zips of limited size, one part after the other, holding no more than a few entries at a time. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect, FileSystem, Path, Stream } from "effect"
import { Readable } from "node:stream"
import { ZipFile } from "yazl"
import { SampleError, notWritten } from "./error.ts"

export interface PartEntry {
  readonly path: string
  readonly bytes: Uint8Array
  /** Pictures are stored; text is deflated. */
  readonly media: boolean
  /** In which part it lies: the current one, the one after, or both. */
  readonly lies: "here" | "next" | "both"
}

export interface PartsOptions {
  readonly directory: string
  /** File name of a part, counted from 1. */
  readonly nameOf: (part: number) => string
  /** A part ends with the entry that reaches so many uncompressed bytes. */
  readonly limit: number
  /** Written into the zips as it stands, without a zone. */
  readonly modified: Date
}

export interface Parts {
  readonly archives: ReadonlyArray<string>
  /** Paths that lie in two parts. */
  readonly repeated: ReadonlyArray<PartEntry>
}

/** Ends when the entry has gone to the zip's output, if it is text; pictures go with the text that follows. */
const add = (zip: ZipFile, entry: PartEntry, modified: Date): Effect.Effect<void> => {
  // DOS times have no zone and yazl takes the local one's; without its extra field nothing depends on the machine's.
  const options = { mtime: modified, forceDosTimestamp: true, compress: !entry.media, mode: 0o100644 }
  if (entry.media) return Effect.sync(() => zip.addBuffer(Buffer.from(entry.bytes), entry.path, options))
  return Effect.callback((resume) => {
    zip.addReadStreamLazy(entry.path, options, (use) => {
      const content = Readable.from([entry.bytes])
      content.once("end", () => resume(Effect.void))
      use(null, content)
    })
  })
}

/** Fails with the zip; never succeeds. */
const failureOf = (zip: ZipFile): Effect.Effect<never, SampleError> =>
  Effect.callback((resume) => {
    zip.once("error", (cause) => resume(Effect.fail(notWritten(cause))))
  })

/** Writes all entries, in their order but for those that lie in the next part, which begins with them. */
export const writeParts = Effect.fnUntraced(function* (options: PartsOptions, entries: Iterable<PartEntry>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const source = entries[Symbol.iterator]()
  const archives: Array<string> = []
  const repeated: Array<PartEntry> = []
  let carried: Array<PartEntry> = []
  let upcoming = source.next()

  const fill = Effect.fnUntraced(function* (zip: ZipFile) {
    const opening = carried
    carried = []
    let bytes = 0
    for (const entry of opening) {
      if (entry.lies === "both") repeated.push(entry)
      bytes += entry.bytes.length
      yield* add(zip, entry, options.modified)
    }
    while (upcoming.done !== true && bytes < options.limit) {
      const entry = upcoming.value
      if (entry.lies !== "here") carried.push(entry)
      if (entry.lies !== "next") {
        bytes += entry.bytes.length
        yield* add(zip, entry, options.modified)
      }
      upcoming = source.next()
    }
    if (upcoming.done === true) {
      // No part comes after this one: what was meant for it is written here, what is here already is not repeated.
      for (const entry of carried) if (entry.lies === "next") yield* add(zip, entry, options.modified)
    }
    zip.end()
  })

  while (upcoming.done !== true) {
    const name = options.nameOf(archives.length + 1)
    const zip = new ZipFile()
    const drain = NodeStream.fromReadable({ evaluate: () => zip.outputStream, onError: notWritten }).pipe(
      Stream.run(fs.sink(path.join(options.directory, name)))
    )
    yield* Effect.all([fill(zip), drain], { concurrency: 2, discard: true }).pipe(
      Effect.raceFirst(failureOf(zip)),
      Effect.mapError((error) => (error instanceof SampleError ? error : notWritten(error)))
    )
    archives.push(name)
  }
  return { archives, repeated } satisfies Parts
})
