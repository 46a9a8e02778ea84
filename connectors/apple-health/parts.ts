/** A file's parts, as they can be read for themselves. */
import { open } from "node:fs/promises"
import { Stream } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import { type SourceError, sourceError } from "../../src/component/error.ts"
import type { Part, Splitter } from "./split.ts"

export interface Piece extends Part {
  readonly last: boolean
}

/** The parts of an entry in their order. */
export const partsOf = (entry: Entry, splitter: Splitter): Stream.Stream<Piece, SourceError, Archives> => {
  const { location } = entry
  const parts =
    location.kind === "file"
      ? Stream.fromAsyncIterable(readParts(location.file, splitter), (cause) => unreadable(location.file, cause))
      : Stream.unwrap(Archives.useSync((archives) => archives.stream(entry))).pipe(
          Stream.flatMap((bytes) => Stream.fromIterable(splitter.push(bytes)))
        )
  return parts.pipe(
    Stream.map((part): Piece => ({ ...part, last: false })),
    Stream.concat(Stream.sync((): Piece => ({ ...splitter.finish(), last: true })))
  )
}

/** Straight into the memory of parts, which is used again: the pieces of a stream would keep the collector busy. */
async function* readParts(path: string, splitter: Splitter): AsyncGenerator<Part, void, void> {
  const handle = await open(path)
  try {
    for (;;) {
      const { bytesRead } = await handle.read(splitter.room)
      if (bytesRead === 0) return
      yield* splitter.filled(bytesRead)
    }
  } finally {
    await handle.close()
  }
}

const unreadable = (path: string, cause: unknown): SourceError =>
  sourceError(
    "file-io",
    `${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Check that its disk is connected and sound, then run again.",
    { retryable: true }
  )
