/** Which steps need no work: each remembers the fingerprint of its SQL and inputs, and what came of it. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export interface Step {
  readonly fingerprint: string
  readonly counts: { readonly [name: string]: number }
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
  done: Step
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(sql`
      delete from state.steps where pipeline = ${literal(pipeline)} and step = ${literal(step)};
      insert into state.steps (pipeline, step, fingerprint, counts, run_id, finished_at) values (${literal(pipeline)},
        ${literal(step)}, ${literal(done.fingerprint)}, ${literal(JSON.stringify(done.counts))}, ${literal(runId)}, now());`)
  })
