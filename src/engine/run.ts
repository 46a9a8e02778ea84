/** A run: extract every source, build every relation, load every sink; and a record of all of it. */
import { Clock, Effect, Fiber, type Scope } from "effect"
import type { Services } from "../component/connector.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import type { Plan, PlannedSource } from "../pipeline/plan.ts"
import type { Warehouse } from "../warehouse/warehouse.ts"
import { type TransformCounts, build } from "./build.ts"
import type { RunContext } from "./job.ts"
import type { Ledger } from "./ledger.ts"
import { load } from "./load.ts"
import { report } from "./progress.ts"
import { recorded } from "./record.ts"
import { Budget, budgetOf, isBudgetSpent } from "./requests.ts"
import { type Extracted, stageSource } from "./stage.ts"

export interface RunSummary {
  readonly run_id: string
  /** Stopped: its budget of requests is spent, and some sources are not read to their end. */
  readonly status: "done" | "stopped"
  readonly duration_ms: number
  readonly sources: { readonly [source: string]: Ledger }
  readonly transforms: { readonly [transform: string]: TransformCounts }
  readonly sinks: { readonly [sink: string]: SinkCounts }
  /** Sources, and transforms that ask providers. Missing where all were read to their end. */
  readonly unread?: { readonly [name: string]: Unread }
}

export type RunError = SourceError | DatabaseError

/** Why something was not read, or not to its end. */
export type Unread = Pick<SourceError, "code" | "message" | "hint">

export interface RunOptions {
  /** At most so many requests to providers. */
  readonly budget?: number
  /** Providers are not asked; what is staged of them is built on. */
  readonly offline?: true
}

export const run = (
  plan: Plan,
  command: string,
  { budget, offline }: RunOptions = {}
): Effect.Effect<RunSummary, RunError, Warehouse | Services | Scope.Scope> =>
  Effect.gen(function* () {
    const take = budget === undefined ? yield* Budget : yield* budgetOf(budget)
    return yield* recorded(
      { command, pipeline: plan.pipeline.name, definition: plan.text },
      (context) => steps(plan, offline === undefined ? context : { ...context, offline }),
      ({ status }) => status
    ).pipe(Effect.provideService(Budget, take))
  })

const steps = (plan: Plan, context: RunContext) =>
  Effect.gen(function* () {
    const sources: Record<string, Ledger> = {}
    const unread: Record<string, Unread> = {}
    let stopped = false
    for (const { extracted, source } of yield* extract(plan, context)) {
      const { ledger, left } = extracted
      sources[source.name] = ledger
      if (left === null) continue
      unread[source.name] = wordsOf(left)
      stopped ||= isBudgetSpent(left)
    }
    const sinks: Record<string, SinkCounts> = {}
    // I3: memories are made of complete extracts only.
    const built = stopped ? null : yield* build(plan, context)
    if (built !== null && built.left !== null) {
      const { error, transform } = built.left
      unread[transform] = wordsOf(error)
      stopped = true
      yield* report({ kind: "note", text: `${transform}: ${error.message} ${error.hint}` })
    }
    if (built !== null && !stopped) {
      for (const sink of plan.sinks) sinks[sink.name] = yield* load(plan, sink, built, context)
    }
    const finished = yield* Clock.currentTimeMillis
    return {
      run_id: context.runId,
      status: stopped ? "stopped" : "done",
      duration_ms: finished - context.now,
      sources,
      transforms: built?.counts ?? {},
      sinks,
      ...(Object.keys(unread).length === 0 ? {} : { unread })
    } satisfies RunSummary
  })

/**
 * All sources, in the pipeline's order. What is asked of providers takes the time of its quotas: those are read at once,
 * and what is on this machine beside them, one after another. Of sources that fail the first in the order counts: those
 * before it are read to their end, those after it stop behind their last batch.
 */
const extract = (plan: Plan, context: RunContext) =>
  Effect.scoped(
    Effect.gen(function* () {
      const reading: Array<{ readonly source: PlannedSource; readonly fiber: Fiber.Fiber<Extracted, RunError> }> = []
      let earlier: Effect.Effect<unknown, RunError> = Effect.void
      for (const source of plan.sources) {
        const isLocal = source.stream.access === undefined
        const before = [...reading]
        const staging = Effect.tapError(extractOne(plan, source, context), (error) =>
          before.some(({ fiber }) => fiber.pollUnsafe() === undefined)
            ? report({
                kind: "note",
                text: `${error.message}${hintOf(error)}\n  The sources before it are read to their end first.`
              })
            : Effect.void
        )
        const fiber = yield* Effect.forkScoped(isLocal ? Effect.andThen(earlier, staging) : staging)
        if (isLocal) earlier = Fiber.join(fiber)
        reading.push({ source, fiber })
      }
      return yield* Effect.forEach(reading, ({ fiber, source }) =>
        Effect.map(Fiber.join(fiber), (extracted) => ({ source, extracted }))
      )
    })
  )

const extractOne = (plan: Plan, source: PlannedSource, context: RunContext) =>
  Effect.scoped(stageSource(plan, source, context)).pipe(
    Effect.mapError((error) => located(error, source)),
    Effect.tap(({ left }) =>
      left === null ? Effect.void : report({ kind: "note", text: `${source.name}: ${left.message} ${left.hint}` })
    )
  )

const wordsOf = ({ code, hint, message }: SourceError): Unread => ({ code, message, hint })

const hintOf = (error: RunError): string => (error._tag === "SourceError" ? `\n  ${error.hint}` : "")

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
