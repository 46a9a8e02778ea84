/** The same memories by hand: plain DuckDB over the same Parquet files. `node bare.ts DIRECTORY DATABASE`. */
import { DuckDBInstance } from "@duckdb/node-api"

const [directory = ".", file = "bare.duckdb"] = process.argv.slice(2)

/** Two hours and 500 metres, as the pipeline has it. Buckets are four hours wide. */
const script = `
  set TimeZone = 'UTC';
  create schema life;
  create macro uuid_of(h) as (left(h, 12) || '5' || h[14:16] || translate(h[17], '0123456789abcdef', '89ab89ab89ab89ab') || h[18:32])::uuid;
  create macro uuid5(name) as uuid_of(sha1(from_hex('3d2f6ab06f0c5c5e9a532f1b9f0f4b61') || encode(name)));
  set variable run = '8d4e5a4e-0000-4000-8000-000000000001'::uuid;
  begin;

  create temp table pictures as
    select *, uuid5('media' || chr(31) || content_hash) as media_id, epoch_us(taken_at) as at
    from '${directory}/photos.parquet';

  create table life.media as
    with repeated as (select content_hash from pictures group by content_hash having count(*) > 1),
    kept as (
      from pictures where content_hash not in (from repeated)
      union all
      from pictures where content_hash in (from repeated)
      qualify row_number() over (partition by content_hash order by (latitude is not null and longitude is not null) desc,
        width::double * height desc nulls last, file_name) = 1
    )
    select media_id, null::varchar as kind, file_name, null::varchar as mime_type, bytes, content_hash,
      null::varchar as picture_hash, taken_at, null::date as local_date, null::varchar as time_zone, latitude, longitude,
      null::varchar as location_status, null::double as altitude, width, height, null::varchar as camera,
      null::varchar as title, null::varchar as description, 1 as revision, getvariable('run') as run_id,
      getvariable('run') as created_run_id, now() as updated_at
    from kept;

  create temp table happenings as
    select row_number() over (order by ends_at - starts_at, event_id) as no, *, epoch_us(starts_at) as s, epoch_us(ends_at) as e
    from (select uuid5('file' || chr(31) || 'default' || chr(31) || 'events' || chr(31) || uid) as event_id, *
      from '${directory}/events.parquet');

  create temp table matches as
    with cells as (
      select no, s, e, latitude, longitude, s - 7200000000 as low, e + 7200000000 as high,
        unnest(range((s - 7200000000) // 14400000000, (e + 7200000000) // 14400000000 + 1)) as bucket
      from happenings
    ),
    near as (
      select p.media_id, r.no, case when (p.at < r.e and r.s < p.at) or r.s = p.at then 0 else 1 end as tier,
        greatest(0, r.s - p.at, p.at - r.e) as micros,
        case when abs(r.latitude - p.latitude) > 0.0046 then 'infinity'::double
          when p.latitude + p.longitude + r.latitude + r.longitude is not null then 12742017.6 * asin(sqrt(least(1,
          sin(radians(r.latitude - p.latitude) / 2) ** 2 + cos(radians(p.latitude)) * cos(radians(r.latitude))
            * sin(radians(r.longitude - p.longitude) / 2) ** 2))) end as metres
      from (select media_id, epoch_us(taken_at) as at, latitude, longitude from life.media) p
        join cells r on p.at // 14400000000 = r.bucket and p.at between r.low and r.high
    ),
    best as (
      select media_id, min((((tier * 2 + (metres is null)::int)::hugeint * 1125899906842624 + micros) * 68719476736
        + coalesce(metres * 1000, 0)::bigint) * 4294967296 + no) as rank
      from near where metres is null or metres <= 500 group by media_id
    )
    select b.media_id, r.event_id, r.title, r.starts_at, r.ends_at, m.taken_at, m.latitude, m.longitude,
      ((rank >> 118)::int >> 1) as tier, ((rank >> 68) % 1125899906842624)::bigint / 1e6 as seconds,
      case when (rank >> 118)::int & 1 = 0 then 12742017.6 * asin(sqrt(least(1,
        sin(radians(r.latitude - m.latitude) / 2) ** 2 + cos(radians(m.latitude)) * cos(radians(r.latitude))
          * sin(radians(r.longitude - m.longitude) / 2) ** 2))) end as metres
    from best b join happenings r on r.no = (b.rank % 4294967296)::bigint join life.media m using (media_id);

  create temp table linked as
    select *, ((case when tier = 0 then 1 else 1 - 0.5 * seconds / 7200 end)
      * (case when metres is null then 0.8 else 1 - 0.3 * metres / 500 end))::double as confidence
    from matches;

  create table life.memories as
    with grouped as (
      select event_id, any_value(title) as title, any_value(starts_at) as starts_at, any_value(ends_at) as ends_at,
        min({'t': taken_at, 'id': media_id, 'latitude': latitude, 'longitude': longitude})
          filter (latitude is not null) as place,
        min({'t': taken_at, 'id': media_id}).id as cover_media_id, avg(confidence::decimal(9, 6))::double as confidence
      from linked group by event_id
    )
    select event_id as memory_id, 'event' as kind, title, starts_at, ends_at, null::date as local_date, null::varchar as time_zone,
      place.latitude as latitude, place.longitude as longitude,
      null::uuid as place_id, cover_media_id, confidence, 'bench.during' as made_by, 1 as revision,
      getvariable('run') as run_id, getvariable('run') as created_run_id, now() as updated_at
    from grouped;

  create table life.events as
    select event_id, title, null::varchar as description, starts_at, ends_at, null::boolean as all_day,
      null::date as local_start_date, null::date as local_end_date, null::varchar as time_zone,
      null::varchar as location_text, latitude, longitude, null::varchar as status, uid, null::varchar as recurrence_id,
      null::varchar as calendar, 1 as revision, getvariable('run') as run_id, getvariable('run') as created_run_id,
      now() as updated_at
    from happenings where event_id in (select memory_id from life.memories);

  create table life.links as
    select *, 1 as revision, getvariable('run') as run_id, getvariable('run') as created_run_id, now() as updated_at
    from (
      select 'media' as from_type, media_id as from_id, 'taken_during' as relation, 'events' as to_type, event_id as to_id,
        confidence, 'join-time-place/1' as rule, ('{"seconds":' || round(seconds, 3) || ',"metres":'
          || coalesce(round(metres, 1)::varchar, 'null') || '}')::json as evidence, 'bench.during.links' as made_by
      from linked
      union all
      select 'memory', event_id, 'contains', 'media', media_id, confidence::decimal(9, 6)::double, 'member/1', null,
        'bench.during.contains'
      from linked
      union all
      select 'memory', memory_id, 'contains', 'events', memory_id, 1, 'event/1', null, 'bench.during.contains'
      from life.memories
    );

  create table life.provenance as
    select *, null::varchar as member, now() as first_seen_at, now() as last_seen_at, null::timestamptz as gone_at,
      1 as revision, getvariable('run') as run_id, getvariable('run') as created_run_id, now() as updated_at
    from (
      select 'media' as entity_type, media_id as entity_id, 'file' as connector, 'rows' as stream, 'default' as account,
        file_name as source_id, '${directory}/photos.parquet' as archive, content_hash from pictures
      union all
      select 'events', event_id, 'file', 'rows', 'default', uid, '${directory}/events.parquet', null from life.events
    );
  commit;
`

const instance = await DuckDBInstance.create(file, {
  memory_limit: "4GB",
  preserve_insertion_order: "false",
  temp_directory: `${file}.tmp`
})
const connection = await instance.connect()
await connection.run(script)
connection.closeSync()
instance.closeSync()
