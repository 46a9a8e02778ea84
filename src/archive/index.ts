/** The `Archives` service on this machine's files. */
import { hash, randomUUID } from "node:crypto"
import { type FileHandle, mkdtemp, open, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { Effect, Layer, RcMap, Scope, Stream } from "effect"
import xxhash from "xxhash-wasm"
import { Archives, type Entry } from "../component/archive.ts"
import type { SourceError } from "../component/error.ts"
import { type FileLocation, type ZipLocation, rawPieces, readExactly, readPieces, readWhole } from "./content.ts"
import { changed, entryFailure, systemFailure, tooLarge } from "./failure.ts"
import type { OpeningOptions, Unpack } from "./open-zip.ts"
import { openSet } from "./open-set.ts"

export interface ArchivesOptions {
  /** Where copies of entries are made that a reader needs as plain files. Default: the system's. */
  readonly temporaryDirectory?: string
}

// Node reads no more at once.
const MOST_BYTES = 2 ** 31 - 1

// Long enough for one read to follow another, short enough that a set of many parts holds few handles.
const IDLE = "1 second"

/** Archives from the local file system. Handles and copies are gone when the layer's scope ends. */
export const archivesLive = (options: ArchivesOptions = {}): Layer.Layer<Archives> =>
  Layer.effect(
    Archives,
    Effect.gen(function* () {
      const hashing = yield* Effect.promise(() => xxhash())
      const handles = yield* RcMap.make({ lookup: openHandle, idleTimeToLive: IDLE })
      const scope = yield* Scope.Scope
      const copies = yield* Effect.cached(Scope.provide(temporaryFolder(options), scope))
      // A run opens each set twice, to see whether it changed and to read it. Kept as long as the layer.
      const listings: OpeningOptions["listings"] = new Map()
      const unpack: Unpack = (handle, location) =>
        Effect.flatMap(copies, (folder) => unpackTo(folder, handle, location))

      const read = (entry: Entry, limits: { readonly maxBytes?: number } = {}) => {
        const limit = Math.min(limits.maxBytes ?? MOST_BYTES, MOST_BYTES)
        if (entry.size > limit) return Effect.fail(tooLarge(entry.path, entry.size, limit))
        const { location } = entry
        return Effect.scoped(
          location.kind === "file"
            ? Effect.flatMap(openExpected(entry, location), (handle) =>
                attempt(entry, () => readExactly(handle, 0, entry.size))
              )
            : Effect.flatMap(RcMap.get(handles, location.file), (handle) =>
                attempt(entry, () => readWhole(handle, location))
              )
        )
      }

      const stream = (entry: Entry): Stream.Stream<Uint8Array, SourceError> => {
        const { location } = entry
        return Stream.unwrap(
          location.kind === "file"
            ? Effect.map(openExpected(entry, location), (handle) => pieces(entry, rawPieces(handle, 0, entry.size)))
            : Effect.map(RcMap.get(handles, location.file), (handle) => pieces(entry, readPieces(handle, location)))
        )
      }

      const asFile = (entry: Entry) => {
        const { location } = entry
        if (location.kind === "file") return Effect.succeed(location.file)
        return Effect.gen(function* () {
          const folder = yield* temporaryFolder(options)
          // Readers choose a format by the extension; the rest of a name may be too long for this file system.
          const path = join(folder, `entry${/^\.\w{1,16}$/.exec(extname(entry.path))?.[0] ?? ""}`)
          yield* Effect.scoped(
            Effect.flatMap(RcMap.get(handles, location.file), (handle) => copy(handle, location, path, entry.path))
          )
          return path
        })
      }

      return Archives.of({
        open: (path, opening = {}) =>
          openSet(typeof path === "string" ? [path] : path, {
            nested: opening.nested ?? false,
            hashing,
            unpack,
            listings
          }).pipe(Effect.withSpan("Archives.open")),
        read,
        stream,
        asFile
      })
    })
  )

/** The same with all defaults. */
export const ArchivesLive: Layer.Layer<Archives> = archivesLive()

const openHandle = (path: string): Effect.Effect<FileHandle, SourceError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({ try: () => open(path), catch: (cause) => systemFailure(path, "read", cause) }),
    (handle) => Effect.promise(() => handle.close())
  )

const openExpected = (entry: Entry, location: FileLocation): Effect.Effect<FileHandle, SourceError, Scope.Scope> =>
  Effect.gen(function* () {
    const handle = yield* openHandle(location.file)
    const { size } = yield* attempt(entry, () => handle.stat())
    if (size !== entry.size) return yield* changed(location.file, `it had ${entry.size} bytes and now has ${size}`)
    return handle
  })

const attempt = <A>(entry: Entry, run: () => Promise<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({ try: run, catch: (cause) => entryFailure(entry.location.file, entry.path, cause) })

const pieces = (entry: Entry, iterable: AsyncIterable<Uint8Array>): Stream.Stream<Uint8Array, SourceError> =>
  Stream.fromAsyncIterable(iterable, (cause) => entryFailure(entry.location.file, entry.path, cause))

const temporaryFolder = (options: ArchivesOptions): Effect.Effect<string, SourceError, Scope.Scope> => {
  const parent = options.temporaryDirectory ?? tmpdir()
  return Effect.acquireRelease(
    Effect.tryPromise({
      try: () => mkdtemp(join(parent, "keepsake-")),
      catch: (cause) => systemFailure(parent, "written", cause)
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
}

const copy = (
  handle: FileHandle,
  location: ZipLocation,
  path: string,
  name: string
): Effect.Effect<void, SourceError> =>
  Effect.tryPromise({
    try: (signal) => writeFile(path, readPieces(handle, location), { signal, mode: 0o600 }),
    catch: (cause) => entryFailure(location.file, name, cause)
  })

// A catalogue that is opened again finds the copy that it made before.
const unpackTo = (folder: string, handle: FileHandle, location: ZipLocation): Effect.Effect<string, SourceError> =>
  Effect.gen(function* () {
    const path = join(folder, `${hash("sha256", JSON.stringify(location))}.zip`)
    const present = yield* Effect.promise(() =>
      stat(path).then(
        () => true,
        () => false
      )
    )
    if (present) return path
    const part = `${path}.${randomUUID()}`
    yield* copy(handle, location, part, path)
    yield* Effect.tryPromise({
      try: () => rename(part, path),
      catch: (cause) => systemFailure(folder, "written", cause)
    })
    return path
  })
