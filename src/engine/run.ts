/** A run: extract every source, build every relation, load every sink; and a record of all of it. */
import { Clock, Effect, type Scope } from "effect"
import type { LocalServices } from "../component/connector.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import type { Plan, PlannedSource } from "../pipeline/plan.ts"
import type { Warehouse } from "../warehouse/warehouse.ts"
import { type TransformCounts, build } from "./build.ts"
import type { RunContext } from "./job.ts"
import type { Ledger } from "./ledger.ts"
import { load } from "./load.ts"
import { recorded } from "./record.ts"
import { stageSource } from "./stage.ts"

export interface RunSummary {
  readonly run_id: string
  readonly status: "done"
  readonly duration_ms: number
  readonly sources: { readonly [source: string]: Ledger }
  readonly transforms: { readonly [transform: string]: TransformCounts }
  readonly sinks: { readonly [sink: string]: SinkCounts }
}

export type RunError = SourceError | DatabaseError

export const run = (
  plan: Plan,
  command: string
): Effect.Effect<RunSummary, RunError, Warehouse | LocalServices | Scope.Scope> =>
  recorded({ command, pipeline: plan.pipeline.name, definition: plan.text }, (context) => steps(plan, context))

const steps = (plan: Plan, context: RunContext) =>
  Effect.gen(function* () {
    const sources: Record<string, Ledger> = {}
    for (const source of plan.sources) {
      const staging = Effect.scoped(stageSource(plan, source, context))
      sources[source.name] = yield* Effect.mapError(staging, (error) => located(error, source))
    }
    const built = yield* build(plan, context.runId)
    const sinks: Record<string, SinkCounts> = {}
    for (const sink of plan.sinks) sinks[sink.name] = yield* load(plan, sink, built, context)
    const finished = yield* Clock.currentTimeMillis
    return {
      run_id: context.runId,
      status: "done",
      duration_ms: finished - context.now,
      sources,
      transforms: built.counts,
      sinks
    } satisfies RunSummary
  })

/** Says which source it was, and where the pipeline asks for it. */
const located = (error: RunError, { at, name }: PlannedSource): RunError =>
  error._tag === "SourceError"
    ? new SourceError({
        code: error.code,
        message: `Source "${name}": ${error.message}`,
        hint: error.hint,
        fault: error.fault,
        retryable: error.retryable,
        at
      })
    : error
