/** Which steps need no work: each remembers its SQL and inputs, their fingerprint, and what came of it. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { join, literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export interface Step {
  readonly fingerprint: string
  readonly counts: { readonly [name: string]: number }
}

/** How a step makes its rows, for those who ask later why a row is there. */
export interface Made {
  readonly type: string
  /** Relations, by their names in the pipeline. */
  readonly inputs: ReadonlyArray<string>
  /** Null: it isn't made by SQL. */
  readonly query: string | null
}

const Row = Schema.Struct({
  fingerprint: Schema.String,
  counts: Schema.fromJsonString(Schema.Record(Schema.String, Schema.Number))
})

export const readStep = (pipeline: string, step: string): Effect.Effect<Step | null, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select fingerprint, counts::varchar as counts from state.steps
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
    yield* database.execute(sql`
      delete from state.steps where pipeline = ${literal(pipeline)} and step = ${literal(step)};
      insert into state.steps (pipeline, step, fingerprint, counts, run_id, finished_at, type, inputs, query)
      values (${literal(pipeline)}, ${literal(step)}, ${literal(done.fingerprint)}, ${literal(JSON.stringify(done.counts))},
        ${literal(runId)}, now(), ${literal(made.type)}, [${join(made.inputs.map((input) => literal(input)))}]::varchar[],
        ${literal(made.query)});`)
  })
