/** Memories: the photos of one event, or of one moment, as one row with links to all that it is made of. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { links, memories } from "../../src/life/table.ts"
import { type Change, plus, upsert } from "../../src/life/upsert.ts"

const COLUMNS = [
  "memory_id",
  "kind",
  "title",
  "starts_at",
  "ends_at",
  "local_date",
  "time_zone",
  "latitude",
  "longitude",
  "place_id",
  "cover_media_id",
  "confidence",
  "made_by"
]

export const formMemories = (
  relation: Relation,
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const madeBy = `${change.pipeline}.${relation.name}`
    yield* database.execute(members(relation, sources))
    yield* database.execute(renamed(madeBy))
    const rows = yield* upsert(
      memories,
      { query: sql`select *, ${literal(madeBy)} as made_by from (${grouped})`, columns: COLUMNS },
      change,
      { sweep: madeBy }
    )
    const contained = yield* upsert(
      links,
      {
        query: sql`select *, ${literal(`${madeBy}.contains`)} as made_by from (${contents})`,
        columns: [...links.key, "confidence", "rule", "evidence", "made_by"]
      },
      change,
      { sweep: `${madeBy}.contains`, within: sql`relation = 'contains'` }
    )
    yield* database.execute(sql`drop table _members; drop table _renamed`)
    return plus(rows, contained)
  })

/**
 * One row for each photo in a memory, with only what the memory needs. `title` is the memory's where the pipeline set
 * it: where it differs from the title that the photo itself came with.
 */
const members = (relation: Relation, sources: ReadonlyArray<StagedSource>): Sql => {
  const { columns } = relation
  const column = (wanted: string, otherwise: Sql = sql`null`): Sql =>
    columns.has(wanted) ? sql`r.${name(wanted)}` : otherwise
  const titled = sources.filter((source) => source.columns.has("title") && source.entity !== "events")
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
        ${column("link_confidence", sql`1.0`)}::decimal(9, 6) as confidence
      from ${relation.table} r
      ${
        ownTitle
          ? sql`left join (${join(
              titled.map((source) => sql`select _key, title from ${source.table}`),
              " union all "
            )}) s on s._key = r._key`
          : sql``
      }
      where coalesce(${event}, ${moment}) is not null and r._id is not null`
}

/**
 * A moment that shares members with an existing memory takes its id: the one with which it shares most. An event's
 * memory has the event's id.
 */
const renamed = (madeBy: string): Sql => sql`
  create or replace temp table _renamed as
    with old as (
      select l.from_id as memory_id, l.to_id as id from life.links l join life.memories m on m.memory_id = l.from_id
      where l.from_type = 'memory' and l.relation = 'contains' and m.kind = 'moment' and m.made_by = ${literal(madeBy)}
    ),
    shared as (
      select n.group_id, old.memory_id, count(*) as members from _members n join old on old.id = n.id
      where n.event_id is null group by all
    ),
    best as (
      select * from shared
      qualify row_number() over (partition by group_id order by members desc, memory_id) = 1
    )
    select group_id, memory_id from best
    qualify row_number() over (partition by memory_id order by members desc, group_id) = 1`

const MEMORY_ID = sql`coalesce(n.memory_id, m.group_id)`

// Confidence is a decimal, so that its mean doesn't depend on the order of the rows (I3).
const grouped = sql`
  with cover as (
    select group_id, min(taken_at) as first_at, max(taken_at) as last_at, avg(confidence)::double as confidence,
      any_value(event_id) as event_id, min(title) as title, min(place_name) as place_name, min(event_title) as event_title,
      min(event_starts_at) as event_starts_at, max(event_ends_at) as event_ends_at, min(event_time_zone) as event_time_zone,
      min(event_date) as event_date, min(local_date) as local_date, min(time_zone) as time_zone, min(place_id) as place_id,
      min({'t': coalesce(taken_at, 'infinity'::timestamptz), 'id': id}).id as cover_id,
      min({'t': coalesce(taken_at, 'infinity'::timestamptz), 'id': id, 'latitude': latitude, 'longitude': longitude})
        filter (latitude is not null) as place
    from _members group by group_id
  )
  select coalesce(n.memory_id, m.group_id) as memory_id, case when event_id is null then 'moment' else 'event' end as kind,
    coalesce(title, event_title, place_name, strftime(coalesce(event_date, local_date), '%-d %B %Y')) as title,
    coalesce(event_starts_at, first_at) as starts_at, coalesce(event_ends_at, last_at) as ends_at,
    coalesce(event_date, local_date) as local_date, coalesce(event_time_zone, time_zone) as time_zone,
    place.latitude as latitude, place.longitude as longitude, place_id, cover_id as cover_media_id, confidence
  from cover m left join _renamed n on n.group_id = m.group_id`

const contents = sql`
  select 'memory' as from_type, ${MEMORY_ID} as from_id, 'contains' as relation, entity as to_type, id as to_id,
    max(confidence)::double as confidence, 'member/1' as rule, null::json as evidence
  from _members m left join _renamed n on n.group_id = m.group_id group by all
  union all
  select distinct 'memory', ${MEMORY_ID}, 'contains', event_entity, event_id, 1.0, 'event/1', null::json
  from _members m left join _renamed n on n.group_id = m.group_id where event_id is not null`
