/** What a pipeline's `path` names on this machine: zips to open, and files to take as they are. */
import type { Stats } from "node:fs"
import { open, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { basename, join, resolve, sep } from "node:path"
import { Effect } from "effect"
import { glob, isDynamicPattern } from "tinyglobby"
import type { SourceError } from "../component/error.ts"
import { systemFailure, tarArchive } from "./failure.ts"
import type { LeftOut } from "./left-out.ts"
import { nothingAt, nothingMatches } from "./missing.ts"
import { type FileFound, type Walked, walk } from "./walk.ts"

/** A zip to open. */
export interface ZipFound {
  readonly path: string
  /** Put before its entries' paths. */
  readonly prefix: string
  readonly bytes: number
  readonly modifiedAt: number
  /** The pipeline names it: what is wrong with it is an error, not a reject. */
  readonly named: boolean
}

/** Plain files that have one root. */
export interface FilesFound {
  /** The folder, or the file itself where it stands alone. */
  readonly root: string
  readonly files: ReadonlyArray<FileFound>
}

export interface Found {
  readonly zips: ReadonlyArray<ZipFound>
  readonly sets: ReadonlyArray<FilesFound>
  readonly leftOut: ReadonlyArray<LeftOut>
  readonly refused: ReadonlyArray<{ readonly root: string; readonly path: string; readonly error: SourceError }>
}

const nothing: Found = { zips: [], sets: [], leftOut: [], refused: [] }

/**
 * Finds what `path` names: a file, a folder, a zip or a glob, absolute or from the working directory, `~` for home,
 * with `/` or `\\` between segments. A path that exists is taken literally, whatever characters it has.
 * Zips right in a folder are opened as well as the files beside it; deeper ones only when `nested`.
 */
export const find = (path: string, nested: boolean): Effect.Effect<Found, SourceError> =>
  Effect.flatMap(locate(path), (place) =>
    "stats" in place ? fromPath(place.path, place.stats, nested) : fromMatches(place.base, place.matches, nested)
  )

/** What is there, or what a glob matches below a folder: something. */
type Place =
  | { readonly path: string; readonly stats: Stats }
  | { readonly base: string; readonly matches: ReadonlyArray<string> }

/** Fails with `file-not-found` where nothing is, and says what is near. */
export const locate = (path: string): Effect.Effect<Place, SourceError> =>
  Effect.gen(function* () {
    const expanded = /^~(?=$|[/\\])/.test(path) ? homedir() + path.slice(1) : path
    const spellings = [...new Set([expanded, expanded.replaceAll("\\", "/")])].map((spelling) => resolve(spelling))
    for (const absolute of spellings) {
      const stats = yield* existing(absolute)
      if (stats !== null) return { path: absolute, stats }
    }
    for (const spelling of spellings) {
      const pattern = slashes(spelling)
      if (!isDynamicPattern(pattern)) continue
      const { base, rest } = staticBase(pattern)
      const matches = yield* Effect.tryPromise({
        try: (signal) => glob(rest, { cwd: base, onlyFiles: false, expandDirectories: false, signal }),
        catch: (cause) => systemFailure(base, "listed", cause)
      })
      if (matches.length > 0) return { base, matches }
    }
    const last = slashes(spellings.at(-1) ?? path)
    return yield* isDynamicPattern(last) ? nothingMatches(last, staticBase(last).base) : nothingAt(last)
  })

const slashes = (path: string): string => (sep === "\\" ? path.replaceAll("\\", "/") : path)

const existing = (path: string): Effect.Effect<Stats | null, SourceError> =>
  Effect.tryPromise({
    try: () => stat(path).catch((cause: unknown) => (isAbsence(cause) ? null : Promise.reject(cause))),
    catch: (cause) => systemFailure(path, "read", cause)
  })

const isAbsence = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && /^(?:ENOENT|ENOTDIR|ENAMETOOLONG|EINVAL)$/.test(String(cause.code))

const fromPath = (path: string, stats: Stats, nested: boolean): Effect.Effect<Found, SourceError> =>
  stats.isDirectory()
    ? Effect.map(walk(path, ""), (walked) => fromFolder(path, "", walked, nested))
    : Effect.gen(function* () {
        const file = { path, below: basename(path).normalize("NFC"), ...facts(stats) }
        return yield* fromFile(path, file, isZipName(path) || (yield* startsAsZip(path)))
      })

const facts = (stats: Stats) => ({ bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) })

const fromFile = (root: string, file: FileFound, isZip: boolean): Effect.Effect<Found, SourceError> => {
  if (isTar(file.path)) return Effect.fail(tarArchive(file.path))
  return Effect.succeed(
    isZip ? { ...nothing, zips: [zip(file, "", true)] } : { ...nothing, sets: [{ root, files: [file] }] }
  )
}

