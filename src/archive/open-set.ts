/** From a pipeline's `path` to the catalogue of what can be read there. */
import { basename } from "node:path"
import { Effect } from "effect"
import type { XXHashAPI } from "xxhash-wasm"
import type { ArchiveSet, Entry } from "../component/archive.ts"
import { EpochMillis } from "../component/column.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { nothingAdmitted } from "./admit.ts"
import { naturalOrder } from "./entry-path.ts"
import { rejectOf } from "./failure.ts"
import { type FilesFound, type ZipFound, find, merge } from "./find.ts"
import { countLeftOut } from "./left-out.ts"
import { type Listed, type OpeningOptions, openZip } from "./open-zip.ts"

/** An archive with what it lists. */
interface Opened extends Listed {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly exportedAt: EpochMillis | null
}

const ARCHIVES_AT_ONCE = 4

/** Lists everything that `paths` name; see `Archives.open`. */
export const openSet = (
  paths: ReadonlyArray<string>,
  options: OpeningOptions
): Effect.Effect<ArchiveSet, SourceError> =>
  Effect.gen(function* () {
    const found = merge(yield* Effect.forEach(paths, (path) => find(path, options.nested)))
    const zips = yield* Effect.forEach(found.zips, (zip) => fromZip(zip, options), { concurrency: ARCHIVES_AT_ONCE })
    const opened = [...zips, ...found.sets.map((set) => fromFiles(set, options.hashing))].sort(
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
      archives: opened.map(({ path, bytes, modifiedAt, exportedAt }) => ({
        path,
        bytes,
        modifiedAt: EpochMillis(modifiedAt),
        exportedAt
      })),
      fingerprint: fingerprint(opened, options.hashing),
      entries: opened.flatMap((archive) => archive.entries),
      rejects: [...refused, ...opened.flatMap((archive) => archive.rejects)],
      skipped: countLeftOut(leftOut)
    }
  })

const fromZip = (zip: ZipFound, options: OpeningOptions): Effect.Effect<Opened, SourceError> => {
  const { path, bytes, modifiedAt } = zip
  const opened = Effect.map(openZip(zip, options), (listed): Opened => ({
    ...listed,
    path,
    bytes,
    modifiedAt,
    exportedAt: zipTime(path, listed.entries)
  }))
  if (zip.named) return opened
  return Effect.catch(opened, (error) => {
    const rejects = [rejectOf(error, path, null)]
    return Effect.succeed({
      ...nothingAdmitted,
      rejects,
      digest: error.code,
      path,
      bytes,
      modifiedAt,
      exportedAt: null
    })
  })
}

/** Google names its archives by their time; else none is older than its newest member. Copying a file changes neither. */
const zipTime = (path: string, entries: ReadonlyArray<Entry>): EpochMillis | null => {
  const [, year, month, day, hour, minute, second] =
    /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(basename(path)) ?? []
  if (second !== undefined) return EpochMillis(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`))
  const newest = entries.reduce((latest, { modifiedAt }) => Math.max(latest, modifiedAt ?? 0), 0)
  return newest === 0 ? null : EpochMillis(newest)
}

const fromFiles = ({ root, files }: FilesFound, hashing: XXHashAPI): Opened => {
  const [only, ...others] = files
  const digest = hashing.create64()
  for (const { below, bytes, modifiedAt } of files) digest.update(`${below}\0${bytes}\0${modifiedAt}\0`)
  return {
    ...nothingAdmitted,
    path: root,
    exportedAt: only === undefined || others.length > 0 ? null : EpochMillis(only.modifiedAt),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    modifiedAt: files.reduce((latest, file) => Math.max(latest, file.modifiedAt), 0),
    digest: hex(digest.digest()),
    entries: files.map(({ path, below, bytes, modifiedAt }): Entry => ({
      archive: path,
      path: below,
      size: bytes,
      modifiedAt: EpochMillis(modifiedAt),
      crc32: null,
      location: { kind: "file", file: path }
    }))
  }
}

// The folder in which an archive lies doesn't count: a set that was moved is the same set.
const fingerprint = (opened: ReadonlyArray<Opened>, hashing: XXHashAPI): string => {
  const all = hashing.create64()
  for (const { path, bytes, modifiedAt, digest } of opened)
    all.update(`${basename(path)}\0${bytes}\0${modifiedAt}\0${digest}\0`)
  return hex(all.digest())
}

const hex = (hash: bigint): string => hash.toString(16).padStart(16, "0")
