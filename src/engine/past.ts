/**
 * What is kept of staging's past, so that one run can be taken back: records as they were before a run changed them
 * (I7), and which records of earlier runs a run read as well. A first load has no past, and keeps nothing.
 */
import { Effect, Schema } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, authored, literal, name, names, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Account } from "./ledger.ts"
import { isFrom } from "./files.ts"
import { seenOf } from "./seen.ts"
import { type Staging, recordsOf, storedColumns, storedTypes } from "./staging.ts"
import { hasTable } from "./table.ts"

/** Records as they were before a run changed them: the stored columns, and `_undo_run`. */
export const pastOf = ({ name: table }: Pick<Staging, "name">): Sql => name("undo", `staging.${table}`)

/** Brings the past to the shape that records have; where they were lost, it goes with them. */
export const preparePast = (
  staging: Staging,
  prepared: "made" | "changed"
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const past = pastOf(staging)
    if (prepared === "made") return yield* database.execute(sql`drop table if exists ${past}`)
    if (!(yield* hasTable("undo", `staging.${staging.name}`))) return
    for (const [column, type] of storedTypes(staging)) {
      yield* database.execute(sql`alter table ${past} add column if not exists ${name(column)} ${authored(type)}`)
    }
  })

/** Keeps the records `s` that a run is about to change, unless it has changed them before. */
export const keepPast = (staging: Staging, which: Sql): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [past, records] = [pastOf(staging), recordsOf(staging)]
    const columns = names(storedColumns(staging))
    const run = sql`${literal(staging.runId)}::uuid`
    yield* database.execute(sql`
      create table if not exists ${past} as select ${columns}, null::uuid as _undo_run from ${records} limit 0;
      insert into ${past} (${columns}, _undo_run)
        select ${columns}, ${run} from ${records} s where s._run is distinct from ${run} and ${which};`)
  })

const Seen = Schema.Struct({ seen: Schema.Number, others: Schema.Number })

/**
 * Notes which records of earlier runs this one has read too, or which it hasn't, whatever are fewer: an export
 * that comes again has nearly all, a sync nearly none. Gives how many it hasn't.
 */
export const noteSightings = (
  staging: Staging,
  { pipeline, runId, source }: Account
): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const run = sql`${literal(runId)}::uuid`
    const older = sql`(
      select _source_id, _source_id in (select _source_id from ${seenOf(staging)}) as seen
      from ${recordsOf(staging)} where _run is distinct from ${run})`
    const [count] = yield* database.rows(
      sql`select count(*) filter (seen) as seen, count(*) filter (not seen) as others from ${older}`,
      Seen
    )
    const { others, seen } = count ?? { seen: 0, others: 0 }
    if (seen > 0) {
      const allBut = others < seen
      const values = sql`${run}, ${literal(pipeline)}, ${literal(source)}`
      yield* database.execute(sql`
        insert into state.sightings values (${values}, ${literal(allBut)});
        insert into state.sighted select ${values}, md5_number(_source_id) from ${older} where seen <> ${literal(allBut)};`)
    }
    return others
  })

/** Are records staged of these archives, by an earlier run, that this one hasn't read, though it has read all of these? */
export const hasStrays = (
  staging: Staging,
  archives: ReadonlySet<string>
): Effect.Effect<boolean, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const found = yield* database.rows(
      sql`select 1 as n from ${recordsOf(staging)} where _run is distinct from ${literal(staging.runId)}::uuid
          and ${isFrom(sql`_archive`, archives)} and _source_id not in (select _source_id from ${seenOf(staging)}) limit 1`,
      Schema.Struct({ n: Schema.Number })
    )
    return found.length > 0
  })
