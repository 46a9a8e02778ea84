/** Sorts an archive set into histories and other files. */
import { Effect, Stream } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"
import { skipped, tally } from "../media/tally.ts"
import { beginsAsArray, contentOf, isNamedLikeHistory, mayHoldHistory } from "./file.ts"

export interface Histories {
  readonly entries: ReadonlyArray<Entry>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

type Found =
  | { readonly kind: "history"; readonly entry: Entry }
  | { readonly kind: "reject"; readonly reject: Reject }
  | { readonly kind: "skip"; readonly skip: Skip }

export const findHistories = (set: ArchiveSet): Effect.Effect<Histories, SourceError, Archives> =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(set.entries, look)
    return {
      entries: found.flatMap((each) => (each.kind === "history" ? [each.entry] : [])),
      rejects: [...set.rejects, ...found.flatMap((each) => (each.kind === "reject" ? [each.reject] : []))],
      skipped: tally([...set.skipped, ...found.flatMap((each) => (each.kind === "skip" ? [each.skip] : []))])
    }
  })

const look = (entry: Entry): Effect.Effect<Found, SourceError, Archives> =>
  mayHoldHistory(entry)
    ? spoilsOne(
        entry,
        Effect.map(headOf(entry), (head) => sort(entry, head))
      )
    : Effect.succeed({ kind: "skip", skip: skipped("not a JSON file", entry.path) })

const sort = (entry: Entry, head: Uint8Array): Found => {
  const content = contentOf(head, head.length >= entry.size)
  const named = isNamedLikeHistory(entry)
  // Damage at the very beginning doesn't make a history something else.
  if (content === "history" && (named || beginsAsArray(head))) return { kind: "history", entry }
  if (content === "empty" && named) return { kind: "skip", skip: skipped("a history without entries", entry.path) }
  if (!named) return { kind: "skip", skip: skipped("another file than a listening history", entry.path) }
  return {
    kind: "reject",
    reject: {
      code: "spotify-not-history",
      reason:
        entry.size === 0
          ? "The file is empty: download the export again."
          : "The file is named like a listening history but holds something else: download the export again, or leave the file out.",
      origin: { archive: entry.archive, member: entry.path }
    }
  }
}

/** The first piece of a file, up to a megabyte. */
const headOf = (entry: Entry): Effect.Effect<Uint8Array, SourceError, Archives> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const [head = new Uint8Array()] = yield* Stream.runCollect(Stream.take(archives.stream(entry), 1))
    return head
  })

/** Codes of failures that concern one file and leave the others readable. */
const OF_ONE_FILE = new Set(["archive-damaged", "archive-truncated", "entry-too-large", "file-not-readable"])

/** A file that can't be read is rejected; the others are read all the same. */
export const spoilsOne = <A, R>(
  entry: Entry,
  reading: Effect.Effect<A, SourceError, R>
): Effect.Effect<A | { readonly kind: "reject"; readonly reject: Reject }, SourceError, R> =>
  Effect.catchIf(
    reading,
    ({ code }) => OF_ONE_FILE.has(code),
    ({ code, hint, message }) =>
      Effect.succeed({
        kind: "reject",
        reject: { code, reason: `${message} ${hint}`, origin: { archive: entry.archive, member: entry.path } }
      } as const)
  )
