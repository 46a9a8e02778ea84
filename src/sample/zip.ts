/** Writes zips, an entry at a time, whose bytes depend on nothing but what is put in. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect, FileSystem, Stream } from "effect"
import { Readable } from "node:stream"
import { ZipFile } from "yazl"
import { SampleError, notWritten } from "./error.ts"

export interface ZipEntry {
  readonly path: string
  /** Made as it is asked for, piece by piece. */
  readonly content: Uint8Array | Iterable<string>
  /** As it is, not deflated; pictures are. */
  readonly stored: boolean
}

/** Ends when the entry has gone to the zip's output, if it is deflated; what is stored goes with the text that follows. */
export const addEntry = (zip: ZipFile, { content, path, stored }: ZipEntry, modified: Date): Effect.Effect<void> => {
  // DOS times have no zone and yazl takes the local one's; without its extra field nothing depends on the machine's.
  const options = { mtime: modified, forceDosTimestamp: true, compress: !stored, mode: 0o100644 }
  if (stored && content instanceof Uint8Array)
    return Effect.sync(() => zip.addBuffer(Buffer.from(content), path, options))
  return Effect.callback((resume) => {
    zip.addReadStreamLazy(path, options, (use) => {
      const readable = Readable.from(content instanceof Uint8Array ? [content] : content)
      readable.once("end", () => resume(Effect.void))
      use(null, readable)
    })
  })
}

/** Fails with the zip; never succeeds. */
const failureOf = (zip: ZipFile): Effect.Effect<never, SampleError> =>
  Effect.callback((resume) => {
    zip.once("error", (cause) => resume(Effect.fail(notWritten(cause))))
  })

/** Writes a zip to a file while `fill` adds its entries; `fill` ends it. */
export const zipInto = Effect.fnUntraced(function* <E>(file: string, fill: (zip: ZipFile) => Effect.Effect<void, E>) {
  const fs = yield* FileSystem.FileSystem
  const zip = new ZipFile()
  const drain = NodeStream.fromReadable({ evaluate: () => zip.outputStream, onError: notWritten }).pipe(
    Stream.run(fs.sink(file))
  )
  yield* Effect.all([fill(zip), drain], { concurrency: 2, discard: true }).pipe(
    Effect.raceFirst(failureOf(zip)),
    Effect.mapError((error) => (error instanceof SampleError ? error : notWritten(error)))
  )
})

/** Writes a zip of these entries, in their order. */
export const writeZip = (file: string, entries: Iterable<ZipEntry>, modified: Date) =>
  zipInto(file, (zip) =>
    Effect.gen(function* () {
      for (const entry of entries) yield* addEntry(zip, entry, modified)
      zip.end()
    })
  )
