/** Staged records that others have come to stand for. */
import { Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, literal, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Account } from "./ledger.ts"
import { keepPast } from "./past.ts"
import { type Staging, recordsOf } from "./staging.ts"

/**
 * Takes out staged records that others stand for (`_source_id`, `_by`), and notes it for the sinks. One whose successor
 * isn't staged, or is to go as well, stays: nothing is lost. Gives their number.
 */
export const supersede = (
  staging: Staging,
  { pipeline, source, runId }: Account,
  superseded: Sql
): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    const earlier = yield* database.rows(
      sql`select 1 as n from ${records} where _run <> ${literal(runId)}::uuid limit 1`,
      Schema.Struct({ n: Schema.Number })
    )
    // A first load has nothing to take out, and needs no look at all of its rows.
    if (earlier.length === 0) return 0
    yield* database.execute(sql`
      create or replace temp table _named as select distinct _source_id, _by from (${superseded});
      create or replace temp table _superseded as
        select _source_id, any_value(_by) as _by from _named
        where _by is null or (_by in (select _source_id from ${records}) and _by not in (select _source_id from _named))
        group by _source_id;
      drop table _named`)
    const [row] = yield* database.rows(sql`select count(*) as n from _superseded`, Schema.Struct({ n: Schema.Number }))
    const found = row?.n ?? 0
    if (found > 0) {
      const staged = name("staging", staging.name)
      yield* keepPast(staging, sql`s._source_id in (select _source_id from _superseded)`)
      yield* database.execute(sql`
        insert into state.superseded (pipeline, source, entity, id, successor, run_id)
          select ${literal(pipeline)}, ${literal(source)}, old._entity, old._id, new._id, ${literal(runId)}::uuid
          from _superseded join ${staged} old using (_source_id) left join ${staged} new on new._source_id = _by;
        delete from ${records} where _source_id in (select _source_id from _superseded)`)
    }
    yield* database.execute(sql`drop table _superseded`)
    return found
  })
