/** What to say when nothing is where a pipeline points. */
import { readdir } from "node:fs/promises"
import { basename, dirname, extname } from "node:path"
import { Effect } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"
import { nearest } from "../component/nearest.ts"
import { naturalOrder } from "./entry-path.ts"

const SHOWN = 5

/** Fails with `file-not-found`, naming the path and what similar files stand beside it. */
export const nothingAt = (path: string): Effect.Effect<never, SourceError> =>
  Effect.gen(function* () {
    const folder = dirname(path)
    const names = yield* listing(folder)
    if (names === null) {
      const parent = yield* nearestFolder(folder)
      return yield* sourceError(
        "file-not-found",
        `Nothing is at ${path}: the folder ${folder} doesn't exist.`,
        `${parent.path} has: ${some(similar(basename(parent.missing), parent.names))}.`
      )
    }
    return yield* sourceError(
      "file-not-found",
      `Nothing is at ${path}.`,
      names.length === 0
        ? `The folder ${folder} is empty: put the export there, or correct the path.`
        : `${folder} has: ${some(similar(basename(path), names))}. Correct the path, or put the export there.`
    )
  })

/** A glob matched nothing. `base` is the folder in which it was looked for. */
export const nothingMatches = (pattern: string, base: string): Effect.Effect<never, SourceError> =>
  Effect.gen(function* () {
    const names = yield* listing(base)
    if (names === null) return yield* nothingAt(base)
    return yield* sourceError(
      "file-not-found",
      `No file matches ${pattern}.`,
      names.length === 0
        ? `The folder ${base} is empty: put the export there, or correct the path.`
        : `${base} has: ${some(similar(basename(pattern), names))}. Correct the pattern, or put the export there.`
    )
  })

/** Names in a folder; null where there is no such folder or it can't be read. */
const listing = (folder: string): Effect.Effect<ReadonlyArray<string> | null> =>
  Effect.tryPromise(() => readdir(folder)).pipe(
    Effect.map((names) => names.filter((name) => !name.startsWith(".")).sort(naturalOrder)),
    Effect.orElseSucceed(() => null)
  )

const nearestFolder = (
  missing: string
): Effect.Effect<{ readonly path: string; readonly missing: string; readonly names: ReadonlyArray<string> }> =>
  Effect.gen(function* () {
    const path = dirname(missing)
    const names = yield* listing(path)
    return names === null && path !== missing ? yield* nearestFolder(path) : { path, missing, names: names ?? [] }
  })

// The likeliest first: the nearest name, then names that start or end alike, then the rest.
const similar = (wanted: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const best = nearest(wanted, names)
  const start = wanted.slice(0, 3).toLowerCase()
  const extension = extname(wanted).toLowerCase()
  const rank = (name: string): number => {
    if (name === best) return 3
    const alike = name.toLowerCase()
    return (alike.startsWith(start) ? 1 : 0) + (extension !== "" && alike.endsWith(extension) ? 1 : 0)
  }
  return names.toSorted((left, right) => rank(right) - rank(left))
}

const some = (names: ReadonlyArray<string>): string =>
  names.length === 0
    ? "nothing"
    : names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "")
