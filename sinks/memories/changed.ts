/** What a load has to look at: all of a relation, or the rows where it changed since the last one. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { Loading, StagedSource } from "../../src/component/sink.ts"
import { type Slice, type Span, inSlices, spanOf, spanOn, touches } from "../../src/component/slice.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type EntityName, entities } from "../../src/life/entity.ts"
import { MEMORY_ID, MERGED_INTO } from "../../src/life/edit.ts"
import { edits, entityTables, memories, tableOf } from "../../src/life/table.ts"
import { isDerived, isMade, liesByLinks, makesMemories } from "./kind.ts"

export interface Part {
  readonly relation: Relation
  /** Its rows that may be others than at the last load; the relation itself, if all may. */
  readonly rows: Relation
  /** Null: everywhere. */
  readonly slices: ReadonlyArray<Slice> | null
  readonly sources: ReadonlyArray<StagedSource>
  /** Selects the ids of a source's records that changed, and their names there (`_source_id`); null: all may have. */
  readonly staged: ((source: StagedSource) => Sql) | null
}

const wholeOf = (relation: Relation, sources: ReadonlyArray<StagedSource>): Part => ({
  relation,
  rows: relation,
  slices: null,
  sources,
  staged: null
})

const Found = Schema.Struct({ n: Schema.Number })

/** Whether a person said what belongs together: then all that is made of it is looked at. */
const isArranged = Effect.gen(function* () {
  const database = yield* Database
  const found = yield* database.rows(
    sql`select 1 as n from ${tableOf(edits)} where field in (${literal(MEMORY_ID)}, ${literal(MERGED_INTO)}) limit 1`,
    Found
  )
  return found.length > 0
})

/** The parts of relations, in their order; without those that nothing changed of. */
export const partsOf = (
  relations: ReadonlyArray<Relation>,
  { changes, sourcesOf }: Loading
): Effect.Effect<ReadonlyArray<Part>, DatabaseError, Database> =>
  Effect.gen(function* () {
    const arranged = yield* isArranged
    const changed = relations.flatMap((relation): ReadonlyArray<Part> => {
      const sources = sourcesOf.get(relation.name) ?? []
      const own = changes.get(relation.name) ?? null
      const theirs = sources.map((source) => changes.get(source.name) ?? null)
      const span = liesByLinks(relation) ? spanOn(relation, "right_starts_at", "right_ends_at") : spanOf(relation)
      // What is made has no records of its own that may have changed beside its rows.
      if (own?.length === 0 && (isMade(relation) || theirs.every((each) => each?.length === 0))) return []
      if (own === null || span === null || arranged || theirs.includes(null)) return [wholeOf(relation, sources)]
      const rows = sql`(select * from ${relation.table} where ${touches(own, span)})`
      return [
        {
          relation,
          rows: { ...relation, table: rows },
          slices: own,
          sources,
          staged: (source) => {
            const its = spanOf(source)
            const there = changes.get(source.name) ?? []
            return its === null
              ? sql`select _id, _source_id from ${source.table}`
              : sql`select _id, _source_id from ${source.table} where ${touches(there, its)}`
          }
        }
      ]
    })
    return withRegrouped(relations, changed, sourcesOf)
  })

/** Records that a transform links to memories, each with one link. */
const linksRecords = (relation: Relation): boolean => isDerived(relation) && !isMade(relation)

/** What is linked to memories depends on their ids, which may change with others: relations that make them have a say. */
const withRegrouped = (
  relations: ReadonlyArray<Relation>,
  changed: ReadonlyArray<Part>,
  sourcesOf: Loading["sourcesOf"]
): ReadonlyArray<Part> => {
  if (!relations.some(linksRecords)) return changed
  const making = relations.filter((relation) => !isDerived(relation) && makesMemories(relation))
  const all = changed.some(({ relation, slices }) => slices === null && making.includes(relation))
  return relations.flatMap((relation): ReadonlyArray<Part> => {
    const part = changed.find((candidate) => candidate.relation === relation)
    const sources = sourcesOf.get(relation.name) ?? []
    if (linksRecords(relation) && all) return [wholeOf(relation, sources)]
    if (part !== undefined || !(linksRecords(relation) || making.includes(relation)) || changed.length === 0)
      return part === undefined ? [] : [part]
    const none = { ...relation, table: sql`(select * from ${relation.table} where false)` }
    return [
      {
        relation,
        rows: none,
        slices: [],
        sources,
        staged: () => sql`select null::uuid as _id, null::varchar as _source_id where false`
      }
    ]
  })
}

/** Ids of what a part is about: its rows, and entities of their kind that were there at that time. */
export const aboutPart = ({ rows, slices }: Part): Sql | null =>
  slices === null
    ? null
    : sql`select _id as id from ${rows.table} ${join(
        Object.values(entities)
          .filter((entity) => rows.entity === "mixed" || rows.entity === entity.name)
          .map((entity) => sql`union select id from (${idsAt(entity.name, slices)})`),
        " "
      )}`

/** Selects ids (`memory_id`) of a relation's memories that were there at a time, or at none. */
export const memoriesAt = (maker: string, slices: ReadonlyArray<Slice>): Sql => sql`
  select memory_id from ${tableOf(memories)}
  where made_by = ${literal(maker)} and (starts_at is null or ${inSlices(slices, sql`starts_at`, sql`ends_at`)})`

const spanOfEntity = (entity: EntityName): Span | null =>
  spanOf({
    columns: new Map(Object.entries(entityTables[entity].columns).map(([column, { type }]) => [column, type]))
  })

/** Entities whose rows lie in time. */
export const timedEntities: ReadonlyArray<EntityName> = Object.values(entities)
  .map(({ name: entity }) => entity)
  .filter((entity) => spanOfEntity(entity) !== null)

/** Ids (`id`) of entities that were there at a time. */
export const idsAt = (entity: EntityName, slices: ReadonlyArray<Slice>): Sql => {
  const span = spanOfEntity(entity)
  return span === null
    ? sql`select null::uuid as id where false`
    : sql`select ${name(entities[entity].id)} as id from ${tableOf(entityTables[entity])} where ${touches(slices, span)}`
}
