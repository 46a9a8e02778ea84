/** The staged records of which a load needs to know. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { StagedSource } from "../../src/component/sink.ts"
import { type Sql, empty, join, literal, name, sql } from "../../src/component/sql.ts"
import type { EntityName } from "../../src/life/entity.ts"
import type { Part } from "./changed.ts"

/** Selects a relation's rows of an entity: their ids (`id`), and what their source calls them (`source_id`), where rows tell. */
export const idsOf = ({ columns, table }: Pick<Relation, "columns" | "table">, entity: EntityName): Sql => sql`
  select _id as id, ${columns.has("_source_id") ? sql`_source_id` : sql`null::varchar`} as source_id
  from ${table} ${columns.has("_entity") ? sql`where _entity = ${literal(entity)}` : empty}`

/** The same of records that changed and are among `all`, though the part's rows may be as they were: to be put behind it. */
export const renewed = ({ relation, sources, staged }: Part, entity: EntityName, all: Sql): Sql =>
  staged === null
    ? empty
    : join(
        sources
          .filter((source) => source.entity === entity && source.table !== relation.table)
          .map(
            (source) =>
              sql`union all select _id, _source_id from (${staged(source)}) where _id in (select id from (${all}))`
          ),
        " "
      )

/** A source of those of its records that have the ids. */
export const withIds = (source: StagedSource, ids: Sql): StagedSource => ({
  ...source,
  table: sql`(select * from ${source.table} where _id in (select id from ${ids}))`
})

const Found = Schema.Struct({ named: Schema.Boolean })

/** Uses the records of an entity that have the ids (see `idsOf`), as sources that hold no others; unless there are no ids. */
export const withRecords = <A, E, R>(
  { slices, sources }: Part,
  entity: EntityName,
  ids: Sql,
  use: (records: ReadonlyArray<StagedSource>) => Effect.Effect<A, E, R>
): Effect.Effect<void, DatabaseError | E, Database | R> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(sql`create or replace temp table _kept as select distinct * from (${ids})`)
    const [found] = yield* database.rows(
      sql`select bool_and(source_id is not null) as named from _kept having count(*) > 0`,
      Found
    )
    if (found === undefined) return
    const own = sources.filter((source) => source.entity === entity)
    if (slices === null) return void (yield* use(own.map((source) => withIds(source, KEPT))))
    // Each is read once: without the name of a record, its id has to be computed to tell whether it is one of them.
    const few = yield* Effect.forEach(own, (source, index) => {
      const table = name(`_records_${index}`)
      const candidate = found.named ? source.where(sql`_source_id in (select source_id from ${KEPT})`) : source.table
      return Effect.as(
        database.execute(sql`create or replace temp table ${table} as
          select * from ${candidate} where _id in (select id from ${KEPT})`),
        { ...source, table }
      )
    })
    yield* use(few)
    yield* database.execute(
      join(
        few.map(({ table }) => sql`drop table ${table}`),
        ";"
      )
    )
  })

const KEPT = name("_kept")
