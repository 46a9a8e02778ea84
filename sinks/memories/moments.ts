/** Memories: the photos of one event, or of one moment, as one row with links to all that it is made of. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import type { Slice } from "../../src/component/slice.ts"
import { type Sql, empty, join, literal, name, sql } from "../../src/component/sql.ts"
import { MEMORY_ID, merged } from "../../src/life/edit.ts"
import { MEMORY_COLUMNS, edits, links, memories, tableOf } from "../../src/life/table.ts"
import { type Change, madeBy, plus, upsert } from "../../src/life/upsert.ts"
import { type Part, memoriesAt } from "./changed.ts"
import { lentBy } from "./lend.ts"
import { LINK_COLUMNS } from "./links.ts"
import { keepIds } from "./renamed.ts"

export const formMemories = (
  { relation, rows, slices, sources }: Part,
  /** Events and moments (`id`) whose memories others want to know. */
  asked: Sql,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const maker = `${change.pipeline}.${relation.name}`
    if (slices !== null) yield* database.execute(touched({ relation, rows, maker, slices, asked }))
    yield* database.execute(members(relation, sources, slices !== null))
    const part = (column: Sql): Sql =>
      slices === null ? empty : sql`and ${column} in (select id from _touched union all select memory_id from _placed)`
    yield* keepIds({
      entity: "memory",
      wanted: sql`select group_id as id, id as member, null as of from _members where event_id is null and moved_to is null`,
      known: sql`select l.from_id as id, l.to_id as member, null as of from life.links l join life.memories m on m.memory_id = l.from_id
        where l.from_type = 'memory' and l.relation = 'contains' and m.kind = 'moment' and m.made_by = ${literal(maker)}
          ${slices === null ? empty : sql`and l.to_id in (select id from _members)`}`,
      ...(slices === null
        ? {}
        : {
            held: sql`select memory_id from ${tableOf(memories)}
              where made_by = ${literal(maker)} and memory_id not in (select id from _touched)`
          })
    })
    yield* database.execute(placed)
    const made = yield* upsert(
      memories,
      { query: sql`select *, ${literal(maker)} as made_by from (${grouped})`, columns: MEMORY_COLUMNS },
      change,
      { sweep: sql`${madeBy(maker)} ${part(sql`t.memory_id`)}` }
    )
    const contained = yield* upsert(
      links,
      {
        query: sql`select *, ${literal(`${maker}.contains`)} as made_by from (${contents})`,
        columns: LINK_COLUMNS
      },
      change,
      { sweep: sql`${madeBy(`${maker}.contains`)} ${part(sql`t.from_id`)}`, within: [sql`relation = 'contains'`] }
    )
    yield* database.execute(
      sql`drop table _members; drop table _placed; drop table if exists _touched; drop table if exists _groups`
    )
    return plus(made, contained)
  })

interface Touched {
  readonly relation: Relation
  readonly rows: Relation
  readonly maker: string
  readonly slices: ReadonlyArray<Slice>
  readonly asked: Sql
}

/** Memories that may be others than they were (`_touched`), and what all their members belong to now (`_groups`). */
const touched = ({ asked, maker, relation, rows, slices }: Touched): Sql => {
  const contains = sql`made_by = ${literal(`${maker}.contains`)} and relation = 'contains'`
  return sql`
    create or replace temp table _touched as
      select memory_id as id from (${memoriesAt(maker, slices)})
      union
      select from_id from ${tableOf(links)} where ${contains} and to_id in (select _id from ${rows.table});
    create or replace temp table _groups as
      select ${groupOf(relation)} as id from ${rows.table} r
      union
      select ${groupOf(relation)} from ${relation.table} r where _id in (
        select to_id from ${tableOf(links)} where ${contains} and from_id in (select id from _touched))
      union
      select id from (${asked});
    insert into _regrouped select id from _groups where id is not null;`
}

/** The event or moment that a row belongs to. */
const groupOf = ({ columns }: Relation): Sql => {
  const known = ["right_id", "moment_id"].filter((column) => columns.has(column))
  return sql`coalesce(${join(known.map((column) => sql`r.${name(column)}`))})::uuid`
}

/**
 * One row for each photo in a memory, with only what the memory needs. `title` is the memory's where the pipeline set
 * it: where it differs from the title that the photo itself came with.
 */
