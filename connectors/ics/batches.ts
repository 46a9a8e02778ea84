/** All that comes of a set of calendars, in a fixed order, cut into batches. */
import { Option, Schema } from "effect"
import type { Batch, Checkpoint, Reject, Skip } from "../../src/component/batch.ts"
import { skipped, tally } from "../media/tally.ts"
import { type Found, rejectOf } from "./read.ts"
import { type EventColumns, type EventRecord, recordOf } from "../calendar/record.ts"
import { partsOf } from "../calendar/series.ts"

type Item =
  | { readonly kind: "record"; readonly record: EventRecord }
  | { readonly kind: "reject"; readonly reject: Reject }
  | { readonly kind: "skip"; readonly skip: Skip }

export interface Outcome {
  readonly account: string
  /** Wall time up to which rules are followed. */
  readonly horizon: number
  /** Identity of the input and of all that decides how it is read. */
  readonly fingerprint: string
}

const skip = (reason: string, example: string): Item => ({ kind: "skip", skip: skipped(reason, example) })

/** Every item once, in an order that depends on the input alone. */
function* items(found: Found, { account, horizon }: Outcome): Generator<Item> {
  for (const each of found.skipped) yield { kind: "skip", skip: each }
  for (const reject of found.rejects) yield { kind: "reject", reject }
  const series = [...Map.groupBy(found.events, ({ uid }) => uid)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [uid, events] of series) {
    for (const part of partsOf(events, horizon)) {
      if (part.kind === "appearance") yield { kind: "record", record: recordOf(part.appearance, account) }
      else if (part.kind === "problem") yield { kind: "reject", reject: rejectOf(part.event, part.code, part.reason) }
      else if (part.kind === "empty") yield skip("a series whose occurrences are all excepted", uid)
      else if (part.of === null) yield skip("a copy of a series whose occurrences are all excepted", uid)
      // The row of the copy that counts, so that it is the same whichever is stored.
      else yield { kind: "record", record: recordOf(part.of, account, part.event.origin) }
    }
  }
}

const BATCH_ITEMS = 2000

const Progress = Schema.Struct({ fingerprint: Schema.String, done: Schema.Int })
const decodeProgress = Schema.decodeUnknownOption(Progress)

/** How many items of this very input are done. */
const doneOf = (checkpoint: Checkpoint | null, fingerprint: string): number => {
  const progress = Option.getOrNull(decodeProgress(checkpoint))
  return progress?.fingerprint === fingerprint ? Math.max(0, progress.done) : 0
}

const batchOf = (chunk: ReadonlyArray<Item>, fingerprint: string, done: number): Batch<EventColumns> => ({
  records: chunk.flatMap((item) => (item.kind === "record" ? [item.record] : [])),
  rejects: chunk.flatMap((item) => (item.kind === "reject" ? [item.reject] : [])),
  skipped: tally(chunk.flatMap((item) => (item.kind === "skip" ? [item.skip] : []))),
  checkpoint: { fingerprint, done },
  progress: { done, unit: "records" }
})

/** The batches after the checkpoint; a checkpoint of other input or options counts for nothing. */
export function* batchesOf(
  found: Found,
  outcome: Outcome,
  checkpoint: Checkpoint | null
): Generator<Batch<EventColumns>> {
  const { fingerprint } = outcome
  const before = doneOf(checkpoint, fingerprint)
  let done = 0
  let chunk: Array<Item> = []
  for (const item of items(found, outcome)) {
    done++
    if (done <= before) continue
    chunk.push(item)
    if (chunk.length < BATCH_ITEMS) continue
    yield batchOf(chunk, fingerprint, done)
    chunk = []
  }
  if (chunk.length > 0) yield batchOf(chunk, fingerprint, done)
}
