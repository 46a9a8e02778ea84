/** Taking one run back: what it staged, what it did to `life`, and its checkpoints (I7). What others brought too stays. */
import { Effect, Schema } from "effect"
import { EpochMillis, Uuid } from "../../component/column.ts"
import type { Services } from "../../component/connector.ts"
import { Database } from "../../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../component/error.ts"
import { join, literal, sql } from "../../component/sql.ts"
import { imagesOf, lifeTables, tableOf } from "../../life/table.ts"
import { MERGED_INTO, SPLIT_FROM } from "../../life/edit.ts"
import type { Plan } from "../../pipeline/plan.ts"
import { Warehouse } from "../../warehouse/warehouse.ts"
import { heed } from "../heed.ts"
import type { RunContext } from "../job.ts"
import { forgetSteps, rebuild } from "../rebuild.ts"
import { type RunRow, ordered } from "../runs.ts"
import { decidedBy, refuseOrphans, takeBackLife } from "./life.ts"
import { dropUnread, stagedSources, takeBackStaging } from "./staging.ts"
import { pastOf } from "../past.ts"
import { recordsOf } from "../staging.ts"
import { stagingName } from "../../pipeline/plan.ts"

/** What will be deleted, and what will be as it was before, by table. */
export type Preview = { readonly [table: string]: { readonly deleted: number; readonly restored: number } }

export interface Undone {
  readonly run_id: string
  readonly undone: string
  readonly tables: Preview
  /** Pipelines whose memories were made anew from what is left. */
  readonly rebuilt: ReadonlyArray<string>
  /** Pipelines that can't be planned any more: their next run makes their memories anew. */
  readonly to_run: ReadonlyArray<string>
  /** Sources, as `pipeline.source`, that their next run reads from the beginning. */
  readonly to_read: ReadonlyArray<string>
}

const UNDOABLE = new Set(["run", "rebuild", "edit", "merge", "split", "hide", "unhide"])

const INSTEAD: { readonly [command: string]: string } = {
  forget: "What was forgotten is gone for good: run the pipeline again to read it once more from its sources.",
  import: "It went into an empty home: delete that directory, and it is as before."
}

/** Can it be undone at all? */
export const undoable = ({
  command,
  id,
  status
}: RunRow): Effect.Effect<void, SourceError | DatabaseError, Database> => {
  const refuse = (code: string, message: string, hint: string) =>
    Effect.fail(sourceError(code, message, hint, { fault: "pipeline" }))
  if (status === "undone")
    return refuse("already-undone", `Run ${id} is undone already.`, "See the runs: keepsake status")
  if (command === "undo")
    return refuse("not-undoable", "An undo can't be undone.", "Run the pipeline, or edit, once more.")
  if (!UNDOABLE.has(command)) {
    return refuse(
      "not-undoable",
      `A run of \`${command}\` can't be undone: it keeps nothing to go back to.`,
      INSTEAD[command] ?? ""
    )
  }
  return Effect.gen(function* () {
    const database = yield* Database
    const [forgotten] = yield* database.rows(
      sql`with ord as (from ${ordered})
        select 1 as n from state.runs join ord o using (run_id)
        where command = 'forget' and status = 'done' and o.ord > (select ord from ord where run_id = ${literal(id)}) limit 1`,
      Schema.Struct({ n: Schema.Number })
    )
    if (forgotten !== undefined) {
      yield* refuse(
        "not-undoable",
        `Run ${id} can't be undone: something was forgotten since, and what undo needs went with it.`,
        "Take it back with: keepsake forget --source PIPELINE.SOURCE"
      )
    }
  })
}

const Count = Schema.Struct({ table_name: Schema.String, deleted: Schema.Number, restored: Schema.Number })

/** Says first what it will do. */
export const preview = (run: Uuid): Effect.Effect<Preview, DatabaseError, Warehouse | Database> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const id = sql`${literal(run)}::uuid`
    const life = lifeTables.map(
      (table) => sql`
        select ${literal(`life.${table.name}`)} as table_name,
          (select count(*) from ${tableOf(table)} where created_run_id = ${id}) as deleted,
          (select count(*) from ${imagesOf(table)} where _undo_run = ${id} and run_id is distinct from ${id}) as restored`
    )
    const past = new Set(
      (yield* database.rows(
        sql`select table_name from duckdb_tables() where schema_name = 'undo'`,
        Schema.Struct({ table_name: Schema.String })
      )).map(({ table_name }) => table_name)
    )
    const staged = (yield* stagedSources).map(({ pipeline, source }) => {
      const table = stagingName(pipeline, source)
      const restored = past.has(`staging.${table}`)
        ? sql`(select count(*) from ${pastOf({ name: table })} where _undo_run = ${id} and _run is distinct from ${id})`
        : literal(0)
      return sql`select ${literal(`staging.${table}`)}, (select count(*) from ${recordsOf({ name: table })} where _run = ${id}) - ${restored}, ${restored}`
    })
    const counts = yield* database.rows(join([...life, ...staged], " union all "), Count)
    return Object.fromEntries(
      counts
        .filter(({ deleted, restored }) => deleted + restored > 0)
        .map(({ deleted, restored, table_name }) => [table_name, { deleted: Math.max(0, deleted), restored }])
    )
  })

