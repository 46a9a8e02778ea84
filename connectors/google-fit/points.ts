/** From the text of data points to samples, by DuckDB. */
import { type Sql, literal, name, sql } from "../../src/component/sql.ts"
import { RANK } from "./row.ts"
import { CODES, INBOX, REJECTS, SAMPLES, UNIT_NAMES } from "./tables.ts"

// Numbers come as such or as text; what has another type is null.
const POINT = JSON.stringify({
  dataTypeName: "VARCHAR",
  originDataSourceId: "VARCHAR",
  startTimeNanos: "BIGINT",
  endTimeNanos: "BIGINT",
  rawTimestampNanos: "BIGINT",
  modifiedTimeMillis: "BIGINT",
  fitValue: [{ value: { intVal: "BIGINT", fpVal: "DOUBLE", stringVal: "VARCHAR", mapVal: "JSON" } }]
})

const DECODED = name("google_fit_decoded")
const POINTS = name("google_fit_points")

/** `manufacturer:model` of `kind:type:app:manufacturer:model:uid:stream`, for JavaScript and for DuckDB. */
const DEVICE = "^[a-z]+:[^:<]*:[^:<]*:([^:<]+:[^:<]+):[^:<]*(:|<|$)"

const deviceOf = (source: string | null): string | null =>
  new RegExp(DEVICE).exec(source ?? "")?.[1]?.replace(":", " ") ?? null

const deviceOfOrigin = sql`nullif(replace(regexp_extract(origin, ${literal(DEVICE)}, 1), ':', ' '), '')`

// Each point is parsed once: kept as a table, or DuckDB would parse it for every field.
const decode = (source: string | null): Sql => sql`
  create or replace temp table ${DECODED} as
    select file, place::bigint as place, content,
      case when json_valid(content) then from_json(content, ${literal(POINT)}) end as p
    from ${name(INBOX)};
  truncate ${name(INBOX)};
  create or replace temp table ${POINTS} as
    select *, case
        when not valid then 'fit-point-broken'
        when type is null then 'fit-point-type'
        when starts is null or starts <= 0 or ends < starts then 'fit-point-times'
      end as problem
    from (
      select file, place, content, p is not null as valid,
        coalesce(nullif(p.dataTypeName, ''), nullif(split_part(${literal(source ?? "")}, ':', 2), '')) as type,
        coalesce(${literal(source)}, p.originDataSourceId, '') as source, nullif(p.originDataSourceId, '') as origin,
        coalesce(nullif(p.startTimeNanos, 0), p.endTimeNanos) as starts,
        coalesce(nullif(p.endTimeNanos, 0), p.startTimeNanos) as ends,
        nullif(p.rawTimestampNanos, 0) as measured, p.modifiedTimeMillis as modified,
        len(p.fitValue) as fields, p.fitValue[1]."value" as field,
        case when len(p.fitValue) > 1
          then list_filter(list_transform(p.fitValue, lambda f: f."value".stringVal), lambda t: t is not null)[1]
          else p.fitValue[1]."value".stringVal end as words
      from ${DECODED}
    );
  drop table ${DECODED};`

const reject: Sql = sql`
  insert into ${name(REJECTS)}
    select file, place, problem, case problem
      when 'fit-point-broken' then 'the data point isn''t valid JSON: it is cut or damaged; take it from another export'
      when 'fit-point-type' then 'neither the data point nor its file says of what type it is'
      else 'the data point has no start and end, or ends before it starts'
    end, left(content, 4096)
    from ${POINTS} where problem is not null;`

/** What the columns don't say; null where they say all. */
const metadata = sql`
  case when elsewhere is not null or measured is not null or more then json_merge_patch('{}', json_object(
    'originDataSourceId', elsewhere, 'rawTimestampNanos', measured,
    'fitValue', case when more then content::json->'fitValue' end)) end`

const keep = (source: string | null): Sql => sql`
  insert into ${SAMPLES}
    select file, place, ${literal(RANK.told)}, concat_ws('|', type, source, starts, ends), modified, type,
      case when value is not null then unit end, value,
      case when coded then coalesce(meaning, field.intVal::varchar) else words end,
      make_timestamptz(starts // 1000), make_timestamptz(ends // 1000), null,
      coalesce(${literal(deviceOf(source))}, case when origin is not null then ${deviceOfOrigin} end), nullif(source, ''),
      ${metadata}
    from (
      select *, case when fields = 1 and not coded and isfinite(number) then number end as value,
        fields > 1 or coded or field.mapVal is not null as more
      from (
        select p.* exclude (measured), unit, meaning, meaning is not null or p.type in (select type from ${CODES}) as coded,
          coalesce(field.fpVal, field.intVal) as number, nullif(origin, source) as elsewhere,
          nullif(measured, starts) as measured
        from ${POINTS} p
          left join ${UNIT_NAMES} u on u.type = p.type
          left join ${CODES} c on c.type = p.type and c.code = field.intVal
        where problem is null
      )
    );`

/**
 * Points of one data source from the inbox to the samples. A single number is the value, with its unit; a code its
 * name; the rest (food, blood pressure, places: several values in one point) stays as written, in the metadata.
 */
export const takePoints = (source: string | null): Sql => sql`
  ${decode(source)} ${reject} ${keep(source)}
  drop table ${POINTS};`