/** `below` is the folder's path from the root, with a `/` at its end unless it is empty. */
const fromFolder = (root: string, below: string, walked: Walked, nested: boolean): Found => {
  const isDeep = (file: FileFound) => file.below.includes("/", below.length)
  const isArchive = (file: FileFound) => isZipName(file.below) && (nested || !isDeep(file))
  const tars = walked.files.filter((file) => isTar(file.below))
  const files = walked.files.filter((file) => !isArchive(file) && !isTar(file.below))
  return {
    zips: walked.files
      .filter(isArchive)
      .map((file) => zip(file, isDeep(file) ? `${file.below.slice(below.length)}/` : "", false)),
    sets: files.length === 0 ? [] : [{ root, files }],
    leftOut: [
      ...walked.leftOut,
      ...tars.map((file) => ({
        reason: "tar archives (.tgz), which can't be read in place: unpack them",
        path: file.below
      }))
    ],
    refused: walked.refused.map((refusal) => ({ root, ...refusal }))
  }
}

const fromMatches = (
  base: string,
  matches: ReadonlyArray<string>,
  nested: boolean
): Effect.Effect<Found, SourceError> =>
  Effect.gen(function* () {
    const parts = yield* Effect.forEach(outermost(matches), (match) => {
      const path = join(base, match)
      return Effect.flatMap(existing(path), (stats) => {
        if (stats === null) return Effect.succeed(nothing)
        if (!stats.isDirectory())
          return fromFile(base, { path, below: match.normalize("NFC"), ...facts(stats) }, isZipName(path))
        const below = match === "./" ? "" : match.normalize("NFC")
        return Effect.map(walk(path, below), (walked) => fromFolder(base, below, walked, nested))
      })
    })
    return merge(parts)
  })

/** Matches that lie in no other match; folders end with `/`. */
const outermost = (matches: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (matches.includes("./")) return ["./"]
  const kept: Array<string> = []
  for (const match of matches.toSorted((left, right) => (left < right ? -1 : 1))) {
    const last = kept.at(-1)
    if (last === undefined || !last.endsWith("/") || !match.startsWith(last)) kept.push(match)
  }
  return kept
}

/** The folder in which a pattern starts to vary, and the pattern from there. */
const staticBase = (pattern: string): { readonly base: string; readonly rest: string } => {
  const segments = pattern.split("/")
  // A list of paths may hold slashes itself: `{a/*.zip,b/*.json}`.
  const dynamic = segments.findIndex((segment) => isDynamicPattern(segment) || segment.includes("{"))
  return { base: resolve(`${segments.slice(0, dynamic).join("/")}/`), rest: segments.slice(dynamic).join("/") }
}

/** One of several, with each file and zip once. */
export const merge = (parts: ReadonlyArray<Found>): Found => {
  const seen = new Set<string>()
  const first = ({ path }: { readonly path: string }): boolean => !seen.has(path) && seen.add(path).size > 0
  const roots = new Map<string, Array<FileFound>>()
  for (const { root, files } of parts.flatMap((part) => part.sets)) {
    const known = roots.get(root) ?? []
    roots.set(root, known)
    for (const file of files) if (first(file)) known.push(file)
  }
  return {
    zips: parts.flatMap((part) => part.zips).filter(first),
    sets: Array.from(roots, ([root, files]) => ({ root, files })).filter(({ files }) => files.length > 0),
    leftOut: parts.flatMap((part) => part.leftOut),
    refused: parts.flatMap((part) => part.refused)
  }
}

const zip = (file: FileFound, prefix: string, named: boolean): ZipFound => ({
  path: file.path,
  prefix,
  bytes: file.bytes,
  modifiedAt: file.modifiedAt,
  named
})

/** Is a file of this name taken for a zip? */
export const isZipName = (path: string): boolean => /\.zip$/i.test(path)

const isTar = (path: string): boolean => /\.(?:tgz|tar|tar\.\w{1,4})$/i.test(path)

// An archive that lost its extension, as browsers do with `takeout.zip (1)`.
const startsAsZip = (path: string): Effect.Effect<boolean, SourceError> =>
  Effect.map(fileStart(path), (start) => start.startsWith("PK\u0003\u0004"))

/** The first bytes of a file as latin1 text; fewer where it is shorter. */
export const fileStart = (path: string): Effect.Effect<string, SourceError> =>
  Effect.acquireUseRelease(
    Effect.tryPromise({ try: () => open(path), catch: (cause) => systemFailure(path, "read", cause) }),
    (handle) =>
      Effect.tryPromise({
        try: () => handle.read(Buffer.alloc(16), 0, 16, 0),
        catch: (cause) => systemFailure(path, "read", cause)
      }).pipe(Effect.map(({ buffer, bytesRead }) => buffer.toString("latin1", 0, bytesRead))),
    (handle) => Effect.promise(() => handle.close())
  )
