/** The temporary tables in which the files become samples, and the SQL from one to the next. */
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { entities } from "../../src/life/entity.ts"
import { RANK, SESSION } from "./row.ts"
import { CATEGORIES, UNITS } from "./types.ts"

export const SAMPLE_COLUMNS = entities.samples.columns

/** Names for `Database.append`. */
export const FILES = "google_fit_files"
export const INBOX = "google_fit_inbox"
export const REJECTS = "google_fit_rejects"
export const SAMPLES = name("google_fit_samples")
const AGAIN = name("google_fit_again")
const WINNERS = name("google_fit_winners")
export const UNIT_NAMES = name("google_fit_units")
export const CODES = name("google_fit_codes")

const units = UNITS.map(([type, unit]) => sql`(${literal(type)}, ${literal(unit)})`)
const codes = CATEGORIES.flatMap(([type, meanings]) =>
  meanings.map(([code, meaning]) => sql`(${literal(type)}, ${literal(code)}, ${literal(meaning)})`)
)

export const createTables: Sql = sql`
  create or replace temp table ${name(FILES)} (file integer, newness integer, archive varchar, member varchar);
  create or replace temp table ${name(INBOX)} (file integer, place double, content varchar);
  create or replace temp table ${name(REJECTS)} (file integer, place double, code varchar, reason varchar, raw varchar);
  create or replace temp table ${SAMPLES} (
    file integer, place bigint, rank integer, source_id varchar, modified bigint, type varchar, unit varchar, value double,
    value_text varchar, starts_at timestamptz, ends_at timestamptz, offset_minutes integer, device varchar, source_name varchar, metadata json);
  create or replace temp table ${UNIT_NAMES} as from (values ${join(units)}) as t(type, unit);
  create or replace temp table ${CODES} as from (values ${join(codes)}) as t(type, code, meaning);`

const TABLES = [name(FILES), name(INBOX), name(REJECTS), SAMPLES, AGAIN, WINNERS, UNIT_NAMES, CODES]

export const dropTables: Sql = join(
  TABLES.map((table) => sql`drop table if exists ${table}`),
  "; "
)

const ROW = JSON.stringify({
  type: "VARCHAR",
  source: "VARCHAR",
  value: "DOUBLE",
  unit: "VARCHAR",
  text: "VARCHAR",
  start: "BIGINT",
  end: "BIGINT",
  offset: "INTEGER",
  name: "VARCHAR",
  metadata: "VARCHAR",
  repeats: "BOOLEAN"
})

/** Samples that were made by the program, from the inbox. */
export const takeRows: Sql = sql`
  insert into ${SAMPLES}
    select file, place::bigint, case when r.repeats then ${literal(RANK.repeat)} else ${literal(RANK.told)} end, concat_ws('|', r.type, r.source, r.start, r."end"), null, r.type, r.unit, r.value, r.text,
      make_timestamptz(r.start * 1000), make_timestamptz(r."end" * 1000), r."offset", null, r.name, r.metadata::json
    from (select file, place, from_json(content, ${literal(ROW)}) as r from ${name(INBOX)});
  truncate ${name(INBOX)};`

/** Samples of data points, while there are none yet but these and sessions. */
export const countPoints: Sql = sql`select count(*)::integer as n from ${SAMPLES} where type <> ${literal(SESSION)}`

const columns = Object.keys(SAMPLE_COLUMNS).filter((column) => column !== "local_date")
const said = sql`md5_number(to_json(struct_pack(${join(columns.map((column) => sql`${name(column)} := ${name(column)}`))}))::varchar)`

/**
 * Sorts out what has the same type, source and times. Several in one file that differ are several samples, numbered
 * in their order; in several files they are one, as it was changed last, or else as the newest file has it.
 */
export const settleAgain: Sql = sql`
  create or replace temp table ${AGAIN} as
    with again as (
      -- A hash that two ids share by chance only brings in a row that settles with itself.
      from ${SAMPLES} where hash(source_id) in (select hash(source_id) from ${SAMPLES} group by 1 having count(*) > 1)
    ), crowded as (
      select file, place, source_id, min(place) over (partition by file, source_id, ${said}) as first_place
      from again semi join (select file, source_id from again group by all having count(*) > 1) using (file, source_id)
    ), numbered as (
      select file, place, dense_rank() over (partition by file, source_id order by first_place) as number from crowded
    )
    select again.* exclude (source_id), newness, source_id as found_as,
      source_id || case when number > 1 then '|' || number else '' end as source_id
    from again left join numbered using (file, place) join ${name(FILES)} using (file);
  create or replace temp table ${WINNERS} as
    from ${AGAIN}
    qualify row_number() over (partition by source_id order by modified desc nulls last, newness desc, file, place) = 1;
  delete from ${SAMPLES} where source_id in (select found_as from ${AGAIN});`

/** `timeZone` is where the person lives: Google states no offset, but for some sessions and sums. */
const sampleRows = (from: Sql, timeZone: string): Sql => sql`
  select *, (make_timestamp(epoch_us(starts_at)) + to_minutes(offset_minutes))::date as local_date
  from (
    select s.source_id as _source_id, f.archive as _archive, f.member as _member, s.rank as _rank, s.* exclude (file, place, rank, source_id, modified, offset_minutes),
      coalesce(s.offset_minutes,
        (epoch_ms(timezone(${literal(timeZone)}, s.starts_at)) - epoch_ms(s.starts_at)) // 60000)::integer as offset_minutes
    from ${from} join ${name(FILES)} f on f.file = s.file)`

/** All samples; those that were found again as the one that counts, so that it is the same whichever is stored. */
export const allSamples = (timeZone: string): Sql => {
  const winners = sql`(select w.* exclude (newness, found_as) from ${AGAIN} a join ${WINNERS} w on w.source_id = a.source_id) s`
  return sql`
    ${sampleRows(sql`${SAMPLES} s`, timeZone)}
    union all by name
    ${sampleRows(winners, timeZone)}`
}

export const allRejects: Sql = sql`
  select code, reason, archive, member, place::bigint as position, encode(raw) as raw
  from ${name(REJECTS)} join ${name(FILES)} using (file)`
