/** Equal pictures that were taken at different times are different photos. */
import { Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { uuid5Sql } from "../component/id.ts"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { keepPast } from "./past.ts"
import { type Staging, hashOf, recordsOf } from "./staging.ts"

/**
 * The earliest of them, and copies without a known time, keep the id that the picture alone gives; later ones have
 * their time added. Times less than 26 hours apart count as one: a wrong or missing zone explains them.
 * Gives the number of rows whose id changed.
 */
export const splitEqualPictures = (staging: Staging): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const records = recordsOf(staging)
    yield* database.execute(sql`
      create or replace temp table _split as
        with spread as (
          select picture_hash, min(taken_at) as first from ${records} where picture_hash is not null
          group by picture_hash having max(taken_at) - min(taken_at) > interval 26 hours
        ),
        wanted as (
          select s._source_id, s._hash, s._id, case when s.taken_at - first > interval 26 hours
            then ${uuid5Sql(["media"], sql`s.picture_hash || chr(31) || epoch_ms(s.taken_at)`)}
            else ${uuid5Sql(["media"], sql`s.picture_hash`)} end as id
          from (select *, ${hashOf(staging)} as _hash from ${records}) s join spread using (picture_hash)
        )
        select _source_id, _hash, id from wanted where _id is distinct from id`)
    const [row] = yield* database.rows(sql`select count(*) as n from _split`, Schema.Struct({ n: Schema.Number }))
    if (row !== undefined && row.n > 0) {
      yield* keepPast(staging, sql`s._source_id in (select _source_id from _split)`)
    }
    yield* database.execute(sql`
      update ${records} as s set _said = _split._hash, _id = _split.id, _run = ${literal(staging.runId)}::uuid from _split where _split._source_id = s._source_id;
      drop table _split`)
    return row?.n ?? 0
  })