const Successor = Schema.Struct({ pipeline: Schema.String, run_id: Schema.String, started: Schema.Number })
const Flag = Schema.Struct({ adopted: Schema.Boolean })
const Later = Schema.Struct({ pipeline: Schema.String })

/** Undoes a run, all of it or nothing. `plans` has the pipelines that can be rebuilt. */
export const undo = (
  run: RunRow,
  plans: ReadonlyMap<string, Plan>,
  context: RunContext
): Effect.Effect<Undone, DatabaseError | SourceError, Warehouse | Database | Services> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const tables = yield* preview(run.id)
    const work = Effect.gen(function* () {
      const [own] = yield* database.rows(
        sql`select coalesce(adopted, false) as adopted from state.runs where run_id = ${literal(run.id)}`,
        Flag
      )
      const heeded = yield* isHeededSince(run.id, context.runId)
      const { inherited, reread } = yield* takeBackStaging(run.id)
      yield* database.execute(sql`update state.runs set status = 'undone' where run_id = ${literal(run.id)}`)
      const later = yield* loadedSince(run.id)
      const dependent = new Set([
        ...inherited,
        ...later,
        ...(own?.adopted === true && run.pipeline !== null ? [run.pipeline] : [])
      ])
      const rebuildable = [...dependent].every((pipeline) => plans.has(pipeline))
      yield* takeBackLife(run.id, { pipeline: "", ...context }, rebuildable)
      yield* dropUnread
      if (run.pipeline !== null) yield* renewSteps(run.pipeline, context.runId)
      const rebuilt: Array<string> = []
      for (const { pipeline, run_id, started } of yield* lastRuns([...dependent])) {
        const plan = plans.get(pipeline)
        yield* renewSteps(pipeline, context.runId)
        if (plan === undefined) continue
        // As if that run had brought it all: it will take it back, too.
        yield* rebuild(plan, { runId: Uuid(run_id), now: EpochMillis(started) })
        yield* database.execute(sql`update state.runs set adopted = true where run_id = ${literal(run_id)}`)
        rebuilt.push(pipeline)
      }
      if (heeded) yield* heed(plans, context, "people")
      return { rebuilt, to_run: [...dependent].filter((pipeline) => !plans.has(pipeline)), to_read: reread }
    })
    const outcome = yield* database.transaction(refuseOrphans(work))
    return { run_id: context.runId, undone: run.id, tables, ...outcome }
  })

/** Pipelines that brought memories after a run. */
const loadedSince = (run: Uuid) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const rows = yield* database.rows(
      sql`with ord as (from ${ordered})
        select distinct s.pipeline from state.steps s join ord o using (run_id)
        where starts_with(step, 'sink:') and o.ord > (select ord from ord where run_id = ${literal(run)})`,
      Later
    )
    return rows.map(({ pipeline }) => pipeline)
  })

/** Did it decide who is who, so that whatever came after it was resolved accordingly? */
const isHeededSince = (run: Uuid, undoing: Uuid) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [found] = yield* database.rows(
      sql`with ord as (from ${ordered})
        select 1 as n from (${decidedBy(run)}) where entity_type = 'people'
          and field in (${literal(MERGED_INTO)}, ${literal(SPLIT_FROM)})
          and exists (select 1 from ord where run_id <> ${literal(undoing)} and ord > (select ord from ord where run_id = ${literal(run)})) limit 1`,
      Schema.Struct({ n: Schema.Number })
    )
    return found !== undefined
  })

/** The last run of each pipeline that is still there. */
const lastRuns = (pipelines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    if (pipelines.length === 0) return []
    return yield* database.rows(
      sql`select pipeline, arg_max(run_id, o.ord)::varchar as run_id, epoch_ms(arg_max(started_at, o.ord)) as started
        from state.runs join ${ordered} o using (run_id)
        where status <> 'undone' and command in ('run', 'rebuild') and pipeline in (${join(pipelines.map((pipeline) => literal(pipeline)))})
        group by pipeline order by pipeline`,
      Successor
    )
  })

/** What was made of a pipeline's records is to be made anew. */
const renewSteps = (pipeline: string, version: Uuid) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* forgetSteps(pipeline)
    yield* database.execute(
      sql`update state.steps set fingerprint = ${literal(version)}, version = null, since = null where pipeline = ${literal(pipeline)}`
    )
  })