const members = (relation: Relation, sources: ReadonlyArray<StagedSource>, partly: boolean): Sql => {
  const { columns } = relation
  const column = (wanted: string, otherwise: Sql = sql`null`): Sql =>
    columns.has(wanted) ? sql`r.${name(wanted)}` : otherwise
  const inGroups = partly ? sql`and ${groupOf(relation)} in (select id from _groups)` : empty
  const named = sql`_source_id in (select r._source_id from ${relation.table} r where true ${inGroups})`
  const titled = sources
    .filter((source) => source.columns.has("title") && source.entity !== "events")
    .map((source) => (partly && columns.has("_source_id") ? { ...source, table: source.where(named) } : source))
  const ownTitle = columns.has("title") && columns.has("_key") && titled.length > 0
  const event = column("right_id")
  const moment = column("moment_id")
  return sql`
    create or replace temp table _members as
      select coalesce(${event}, ${moment})::uuid as group_id, ${event}::uuid as event_id, r._entity as entity, r._id as id,
        ${column("taken_at", column("starts_at"))}::timestamptz as taken_at, ${column("local_date")}::date as local_date,
        ${column("time_zone")}::varchar as time_zone, ${column("latitude")}::double as latitude,
        ${column("longitude")}::double as longitude, ${column("place_id")}::uuid as place_id,
        ${column("place_name")}::varchar as place_name,
        ${ownTitle ? sql`case when r.title is distinct from s.title then r.title end` : column("title")}::varchar as title,
        ${column("right_title")}::varchar as event_title, ${column("right_starts_at")}::timestamptz as event_starts_at,
        ${column("right_ends_at")}::timestamptz as event_ends_at, ${column("right_time_zone")}::varchar as event_time_zone,
        ${column("right_local_start_date")}::date as event_date, ${column("right_entity", sql`'events'`)} as event_entity,
        ${column("link_confidence", sql`1.0`)}::decimal(9, 6) as confidence, (o.value->>'$')::uuid as moved_to
      from ${relation.table} r
      left join ${tableOf(edits)} o on o.entity_type = r._entity and o.entity_id = r._id and o.field = ${literal(MEMORY_ID)}
      ${ownTitle ? sql`left join (${lentBy(titled, ["title"])}) s on s._key = r._key` : sql``}
      where (coalesce(${event}, ${moment}) is not null or o.value is not null) and r._id is not null
        ${inGroups}`
}

/** A person's word on what belongs together comes before what was found (I8). */
const placed = sql`
  create or replace temp table _placed as
    select m.* replace (
        case when moved_to is null or moved_to = event_id then event_id end as event_id,
        case when moved_to is null then title end as title,
        case when moved_to is null or moved_to = event_id then event_title end as event_title,
        case when moved_to is null or moved_to = event_id then event_starts_at end as event_starts_at,
        case when moved_to is null or moved_to = event_id then event_ends_at end as event_ends_at
      ),
      coalesce(x.id, m.moved_to, n.kept, m.group_id) as memory_id, x.id is not null or moved_to is not null as lent
    from _members m left join _renamed n on n.entity = 'memory' and n.id = m.group_id
      left join ${merged} x on x.type = 'memory' and x.old = coalesce(m.moved_to, n.kept, m.group_id)`

// Confidence is a decimal, so that its mean doesn't depend on the order of the rows (I3). What a person added to a
// memory has a say only where its own members are silent.
const grouped = sql`
  with cover as (
    select memory_id, min(coalesce(event_starts_at, taken_at)) as starts_at, max(coalesce(event_ends_at, taken_at)) as ends_at,
      avg(confidence)::double as confidence, arg_min(event_id, (lent, event_id)) as event_id,
      arg_min(title, (lent, title)) as title, arg_min(place_name, (lent, place_name)) as place_name,
      arg_min(event_title, (lent, event_title)) as event_title,
      arg_min(event_time_zone, (lent, event_time_zone)) as event_time_zone, arg_min(event_date, (lent, event_date)) as event_date,
      arg_min(local_date, (lent, local_date)) as local_date, arg_min(time_zone, (lent, time_zone)) as time_zone,
      arg_min(place_id, (lent, place_id)) as place_id,
      min({'t': coalesce(taken_at, 'infinity'::timestamptz), 'id': id}).id as cover_id,
      min({'lent': lent, 't': coalesce(taken_at, 'infinity'::timestamptz), 'id': id, 'latitude': latitude, 'longitude': longitude})
        filter (latitude is not null) as place
    from _placed group by memory_id
  )
  select memory_id, case when event_id is null then 'moment' else 'event' end as kind,
    coalesce(title, event_title, place_name, strftime(coalesce(event_date, local_date), '%-d %B %Y')) as title,
    starts_at, ends_at, coalesce(event_date, local_date) as local_date, coalesce(event_time_zone, time_zone) as time_zone,
    place.latitude as latitude, place.longitude as longitude, place_id, cover_id as cover_media_id, confidence
  from cover`

const contents = sql`
  select 'memory' as from_type, memory_id as from_id, 'contains' as relation, entity as to_type, id as to_id,
    case when moved_to is null then max(confidence)::double else 1.0 end as confidence,
    case when moved_to is null then 'member/1' else 'edit/1' end as rule, null::json as evidence
  from _placed group by memory_id, entity, id, moved_to
  union all
  select distinct 'memory', memory_id, 'contains', event_entity, event_id, 1.0, 'event/1', null::json
  from _placed where event_id is not null`
