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

/** A part of a plan: what is read, and what was decided before reading. */
export type Part<U extends Unit> = Omit<Plan<U>, "fingerprint">

/** A plan whose parts are made one by one as they are read, so that a library's size doesn't count (I9). */
export interface Parts<U extends Unit, R> {
  readonly fingerprint: string
  /** How many files each part has, about: for the progress. */
  readonly sizes: ReadonlyArray<number>
  readonly part: (index: number) => Effect.Effect<Part<U>, SourceError, R>
}

/** What became of a unit. */
export interface Outcome {
  readonly records: ReadonlyArray<Record<Columns>>
  readonly rejects?: ReadonlyArray<Reject>
  readonly skipped?: ReadonlyArray<Skip>
}

const MAX_FILES = 1024
const MAX_BYTES = 128 * 1024 * 1024

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

const Progress = Schema.Struct({ fingerprint: Schema.String, part: Schema.Int, done: Schema.Int })
const decodeProgress = Schema.decodeUnknownOption(Progress)

const START = { part: 0, done: 0 }

/** How far this very plan was read. */
const placeOf = ({ fingerprint, sizes }: Parts<Unit, unknown>, { checkpoint }: Opening): typeof START | null => {
  const progress = Option.getOrNull(decodeProgress(checkpoint))
  return progress?.fingerprint === fingerprint &&
    progress.done >= 0 &&
    progress.part >= 0 &&
    progress.part < sizes.length
    ? progress
    : null
}

/** While the results of one batch are gathered, the threads have the next at hand. */
const BATCHES_AT_ONCE = 2

/**
 * Reads the parts from the checkpoint on. What a part itself rejects and skips comes with its first batch, which it has
 * even without units.
 */
export const mediaParts = <U extends Unit, R>(
  parts: Parts<U, R>,
  opening: Opening,
  outcomeOf: (unit: U, results: ReadonlyArray<MediaResult>) => Outcome
): Stream.Stream<Batch<Columns>, SourceError, MediaReader | R> => {
  const { fingerprint, sizes } = parts
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const place = placeOf(parts, opening)
  const { part: first, done } = place ?? START

  const batchesOf = (index: number, part: Part<U>, before: number) => {
    const { units } = part
    const begun = index === first && done <= units.length ? done : 0
    const read = Effect.fnUntraced(function* ({ end, from }: Slice) {
      const reader = yield* MediaReader
      const slice = units.slice(from, end)
      const results = yield* reader.read(slice.flatMap(({ entries }) => entries))
      let at = 0
      const outcomes = slice.map((unit) => {
        const own = results.slice(at, at + unit.entries.length)
        at += unit.entries.length
        return outcomeOf(unit, own)
      })
      const fresh = from === 0
      const made: Batch<Columns> = {
        records: outcomes.flatMap(({ records }) => records),
        rejects: [...(fresh ? part.rejects : []), ...outcomes.flatMap(({ rejects }) => rejects ?? [])],
        skipped: tally([...(fresh ? part.skipped : []), ...outcomes.flatMap(({ skipped }) => skipped ?? [])]),
        checkpoint: { fingerprint, part: index, done: end },
        // Halves are files without a unit of their own.
        progress: { done: before + (end < units.length ? end : (sizes[index] ?? end)), total, unit: "records" }
      }
      return made
    })
    const slices = slicesOf(units, begun, place === null || index > first)
    return Stream.fromIterable(slices, { chunkSize: 1 }).pipe(Stream.mapEffect(read, { concurrency: BATCHES_AT_ONCE }))
  }

  return Stream.range(first, sizes.length - 1, 1).pipe(
    Stream.mapEffect((index) => Effect.map(parts.part(index), (part) => ({ index, part }))),
    Stream.buffer({ capacity: 1 }),
    Stream.flatMap(({ index, part }) =>
      batchesOf(
        index,
        part,
        sizes.slice(0, index).reduce((sum, size) => sum + size, 0)
      )
    )
  )
}

interface Slice {
  readonly from: number
  readonly end: number
}

/** The batches from `begun` on; one without units where there are none and nothing was said of the part yet. */
const slicesOf = (units: ReadonlyArray<Unit>, begun: number, unsaid: boolean): ReadonlyArray<Slice> => {
  const slices: Array<Slice> = []
  for (let from = begun; from < units.length; from = endOf(units, from)) slices.push({ from, end: endOf(units, from) })
  return slices.length === 0 && units.length === 0 && unsaid ? [{ from: 0, end: 0 }] : slices
}

/** Reads a plan of one part. */
export const mediaBatches = <U extends Unit>(
  plan: Plan<U>,
  opening: Opening,
  outcomeOf: (unit: U, results: ReadonlyArray<MediaResult>) => Outcome
): Stream.Stream<Batch<Columns>, SourceError, MediaReader> =>
  mediaParts(
    { fingerprint: plan.fingerprint, sizes: [plan.units.length], part: () => Effect.succeed(plan) },
    opening,
    outcomeOf
  )
