/** Entity rows: from the relation where it has the column, from staging where a memory's words stand in its place. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { entityTables } from "../../src/life/table.ts"
import { type Change, none, upsert } from "../../src/life/upsert.ts"
import { lentBy } from "./lend.ts"

/** On a relation that makes memories, these are the memory's; the entity's own are in staging. */
const WORDS = ["title", "description"]

export const makesMemories = (relation: Relation): boolean =>
  relation.columns.has("right_id") || relation.columns.has("moment_id")

const Counts = Schema.Struct({ n: Schema.Number, distinct_ids: Schema.Number })

/** One row for each id: where a relation has several, the first by key. */
const onePerId = (query: Sql, id: string): Effect.Effect<Sql, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [count] = yield* database.rows(
      sql`select count(*) as n, count(distinct ${name(id)}) as distinct_ids from (${query})`,
      Counts
    )
    return count === undefined || count.n === count.distinct_ids
      ? sql`select * exclude (_order) from (${query})`
      : sql`select * exclude (_order) from (${query}) qualify row_number() over (partition by ${name(id)} order by _order) = 1`
  })

export const loadEntity = (
  relation: Relation,
  entity: EntityName,
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const { columns, id } = entities[entity]
    const borrowed = makesMemories(relation) && relation.columns.has("_key") ? WORDS : []
    const lenders = sources.filter(
      (source) => source.entity === entity && borrowed.some((column) => source.columns.has(column))
    )
    const own = Object.keys(columns).filter((column) => relation.columns.has(column) && !borrowed.includes(column))
    const words = Object.keys(columns).filter(
      (column) => borrowed.includes(column) && lenders.some((source) => source.columns.has(column))
    )
    const order = relation.columns.has("_key") ? sql`r._key` : sql`r._id`
    const query = sql`
      select r._id as ${name(id)}${relation.distinct === true ? sql`` : sql`, ${order} as _order`}${join(
        [...own.map((column) => sql`, ${cast(entity, `r`, column)}`), ...words.map((word) => sql`, s.${name(word)}`)],
        ""
      )}
      from ${relation.table} r ${words.length === 0 ? sql`` : sql`left join (${lentBy(lenders, words)}) s on s._key = r._key`}
      ${relation.distinct === true ? sql`` : identified(relation, entity)}`
    return yield* upsert(
      entityTables[entity],
      { query: relation.distinct === true ? query : yield* onePerId(query, id), columns: [id, ...own, ...words] },
      change,
      {
        keepKnown: true
      }
    )
  })

const identified = (relation: Relation, entity: EntityName): Sql =>
  sql`where r._id is not null ${relation.columns.has("_entity") ? sql`and r._entity = ${literal(entity)}` : sql``}`

const cast = (entity: EntityName, from: string, column: string): Sql => {
  const type = entities[entity].columns
  const wanted = Object.entries(type).find(([candidate]) => candidate === column)?.[1].type ?? "VARCHAR"
  return sql`${name(from, column)}::${name(wanted)} as ${name(column)}`
}

/** Entities that a relation only refers to, those that are `kept`: all their columns are in staging. */
export const loadStaged = (
  entity: EntityName,
  sources: ReadonlyArray<StagedSource>,
  kept: Sql,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const { columns, id } = entities[entity]
    const staged = sources.filter((source) => source.entity === entity)
    if (staged.length === 0) return none
    const present = Object.keys(columns).filter((column) => staged.some((source) => source.columns.has(column)))
    const query = sql`select _id as ${name(id)}, _key as _order, ${join(present.map((column) => cast(entity, "r", column)))}
      from (${join(
        staged.map((source) => sql`select * from ${source.table} where ${kept}`),
        " union all by name "
      )}) r`
    return yield* upsert(
      entityTables[entity],
      { query: yield* onePerId(query, id), columns: [id, ...present] },
      change,
      {
        keepKnown: true
      }
    )
  })
