/**
 * What transforms derive: memories, people and places, one row for each link that they have (`link_relation` to
 * `right_id`), and records with a link of their own.
 */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts } from "../../src/component/sink.ts"
import type { Slice } from "../../src/component/slice.ts"
import { type Sql, empty, join, literal, name, sql } from "../../src/component/sql.ts"
import { entities } from "../../src/life/entity.ts"
import { SPLIT_FROM, edited } from "../../src/life/edit.ts"
import { MEMORY_COLUMNS, entityTables, links, memories, tableOf } from "../../src/life/table.ts"
import { type Change, madeBy, none, plus, upsert } from "../../src/life/upsert.ts"
import { sharedAlbums } from "./albums.ts"
import { type Part, aboutPart, idsAt, memoriesAt, timedEntities } from "./changed.ts"
import { isMade, liesByLinks } from "./kind.ts"
import { LINK_COLUMNS } from "./links.ts"
import { keepIds } from "./renamed.ts"

/** The links that say what a derived row is made of. */
const MADE_OF = sql`('contains', 'same_as', 'hosts')`

export const loadDerived = (part: Part, change: Change): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const maker = `${change.pipeline}.${part.relation.name}`
    const scope = yield* scopeOf(part, maker)
    const rows = isMade(part.relation) ? yield* loadRows(scope, maker, change) : none
    const counts = plus(rows, yield* loadLinks(scope, part.sources, maker, change))
    yield* (yield* Database).execute(sql`drop table if exists _about`)
    return counts
  })

/** What may be other than it was: rows, and links of theirs, of the relation and of those that are there (`t`). */
interface Scope {
  readonly rows: Relation
  readonly links: Relation
  readonly ofRows: Sql
  readonly ofLinks: Sql
}

const scopeOf = (part: Part, maker: string): Effect.Effect<Scope, DatabaseError, Database> =>
  Effect.gen(function* () {
    const { relation, slices } = part
    const { execute } = yield* Database
    const of = (condition: Sql): Relation => ({
      ...relation,
      table: sql`(select * from ${relation.table} where ${condition})`
    })
    const whole: Scope = { rows: relation, links: relation, ofRows: empty, ofLinks: empty }
    if (slices === null) return whole
    const note = (about: Sql) => execute(sql`create or replace temp table _about as select id from (${about})`)
    const about = sql`(select id from _about)`
    if (liesByLinks(relation)) {
      // Rows without a time say what someone is made of: of all of them anyone may be called otherwise.
      if (slices.some(([low]) => low === null)) return whole
      yield* note(yield* linkedAt(part, maker))
      const timed = join(timedEntities.map(literal))
      return {
        ...whole,
        links: of(sql`right_entity not in (${timed}) or right_id in ${about}`),
        ofLinks: sql`and (t.to_type not in (${timed}) or t.to_id in ${about})`
      }
    }
    const own = yield* aboutDerived(part, slices, maker)
    if (own === null) return whole
    yield* note(own)
    const rows = of(sql`_id in ${about}`)
    return { rows, links: rows, ofRows: sql`and t.memory_id in ${about}`, ofLinks: sql`and t.from_id in ${about}` }
  })

/** Ids of what made rows are linked to at that time. */
const linkedAt = ({ rows, slices }: Part, maker: string) =>
  Effect.gen(function* () {
    const { rows: select } = yield* Database
    const types = yield* select(
      sql`select distinct to_type as entity from ${tableOf(links)} where made_by = ${literal(`${maker}.links`)}`,
      Named
    )
    const known = timedEntities.filter((entity) => types.some((row) => row.entity === entity))
    return join(
      [sql`select right_id as id from ${rows.table}`, ...known.map((entity) => idsAt(entity, slices ?? []))],
      " union "
    )
  })

/** Ids (`id`) of rows that may be others than they were; null: all may. */
const aboutDerived = (part: Part, slices: ReadonlyArray<Slice>, maker: string) =>
  Effect.gen(function* () {
    const { relation, rows } = part
    if (!isMade(relation)) {
      const about = aboutPart(part)
      // The memory that a record is linked to may have another id by now.
      return about === null
        ? null
        : sql`${about} union select _id from ${relation.table} where right_id in (select id from _regrouped)`
    }
    // What is known by its members may get another id where others change.
    if (relation.entity !== "memory" || !relation.columns.has("kind")) return null
    const { rows: select } = yield* Database
    const renamed = yield* select(
      sql`select 1 as n from ${relation.table} where kind not in ('day', 'playlist') limit 1`,
      Found
    )
    if (renamed.length > 0) return null
    return sql`select _id as id from ${rows.table} union ${memoriesAt(maker, slices)}`
  })

const Found = Schema.Struct({ n: Schema.Number })

/** Where the rows go, and what they say of themselves. */
const targetOf = ({ columns, entity }: Relation) => {
  if (entity === "people" || entity === "places") {
    const own = Object.keys(entities[entity].columns).filter((column) => columns.has(column))
    return { table: entityTables[entity], id: entities[entity].id, own, made: empty }
  }
  const own = MEMORY_COLUMNS.filter((column) => columns.has(column) && column !== "made_by")
  return { table: memories, id: "memory_id", own, made: null }
}

