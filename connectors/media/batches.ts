/** Streams of media: reads the files of a plan in batches, each with the checkpoint to continue from. */
import { Effect, Option, Schema, Stream } from "effect"
import type { Entry } from "../../src/component/archive.ts"
import type { Batch, Record, Reject, Skip } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import type { Opening } from "../../src/component/connector.ts"
import type { SourceError } from "../../src/component/error.ts"
import { type MediaFacts, MediaReader, type MediaResult } from "../../src/component/media.ts"
import { type MediaRow, mediaId } from "./row.ts"
import { tally } from "./tally.ts"

/** Files that become one record, or are to be judged together. */
export interface Unit {
  /** What is read. */
  readonly entries: ReadonlyArray<Entry>
}

/** All that is to be read, in order, and what was decided before reading. */
export interface Plan<U extends Unit> {
  /** Identity of the input and of all that decides how it is read: a checkpoint is good for its own plan only. */
  readonly fingerprint: string
  readonly units: ReadonlyArray<U>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

/** What became of a unit. */
export interface Outcome {
  readonly records: ReadonlyArray<Record<Columns>>
  readonly rejects?: ReadonlyArray<Reject>
  readonly skipped?: ReadonlyArray<Skip>
}

const MAX_FILES = 256
const MAX_BYTES = 64 * 1024 * 1024

const Progress = Schema.Struct({ fingerprint: Schema.String, done: Schema.Int })
const decodeProgress = Schema.decodeUnknownOption(Progress)

/** How many units of this very plan are done; null where it has not been begun. */
const doneOf = ({ fingerprint, units }: Plan<Unit>, { checkpoint }: Opening): number | null => {
  const progress = Option.getOrNull(decodeProgress(checkpoint))
  return progress?.fingerprint === fingerprint && progress.done >= 0 && progress.done <= units.length
    ? progress.done
    : null
}

/** The end of the batch that starts at `from`: at least one unit, then up to so many files and bytes. */
const endOf = (units: ReadonlyArray<Unit>, from: number): number => {
  let files = 0
  let bytes = 0
  let end = from
  for (; end < units.length; end++) {
    const entries = units[end]?.entries ?? []
    files += entries.length
    bytes += entries.reduce((sum, { size }) => sum + size, 0)
    if (end > from && (files > MAX_FILES || bytes > MAX_BYTES)) break
  }
  return end
}

/** The record of a file: keyed by its path and content, so that neither the archive's name nor a second copy counts. */
export const mediaRecord = (entry: Entry, path: string, facts: MediaFacts, row: MediaRow): Record<Columns> => ({
  sourceId: `${path}#${facts.contentHash.slice(0, 16)}`,
  id: mediaId(facts),
  origin: { archive: entry.archive, member: entry.path },
  row
})

/** The reject of a file that can't be read as a picture. */
export const unreadable = (
  entry: Entry,
  { code, reason }: { readonly code: string; readonly reason: string }
): Reject => ({
  code,
  reason,
  origin: { archive: entry.archive, member: entry.path }
})

/** Reads the units from the checkpoint on. What the plan itself rejects and skips comes with the very first batch. */
export const mediaBatches = <U extends Unit>(
  plan: Plan<U>,
  opening: Opening,
  outcomeOf: (unit: U, results: ReadonlyArray<MediaResult>) => Outcome
): Stream.Stream<Batch<Columns>, SourceError, MediaReader> => {
  const { fingerprint, units } = plan
  const batch = Effect.fnUntraced(function* (from: number) {
    const reader = yield* MediaReader
    const end = endOf(units, from)
    const slice = units.slice(from, end)
    const results = yield* reader.read(slice.flatMap(({ entries }) => entries))
    let at = 0
    const outcomes = slice.map((unit) => {
      const own = results.slice(at, at + unit.entries.length)
      at += unit.entries.length
      return outcomeOf(unit, own)
    })
    const first = from === 0
    const made: Batch<Columns> = {
      records: outcomes.flatMap(({ records }) => records),
      rejects: [...(first ? plan.rejects : []), ...outcomes.flatMap(({ rejects }) => rejects ?? [])],
      skipped: tally([...(first ? plan.skipped : []), ...outcomes.flatMap(({ skipped }) => skipped ?? [])]),
      checkpoint: { fingerprint, done: end },
      progress: { done: end, total: units.length, unit: "records" }
    }
    return [[made], end < units.length ? Option.some(end) : Option.none()] as const
  })
  const done = doneOf(plan, opening)
  // A plan without units still has one batch, for what it skips.
  return done === units.length ? Stream.empty : Stream.paginate(done ?? 0, batch)
}
