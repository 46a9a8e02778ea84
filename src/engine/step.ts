/** Which steps need no work: each remembers its SQL and inputs, their fingerprint, and what came of it. */
import { Clock, Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import type { Changes } from "../component/slice.ts"
import { type Sql, join, literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export interface Step {
  /** Of its SQL and of what it read: equal, and there is nothing to do. */
  readonly fingerprint: string
  readonly counts: { readonly [name: string]: number }
  /** Of what came out: equal when its rows are. Default: the fingerprint. */
  readonly version?: string
  /** The version before, and where the rows of this one differ from it; null: not known. */
  readonly since?: Since | null
  /** Of its SQL, whatever it read. */
  readonly made?: string
  /** The versions that it read, by relation. */
  readonly read?: { readonly [relation: string]: string }
}

export interface Since {
  readonly version: string
  readonly changes: Changes
}

/** How a step makes its rows, for those who ask later why a row is there. */
export interface Made {
  readonly type: string
  /** Relations, by their names in the pipeline. */
  readonly inputs: ReadonlyArray<string>
  /** Null: it isn't made by SQL. */
  readonly query: string | null
}

const Edge = Schema.NullOr(Schema.Number)
const SliceOf = Schema.Tuple([Edge, Edge])

const Row = Schema.Struct({
  fingerprint: Schema.String,
  counts: Schema.fromJsonString(Schema.Record(Schema.String, Schema.Number)),
  version: Schema.String,
  since: Schema.NullOr(
    Schema.fromJsonString(Schema.Struct({ version: Schema.String, changes: Schema.NullOr(Schema.Array(SliceOf)) }))
  ),
  made: Schema.String,
  read: Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
})

export const readStep = (
  pipeline: string,
  step: string
): Effect.Effect<Required<Step> | null, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select fingerprint, counts::varchar as counts, coalesce(version, fingerprint) as version, since::varchar as since,
          coalesce(made, '') as made, coalesce(read, '{}')::varchar as read from state.steps
        where pipeline = ${literal(pipeline)} and step = ${literal(step)}`,
      Row
    )
    return row ?? null
  })

export const writeStep = (
  pipeline: string,
  step: string,
  runId: Uuid,
  done: Step,
  made: Made
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    // Not `now()`, which is when the transaction began.
    const finished = yield* Clock.currentTimeMillis
    yield* database.execute(sql`
      delete from state.steps where pipeline = ${literal(pipeline)} and step = ${literal(step)};
      insert into state.steps (pipeline, step, fingerprint, counts, run_id, finished_at, type, inputs, query,
        version, since, made, read)
      values (${literal(pipeline)}, ${literal(step)}, ${literal(done.fingerprint)}, ${literal(JSON.stringify(done.counts))},
        ${literal(runId)}, make_timestamptz(${literal(finished * 1000)}), ${literal(made.type)}, [${join(made.inputs.map((input) => literal(input)))}]::varchar[],
        ${literal(made.query)}, ${literal(done.version ?? null)}, ${literal(done.since == null ? null : JSON.stringify(done.since))},
        ${literal(done.made ?? null)}, ${literal(JSON.stringify(done.read ?? {}))});`)
  })

/** Memories are sorted as a person says: where that changes, they are loaded anew. */
export const renewSinks: Sql = sql`
  update state.steps set fingerprint = 'renew', made = null where starts_with(step, 'sink:') and coalesce(type, 'memories') = 'memories'`
