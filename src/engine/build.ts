/** Build: transforms as tables made by DuckDB. A step whose SQL and inputs are as they were is skipped. */
import { Effect, Ref, Schema } from "effect"
import { CurrentAsker } from "../component/api.ts"
import type { Services } from "../component/connector.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import type { Relation } from "../component/relation.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import { hashOf } from "../pipeline/checking.ts"
import type { Plan, PlannedTransform } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { RunContext } from "./job.ts"
import { ageOf, lookUp } from "./lookup.ts"
import { report } from "./progress.ts"
import { type Asked, NONE_ASKED, askerOf } from "./requests.ts"
import { sourceStep } from "./job.ts"
import { readStep, writeStep } from "./step.ts"

export interface TransformCounts extends Partial<Asked> {
  readonly in: number
  readonly out: number
  readonly dropped: number
}

export interface Built {
  readonly counts: { readonly [transform: string]: TransformCounts }
  /** The state of every relation: equal when its rows are. */
  readonly versions: ReadonlyMap<string, string>
}

type Building<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | Services>

/** Makes each relation's name known to SQL: pipelines write `photos`, not the table behind it. */
export const nameRelations = (relations: ReadonlyArray<Relation>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    for (const relation of relations) {
      const columns = relation.columns.size === 0 ? sql`*` : names([...relation.columns.keys()])
      yield* database.execute(
        sql`create or replace temp view ${name(relation.name)} as select ${columns} from ${relation.table}`
      )
    }
  })

export const build = (plan: Plan, context: RunContext): Building<Built> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const versions = new Map<string, string>()
    for (const source of plan.sources) {
      versions.set(source.name, (yield* readStep(pipeline, sourceStep(source.name)))?.fingerprint ?? "empty")
    }
    yield* nameRelations(plan.sources.map((source) => source.relation))
    const counts: Record<string, TransformCounts> = {}
    for (const transform of plan.transforms) {
      const inputs = transform.inputs.map((input) => versions.get(input) ?? null)
      const done = yield* Effect.mapError(buildStep(plan, transform, inputs, context), (error) =>
        located(error, transform)
      )
      versions.set(transform.name, done.version)
      counts[transform.name] = done.counts
    }
    return { counts, versions }
  })

/** Says which transform it was, where it is one that asks a provider. */
const located = (error: SourceError | DatabaseError, { access, at, name: transform }: PlannedTransform) =>
  error._tag === "SourceError" && access !== null
    ? new SourceError({ ...error, message: `Transform "${transform}": ${error.message}`, at })
    : error

interface Step {
  readonly counts: TransformCounts
  readonly version: string
}

const buildStep = (
  plan: Plan,
  transform: PlannedTransform,
  inputVersions: ReadonlyArray<string | null>,
  context: RunContext
): Building<Step> =>
  Effect.gen(function* () {
    const { decisions, lookups = [], query } = transform.built
    // What has expired is asked for again, and is gone from what was made of it.
    const decided = decisions === undefined ? null : yield* contentOf(decisions)
    const versionNow = Effect.map(Effect.forEach(lookups, ageOf), (ages) =>
      hashOf([
        query,
        lookups.map(({ version }) => version),
        inputVersions,
        ages,
        ...(decided === null ? [] : [decided])
      ])
    )
    const before = yield* versionNow
    const online = lookups.some((lookup) => lookup.online === true)
    const { database } = yield* Warehouse
    const pipeline = plan.pipeline.name
    const step = `transform:${transform.name}`
    const last = yield* readStep(pipeline, step)
    const table = transform.relation.table
    if (last?.fingerprint === before && (yield* exists(`${pipeline}__${transform.name}`))) {
      yield* nameRelations([transform.relation])
      const { in: read = 0, out = 0, dropped = 0 } = last.counts
      return { counts: { in: read, out, dropped, ...(online ? NONE_ASKED : {}) }, version: before }
    }
    yield* report({ kind: "started", step: transform.name, doing: transform.type })
    const asked = yield* Ref.make(NONE_ASKED)
    const who = yield* askerOf({ name: `${pipeline}.${transform.name}`, rateLimit: null, retry: {} }, asked)
    const answered = yield* Effect.forEach(lookups, (lookup) => lookUp(lookup, context.offline === true)).pipe(
      Effect.provideService(CurrentAsker, who)
    )
    // What a provider was not asked for, the next run asks for.
    const version = answered.every(Boolean) ? yield* versionNow : hashOf([yield* versionNow, context.runId])
    const counts = yield* database.transaction(
      Effect.gen(function* () {
        yield* database.execute(sql`create or replace table ${table} as ${transform.built.query}`)
        const counted = transform.counted.map((input) => sql`(select count(*) from ${name(input)})`)
        const [row] = yield* database.rows(
          sql`select ${join(counted.length === 0 ? [literal(0)] : counted, " + ")} as read, (select count(*) from ${table}) as out`,
          Schema.Struct({ read: Schema.Number, out: Schema.Number })
        )
        const { read, out } = row ?? { read: 0, out: 0 }
        const found = { in: read, out, dropped: Math.max(0, read - out) }
        const { built, inputs, type } = transform
        yield* writeStep(
          pipeline,
          step,
          context.runId,
          { fingerprint: version, counts: found },
          { type, inputs, query: built.query }
        )
        return found
      })
    )
    yield* nameRelations([transform.relation])
    yield* report({ kind: "finished", step: transform.name, outcome: `${counts.in} in, ${counts.out} out` })
    return { counts: online ? { ...counts, ...(yield* Ref.get(asked)) } : counts, version }
  })

/** Of rows, in any order. */
const contentOf = (rows: Sql) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select coalesce(string_agg(r::varchar, chr(10) order by r::varchar), '') as content from (${rows}) r`,
      Schema.Struct({ content: Schema.String })
    )
    return row?.content ?? ""
  })

const exists = (table: string) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const found = yield* database.rows(
      sql`select 1 as n from duckdb_tables() where schema_name = 'build' and table_name = ${literal(table)}`,
      Schema.Struct({ n: Schema.Number })
    )
    return found.length > 0
  })
