/** Entity rows: from the relation where it has the column, from staging where a memory's words stand in its place. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { entityTables } from "../../src/life/table.ts"
import { type Change, type Together, none, upsert } from "../../src/life/upsert.ts"
import { makesMemories } from "./kind.ts"
import { lentBy } from "./lend.ts"

/** On a relation that makes memories, these are the memory's; the entity's own are in staging. */
const WORDS = ["title", "description"]

const Counts = Schema.Struct({ n: Schema.Number, distinct_ids: Schema.Number })

/** One row for each id: where a relation has several, the first by key of those that know most of the place. */
const onePerId = (
  query: Sql,
  id: string,
  columns: ReadonlyArray<string>
): Effect.Effect<Sql, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const { together: location } = together(columns)
    const rank = location === undefined ? sql`` : sql`${location.rank(sql`_all`)} desc,`
    const [count] = yield* database.rows(
      sql`select count(*) as n, count(distinct ${name(id)}) as distinct_ids from (${query})`,
      Counts
    )
    return count === undefined || count.n === count.distinct_ids
      ? sql`select * exclude (_order) from (${query})`
      : sql`select * exclude (_order) from (${query}) _all qualify row_number() over (partition by ${name(id)} order by ${rank} _order) = 1`
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
    const has = (column: string) => relation.columns.has(column)
    const own = present(entity, has).filter((column) => !borrowed.includes(column))
    const words = Object.keys(columns).filter(
      (column) => borrowed.includes(column) && lenders.some((source) => source.columns.has(column))
    )
    const order = relation.columns.has("_key") ? sql`r._key` : sql`r._id`
    const query = sql`
      select r._id as ${name(id)}${relation.distinct === true ? sql`` : sql`, ${order} as _order`}${join(
        [
          ...own.map((column) => sql`, ${valueOf(entity, "r", column, has)}`),
          ...words.map((word) => sql`, s.${name(word)}`)
        ],
        ""
      )}
      from ${relation.table} r ${words.length === 0 ? sql`` : sql`left join (${lentBy(lenders, words)}) s on s._key = r._key`}
      ${relation.distinct === true ? sql`` : identified(relation, entity)}`
    return yield* upsert(
      entityTables[entity],
      { query: relation.distinct === true ? query : yield* onePerId(query, id, own), columns: [id, ...own, ...words] },
      change,
      { keepKnown: true, ...together(own) }
    )
  })

const identified = (relation: Relation, entity: EntityName): Sql =>
  sql`where r._id is not null ${relation.columns.has("_entity") ? sql`and r._entity = ${literal(entity)}` : sql``}`

/** Coordinates and what is said of them: a provider that withholds them takes none away from who has them. */
const LOCATION: Together = {
  columns: ["latitude", "longitude", "location_status"],
  rank: (row) =>
    sql`case when ${row}.latitude is null or ${row}.longitude is null then (${row}.location_status is not distinct from 'withheld')::integer
      when ${row}.location_status is not distinct from 'inferred' then 2 else 3 end`
}

type Has = (column: string) => boolean

/** Does a row with coordinates say by having them how much is known of the place? */
const says = (column: string, has: Has): boolean => column === "location_status" && has("latitude") && has("longitude")

/** The columns that an entity's rows have, of those that are there. */
const present = (entity: EntityName, has: Has): ReadonlyArray<string> =>
  Object.keys(entities[entity].columns).filter((column) => has(column) || says(column, has))

const valueOf = (entity: EntityName, from: string, column: string, has: Has): Sql =>
  says(column, has)
    ? sql`coalesce(${has(column) ? sql`${name(from, column)}::varchar` : sql`null`}, case when ${name(from, "latitude")} is null
        or ${name(from, "longitude")} is null then 'unknown' else 'known' end) as ${name(column)}`
    : cast(entity, from, column)

const together = (columns: ReadonlyArray<string>) =>
  LOCATION.columns.every((column) => columns.includes(column)) ? { together: LOCATION } : {}

const cast = (entity: EntityName, from: string, column: string): Sql => {
  const type = entities[entity].columns
  const wanted = Object.entries(type).find(([candidate]) => candidate === column)?.[1].type ?? "VARCHAR"
  return sql`${name(from, column)}::${name(wanted)} as ${name(column)}`
}

/** Entities that a relation only refers to: all their columns are in staging. */
export const loadStaged = (
  entity: EntityName,
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const { id } = entities[entity]
    const staged = sources.filter((source) => source.entity === entity)
    if (staged.length === 0) return none
    const has = (column: string) => staged.some((source) => source.columns.has(column))
    const columns = present(entity, has)
    const query = sql`select _id as ${name(id)}, _key as _order, ${join(columns.map((column) => valueOf(entity, "r", column, has)))}
      from (${join(
        staged.map((source) => sql`select * from ${source.table}`),
        " union all by name "
      )}) r`
    return yield* upsert(
      entityTables[entity],
      { query: yield* onePerId(query, id, columns), columns: [id, ...columns] },
      change,
      { keepKnown: true, ...together(columns) }
    )
  })
