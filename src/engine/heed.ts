/** What a person decides is at work at once: what heeds it is made anew from what is staged. */
import { Effect } from "effect"
import type { Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import { literal, sql } from "../component/sql.ts"
import { none, plus } from "../life/upsert.ts"
import type { Plan } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { build } from "./build.ts"
import type { RunContext } from "./job.ts"
import { load } from "./load.ts"
import { renewSinks } from "./step.ts"

/** Does any of its transforms read what a person has decided? */
const heeds = ({ transforms }: Plan): boolean => transforms.some(({ built }) => built.decisions !== undefined)

/**
 * As a part of the run that decides, or takes a decision back. Who is who concerns what resolves people; what belongs
 * together, all that makes memories.
 */
export const heed = (
  plans: ReadonlyMap<string, Plan>,
  context: RunContext,
  what: "people" | "members"
): Effect.Effect<SinkCounts, DatabaseError | SourceError, Warehouse | Services> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    let counts = none
    if (what === "members") yield* database.execute(renewSinks)
    for (const plan of plans.values()) {
      if (what === "people" && !heeds(plan)) continue
      const built = yield* build(plan, { ...context, offline: true })
      for (const sink of plan.sinks) {
        if (sink.type === "memories") counts = plus(counts, yield* load(plan, sink, built, context))
      }
      // What it brought is still its last run's: who undoes an earlier one has to know of that.
      const pipeline = literal(plan.pipeline.name)
      yield* database.execute(sql`
        update state.steps set run_id = (
          select arg_max(run_id, started_at) from state.runs
          where pipeline = ${pipeline} and command in ('run', 'rebuild') and status <> 'undone'
        ) where pipeline = ${pipeline} and run_id = ${literal(context.runId)}`)
    }
    return counts
  })
