/** Memories made anew from what is staged: no source is read, and nothing is asked of anyone. */
import { Effect, Schema } from "effect"
import { Catalogue } from "../component/catalogue.ts"
import type { Uuid } from "../component/column.ts"
import type { Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import { literal, sql } from "../component/sql.ts"
import { check } from "../pipeline/check.ts"
import type { Environment } from "../pipeline/interpolate.ts"
import type { Plan } from "../pipeline/plan.ts"
import { Warehouse, memoryWarehouse } from "../warehouse/warehouse.ts"
import { type TransformCounts, build } from "./build.ts"
import { type Difference, differenceOf } from "./difference.ts"
import type { RunContext } from "./job.ts"
import { load } from "./load.ts"
import { recorded } from "./record.ts"
import { stagedSources } from "./undo/staging.ts"
import { prepareStaging, stagingOf } from "./staging.ts"

export interface Rebuilt {
  readonly transforms: { readonly [transform: string]: TransformCounts }
  readonly sinks: { readonly [sink: string]: SinkCounts }
}

/** Builds every relation and loads the `memories` sinks, whatever was done before. */
export const rebuild = (
  plan: Plan,
  context: RunContext
): Effect.Effect<Rebuilt, DatabaseError | SourceError, Warehouse | Services> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const read = yield* stagedSources
    for (const source of plan.sources) {
      // Records that are there stay as they are, even if the pipeline would stage them otherwise now.
      if (read.some((staged) => staged.pipeline === pipeline && staged.source === source.name)) continue
      if (source.columns !== null)
        yield* prepareStaging(stagingOf(pipeline, { ...source, columns: source.columns }, context))
    }
    yield* forgetSteps(pipeline)
    const built = yield* build(plan, { ...context, offline: true })
    const sinks: Record<string, SinkCounts> = {}
    for (const sink of plan.sinks) {
      if (sink.type === "memories") sinks[sink.name] = yield* load(plan, sink, built, context)
    }
    return { transforms: built.counts, sinks }
  })

/**
 * A rebuild as a run of its own. `agree` sees what it changes in `life`, and if it fails, nothing is changed. Other sinks
 * are loaded after it.
 */
export const rebuildAll = <E, R>(
  plan: Plan,
  agree: (difference: ReadonlyArray<Difference>) => Effect.Effect<void, E, R>
) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const what = { command: "rebuild", pipeline: plan.pipeline.name, definition: plan.text }
    return yield* recorded(what, (context) =>
      Effect.gen(function* () {
        const done = yield* database.transaction(
          Effect.gen(function* () {
            const rebuilt = yield* rebuild(plan, context)
            const difference = yield* differenceOf(context.runId)
            yield* agree(difference)
            return { rebuilt, difference }
          })
        )
        const others = plan.sinks.filter(({ type }) => type !== "memories")
        const sinks = { ...done.rebuilt.sinks }
        if (others.length > 0) {
          const built = yield* build(plan, { ...context, offline: true })
          for (const sink of others) sinks[sink.name] = yield* load(plan, sink, built, context)
        }
        return {
          runId: context.runId,
          difference: done.difference,
          rebuilt: { transforms: done.rebuilt.transforms, sinks }
        }
      })
    )
  })

/** Everything that is made of a pipeline's sources is to be made again. */
export const forgetSteps = (pipeline: string) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(
      sql`delete from state.steps where pipeline = ${literal(pipeline)} and not starts_with(step, 'source:')`
    )
  })

const Definition = Schema.Struct({ pipeline: Schema.String, definition: Schema.String })

/**
 * The plans of pipelines as they last ran; without those that can't be planned any more, because a file that they need
 * for it is gone, or the text was forgotten.
 */
export const plansOf = (
  environment: Environment,
  /** A run that doesn't count: it is about to be undone. */
  without: Uuid | null = null
): Effect.Effect<ReadonlyMap<string, Plan>, DatabaseError, Warehouse | Services | Catalogue> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const found = yield* database.rows(
      sql`select pipeline, arg_max(definition, started_at) as definition from state.runs
        where definition is not null and status <> 'undone' and run_id is distinct from ${literal(without)}::uuid
        group by pipeline`,
      Definition
    )
    const plans = new Map<string, Plan>()
    for (const { definition, pipeline } of found) {
      const { plan } = yield* check({ text: definition, file: pipeline, environment }).pipe(
        Effect.scoped,
        Effect.provide(memoryWarehouse)
      )
      if (plan !== null && plan.sources.every(({ columns }) => columns !== null)) plans.set(pipeline, plan)
    }
    return plans
  })
