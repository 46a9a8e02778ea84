/** Albums and what is in them, from the records' own `albums` column. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, sql } from "../../src/component/sql.ts"
import { albumItems, albums, tableOf } from "../../src/life/table.ts"
import { type Change, none, plus, upsert } from "../../src/life/upsert.ts"

/** What is in the albums of a source: `album_id`, `title`, `description`, `position`, `media_id`. */
const itemsOf = ({ account, table }: StagedSource, which = sql`albums is not null`): Sql => sql`
  select ${uuid5Sql(["album", account], sql`(album->>'key')`)} as album_id, album->>'title' as title,
    album->>'description' as description, (album->>'position')::integer as position, _id as media_id
  from (select _id, unnest(from_json(albums, '["json"]')) as album from ${table} where ${which})`

const hasAlbums = ({ columns, entity }: StagedSource): boolean => entity === "media" && columns.has("albums")

/**
 * Whom a relation of people links to pictures because they share an album, linked to the album: rows of links, without
 * `made_by`. `person` is the id that a row's person (`r`) is kept under.
 */
export const sharedAlbums = (relation: Relation, person: Sql, sources: ReadonlyArray<StagedSource>): Sql | null => {
  const shared = sources.filter((source) => hasAlbums(source) && source.columns.has("sharers"))
  const items = join(
    shared.map((source) => itemsOf(source, sql`albums is not null and sharers is not null`)),
    " union "
  )
  return shared.length === 0
    ? null
    : sql`
      select 'people' as from_type, ${person} as from_id, 'shares' as relation, 'albums' as to_type, a.album_id as to_id, 1.0 as confidence,
        'album-sharer/1' as rule, json_object('pictures', count(distinct a.media_id)) as evidence
      from ${relation.table} r join (${items}) a on r.link_relation = 'shares' and a.media_id = r.right_id
        and list_contains(from_json(r.link_evidence::json->'$.albums', '["varchar"]'), a.title)
      where a.album_id in (select album_id from ${tableOf(albums)}) group by ${person}, a.album_id`
}

export const loadAlbums = (
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    let counts = none
    for (const source of sources) {
      if (!hasAlbums(source)) continue
      yield* database.execute(sql`create or replace temp table _albums as ${itemsOf(source)}`)
      const albumRows = yield* upsert(
        albums,
        {
          query: sql`select album_id, max(title) as title, max(description) as description from _albums group by album_id`,
          columns: ["album_id", "title", "description"]
        },
        change,
        { keepKnown: true }
      )
      const items = yield* upsert(
        albumItems,
        {
          query: sql`select album_id, media_id, min(position) as position from _albums group by album_id, media_id`,
          columns: ["album_id", "media_id", "position"]
        },
        change
      )
      counts = plus(counts, plus(albumRows, items))
    }
    yield* database.execute(sql`drop table if exists _albums`)
    return counts
  })
