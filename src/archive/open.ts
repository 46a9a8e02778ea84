/** From a pipeline's `path` to the catalogue of what can be read there. */
import { type FileHandle, open as openFile } from "node:fs/promises"
import { basename } from "node:path"
import { Effect } from "effect"
import type { XXHashAPI } from "xxhash-wasm"
import type { ArchiveSet, Entry, OpenOptions } from "../component/archive.ts"
import type { Reject } from "../component/batch.ts"
import { EpochMillis } from "../component/column.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { type Admitted, admit } from "./admit.ts"
import { type ZipLocation, dataStart } from "./content.ts"
import { naturalOrder } from "./entry-path.ts"
import { entryFailure, notZip, systemFailure, tarArchive, truncated } from "./failure.ts"
import { type FilesFound, type ZipFound, fileStart, find, merge } from "./find.ts"
import { type LeftOut, countLeftOut } from "./left-out.ts"
import { type ZipRange, readZipDirectory } from "./zip-directory.ts"

/** Writes an entry's content to a file that lives as long as the catalogue, and names it. */
export type Unpack = (handle: FileHandle, location: ZipLocation) => Effect.Effect<string, SourceError>

/** One archive, opened. */
interface Opened extends Admitted {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: number
  /** Of what it lists. */
  readonly digest: string
}

const ARCHIVES_AT_ONCE = 4

// Zips within zips; whoever nests deeper means harm.
const MOST_DEPTH = 3

/** Lists everything that `paths` name. */
export const openSet = (
  paths: ReadonlyArray<string>,
  options: OpenOptions,
  hashing: XXHashAPI,
  unpack: Unpack
): Effect.Effect<ArchiveSet, SourceError> =>
  Effect.gen(function* () {
    const nested = options.nested ?? false
    const found = merge(yield* Effect.forEach(paths, (path) => find(path, nested)))
    const zips = yield* Effect.forEach(
      found.zips,
      (zip) => {
        const opening = openZip(zip, nested, hashing, unpack)
        return zip.named ? opening : Effect.catch(opening, (error) => Effect.succeed(unopened(zip, error)))
      },
      { concurrency: ARCHIVES_AT_ONCE }
    )
    const sets = found.sets.map((set) => fromFiles(set, hashing))
    const opened = [...zips, ...sets].sort(
      (left, right) => naturalOrder(basename(left.path), basename(right.path)) || naturalOrder(left.path, right.path)
    )
    const refused = found.refused.map(({ root, path, error }) => rejectOf(error, root, path))
    const leftOut = [...found.leftOut, ...opened.flatMap((archive) => archive.leftOut)]
    if (opened.length + refused.length + leftOut.length === 0)
      return yield* sourceError(
        "folder-empty",
        `Nothing is in ${paths.join(", ")}.`,
        "Put the export there, or correct the path."
      )
    return {
      archives: opened.map(({ path, bytes, modifiedAt }) => ({ path, bytes, modifiedAt: EpochMillis(modifiedAt) })),
      fingerprint: fingerprint(opened, hashing),
      entries: opened.flatMap((archive) => archive.entries),
      rejects: [...refused, ...opened.flatMap((archive) => archive.rejects)],
      skipped: countLeftOut(leftOut)
    }
  })

