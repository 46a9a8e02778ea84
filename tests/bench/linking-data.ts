/** A life to be linked, as Parquet files that DuckDB makes: days at home, at work and away. The same rows on every machine. */
import { DuckDBInstance } from "@duckdb/node-api"
import { mkdirSync } from "node:fs"
import { join } from "node:path"

export interface LifeSize {
  /** Media; events are a tenth, plays half, and points twice as many. */
  readonly media: number
  readonly days: number
  /** The first day, counted from the life's first one. */
  readonly from: number
}

export const KINDS = ["photos", "events", "visits", "points", "plays"] as const

/** Four days of each month are spent in another city; evenings at one of forty places. */
const script = (directory: string, file: string, { days, from, media }: LifeSize): string => `
  set TimeZone = 'UTC';
  create macro random_of(i, salt) as hash(i * 64 + salt)::double / 18446744073709551615;
  create macro away(d) as d % 30 between 10 and 13;
  create macro city(d) as d // 30 % 25;
  create macro evening(d) as (random_of(d, 1) * 40)::int;
  create macro place_of(d, h) as case when away(d) then 100 + city(d) * 20 + h // 3
    when h < 8 or h >= 22 then 0 when h between 9 and 16 and d % 7 < 5 then 1 else 10 + evening(d) end;
  create macro latitude_of(p) as 48.2 + case when p < 100 then (random_of(p, 2) - 0.5) * 0.2
    else (random_of(p // 20, 3) - 0.7) * 20 + (random_of(p, 2) - 0.5) * 0.06 end;
  create macro longitude_of(p) as 16.37 + case when p < 100 then (random_of(p, 4) - 0.5) * 0.2
    else (random_of(p // 20, 5) - 0.7) * 15 + (random_of(p, 4) - 0.5) * 0.06 end;
  create macro moment(d, hours) as '2015-01-01 00:00:00Z'::timestamptz + to_seconds(((d * 24 + hours) * 3600)::bigint);
  create macro seat(i, per_day) as (i % per_day + random_of(i, 6)) / per_day * 24;

  create macro numbered(per_day) as table
    select i, i // per_day as d, seat(i, per_day) as h from range((${from} * per_day)::bigint, (${from + days} * per_day)::bigint) r(i);

  copy (
    select 'IMG_' || lpad(i::varchar, 8, '0') || '.jpg' as file_name, md5('picture ' || i) as picture_hash, moment(d, h) as taken_at,
      moment(d, h)::date as local_date, 'UTC' as time_zone,
      case when phone then latitude_of(place_of(d, h::int)) + (random_of(i, 7) - 0.5) * 0.002 end as latitude,
      case when phone then longitude_of(place_of(d, h::int)) + (random_of(i, 8) - 0.5) * 0.002 end as longitude,
      case when phone then 'known' else 'unknown' end as location_status, case when phone then 'Phone' else 'Camera' end as camera,
      4000 as width, 3000 as height, 3000000 as bytes,
      case when random_of(i, 9) < 0.2 then '[{"name":"Person ' || (random_of(i, 10) * 30)::int || ' Surname"}]' end as people
    from (select *, random_of(i, 11) < 0.6 as phone from numbered(${Math.round(media / days)}))
  ) to '${join(directory, "photos", file)}' (format parquet);

  copy (
    select 'event-' || i || '@example.org' as uid, 'Event ' || i as title, moment(d, floor(h * 4) / 4) as starts_at,
      moment(d, floor(h * 4) / 4 + length) as ends_at, false as all_day, moment(d, h)::date as local_start_date,
      moment(d, h)::date as local_end_date, 'confirmed' as status, 'private' as calendar,
      case when random_of(i, 12) < 0.6 then latitude_of(place_of(d, h::int)) end as latitude,
      case when random_of(i, 12) < 0.6 then longitude_of(place_of(d, h::int)) end as longitude,
      case when random_of(i, 13) < 0.4 then '[' || array_to_string(list_transform(range(1 + (random_of(i, 14) * 3)::int),
        lambda n: '{"name":"Person ' || (random_of(i, 15 + n) * 60)::int || ' Surname","address":"person' || (random_of(i, 15 + n) * 60)::int
          || '@' || (i % 3) || '.example","role":"attendee","response":"accepted"}'), ',') || ']' end as attendees
    from (select *, 0.5 + random_of(i, 20) * 2 as length from numbered(${Math.round(media / days / 10)}))
  ) to '${join(directory, "events", file)}' (format parquet);

  copy (
    select moment(d, h) as starts_at, moment(d, h + 2.9) as ends_at, latitude_of(place_of(d, h)) as latitude,
      longitude_of(place_of(d, h)) as longitude, 'Place ' || place_of(d, h) as name
    from (select d, unnest([0, 3, 6, 9, 12, 15, 18, 21]) as h from range(${from}, ${from + days}) r(d))
  ) to '${join(directory, "visits", file)}' (format parquet);

  copy (
    select moment(d, h) as recorded_at, latitude_of(place_of(d, h::int)) + (random_of(i, 21) - 0.5) * 0.001 as latitude,
      longitude_of(place_of(d, h::int)) + (random_of(i, 22) - 0.5) * 0.001 as longitude
    from numbered(${Math.round((media / days) * 2)})
  ) to '${join(directory, "points", file)}' (format parquet);

  copy (
    select 'Track ' || (random_of(i, 23) * 4000)::int as track_title, 'Artist' as artist_name, moment(d, h) as started_at,
      moment(d, h + 0.05) as ended_at, case when random_of(i, 24) < 0.1 then 4000 else 180000 end as played_ms, 'music' as kind
    from numbered(${Math.round(media / days / 2)})
  ) to '${join(directory, "plays", file)}' (format parquet);`

/** Writes a Parquet file of each kind, in a folder of its own. */
export const makeLinkedLife = async (directory: string, file: string, size: LifeSize): Promise<void> => {
  for (const kind of KINDS) mkdirSync(join(directory, kind), { recursive: true })
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run(script(directory, file, size))
  connection.closeSync()
  instance.closeSync()
}
