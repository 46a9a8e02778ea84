/** One source while it is staged: what its two ways of reading, `scan` and `batches`, have in common. */
import { Effect, Ref, Schema, type Scope } from "effect"
import type { Batch, Reject } from "../component/batch.ts"
import type { Columns, EpochMillis, Uuid } from "../component/column.ts"
import type { Services, Opening } from "../component/connector.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { sql } from "../component/sql.ts"
import type { PlannedSource } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { type Account, type Ledger, add, countsText, writeLedger } from "./ledger.ts"
import { type Staging, recordsOf } from "./staging.ts"
import { report } from "./progress.ts"
import type { Asked } from "./requests.ts"
import { readStep, writeStep } from "./step.ts"

/** The step whose fingerprint changes whenever a source's staged rows do. */
export const sourceStep = (source: string): string => `source:${source}`

export interface RunContext {
  readonly runId: Uuid
  readonly now: EpochMillis
  /** Providers are left alone: what is staged of them stands for what they have. */
  readonly offline?: true
}

export type Staged<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | Services | Scope.Scope>

/** What stays the same while one source is read. */
export interface Job {
  readonly account: Account
  readonly source: PlannedSource
  readonly staging: Staging
  readonly opening: Opening
  readonly ledger: Ref.Ref<Ledger>
  /** Counted while batches are read, which may be while others are committed. */
  readonly asked: Ref.Ref<Asked>
}

/** Everything is as it was at the end of the last complete read: nothing is read, all rows are unchanged. */
export const leaveUnchanged = (job: Job) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select count(*) as n from ${recordsOf(job.staging)}`,
      Schema.Struct({ n: Schema.Number })
    )
    yield* settle(job, { read: row?.n ?? 0, unchanged: row?.n ?? 0 }, [], [])
  })

export const settle = (
  job: Job,
  counts: Partial<Ledger>,
  rejects: ReadonlyArray<Reject>,
  skipped: Batch<Columns>["skipped"]
) =>
  Effect.gen(function* () {
    const asked = yield* Ref.get(job.asked)
    const ledger = yield* Ref.updateAndGet(job.ledger, (before) => ({ ...add(before, counts), ...asked }))
    yield* writeLedger(job.account, ledger, rejects, skipped)
  })

/** With `on_error: fail`, the first reject ends the run. */
export const refuse = (job: Job, [first]: ReadonlyArray<Reject>): Effect.Effect<void, SourceError> =>
  job.source.onError === "reject" || first === undefined
    ? Effect.void
    : Effect.fail(
        sourceError(
          first.code,
          `${first.reason} (${placeOf(first)})`,
          "Mend the input, or let such records be kept aside with `on_error: reject`.",
          { fault: "run" }
        )
      )

/** `rows.csv:7`: the line, or the byte, follows where it is known. */
const placeOf = ({ origin, position }: Reject): string =>
  `${origin.archive}${origin.member === null ? "" : `, ${origin.member}`}${position === undefined ? "" : `:${position}`}`

/** What is made of the source is made again: where its records changed, or `everywhere`. */
export const noteChange = (job: Job, changes: number, everywhere = false) =>
  Effect.gen(function* () {
    if (changes === 0) return
    const { pipeline, runId, source } = job.account
    const step = sourceStep(source)
    const last = yield* readStep(pipeline, step)
    // An earlier batch of this run has noted it.
    if (last?.fingerprint === runId && (!everywhere || last.since === null)) return
    const since = last === null || everywhere ? null : { version: last.fingerprint, changes: [] }
    const done = { fingerprint: runId, counts: {}, since }
    yield* writeStep(pipeline, step, runId, done, { type: job.source.stream.type, inputs: [], query: null })
  })

/** `otherwise` is said where nothing was counted. */
export const finished = (job: Job, otherwise = "") =>
  Effect.flatMap(Ref.get(job.ledger), (ledger) =>
    report({
      kind: "finished",
      step: job.account.source,
      outcome: countsText(ledger) || otherwise
    })
  )
