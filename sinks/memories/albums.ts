/** Albums and what is in them, from the records' own `albums` column. */
import { Effect } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { sql } from "../../src/component/sql.ts"
import { albumItems, albums } from "../../src/life/table.ts"
import { type Change, none, plus, upsert } from "../../src/life/upsert.ts"

export const loadAlbums = (
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    let counts = none
    for (const source of sources) {
      if (source.entity !== "media" || !source.columns.has("albums")) continue
      yield* database.execute(sql`
        create or replace temp table _albums as
          select ${uuid5Sql(["album", source.account], sql`(album->>'key')`)} as album_id, album->>'title' as title,
            album->>'description' as description, (album->>'position')::integer as position, _id as media_id
          from (
            select _id, unnest(from_json(albums, '["json"]')) as album from ${source.table}
            where albums is not null
          )`)
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
