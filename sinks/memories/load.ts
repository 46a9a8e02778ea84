/** The order in which a relation becomes rows of `life`. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { Loading, SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { type Change, none, plus } from "../../src/life/upsert.ts"
import { loadAlbums } from "./albums.ts"
import { type Part, partsOf } from "./changed.ts"
import { loadDerived, missingEntities } from "./derived.ts"
import { loadEntity, loadStaged } from "./entities.ts"
import { holdsRecords, isDerived, isMade } from "./kind.ts"
import { loadLinks } from "./links.ts"
import { formMemories } from "./moments.ts"
import { loadPeople } from "./people.ts"
import { isGeocoded, loadPlaces } from "./places.ts"
import { loadProvenance } from "./provenance.ts"
import { idsOf, renewed, withIds, withRecords } from "./records.ts"
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
    yield* database.execute(sql`${beginRenaming}; create or replace temp table _regrouped (id uuid)`)
    // What was resolved is not made of each event's attendees, or each visit's place, again.
    const resolves = (entity: EntityName) => relations.some((one) => one.entity === entity && isDerived(one))
    const [hasPeople, hasPlaces] = [resolves("people"), resolves("places")]
    /** What is kept beside entities: of their records, but of people all that they are called, so of those of `all` ids. */
    const beside = (entity: EntityName, records: ReadonlyArray<StagedSource>, { sources }: Part, all: Sql | null) =>
      Effect.gen(function* () {
        if (entity === "media") yield* tally(loadAlbums(records, change))
        if (entity === "events" && !hasPeople) {
          const known = all === null ? sources : sources.map((source) => withIds(source, sql`(${all})`))
          yield* tally(loadPeople(known, change))
        }
      })
    /** Entities that a relation refers to: those of its rows, and those of all of it that were staged otherwise. */
    const referred = (part: Part, entity: EntityName, ids: Sql, all: Sql) =>
      Effect.gen(function* () {
        yield* tally(dropSuperseded(entity, part.sources, change))
        yield* withRecords(part, entity, sql`${ids} ${renewed(part, entity, all)}`, (records) =>
          Effect.gen(function* () {
            yield* tally(loadStaged(entity, records, change))
            yield* tally(loadProvenance(entity, records, change))
            yield* beside(entity, records, part, all)
          })
        )
      })
    const parts = yield* partsOf(relations, loading)
    for (const part of parts) {
      const { relation, rows, slices, sources } = part
      for (const entity of holdsRecords(relation) ? yield* entitiesOf(relation) : []) {
        yield* tally(dropSuperseded(entity, sources, change))
        const load = (records: ReadonlyArray<StagedSource>) =>
          tally(
            Effect.zipWith(loadEntity(rows, entity, records, change), loadProvenance(entity, records, change), plus)
          )
        if (slices === null && relation.distinct === true) {
          yield* database.lean(load(sources))
          yield* beside(entity, sources, part, null)
          continue
        }
        const all = idsOf(relation, entity)
        yield* withRecords(part, entity, sql`${idsOf(rows, entity)} ${renewed(part, entity, all)}`, (records) =>
          Effect.andThen(load(records), beside(entity, records, part, all))
        )
      }
      if (isDerived(relation)) continue
      if (relation.columns.has("right_id")) {
        for (const entity of yield* named(sql`right_entity`, sql`${relation.table} where right_id is not null`)) {
          const ids = ({ table }: Relation) =>
            sql`select right_id as id, null::varchar as source_id from ${table} where right_entity = ${literal(entity)}`
          yield* referred(part, entity, ids(rows), ids(relation))
        }
      }
      if (!hasPlaces || isGeocoded(relation)) yield* tally(loadPlaces(rows, change))
      if (relation.columns.has("right_id") || relation.columns.has("moment_id")) {
        yield* tally(formMemories(part, linkedTo(parts), change))
      }
      yield* tally(loadLinks(part, change))
    }
    // What is made of these, and links to them.
    for (const part of parts) {
      if (!isDerived(part.relation)) continue
      for (const { entity, ids } of yield* missingEntities(part.rows)) yield* referred(part, entity, ids, ids)
      yield* tally(loadDerived(part, change))
    }
    yield* database.execute(sql`drop table if exists _kept; drop table if exists _renamed; drop table _regrouped`)
    return counts
  })

/** Selects the events and moments (`id`) to which records are linked that are looked at. */
const linkedTo = (parts: ReadonlyArray<Part>): Sql => {
  const linked = parts.filter(({ relation }) => isDerived(relation) && !isMade(relation))
  return linked.length === 0
    ? sql`select null::uuid as id where false`
    : join(
        linked.map(({ rows }) => sql`select right_id as id from ${rows.table} where right_entity = 'memory'`),
        " union "
      )
}

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
