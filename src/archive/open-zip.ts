/** The catalogue of one zip, and of the zips within it. */
import { type FileHandle, open } from "node:fs/promises"
import { Effect } from "effect"
import type { XXHashAPI } from "xxhash-wasm"
import type { Entry } from "../component/archive.ts"
import type { SourceError } from "../component/error.ts"
import { type Admitted, admit, nothingAdmitted } from "./admit.ts"
import { type ZipLocation, dataStart } from "./content.ts"
import { entryFailure, notZip, rejectOf, systemFailure, tarArchive, truncated } from "./failure.ts"
import { type ZipFound, fileStart, isZipName } from "./find.ts"
import { type ZipRange, readZipDirectory } from "./zip-directory.ts"

/** Writes an entry's content to a file that lives as long as the catalogue, and names it. */
export type Unpack = (handle: FileHandle, location: ZipLocation) => Effect.Effect<string, SourceError>

export interface OpeningOptions {
  readonly nested: boolean
  readonly hashing: XXHashAPI
  readonly unpack: Unpack
  /** What zips listed when they were last opened; a zip that was written since is listed anew. */
  readonly listings: Map<string, Listed>
}

export interface Listed extends Admitted {
  /** xxHash64 of the zip's directory. */
  readonly digest: string
}

// Zips within zips within zips; whoever nests deeper means harm. Deeper ones are entries like any other.
const MOST_DEPTH = 3

/** Lists a zip. Of zips within it only their own entries are listed, below the path of the zip. */
export const openZip = (zip: ZipFound, options: OpeningOptions): Effect.Effect<Listed, SourceError> => {
  const { bytes, path, prefix } = zip
  const level = { archive: path, prefix, depth: options.nested ? MOST_DEPTH : 0 }
  return expectZip(path, bytes).pipe(
    Effect.andThen(
      withFile(path, (handle) =>
        Effect.gen(function* () {
          const { ctimeMs, ino } = yield* attempt(path, () => handle.stat())
          // A file that is written anew has another time of change, also where its own time is set back.
          const key = JSON.stringify([path, prefix, bytes, ino, ctimeMs, level.depth])
          const known = options.listings.get(key)
          if (known !== undefined) return known
          const listed = yield* list(level, { file: path, start: 0, bytes }, handle, options)
          options.listings.set(key, listed)
          return listed
        })
      )
    )
  )
}

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({ try: run, catch: (cause) => systemFailure(path, "read", cause) })

/** Where a zip stands: what its entries are called, and how many levels may still lie below. */
interface Level {
  readonly archive: string
  readonly prefix: string
  readonly depth: number
}

const list = (
  level: Level,
  range: ZipRange,
  handle: FileHandle,
  options: OpeningOptions
): Effect.Effect<Listed, SourceError> =>
  Effect.gen(function* () {
    const directory = yield* readZipDirectory(handle, range, options.hashing)
    const admitted = admit(level.archive, level.prefix, range, directory)
    if (level.depth === 0) return { ...admitted, digest: directory.digest }
    const parts = yield* Effect.forEach(admitted.entries, (entry) => follow(entry, level, handle, options))
    return {
      entries: parts.flatMap((part) => part.entries),
      rejects: [...admitted.rejects, ...parts.flatMap((part) => part.rejects)],
      leftOut: [...admitted.leftOut, ...parts.flatMap((part) => part.leftOut)],
      digest: directory.digest
    }
  })

const follow = (entry: Entry, level: Level, handle: FileHandle, options: OpeningOptions): Effect.Effect<Admitted> => {
  const { path, location } = entry
  if (location.kind === "file" || !isZipName(path)) return Effect.succeed({ ...nothingAdmitted, entries: [entry] })
  const below = { archive: level.archive, prefix: `${path}/`, depth: level.depth - 1 }
  // A stored zip is read where it lies; a compressed one has to be unpacked to be read by offset.
  const listed =
    location.method === "stored"
      ? Effect.tryPromise({
          try: () => dataStart(handle, location),
          catch: (cause) => entryFailure(level.archive, path, cause)
        }).pipe(
          Effect.flatMap((start) => list(below, { file: location.file, start, bytes: location.size }, handle, options))
        )
      : Effect.flatMap(options.unpack(handle, location), (file) =>
          withFile(file, (unpacked) => list(below, { file, start: 0, bytes: location.size }, unpacked, options))
        )
  return Effect.catch(listed, (error) =>
    Effect.succeed({ ...nothingAdmitted, rejects: [rejectOf(error, level.archive, path)] })
  )
}

const withFile = <A>(path: string, use: (handle: FileHandle) => Effect.Effect<A, SourceError>) =>
  Effect.acquireUseRelease(
    attempt(path, () => open(path)),
    use,
    (handle) => Effect.promise(() => handle.close())
  )

const expectZip = (path: string, bytes: number): Effect.Effect<void, SourceError> =>
  Effect.flatMap(fileStart(path), (start) => {
    if (bytes === 0) return Effect.fail(truncated(path, "it is empty"))
    if (start.startsWith("PK")) return Effect.void
    if (start.startsWith("\u001f\u008b")) return Effect.fail(tarArchive(path))
    return Effect.fail(notZip(path, kindOf(start)))
  })

const kindOf = (start: string): string => {
  const text = start.replace(/^\u00ef\u00bb\u00bf/, "").trimStart()
  if (text.startsWith("<")) return "a web page, probably the sign-in page of the provider"
  if (text.startsWith("{") || text.startsWith("[")) return "JSON"
  if (text.startsWith("Rar!")) return "a RAR archive"
  if (text.startsWith("7z")) return "a 7-Zip archive"
  return "something else"
}
