/** Writes entries into zips of limited size, one part after the other, holding no more than a few entries at a time. */
import { Effect, Path } from "effect"
import type { ZipFile } from "yazl"
import { addEntry, zipInto } from "./zip.ts"

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

/** Writes all entries, in their order but for those that lie in the next part, which begins with them. */
export const writeParts = Effect.fnUntraced(function* (options: PartsOptions, entries: Iterable<PartEntry>) {
  const path = yield* Path.Path
  const source = entries[Symbol.iterator]()
  const archives: Array<string> = []
  const repeated: Array<PartEntry> = []
  let carried: Array<PartEntry> = []
  let upcoming = source.next()

  const add = (zip: ZipFile, { bytes, media, path: name }: PartEntry) =>
    addEntry(zip, { path: name, content: bytes, stored: media }, options.modified)

  const fill = Effect.fnUntraced(function* (zip: ZipFile) {
    const opening = carried
    carried = []
    let bytes = 0
    for (const entry of opening) {
      if (entry.lies === "both") repeated.push(entry)
      bytes += entry.bytes.length
      yield* add(zip, entry)
    }
    while (upcoming.done !== true && bytes < options.limit) {
      const entry = upcoming.value
      if (entry.lies !== "here") carried.push(entry)
      if (entry.lies !== "next") {
        bytes += entry.bytes.length
        yield* add(zip, entry)
      }
      upcoming = source.next()
    }
    if (upcoming.done === true) {
      // No part comes after this one: what was meant for it is written here, what is here already is not repeated.
      for (const entry of carried) if (entry.lies === "next") yield* add(zip, entry)
    }
    zip.end()
  })

  while (upcoming.done !== true) {
    const name = options.nameOf(archives.length + 1)
    yield* zipInto(path.join(options.directory, name), fill)
    archives.push(name)
  }
  return { archives, repeated } satisfies Parts
})
