/** What a run left out, and what it could not use: why, how often, and for example. */
import { Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

const LeftOut = Schema.Struct({
  source: Schema.String,
  what: Schema.Literals(["skipped", "rejected"]),
  reason: Schema.String,
  /** Null: nobody can say how many, or whether there are any. */
  count: Schema.NullOr(Schema.Number),
  example: Schema.NullOr(Schema.String)
})
export type LeftOut = typeof LeftOut.Type

/** Rejects first, then by their number. */
export const leftOut = (runId: string): Effect.Effect<ReadonlyArray<LeftOut>, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    return yield* database.rows(
      sql`select source, 'skipped' as what, reason, sum(count)::bigint as count, any_value(examples->>0) as example
          from state.skips where run_id = ${literal(runId)} group by source, reason
            having sum(count) > 0 or count(count) = 0
        union all
        select source, 'rejected', code || ': ' || any_value(reason), count(*), any_value(coalesce(member, archive))
          from state.rejects where run_id = ${literal(runId)} group by source, code
        order by what, count desc nulls first, source, reason`,
      LeftOut
    )
  })
