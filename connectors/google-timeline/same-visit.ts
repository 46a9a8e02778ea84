/** Visits that several files tell of, in their own words, as one. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import { type Sql, join, name, names, sql } from "../../src/component/sql.ts"
import type { Told } from "./recall.ts"
import { VISIT_COLUMNS } from "./visits.ts"

/** Degrees: about 30 m, less than from one door to the next but one. */
const NEAR = sql`0.0003`
/** Seconds by which two sources may differ on the arrival. */
const SOON = sql`60`

/** Staged visits of the minutes in which visits were read, and of those beside them. */
export const recallVisits = (rows: Sql, staged: Sql): Sql => sql`
  select _source_id as _known, -_rank as rank, minute, ${names(RECALLED)}, _archive, _member
  from (select *, epoch_us(starts_at) // 60000000 as minute from ${staged})
  where minute in (select minute + unnest([-1, 0, 1]) from ${rows} where _outcome is null)`

/** Which told first what, in the order of trust. */
const TRUST = sql`struct_pack(rank := rank, starts_at := starts_at, ends_at := ends_at, place := google_place_id,
  latitude := latitude, longitude := longitude, name := name, file := -_file)`

/** Who knows how it ended: where a visit is said to come from, so that no older export takes its end back. */
const LATEST = sql`struct_pack(ends_at := coalesce(ends_at, starts_at), rank := -rank, file := _file)`

/** What a visit is known by: its arrival, and the place; without one, where it was. */
const OWN_KEY = sql`minute || ' ' || coalesce(google_place_id, lat4 || ' ' || lon4)`

/** Of the best, if it says anything; else of the next. */
const told = (column: string): Sql =>
  sql`arg_min(${name(column)}, ${TRUST}) filter (where ${name(column)} is not null) as ${name(column)}`

/** As they are read: the place's id is computed last. */
const RECALLED = Object.keys(VISIT_COLUMNS).filter((column) => column !== "place_id")

const PLACE_COLUMNS = Object.keys(VISIT_COLUMNS).filter(
  (column) => !["place_id", "starts_at", "ends_at", "latitude", "longitude", "confidence"].includes(column)
)

/**
 * Two rows tell of one visit when they begin within a minute, at places that have the same id, or lie side by side where
 * one has none. It is known by the most trusted of them.
 */
const matched = (rows: Sql, made: { readonly keyed: Sql; readonly visits: Sql }): Sql => sql`
  create temp table ${made.keyed} as
    with good as (select rowid as row, *, coalesce(_known, ${OWN_KEY}) as own from ${rows} where _outcome is null),
    tellings as (select distinct own, minute, rank, starts_at, google_place_id, latitude, longitude from good),
    near as (
      select a.row, b.own, b.rank, b.starts_at, b.google_place_id is null as nameless
      from good a join tellings b on b.minute between a.minute - 1 and a.minute + 1
      where abs(epoch(b.starts_at) - epoch(a.starts_at)) < ${SOON} and (a.google_place_id = b.google_place_id
        or ((a.google_place_id is null or b.google_place_id is null)
          and abs(a.latitude - b.latitude) <= ${NEAR} and abs(a.longitude - b.longitude) <= ${NEAR}))
      union all
      select row, own, rank, starts_at, google_place_id is null as nameless from good
    ),
    chosen as (
      select row, arg_min(own, struct_pack(rank := rank, nameless := nameless, starts_at := starts_at, own := own)) as key
      from near group by row
    )
    select key, good.* exclude (row, own) from good join chosen using (row);
  create temp table ${made.visits} as
    select key, ${join(PLACE_COLUMNS.map(told))},
      arg_min(struct_pack(latitude := latitude, longitude := longitude), ${TRUST}) filter (where latitude is not null) as spot,
      arg_min(starts_at, ${TRUST}) as starts_at, max(ends_at) as ends_at, max(confidence) as confidence,
      arg_max(_file, ${LATEST}) as _file, min(rank) as rank
    from ${made.keyed} group by key`

/** A query for the visits of a table, each once, and how many other tellings of them there are. */
export const visitQuery = Effect.fnUntraced(function* (
  tables: { readonly rows: Sql; readonly keyed: Sql; readonly visits: Sql },
  placed: Told["placed"]
) {
  const database = yield* Database
  yield* database.execute(matched(tables.rows, tables))
  const columns = Object.keys(VISIT_COLUMNS).filter((column) => !["place_id", "latitude", "longitude"].includes(column))
  const read = sql`select key from ${tables.keyed} where _known is null`
  const query = sql`
    select v.key as _source_id,
      archive as _archive, member as _member, -v.rank as _rank,
      case when google_place_id is not null then ${uuid5Sql(["google", "place"], sql`google_place_id`)} end as place_id,
      spot.latitude as latitude, spot.longitude as longitude, ${join(columns.map((column) => sql`v.${name(column)}`))}
    from ${placed(tables.visits)} v semi join (${read}) r on r.key = v.key`
  const [copies] = yield* database.rows(
    sql`select count(*) - count(distinct key) as n from (${read})`,
    Schema.Struct({ n: Schema.Number })
  )
  const supersedes = sql`select _known as _source_id, key as _by from ${tables.keyed} where _known <> key`
  return { query, copies: copies?.n ?? 0, supersedes }
})