const openZip = (
  zip: ZipFound,
  nested: boolean,
  hashing: XXHashAPI,
  unpack: Unpack
): Effect.Effect<Opened, SourceError> =>
  Effect.gen(function* () {
    yield* expectZip(zip.path, zip.bytes)
    const range = { file: zip.path, start: 0, bytes: zip.bytes }
    const depth = nested ? MOST_DEPTH : 0
    const { path, bytes, modifiedAt } = zip
    return yield* withFile(path, (handle) => {
      const listRange = (part: ZipRange, from: FileHandle, prefix: string, depthLeft: number): Listing =>
        Effect.gen(function* () {
          const directory = yield* readZipDirectory(from, part, hashing)
          const admitted = admit(path, prefix, part, directory)
          const listed = depthLeft === 0 ? admitted : yield* follow(admitted, from, depthLeft)
          return { ...listed, digest: directory.digest }
        })

      const follow = (admitted: Admitted, from: FileHandle, depthLeft: number) =>
        Effect.gen(function* () {
          const parts = yield* Effect.forEach(
            admitted.entries,
            (entry): Effect.Effect<Admitted> =>
              entry.location.kind === "zip" && /\.zip$/i.test(entry.path)
                ? enter(entry.path, entry.location, from, depthLeft - 1).pipe(
                    Effect.catch((error) => Effect.succeed({ ...none, rejects: [rejectOf(error, path, entry.path)] }))
                  )
                : Effect.succeed({ ...none, entries: [entry] })
          )
          return {
            entries: parts.flatMap((part) => part.entries),
            rejects: [...admitted.rejects, ...parts.flatMap((part) => part.rejects)],
            leftOut: [...admitted.leftOut, ...parts.flatMap((part) => part.leftOut)]
          }
        })

      // A stored zip is read where it lies; a compressed one has to be unpacked to be read by offset.
      const enter = (inner: string, location: ZipLocation, from: FileHandle, depthLeft: number): Listing =>
        location.method === "stored"
          ? Effect.tryPromise({
              try: () => dataStart(from, location),
              catch: (cause) => entryFailure(path, inner, cause)
            }).pipe(
              Effect.flatMap((start) =>
                listRange({ file: location.file, start, bytes: location.size }, from, `${inner}/`, depthLeft)
              )
            )
          : Effect.flatMap(unpack(from, location), (file) =>
              withFile(file, (unpacked) =>
                listRange({ file, start: 0, bytes: location.size }, unpacked, `${inner}/`, depthLeft)
              )
            )

      return Effect.map(listRange(range, handle, zip.prefix, depth), (listed) => ({ ...listed, path, bytes, modifiedAt }))
    })
  })

type Listing = Effect.Effect<Admitted & { readonly digest: string }, SourceError>

const none: Admitted = { entries: [], rejects: [], leftOut: [] }

const withFile = <A>(path: string, use: (handle: FileHandle) => Effect.Effect<A, SourceError>) =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => openFile(path), catch: (cause) => systemFailure(path, "read", cause) }),
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

const rejectOf = (error: SourceError, archive: string, member: string | null): Reject => ({
  code: error.code,
  reason: `${error.message} ${error.hint}`,
  origin: { archive, member }
})

const unopened = ({ path, bytes, modifiedAt }: ZipFound, error: SourceError): Opened => ({
  ...none,
  path,
  bytes,
  modifiedAt,
  digest: error.code,
  rejects: [rejectOf(error, path, null)]
})

const fromFiles = ({ root, files }: FilesFound, hashing: XXHashAPI): Opened => {
  const digest = hashing.create64()
  for (const { below, bytes, modifiedAt } of files) digest.update(`${below}\0${bytes}\0${modifiedAt}\0`)
  const leftOut: ReadonlyArray<LeftOut> = []
  return {
    path: root,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    modifiedAt: files.reduce((latest, { modifiedAt }) => Math.max(latest, modifiedAt), 0),
    digest: hex(digest.digest()),
    entries: files.map(
      ({ path, below, bytes, modifiedAt }): Entry => ({
        archive: path,
        path: below,
        size: bytes,
        modifiedAt: EpochMillis(modifiedAt),
        crc32: null,
        location: { kind: "file", file: path }
      })
    ),
    rejects: [],
    leftOut
  }
}

// The folder in which an archive lies is left out: a set that was moved is the same set.
const fingerprint = (opened: ReadonlyArray<Opened>, hashing: XXHashAPI): string => {
  const all = hashing.create64()
  for (const { path, bytes, modifiedAt, digest } of opened)
    all.update(`${basename(path)}\0${bytes}\0${modifiedAt}\0${digest}\0`)
  return hex(all.digest())
}

const hex = (hash: bigint): string => hash.toString(16).padStart(16, "0")
