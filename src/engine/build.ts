/** Build: transforms as tables made by DuckDB. A step whose SQL and inputs are as they were is skipped. */
import { Effect, Schema } from "effect"
import type { Columns, Row, Uuid } from "../component/column.ts"
import type { Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { Relation } from "../component/relation.ts"
import { join, literal, name, names, sql } from "../component/sql.ts"
import type { Lookup } from "../component/transform.ts"
import { cacheTable } from "../pipeline/check-transforms.ts"
import { hashOf } from "../pipeline/checking.ts"
import type { Plan, PlannedTransform } from "../pipeline/plan.ts"
import { fromInbox, inboxColumns } from "../warehouse/value.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { report } from "./progress.ts"
import { sourceStep } from "./job.ts"
import { readStep, writeStep } from "./step.ts"

export interface TransformCounts {
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

export const build = (plan: Plan, runId: Uuid): Building<Built> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const versions = new Map<string, string>()
    for (const source of plan.sources) {
      versions.set(source.name, (yield* readStep(pipeline, sourceStep(source.name)))?.fingerprint ?? "empty")
    }
    yield* nameRelations(plan.sources.map((source) => source.relation))
    const counts: Record<string, TransformCounts> = {}
    for (const transform of plan.transforms) {
      const version = hashOf([
        transform.built.query,
        transform.built.lookup?.version ?? null,
        transform.inputs.map((input) => versions.get(input) ?? null)
      ])
      versions.set(transform.name, version)
      counts[transform.name] = yield* buildStep(plan, transform, version, runId)
    }
    return { counts, versions }
  })

const buildStep = (plan: Plan, transform: PlannedTransform, version: string, runId: Uuid): Building<TransformCounts> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const pipeline = plan.pipeline.name
    const step = `transform:${transform.name}`
    const last = yield* readStep(pipeline, step)
    const table = transform.relation.table
    if (last?.fingerprint === version && (yield* exists(`${pipeline}__${transform.name}`))) {
      yield* nameRelations([transform.relation])
      const { in: read = 0, out = 0, dropped = 0 } = last.counts
      return { in: read, out, dropped }
    }
    yield* report({ kind: "started", step: transform.name, doing: transform.type })
    if (transform.built.lookup !== undefined) yield* lookUp(transform.built.lookup)
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
          runId,
          { fingerprint: version, counts: found },
          { type, inputs, query: built.query }
        )
        return found
      })
    )
    yield* nameRelations([transform.relation])
    yield* report({ kind: "finished", step: transform.name, outcome: `${counts.in} in, ${counts.out} out` })
    return counts
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

/** Keys are fetched, and their answers committed, in batches of this size. */
const LOOKUP_BATCH = 10_000

/** Brings the cache to hold an answer for every key that is needed. */
export const lookUp = (lookup: Lookup<Services>): Building<void> =>
  Effect.gen(function* () {
    const { append, database } = yield* Warehouse
    const cache = name("cache", lookup.name)
    const keys = Object.keys(lookup.key)
    const same = join(
      keys.map((key) => sql`c.${name(key)} is not distinct from k.${name(key)}`),
      " and "
    )
    const columns: Columns = { ...lookup.key, ...lookup.value }
    yield* forgetOldAnswers(lookup)
    yield* database.execute(sql`
      ${cacheTable(lookup)}
      create or replace temp table _wanted as select row_number() over () as _row, * from (
        select k.* from (${lookup.keys}) k where not exists (select 1 from ${cache} c where ${same}));`)
    const [count] = yield* database.rows(sql`select count(*) as n from _wanted`, Schema.Struct({ n: Schema.Number }))
    const total = count?.n ?? 0
    for (let start = 0; start < total; start += LOOKUP_BATCH) {
      const wanted = yield* database.rows(
        sql`select * exclude (_row) from _wanted
          where _row > ${literal(start)} and _row <= ${literal(start + LOOKUP_BATCH)} order by _row`,
        keyRow(lookup.key)
      )
      const answers = yield* lookup.fetch(wanted)
      yield* database.transaction(
        Effect.gen(function* () {
          yield* database.execute(sql`create or replace temp table _answers (${inboxColumns(columns)})`)
          yield* append("_answers", columns, answers)
          const values = Object.entries(columns).map(([column, { type }]) => fromInbox(column, type))
          yield* database.execute(sql`insert into ${cache} select ${join(values)} from _answers; drop table _answers`)
        })
      )
      yield* report({ kind: "advanced", step: lookup.name, done: start + answers.length, total, unit: "records" })
    }
    yield* database.execute(sql`drop table _wanted`)
    if (lookup.attribution !== undefined && total > 0) yield* report({ kind: "note", text: lookup.attribution })
  })

const forgetOldAnswers = (lookup: Lookup<Services>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const last = yield* readStep("", `lookup:${lookup.name}`)
    const version = String(lookup.version)
    if (last?.fingerprint === version) return
    yield* database.execute(sql`drop table if exists ${name("cache", lookup.name)}`)
    yield* database.execute(sql`
      delete from state.steps where pipeline = '' and step = ${literal(`lookup:${lookup.name}`)};
      insert into state.steps (pipeline, step, fingerprint, counts) values ('', ${literal(`lookup:${lookup.name}`)}, ${literal(version)}, '{}')`)
  })

/** Rows of key columns as the lookup wants them. */
const keyRow = (key: Columns): Schema.Decoder<Row<Columns>> =>
  Schema.Struct(
    Object.fromEntries(
      Object.entries(key).map(([column, { type }]) => [
        column,
        Schema.NullOr(type === "DOUBLE" || type === "INTEGER" || type === "BIGINT" ? Schema.Number : Schema.String)
      ])
    )
  )