const loadRows = ({ ofRows, rows: relation }: Scope, maker: string, change: Change) =>
  Effect.gen(function* () {
    const { id, made, own, table } = targetOf(relation)
    const entity = relation.entity ?? "memory"
    const ours = sql`life.links where from_type = ${literal(entity)} and made_by = ${literal(`${maker}.links`)}`
    // A person's id is that of an address, or a name: a member, too, unless it is another's by now.
    const itself = (rows: Sql): Sql => (entity === "people" ? sql`union ${rows}` : empty)
    // Two playlists may have the same tracks, and so the same plays.
    const playlist = (evidence: Sql): Sql =>
      relation.columns.has("playlist_id") ? sql`${evidence}->>'$.playlist'` : sql`null`
    const known = sql`select from_id as id, to_id as member, ${playlist(sql`evidence`)} as of from ${ours} and relation in ${MADE_OF}
      ${itself(sql`select from_id, from_id, null from ${ours} and from_id not in (select to_id from ${ours} and relation = 'same_as')`)}`
    // A day is its date: only what is known by its members may be renamed.
    yield* keepIds({
      entity,
      wanted: sql`select distinct _id as id, right_id as member, ${playlist(sql`link_evidence::json`)} as of from ${relation.table}
        where link_relation in ${MADE_OF} and right_id is not null ${relation.columns.has("kind") ? sql`and kind <> 'day'` : empty}
        ${itself(sql`select _id, _id, null from ${relation.table}`)}`,
      given: sql`select (value->>'$.as')::uuid from (${edited(entity, [SPLIT_FROM])})`,
      known
    })
    const values = own.map((column) => sql`, any_value(${name(column)}) as ${name(column)}`)
    const query = sql`
      select coalesce(n.kept, r._id) as ${name(id)}, r.* exclude (_id) ${made === null ? sql`, ${literal(maker)} as made_by` : made}
      from (select _id ${join(values, "")} from ${relation.table} where _id is not null group by _id) r
        left join (select id, kept from _renamed where entity = ${literal(entity)}) n on n.id = r._id`
    const columns = [id, ...own, ...(made === null ? ["made_by"] : [])]
    const all =
      made === null
        ? madeBy(maker)
        : sql`t.${name(id)} in (select id from (${known})) and t.${name(id)} not in
      (select from_id from life.links where from_type = ${literal(entity)} and made_by <> ${literal(`${maker}.links`)})`
    return yield* upsert(table, { query, columns }, change, { sweep: sql`${all} ${ofRows}`, keepKnown: made !== null })
  })

const loadLinks = (
  { links: relation, ofLinks, rows }: Scope,
  sources: Part["sources"],
  maker: string,
  change: Change
) =>
  Effect.gen(function* () {
    const made = `${maker}.links`
    const renamed = (of: Sql) => sql`(select * from _renamed) ${of}`
    const albums = relation.entity === "people" ? sharedAlbums(rows, KEPT_PERSON, sources) : null
    const query = sql`
      select _entity as from_type, coalesce(f.kept, _id) as from_id, link_relation as relation, right_entity as to_type,
        coalesce(t.kept, right_id) as to_id, link_confidence::double as confidence, link_rule as rule,
        link_evidence::json as evidence, ${literal(made)} as made_by
      from ${relation.table} r left join ${renamed(sql`f`)} on f.entity = r._entity and f.id = r._id
        left join ${renamed(sql`t`)} on t.entity = r.right_entity and t.id = r.right_id
      where link_relation is not null and right_id is not null and not (link_relation = 'same_as' and right_id is not distinct from f.kept)
      ${relation.entity === "people" && relation.columns.has("itself") ? renamedPeople(rows, made) : empty}
      ${albums === null ? empty : sql`union all select *, ${literal(made)} from (${albums})`}`
    const sweep = sql`${madeBy(made)} ${ofLinks}`
    const within = [sql`made_by = ${literal(made)}`, ...(yield* alike(relation))]
    return yield* upsert(links, { query, columns: LINK_COLUMNS }, change, { sweep, within })
  })

/** Where links may be that others made of the same: by their kinds, of which few are looked through then. */
const alike = ({ entity, table }: Relation) =>
  Effect.gen(function* () {
    const { rows } = yield* Database
    const kinds = yield* rows(
      sql`select distinct link_relation as relation, _entity as entity from ${table} where link_relation is not null
        ${entity === "people" ? sql`union select 'same_as', 'people'` : empty}`,
      Kind
    )
    const ids = sql`select coalesce(f.kept, r._id) from (select distinct _id, _entity from ${table}) r
      left join (select * from _renamed) f on f.entity = r._entity and f.id = r._id`
    return kinds.map(
      (kind) =>
        sql`relation = ${literal(kind.relation)} and from_type = ${literal(kind.entity)} and from_id in (${ids})`
    )
  })

const Kind = Schema.Struct({ relation: Schema.String, entity: Schema.String })

const KEPT_PERSON = sql`coalesce((select any_value(kept) from _renamed f where f.entity = 'people' and f.id = r._id), r._id)`

/** Who keeps an id from before is the same as the address or name whose id the transform gave instead. */
const renamedPeople = ({ table }: Relation, made: string): Sql => sql`
  union all
  select 'people', f.kept, 'same_as', 'people', _id, 1.0, 'same-id/1', any_value(itself)::json, ${literal(made)}
  from ${table} join _renamed f on f.entity = 'people' and f.id = _id group by f.kept, _id`

const Named = Schema.Struct({ entity: Schema.NullOr(Schema.String) })

/** Entities that the relation links to and that are not kept yet: `_kept` names them, one entity after the other. */
export const missingEntities = (relation: Relation) =>
  Effect.gen(function* () {
    const database = yield* Database
    const named = yield* database.rows(
      sql`select distinct right_entity as entity from ${relation.table} where right_id is not null`,
      Named
    )
    return Object.values(entities).flatMap(({ id, name: entity }) =>
      named.some((row) => row.entity === entity)
        ? [
            {
              entity,
              ids: sql`select right_id as id, null::varchar as source_id from ${relation.table} where right_entity = ${literal(entity)}
                and right_id not in (select ${name(id)} from life.${name(entity)})`
            }
          ]
        : []
    )
  })
