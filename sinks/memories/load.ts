/** The order in which a relation becomes rows of `life`. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { Loading, SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { type Change, none, plus } from "../../src/life/upsert.ts"
import { loadAlbums } from "./albums.ts"
import { holdsRecords, isDerived, loadDerived, missingEntities } from "./derived.ts"
import { loadEntity, loadStaged } from "./entities.ts"
import { loadLinks } from "./links.ts"
import { formMemories } from "./moments.ts"
import { loadPeople } from "./people.ts"
import { isGeocoded, loadPlaces } from "./places.ts"
import { loadProvenance } from "./provenance.ts"
import { beginRenaming } from "./renamed.ts"
import { dropSuperseded } from "./superseded.ts"

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
    yield* database.execute(beginRenaming)
    // What was resolved is not made of each event's attendees, or each visit's place, again.
    const resolves = (entity: EntityName) => relations.some((one) => one.entity === entity && isDerived(one))
    const [hasPeople, hasPlaces] = [resolves("people"), resolves("places")]
    /** What is kept beside entities of a relation: of a source as it was staged, everybody's. */
    const beside = (entity: EntityName, sources: ReadonlyArray<StagedSource>, kept: Sql) =>
      Effect.gen(function* () {
        if (entity === "media") yield* tally(loadAlbums(sources, kept, change))
        if (entity === "events" && !hasPeople) yield* tally(loadPeople(sources, kept, change))
      })
    const referred = (entity: EntityName, sources: ReadonlyArray<StagedSource>, ids: Sql) =>
      Effect.gen(function* () {
        yield* database.execute(sql`create or replace temp table _kept as ${ids}`)
        yield* tally(dropSuperseded(entity, sources, change))
        yield* tally(loadStaged(entity, sources, KEPT, change))
        yield* tally(loadProvenance(entity, sources, KEPT, change))
        yield* beside(entity, sources, KEPT)
      })
    for (const relation of relations) {
      const sources = loading.sourcesOf.get(relation.name) ?? []
      for (const entity of holdsRecords(relation) ? yield* entitiesOf(relation) : []) {
        const kept = relation.distinct === true ? sql`true` : KEPT
        if (relation.distinct !== true) {
          yield* database.execute(
            sql`create or replace temp table _kept as select distinct _id as id from ${relation.table} where ${
              relation.columns.has("_entity") ? sql`_entity = ${literal(entity)}` : sql`true`
            }`
          )
        }
        yield* tally(dropSuperseded(entity, sources, change))
        const load = Effect.zipWith(
          loadEntity(relation, entity, sources, change),
          loadProvenance(entity, sources, kept, change),
          plus
        )
        yield* tally(relation.distinct === true ? database.lean(load) : load)
        yield* beside(entity, sources, kept)
      }
      if (isDerived(relation)) continue
      if (relation.columns.has("right_id")) {
        for (const entity of yield* named(sql`right_entity`, sql`${relation.table} where right_id is not null`)) {
          yield* referred(
            entity,
            sources,
            sql`select distinct right_id as id from ${relation.table} where right_entity = ${literal(entity)}`
          )
        }
      }
      if (!hasPlaces || isGeocoded(relation)) yield* tally(loadPlaces(relation, change))
      if (relation.columns.has("right_id") || relation.columns.has("moment_id")) {
        yield* tally(formMemories(relation, sources, change))
      }
      yield* tally(loadLinks(relation, sources, change))
    }
    // What is made of these, and links to them.
    for (const relation of relations.filter(isDerived)) {
      const sources = loading.sourcesOf.get(relation.name) ?? []
      for (const { entity, ids } of yield* missingEntities(relation)) yield* referred(entity, sources, ids)
      yield* tally(loadDerived(relation, change))
    }
    yield* database.execute(sql`drop table if exists _kept; drop table if exists _renamed`)
    return counts
  })

/** The rows of a relation whose ids were noted. */
const KEPT = sql`_id in (select id from _kept)`

const entitiesOf = (relation: Relation): Effect.Effect<ReadonlyArray<EntityName>, DatabaseError, Database> =>
  Effect.gen(function* () {
    if (relation.entity === null || relation.entity === "memory") return []
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
