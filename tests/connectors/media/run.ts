/** Runs a connector's stream as the engine does, on real files. */
import { Effect, Layer, Stream } from "effect"
import { ArchivesLive } from "../../../src/archive/index.ts"
import type { Batch, Checkpoint } from "../../../src/component/batch.ts"
import { type Columns, EpochMillis, type Json } from "../../../src/component/column.ts"
import type { ConnectorSpec, Opening } from "../../../src/component/connector.ts"
import { Database } from "../../../src/component/database.ts"
import { mediaReaderLive } from "../../../src/media/index.ts"
import { noItems } from "../../support/items.ts"
import { nothingStaged } from "../../support/opening.ts"

/** Archives and media as they are; these streams ask nothing of the database. */
export const local = Layer.mergeAll(ArchivesLive, mediaReaderLive, Layer.mock(Database)({}))

export const opening = (changes: Partial<Opening> = {}): Opening => ({
  checkpoint: null,
  account: "me",
  connection: null,
  items: noItems,
  timeZone: "Europe/Vienna",
  now: EpochMillis(Date.parse("2026-01-01T00:00:00Z")),
  staged: nothingStaged,
  ...changes
})

const readingOf = Effect.fnUntraced(function* (connector: ConnectorSpec, config: { readonly [key: string]: Json }) {
  const [stream] = connector.streams
  if (stream === undefined) return yield* Effect.die("the connector has no stream")
  const { reading } = yield* stream.bind(config)
  return reading.kind === "extract" ? reading : yield* Effect.die("the stream is a scan")
})

/** All batches of a connector's first stream, or the first few of them. */
export const batchesOf = Effect.fnUntraced(function* (
  connector: ConnectorSpec,
  config: { readonly [key: string]: Json },
  options: { readonly checkpoint?: Checkpoint; readonly timeZone?: string; readonly first?: number } = {}
) {
  const { first, ...changes } = options
  const { batches } = yield* readingOf(connector, config)
  return yield* batches(opening(changes)).pipe(Stream.take(first ?? Infinity), Stream.runCollect)
})

export const fingerprintOf = Effect.fnUntraced(function* (
  connector: ConnectorSpec,
  config: { readonly [key: string]: Json },
  changes: Partial<Opening> = {}
) {
  const { fingerprint } = yield* readingOf(connector, config)
  return yield* fingerprint(opening(changes))
}, Effect.scoped)

export const recordsOf = (batches: ReadonlyArray<Batch<Columns>>) => batches.flatMap(({ records }) => records)

/** Rows by the member that they come from; of members of one path, the last. */
export const rowsOf = (batches: ReadonlyArray<Batch<Columns>>) =>
  new Map(recordsOf(batches).map(({ origin, row }) => [origin.member ?? "", row]))

/** What was left out, by reason. */
export const skippedOf = (batches: ReadonlyArray<Batch<Columns>>): { readonly [reason: string]: number } => {
  const counts: { [reason: string]: number } = {}
  for (const { reason, count } of batches.flatMap(({ skipped }) => skipped))
    counts[reason] = (counts[reason] ?? 0) + (count ?? 0)
  return counts
}
