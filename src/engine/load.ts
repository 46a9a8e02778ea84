/** Load: relations into a sink, and where a sink's rows come from. */
import { Effect } from "effect"
import type { LocalServices } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { SinkCounts, StagedSource } from "../component/sink.ts"
import { literal, sql } from "../component/sql.ts"
import { hashOf } from "../pipeline/checking.ts"
import { type Plan, type PlannedSink, type PlannedSource, sourcesOf, stagingTable } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Built } from "./build.ts"
import type { RunContext } from "./job.ts"
import { report } from "./progress.ts"
import { changesSince } from "./state.ts"
import { stagedWhere } from "./staging.ts"
import { readStep, writeStep } from "./step.ts"

/** One transaction a sink: a sink that fails leaves everything as it was (I3). */
export const load = (
  plan: Plan,
  sink: PlannedSink,
  built: Built,
  context: RunContext
): Effect.Effect<SinkCounts, SourceError | DatabaseError, Warehouse | LocalServices> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const pipeline = plan.pipeline.name
    const step = `sink:${sink.name}`
    const inputs = [
      ...new Set([...sink.from, ...sink.from.flatMap((from) => sourcesOf(plan, from).map((source) => source.name))])
    ]
    const versionOf = (relation: string) => built.states.get(relation)?.version ?? "none"
    const version = hashOf([sink.configHash, sink.from.map(versionOf)])
    const read = Object.fromEntries(inputs.map((input) => [input, versionOf(input)]))
    const last = yield* readStep(pipeline, step)
    const changes = new Map(
      inputs.map((input) => [
        input,
        last?.made === sink.configHash ? changesSince(built.states.get(input), last.read[input]) : null
      ])
    )
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
          ),
          changes
        })
        const partly = [...changes.values()].some((each) => each !== null)
        const counts = partly && last !== null ? withRest(loaded, last.counts) : loaded
        const made = { type: sink.type, inputs: sink.from, query: null }
        yield* writeStep(
          pipeline,
          step,
          context.runId,
          { fingerprint: version, counts: { ...counts }, made: sink.configHash, read },
          made
        )
        return counts
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

/** What nobody had to look at is unchanged too. */
const withRest = (loaded: SinkCounts, before: { readonly [name: string]: number }): SinkCounts => {
  const { inserted = 0, unchanged = 0, updated = 0 } = before
  return { ...loaded, unchanged: Math.max(0, inserted + updated + unchanged - loaded.deleted - loaded.updated) }
}

const staged = (pipeline: string, source: PlannedSource): StagedSource => {
  const [connector = "", stream = ""] = source.stream.type.split(".")
  return {
    name: source.name,
    table: stagingTable(pipeline, source.name),
    where: (condition) => stagedWhere(pipeline, source, condition),
    columns: source.relation.columns,
    entity: source.bound.entity,
    connector,
    stream,
    account: source.account,
    superseded: sql`(select id, successor from state.superseded
      where pipeline = ${literal(pipeline)} and source = ${literal(source.name)})`
  }
}
