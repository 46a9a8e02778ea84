/** Forgetting: what was selected goes from everywhere in the home; what has other records is made anew of them. */
import { Effect, Schema } from "effect"
import type { Services } from "../../component/connector.ts"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { join, literal, name, sql } from "../../component/sql.ts"
import { tableOf, tablesByType } from "../../life/table.ts"
import { type Plan, stagingName } from "../../pipeline/plan.ts"
import { Warehouse } from "../../warehouse/warehouse.ts"
import type { RunContext } from "../job.ts"
import { recordsOf } from "../staging.ts"
import { forgetSteps, rebuild } from "../rebuild.ts"
import { stagedSources } from "../undo/staging.ts"
import { pruneCaches } from "./caches.ts"
import { eraseLife, eraseRecords, eraseTraces, sweepLife } from "./erase.ts"
import { type Affected, type Selector, select } from "./selection.ts"

/** What goes, before it goes. */
export interface Outlook {
  readonly sources: ReadonlyArray<Affected>
  /** Rows of `life` by type: those that go, and those that others brought too. */
  readonly rows: { readonly [type: string]: { readonly go: number; readonly stay: number } }
  /** Memories that are made of what goes, in part or wholly. */
  readonly memories: number
}

/** Counts, and no content. */
export interface Receipt {
  readonly run_id: string
  readonly selector: Selector["kind"]
  readonly records: number
  readonly deleted: { readonly [table: string]: number }
  /** Pipelines whose memories were made anew of what is left. */
  readonly rebuilt: ReadonlyArray<string>
  /** Pipelines that can't be planned any more: their next run makes the rest anew. */
  readonly to_run: ReadonlyArray<string>
  /** Pipelines of which a run would import it again, as long as their archives or accounts have it. */
  readonly brings_it_again: ReadonlyArray<string>
}

const Share = Schema.Struct({ type: Schema.String, go: Schema.Number, stay: Schema.Number })
const Count = Schema.Struct({ table_name: Schema.String, n: Schema.Number })

/** Selects, and says what that is. The selection is there for `forget`. */
export const outlook = (selector: Selector): Effect.Effect<Outlook, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const sources = yield* select(selector)
    const others = yield* otherRecords
    const present = [...tablesByType].map(
      ([type, table]) => sql`select ${literal(type)} as type, ${name(table.key[0] ?? "")} as id from ${tableOf(table)}`
    )
    const shares = yield* database.rows(
      sql`select g.type, count(*) filter (o.id is null) as go, count(o.id) as stay
        from _gone g join (${join(present, " union all ")}) t on t.type = g.type and t.id = g.id
          left join (select distinct type, id from (${others})) o on o.type = g.type and o.id = g.id
        group by g.type order by g.type`,
      Share
    )
    const [memories] = yield* database.rows(
      sql`select '' as table_name, count(distinct from_id) as n from life.links
        where from_type = 'memory' and relation = 'contains' and (to_type, to_id) in (from _gone)`,
      Count
    )
    const rows = Object.fromEntries(shares.map(({ go, stay, type }) => [type, { go, stay }]))
    return { sources, rows, memories: memories?.n ?? 0 }
  })

/** The entities of all records that aren't selected. */
const otherRecords = Effect.gen(function* () {
  const sources = yield* stagedSources
  const queries = sources.map(
    ({ pipeline, source }) => sql`
      select _entity as type, _id as id from ${name("staging", `${pipeline}__${source}`)} t
      where _id is not null and (_entity, _id) in (from _gone) and not exists
        (select 1 from _records r where r.source = ${literal(`${pipeline}__${source}`)} and r.source_id = t._source_id)`
  )
  return join(
    [sql`select null::varchar as type, null::uuid as id limit 0`, ...queries].map((query) => sql`(${query})`),
    " union all "
  )
})

/** Erases what `outlook` selected. One transaction; the file is rewritten afterwards. */
export const forget = (
  selector: Selector,
  { sources }: Outlook,
  plans: ReadonlyMap<string, Plan>,
  context: RunContext
): Effect.Effect<Receipt, DatabaseError | SourceError, Warehouse | Database | Services> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    return yield* database.transaction(
      Effect.gen(function* () {
        const before = yield* countAll
        const affected = new Set([...sources.map(({ pipeline }) => pipeline), ...(yield* sharing)])
        yield* eraseLife()
        yield* eraseRecords(selector, sources)
        yield* eraseTraces(selector, sources)
        const rebuilt: Array<string> = []
        for (const pipeline of affected) {
          yield* forgetSteps(pipeline)
          const plan = plans.get(pipeline)
          if (plan === undefined) continue
          yield* rebuild(plan, context)
          rebuilt.push(pipeline)
        }
        yield* dropEmptied(sources)
        yield* sweepLife()
        // Making it anew has left before-images of its own.
        yield* eraseTraces(selector, [])
        yield* pruneCaches(plans)
        const after = yield* countAll
        const deleted = Object.fromEntries(
          before.flatMap(({ n, table_name }) => {
            const left = after.find((row) => row.table_name === table_name)?.n ?? 0
            return n > left ? [[table_name, n - left] as const] : []
          })
        )
        return {
          run_id: context.runId,
          selector: selector.kind,
          records: sources.reduce((sum, { records }) => sum + records, 0),
          deleted,
          rebuilt,
          to_run: [...affected].filter((pipeline) => !plans.has(pipeline)),
          brings_it_again: [...new Set(sources.map(({ pipeline }) => pipeline))]
        } satisfies Receipt
      })
    )
  })

/** Planning a forgotten source has made its tables anew. */
const dropEmptied = (sources: ReadonlyArray<Affected>) =>
  Effect.gen(function* () {
    const database = yield* Database
    for (const { pipeline, source } of sources.filter(({ whole }) => whole)) {
      const table = stagingName(pipeline, source)
      yield* database.execute(sql`
        drop view if exists ${name("staging", table)}; drop table if exists ${recordsOf({ name: table })};`)
    }
  })

/** Pipelines with records of the same entities. */
const sharing = Effect.gen(function* () {
  const database = yield* Database
  const pipelines = new Set<string>()
  for (const { pipeline, source } of yield* stagedSources) {
    const [found] = yield* database.rows(
      sql`select '' as table_name, 1 as n from ${name("staging", `${pipeline}__${source}`)} where (_entity, _id) in (from _gone) limit 1`,
      Count
    )
    if (found !== undefined) pipelines.add(pipeline)
  }
  return pipelines
})

const countAll = Effect.gen(function* () {
  const database = yield* Database
  const tables = yield* database.rows(
    sql`select schema_name || '.' || table_name as table_name, 0 as n from duckdb_tables() where schema_name in ('life', 'records')`,
    Count
  )
  const queries = tables.map(({ table_name }) => {
    const [schema = "", ...table] = table_name.split(".")
    return sql`select ${literal(table_name)} as table_name, count(*) as n from ${name(schema, table.join("."))}`
  })
  return yield* database.rows(join(queries, " union all "), Count)
})
