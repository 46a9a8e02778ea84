/** The order in which a relation becomes rows of `life`. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { Loading, SinkCounts } from "../../src/component/sink.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { type Change, none, plus } from "../../src/life/upsert.ts"
import { loadAlbums } from "./albums.ts"
import { loadEntity, loadStaged } from "./entities.ts"
import { loadLinks } from "./links.ts"
import { formMemories } from "./moments.ts"
import { loadPeople } from "./people.ts"
import { loadPlaces } from "./places.ts"
import { loadProvenance } from "./provenance.ts"

export const loadMemories = (
  relations: ReadonlyArray<Relation>,
  loading: Loading
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const change: Change = loading
    let counts = none
    const tally = (step: Effect.Effect<SinkCounts, DatabaseError, Database>) =>
      Effect.map(step, (more) => {
        counts = plus(counts, more)
      })
    for (const relation of relations) {
      const sources = loading.sourcesOf.get(relation.name) ?? []
      for (const entity of yield* entitiesOf(relation)) {
        // Whose albums, people and provenance are to be kept: of a source as it was staged, everybody's.
        const kept = relation.distinct === true ? sql`true` : KEPT
        if (relation.distinct !== true) {
          yield* database.execute(
            sql`create or replace temp table _kept as select distinct _id as id from ${relation.table} where ${
              relation.columns.has("_entity") ? sql`_entity = ${literal(entity)}` : sql`true`
            }`
          )
        }
        const load = Effect.zipWith(
          loadEntity(relation, entity, sources, change),
          loadProvenance(entity, sources, kept, change),
          plus
        )
        yield* tally(relation.distinct === true ? database.lean(load) : load)
        if (entity === "media") yield* tally(loadAlbums(sources, kept, change))
        if (entity === "events") yield* tally(loadPeople(sources, kept, change))
      }
      if (relation.columns.has("right_id")) {
        for (const entity of yield* named(sql`right_entity`, sql`${relation.table} where right_id is not null`)) {
          yield* database.execute(
            sql`create or replace temp table _kept as
              select distinct right_id as id from ${relation.table} where right_entity = ${literal(entity)}`
          )
          yield* tally(loadStaged(entity, sources, KEPT, change))
          yield* tally(loadProvenance(entity, sources, KEPT, change))
          if (entity === "events") yield* tally(loadPeople(sources, KEPT, change))
        }
      }
      yield* tally(loadPlaces(relation, change))
      if (relation.columns.has("right_id") || relation.columns.has("moment_id")) {
        yield* tally(formMemories(relation, sources, change))
      }
      yield* tally(loadLinks(relation, sources, change))
    }
    yield* database.execute(sql`drop table if exists _kept`)
    return counts
  })

/** The rows of a relation whose ids were noted. */
const KEPT = sql`_id in (select id from _kept)`

const entitiesOf = (relation: Relation): Effect.Effect<ReadonlyArray<EntityName>, DatabaseError, Database> =>
  Effect.gen(function* () {
    if (relation.entity === null) return []
    if (relation.entity !== "mixed") return [relation.entity]
    return yield* named(sql`_entity`, relation.table)
  })

/** The entities that a column names. */
const named = (column: Sql, from: Sql): Effect.Effect<ReadonlyArray<EntityName>, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const found = yield* database.rows(sql`select distinct ${column} as entity from ${from}`, EntityRow)
    return Object.values(entities).flatMap(({ name }) => (found.some((row) => row.entity === name) ? [name] : []))
  })

const EntityRow = Schema.Struct({ entity: Schema.NullOr(Schema.String) })
