/** A run: extract every source, build every relation, load every sink; and a record of all of it. */
import { randomUUID } from "node:crypto"
import { Cause, Clock, Effect, Exit, type Scope } from "effect"
import { EpochMillis, Uuid } from "../component/column.ts"
import type { LocalServices } from "../component/connector.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts, StagedSource } from "../component/sink.ts"
import { literal, sql } from "../component/sql.ts"
import { hashOf } from "../pipeline/checking.ts"
import { type Plan, type PlannedSink, type PlannedSource, sourcesOf, stagingTable } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { type Built, type TransformCounts, build } from "./build.ts"
import type { Ledger } from "./ledger.ts"
import { report } from "./progress.ts"
import type { RunContext } from "./job.ts"
import { stageSource } from "./stage.ts"
import { readStep, writeStep } from "./step.ts"

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
  Effect.gen(function* () {
    const context: RunContext = { runId: Uuid(randomUUID()), now: EpochMillis(yield* Clock.currentTimeMillis) }
    yield* begin(plan, command, context)
    return yield* steps(plan, context).pipe(Effect.onExit((exit) => Effect.ignore(end(context, exit))))
  })

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

/** One transaction a sink: a sink that fails leaves everything as it was (I3). */
const load = (plan: Plan, sink: PlannedSink, built: Built, context: RunContext) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const pipeline = plan.pipeline.name
    const step = `sink:${sink.name}`
    const version = hashOf([sink.configHash, sink.from.map((relation) => built.versions.get(relation) ?? null)])
    const last = yield* readStep(pipeline, step)
    if (last?.fingerprint === version && (yield* sink.bound.intact)) {
      const { inserted = 0, updated = 0, unchanged = 0 } = last.counts
      return { inserted: 0, updated: 0, unchanged: inserted + updated + unchanged, deleted: 0 }
    }
    yield* report({ kind: "started", step: sink.name, doing: `loading ${sink.type}` })
    const relations = sink.from.flatMap((from) => {
      const source = plan.sources.find((candidate) => candidate.name === from)?.relation
      const relation = source ?? plan.transforms.find((candidate) => candidate.name === from)?.relation
      return relation === undefined ? [] : [relation]
    })
    const counts = yield* database.transaction(
      Effect.gen(function* () {
        const loaded = yield* sink.bound.load(relations, {
          pipeline,
          runId: context.runId,
          now: context.now,
          sourcesOf: new Map(
            sink.from.map((from) => [from, sourcesOf(plan, from).map((source) => staged(pipeline, source))])
          )
        })
        yield* writeStep(pipeline, step, context.runId, { fingerprint: version, counts: { ...loaded } })
        return loaded
      })
    )
    const { inserted, updated, unchanged } = counts
    yield* report({
      kind: "finished",
      step: sink.name,
      outcome: `${inserted} inserted, ${updated} updated, ${unchanged} unchanged`
    })
    return counts
  })

const staged = (pipeline: string, source: PlannedSource): StagedSource => {
  const [connector = "", stream = ""] = source.stream.type.split(".")
  return {
    name: source.name,
    table: stagingTable(pipeline, source.name),
    columns: source.relation.columns,
    entity: source.bound.entity,
    connector,
    stream,
    account: source.account
  }
}

const begin = (plan: Plan, command: string, { now, runId }: RunContext) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(sql`
      update state.runs set status = 'killed', ended_at = now() where status = 'running';
      insert into state.runs (run_id, pipeline, command, status, started_at) values (${literal(runId)},
        ${literal(plan.pipeline.name)}, ${literal(command)}, 'running', make_timestamptz(${literal(now * 1000)}))`)
  })

const end = ({ runId }: RunContext, exit: Exit.Exit<RunSummary, RunError>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const status = Exit.isSuccess(exit) ? "done" : Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "failed"
    const error = Exit.isSuccess(exit) || status === "interrupted" ? null : Cause.pretty(exit.cause).split("\n")[0]
    yield* database.execute(sql`
      update state.runs set status = ${literal(status)}, ended_at = now(),
        summary = ${literal(Exit.isSuccess(exit) ? JSON.stringify(exit.value) : null)},
        error = ${literal(error === null ? null : JSON.stringify({ message: error }))}
      where run_id = ${literal(runId)}`)
  })
