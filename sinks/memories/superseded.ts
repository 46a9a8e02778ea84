/** Entities that others stand for now: the same thing, told better by an export that came later, under another key. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { edits, entityTables, provenance, tableOf } from "../../src/life/table.ts"
import { type Change, none, remove, upsert } from "../../src/life/upsert.ts"

const Count = Schema.Struct({ n: Schema.Number })

/** They go, with their before-image (I7); what a person made of them is their successor's (I8). */
export const dropSuperseded = (
  entity: EntityName,
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const own = sources.filter((source) => source.entity === entity)
    const superseded = join(
      own.map((source) => sql`select id, successor from ${source.superseded}`),
      " union all "
    )
    if (own.length === 0 || (yield* count(sql`(select 1 from (${superseded}) limit 1)`)) === 0) return none
    const staged = join(
      own.map((source) => sql`select _id from ${source.table}`),
      " union all "
    )
    const table = entityTables[entity]
    const present = sql`select ${name(entities[entity].id)} as id from ${tableOf(table)}`
    yield* database.execute(sql`
      create or replace temp table _stale as
        select id, any_value(successor) as successor from (${superseded})
        where id in (${present}) and id not in (${staged}) group by id`)
    const deleted = yield* count(sql`_stale`)
    if (deleted > 0) yield* removeStale(entity, change)
    yield* database.execute(sql`drop table _stale`)
    return { ...none, deleted }
  })

const removeStale = (entity: EntityName, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const run = sql`${literal(change.runId)}::uuid`
    const table = entityTables[entity]
    const mine = sql`entity_type = ${literal(entity)}`
    const ofEntity = sql`where t.${name(entities[entity].id)} in (select id from _stale)`
    const ofProvenance = sql`where t.${mine} and t.entity_id in (select id from _stale)`
    yield* upsert(
      edits,
      {
        query: sql`select entity_type, successor as entity_id, field, value, edited_at from ${tableOf(edits)} e
          join _stale on e.entity_id = id where ${mine} and successor is not null and not exists (
            select 1 from ${tableOf(edits)} o
            where o.${mine} and o.entity_id = successor and o.field = e.field)`,
        columns: [...edits.key, "value", "edited_at"]
      },
      change
    )
    yield* database.execute(sql`
      ${remove(table, run, ofEntity)} ${remove(provenance, run, ofProvenance)}`)
  })

const count = (from: Sql): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Count)
    return row?.n ?? 0
  })
