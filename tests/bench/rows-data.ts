/** A life as rows: photos and events over years, as Parquet files that DuckDB makes. The same rows on every machine. */
import { DuckDBInstance } from "@duckdb/node-api"

export interface LifeSize {
  readonly photos: number
  readonly events: number
  readonly years: number
}

/** Half of the photos are taken at an event; every twentieth is a copy; a fifth have no coordinates. */
const script = (directory: string, { photos, events, years }: LifeSize): string => `
  create macro random_of(i, salt) as hash(i * 32 + salt)::double / 18446744073709551615;
  create macro place_latitude(place) as -35 + 95 * random_of(place, 30);
  create macro place_longitude(place) as -170 + 340 * random_of(place, 31);
  create table events as
    select 'event-' || e || '@example.org' as uid, 'Event ' || e as title, starts_at,
      starts_at + to_minutes(case when random_of(e, 2) < 0.02 then 1440 * (1 + (random_of(e, 3) * 7)::bigint)
        else 15 * (2 + (random_of(e, 4) * 14)::bigint) end) as ends_at,
      place_latitude(place) + (random_of(e, 5) - 0.5) * 0.05 as latitude,
      place_longitude(place) + (random_of(e, 6) - 0.5) * 0.05 as longitude
    from (
      select e, '2015-01-01 00:00:00Z'::timestamptz
          + to_minutes(((e + random_of(e, 0)) / ${events} * ${years} * 525600)::bigint) as starts_at,
        (random_of(e, 1) * 300)::bigint as place
      from range(${events}) r(e)
    );
  create table pictures as
    select p.i, md5('picture ' || p.o) || md5(p.o || ' picture') as content_hash,
      case when at_event then e.starts_at + to_seconds((random_of(p.o, 11) * date_diff('second', e.starts_at, e.ends_at))::bigint)
        else '2015-01-01 00:00:00Z'::timestamptz + to_seconds((random_of(p.o, 12) * ${years} * 31536000)::bigint) end as taken_at,
      case when at_event then e.latitude + (random_of(p.o, 13) - 0.5) * 0.006 else -35 + 95 * random_of(p.o, 14) end as latitude,
      case when at_event then e.longitude + (random_of(p.o, 15) - 0.5) * 0.006 else -170 + 340 * random_of(p.o, 16) end as longitude,
      random_of(p.i, 17) >= 0.2 as placed, 3000 + p.o % 1000 as width, 2000 + p.o % 700 as height,
      2000000 + (random_of(p.o, 18) * 4000000)::bigint as bytes
    from (
      select i, o, random_of(o, 10) < 0.5 as at_event, (o::double / ${photos} * ${events})::bigint as e
      from (
        select i, case when i % 20 = 19 then 20 * floor(random_of(i, 19) * (i // 20 + 1))::bigint
          + floor(random_of(i, 20) * 19)::bigint else i end as o
        from range(${photos}) r(i)
      )
    ) p join (select row_number() over (order by starts_at, uid) - 1 as n, * from events) e
      on e.n = least(p.e, ${events} - 1);
  copy (select 'IMG_' || lpad(i::varchar, 8, '0') || '.jpg' as file_name, content_hash, taken_at,
      case when placed then latitude end as latitude, case when placed then longitude end as longitude,
      width::integer as width, height::integer as height, bytes
    from pictures order by i) to '${directory}/photos.parquet' (format parquet);
  copy (from events order by starts_at) to '${directory}/events.parquet' (format parquet);`

/** Writes photos.parquet and events.parquet. */
export const makeLife = async (directory: string, size: LifeSize): Promise<void> => {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run("set TimeZone = 'UTC'")
  await connection.run(script(directory, size))
  connection.closeSync()
  instance.closeSync()
}
