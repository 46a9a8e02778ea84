/** Columns of the streams, and the SQL that makes them of the tables. */
import { instant, text } from "../../src/component/column.ts"
import { type Name, uuid5Sql } from "../../src/component/id.ts"
import { type Sql, sql } from "../../src/component/sql.ts"
import { recordColumns } from "../../src/life/entity.ts"
import { FILES, KINDS, POINTS, ROWS, WORDS } from "./tables.ts"

export const SAMPLE_COLUMNS = {
  ...recordColumns("samples"),
  source_version: text("Version of the app, or of the device's system."),
  created_at: instant("When it was added to Health.")
}

/** Milliseconds since 1970 in a DOUBLE as an instant. */
const instantOf = (millis: Sql): Sql => sql`make_timestamptz((${millis} * 1000)::bigint)`

/**
 * Apple gives no ids: type, source, device and unit, by a digest of their JSON, then start, duration and value say
 * what a sample is, in any export.
 */
const DIGESTED = sql`(
  select *, left(md5(to_json([type, source, device, unit])::varchar), 16) || ':' as digest from ${KINDS})`
const SOURCE_ID = sql`concat(k.digest, r.starts::bigint, ':', (r.ends - r.starts)::bigint, ':', coalesce(r.value::varchar, w.text))`

/** What an id of a stream is made of, before the source's own. */
export const idsOf = (stream: "samples" | "workouts" | "points", account: string): Name => [
  "apple-health",
  account,
  stream
]

/** Rows with what their codes mean. */
const FROM = sql`${ROWS} r join ${DIGESTED} k on k.code = r.kind left join ${WORDS} w on w.code = r.word
  left join (select code, try_cast(text as json) as json from ${WORDS}) m on m.code = r.metadata`

export const samplesQuery: Sql = sql`
  select ${SOURCE_ID} as _source_id, f.archive as _archive, f.member as _member, k.type, k.unit, r.value,
    w.text as value_text, ${instantOf(sql`r.starts`)} as starts_at, ${instantOf(sql`r.ends`)} as ends_at,
    date '1970-01-01' + floor((r.starts + r.ahead * 60000) / 86400000)::integer as local_date,
    r.ahead as offset_minutes, k.device, k.source as source_name, m.json as metadata,
    k.version as source_version, ${instantOf(sql`r.created`)} as created_at
  from ${FROM} join ${FILES} f on f.file = r.file`

/**
 * Points with their workouts, by the file that a workout refers to, or because it holds them itself. A point is what
 * was measured when and where, in whatever file it is.
 */
export const routesQuery = (account: string): Sql => sql`
  with workouts as (
    select r.kind, r.starts, k.source, f.folder, ${uuid5Sql(idsOf("workouts", account), SOURCE_ID)}::varchar as id,
      m.json->'$.WorkoutRoute[*]' as routes
    from ${FROM} join ${FILES} f on f.file = r.file
  ),
  referred as (
    select path, min(id) as id, min(source) as source
    from (
      select id, coalesce(route->>'$.sourceName', source) as source,
        nfc_normalize(folder || '/' || ltrim(route->>'$.FileReference[0].path', '/')) as path
      from (select id, folder, source, unnest(routes) as route from workouts)
    ) group by all
  ),
  holding as (select kind, starts, min(id) as id, min(source) as source from workouts group by all),
  found as (
    select p.*, f.archive, f.member, coalesce(a.id, b.id, f.member) as track,
      coalesce(a.source, b.source, 'Apple Health') as source
    from ${POINTS} p join ${FILES} f on f.file = p.file
      left join referred a on p.kind < 0 and a.path = f.path
      left join holding b on b.kind = p.kind and b.starts = p.started
  )
  select instant::bigint || ':' || latitude || ':' || longitude || ':' || coalesce(altitude::varchar, '') as _source_id,
    archive as _archive, member as _member, ${instantOf(sql`instant`)} as recorded_at, latitude, longitude, altitude,
    accuracy, speed, track, source as source_name
  from found`
