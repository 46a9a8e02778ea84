/** Taking back what a run staged: its records and its checkpoints. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../../component/column.ts"
import { Database } from "../../component/database.ts"
import type { DatabaseError } from "../../component/error.ts"
import { type Sql, literal, name, sql } from "../../component/sql.ts"
import { stagingName } from "../../pipeline/plan.ts"
import type { Warehouse } from "../../warehouse/warehouse.ts"
import { type Versioned, takeBack } from "../../warehouse/history.ts"
import { takeBackItems } from "../items.ts"
import { pastOf } from "../past.ts"
import { ordered } from "../runs.ts"
import { recordsOf } from "../staging.ts"

export interface StagedBy {
  readonly pipeline: string
  readonly source: string
}

const Table = Schema.Struct({ pipeline: Schema.String, source: Schema.String })
const Column = Schema.Struct({ schema: Schema.String, column: Schema.String })
const Count = Schema.Struct({ n: Schema.Number })

/** The sources that have records. */
export const stagedSources: Effect.Effect<ReadonlyArray<StagedBy>, DatabaseError, Database> = Effect.flatMap(
  Database,
  (database) =>
    database.rows(
      sql`select pipeline, source from state.sources join duckdb_tables() t
        on t.schema_name = 'records' and t.table_name = pipeline || '__' || source order by all`,
      Table
    )
)

const versioned = ({ pipeline, source }: StagedBy): Effect.Effect<Versioned, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const table = stagingName(pipeline, source)
    const found = yield* database.rows(
      sql`select schema_name as schema, column_name as "column" from duckdb_columns()
        where schema_name = 'records' and table_name = ${literal(table)}
          or schema_name = 'undo' and table_name = ${literal(`staging.${table}`)} order by column_index`,
      Column
    )
    const of = (wanted: string) => found.filter(({ schema }) => schema === wanted).map(({ column }) => column)
    const [records, past] = [of("records"), of("undo")]
    const all = sql`select *, null::uuid as _undo_run from ${recordsOf({ name: table })} limit 0`
    if (past.length === 0) yield* database.execute(sql`create table ${pastOf({ name: table })} as ${all}`)
    const columns = past.length === 0 ? records : records.filter((column) => past.includes(column))
    return {
      rows: recordsOf({ name: table }),
      images: pastOf({ name: table }),
      key: ["_source_id"],
      columns,
      writer: "_run",
      creator: null,
      times: { born: "_first_seen_at", written: "_last_seen_at" },
      values: []
    }
  })

/** Of what the run wrote, what a later run read too: it is that run's from now on. */
const heirsOf = ({ pipeline, source }: StagedBy, run: Uuid, { images, rows }: Versioned): Sql => {
  const id = sql`${literal(run)}::uuid`
  const ours = sql`pipeline = ${literal(pipeline)} and source = ${literal(source)}`
  return sql`
    with ord as (from ${ordered}),
      versions as (
        select _source_id, md5_number(_source_id) as key, null::uuid as _undo_run, null::bigint as until from ${rows} where _run = ${id}
        union all
        select _source_id, md5_number(_source_id), _undo_run, o.ord from ${images} p join ord o on o.run_id = p._undo_run
        where _run = ${id}
      ),
      sighters as (
        select s.run_id, all_but, o.ord from state.sightings s join ord o using (run_id)
        where ${ours} and o.ord > (select ord from ord where run_id = ${id})
      )
    select v._source_id, v._undo_run, arg_min(s.run_id, s.ord) as heir
    from versions v join sighters s on v.until is null or s.ord < v.until
      left join (from state.sighted where ${ours}) k on k.run_id = s.run_id and k.key = v.key
    where s.all_but = (k.key is null) group by all`
}

const CHECKPOINTS: Versioned = {
  rows: sql`state.checkpoints`,
  images: sql`undo.checkpoints`,
  key: ["pipeline", "source"],
  columns: ["pipeline", "source", "config_hash", "checkpoint", "fingerprint", "complete", "run_id", "updated_at"],
  writer: "run_id",
  creator: null,
  times: null,
  values: []
}

export interface TakenBack {
  /** Pipelines of which a later run brought some of the same records. */
  readonly inherited: ReadonlySet<string>
  /** Sources, as \`pipeline.source\`, of which later runs read only what was new: the next one begins anew. */
  readonly reread: ReadonlyArray<string>
}

export const takeBackStaging = (run: Uuid): Effect.Effect<TakenBack, DatabaseError, Database | Warehouse> =>
  Effect.gen(function* () {
    const database = yield* Database
    const inherited = new Set<string>()
    const resting: Array<StagedBy> = []
    const reread: Array<string> = []
    const id = sql`${literal(run)}::uuid`
    for (const staged of yield* stagedSources) {
      const table = yield* versioned(staged)
      const touched = yield* count(sql`(select 1 from ${table.rows} where _run = ${id} union all
        select 1 from ${table.images} where _run = ${id} or _undo_run = ${id} limit 1)`)
      yield* takeBackItems(
        staged.pipeline,
        staged.source,
        run,
        sql`select run_id, ord from ${ordered} where ord > (select ord from ${ordered} where run_id = ${id})`
      )
      if (touched > 0) {
        resting.push(staged)
        const heirs = yield* takeBack(table, { run, heirs: heirsOf(staged, run, table), unravel: false })
        if (heirs > 0) inherited.add(staged.pipeline)
        // What was read since then, was read behind what is gone now: the next run reads from the beginning.
        const later = sql`state.checkpoints where pipeline = ${literal(staged.pipeline)} and source = ${literal(staged.source)}
          and run_id in (select run_id from ${ordered} where ord > (select ord from ${ordered} where run_id = ${id}))`
        if ((yield* count(later)) > 0) reread.push(`${staged.pipeline}.${staged.source}`)
        yield* database.execute(sql`delete from ${later}`)
      }
    }
    yield* takeBack(CHECKPOINTS, { run, unravel: false })
    // A listing that was under way can't go on: what it has seen is gone.
    for (const { pipeline, source } of resting) {
      const ours = sql`pipeline = ${literal(pipeline)} and source = ${literal(source)}`
      yield* database.execute(sql`
        delete from state.checkpoints where ${ours} and not complete; delete from state.seen where ${ours};`)
    }
    yield* database.execute(sql`
      delete from state.sightings where run_id = ${id}; delete from state.sighted where run_id = ${id};
      delete from state.rejects where run_id = ${id}; delete from state.skips where run_id = ${id};`)
    return { inherited, reread }
  })

/** Sources that nobody has read any more leave no table behind. */
export const dropUnread = Effect.gen(function* () {
  const database = yield* Database
  for (const { pipeline, source } of yield* stagedSources) {
    const table = stagingName(pipeline, source)
    const readers = yield* count(sql`state.ledger l join state.runs r using (run_id)
      where l.pipeline = ${literal(pipeline)} and l.source = ${literal(source)} and r.status <> 'undone'`)
    const rows = yield* count(sql`(select 1 from ${name("records", table)} limit 1)`)
    if (readers + rows > 0) continue
    yield* database.execute(sql`
      drop view if exists ${name("staging", table)}; drop table ${name("records", table)};
      drop table if exists ${pastOf({ name: table })};
      drop table if exists ${name("staging", `${table}-items`)}; drop table if exists ${name("undo", `items.${table}`)};
      delete from state.sources where pipeline = ${literal(pipeline)} and source = ${literal(source)};
      delete from state.checkpoints where pipeline = ${literal(pipeline)} and source = ${literal(source)};`)
  }
})

const count = (from: Sql): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Count)
    return row?.n ?? 0
  })
