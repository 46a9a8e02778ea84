/** What a row of `life` is called when people read of it. */
import { type Sql, sql } from "../component/sql.ts"

const LABELS: { readonly [type: string]: Sql } = {
  memory: sql`t.title`,
  media: sql`coalesce(t.title, t.file_name)`,
  events: sql`t.title`,
  places: sql`t.name`,
  people: sql`coalesce(t.name, t.addresses->>'$[0]')`,
  plays: sql`concat_ws(', ', t.track_title, t.artist_name)`,
  samples: sql`t.type`,
  visits: sql`coalesce(t.name, strftime(t.starts_at, '%Y-%m-%d %H:%M UTC'))`,
  albums: sql`t.title`
}

/** Of a row `t` of that type. */
export const labelOf = (type: string): Sql => sql`coalesce((${LABELS[type] ?? sql`null`})::varchar, '')`
