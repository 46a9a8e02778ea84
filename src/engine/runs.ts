/** The runs that a home remembers, in their order. */
import { Effect, Schema } from "effect"
import { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { type Sql, literal, sql } from "../component/sql.ts"

export interface RunRow {
  readonly id: Uuid
  /** Null: it concerns the home as a whole. */
  readonly pipeline: string | null
  readonly command: string
  readonly status: string
  readonly startedAt: string
}

/** Runs by when they began: `run_id` and `ord`. */
export const ordered: Sql = sql`(select run_id, row_number() over (order by started_at, rowid) as ord from state.runs)`

const Row = Schema.Struct({
  run_id: Schema.String,
  pipeline: Schema.NullOr(Schema.String),
  command: Schema.String,
  status: Schema.String,
  started_at: Schema.String
})

/** The run with an id, which may be cut short; `last` is the last that can be undone. */
export const findRun = (wanted: string): Effect.Effect<RunRow, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const id = wanted.trim().toLowerCase()
    const which =
      id === "last"
        ? sql`status not in ('undone', 'running') and command not in ('undo', 'forget', 'import')
            and (status <> 'failed' or command = 'run')`
        : sql`starts_with(run_id::varchar, ${literal(id)})`
    const found = yield* database.rows(
      sql`select run_id::varchar as run_id, pipeline, command, status, started_at::varchar as started_at from state.runs
        where ${which} order by state.runs.started_at desc, rowid desc limit ${literal(id === "last" ? 1 : 2)}`,
      Row
    )
    const [run] = found
    if (run === undefined || id === "") {
      return yield* sourceError("unknown-run", `There is no run ${wanted}.`, "See the runs: keepsake status", {
        fault: "pipeline"
      })
    }
    if (found.length > 1) {
      return yield* sourceError("ambiguous-id", `Several runs begin with ${wanted}.`, "Write more of the id.", {
        fault: "pipeline"
      })
    }
    return {
      id: Uuid(run.run_id),
      pipeline: run.pipeline,
      command: run.command,
      status: run.status,
      startedAt: run.started_at
    }
  })
