/** Links between entities: a photo and its event, its place, its original. */
import { Effect } from "effect"
import type { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts } from "../../src/component/sink.ts"
import { type Sql, empty, join, literal, name, sql } from "../../src/component/sql.ts"
import { links } from "../../src/life/table.ts"
import { type Change, madeBy, none, upsert } from "../../src/life/upsert.ts"
import { type Part, aboutPart } from "./changed.ts"

export const LINK_COLUMNS = [...links.key, "confidence", "rule", "evidence", "made_by"]

/** The links that are made here, and nowhere else. */
const MADE_HERE = sql`relation in ('taken_during', 'overlaps', 'taken_at', 'located_by', 'edited_from')`

export const loadLinks = (part: Part, change: Change): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const { rows } = part
    const maker = `${change.pipeline}.${rows.name}.links`
    const queries = [...taken(rows), ...placed(rows), ...located(rows), ...edited(part)]
    const about = aboutPart(part)
    const sweep = about === null ? madeBy(maker) : sql`${madeBy(maker)} and t.from_id in (${about})`
    if (queries.length === 0) return none
    const query = sql`select *, ${literal(maker)} as made_by from (${join(queries, " union all by name ")})`
    return yield* upsert(links, { query, columns: LINK_COLUMNS }, change, { sweep, within: [MADE_HERE] })
  })

/** `taken_during`: the match with all its evidence. */
const taken = (relation: Relation): ReadonlyArray<Sql> => {
  const { columns } = relation
  if (!columns.has("right_id") || !columns.has("_entity")) return []
  const value = (column: string, otherwise: Sql): Sql => (columns.has(column) ? name(column) : otherwise)
  return [
    sql`select _entity as from_type, _id as from_id,
        case when _entity = 'media' and right_entity = 'events' then 'taken_during' else 'overlaps' end as relation,
        right_entity as to_type, right_id as to_id, ${value("link_confidence", sql`1.0`)} as confidence,
        ${value("link_rule", sql`'join'`)} as rule, ${value("link_evidence", sql`null`)}::json as evidence
      from ${relation.table} where right_id is not null and _id is not null`
  ]
}

const placed = (relation: Relation): ReadonlyArray<Sql> =>
  relation.columns.has("place_id") && relation.columns.has("_entity")
    ? [
        sql`select _entity as from_type, _id as from_id, 'taken_at' as relation, 'places' as to_type,
            min(place_id)::uuid as to_id, 1.0 as confidence, 'reverse-geocode/1' as rule, null::json as evidence
          from ${relation.table} where place_id is not null group by _entity, _id`
      ]
    : []

/** A visit counts for the whole of it, an event for less; a point for the less, the longer ago it was. */
const CONFIDENCE = sql`case when location_rule like '%:visit' then 0.9 when location_rule like '%:event' then 0.6
  else greatest(0.3, 0.8 - list_min((location_evidence->'$.seconds')::double[]) / 3600) end`

/** `located_by`: what an inferred place was inferred from, with the seconds between. */
const located = (relation: Relation): ReadonlyArray<Sql> =>
  relation.columns.has("location_evidence") && relation.columns.has("_entity")
    ? [
        sql`select _entity as from_type, _id as from_id, 'located_by' as relation,
            location_evidence->>'$.of[0]' as to_type,
            (location_evidence->>'$.ids[0]')::uuid as to_id, ${CONFIDENCE} as confidence, location_rule as rule,
            location_evidence::json as evidence
          from ${relation.table} where location_rule is not null and _id is not null
            and (location_evidence->>'$.ids[0]') is not null`
      ]
    : []

/** Copies name their original by its path; both are records of one source. */
const edited = ({ relation, rows, sources, staged }: Part): ReadonlyArray<Sql> =>
  sources
    .filter((source) => source.columns.has("edited_from"))
    .map(
      (source) => sql`
        select 'media' as from_type, copy._id as from_id, 'edited_from' as relation, 'media' as to_type,
          min(original._id) as to_id, 1.0 as confidence, 'edited-name/1' as rule, null::json as evidence
        from ${source.table} copy join ${source.table} original on original._member = copy.edited_from
        where copy._id <> original._id and copy._id in (select _id from ${relation.table})
          ${staged === null ? empty : sql`and (copy._id in (select _id from ${rows.table}) or original._id in (select _id from (${staged(source)})))`}
        group by copy._id`
    )
