/** Entries that tell of the same play: within a file, in files that overlap, and in the basic history beside the extended one. */
import { type Sql, names, sql } from "../../src/component/sql.ts"
import { ENTRIES, FILES } from "./read.ts"
import { PLAY_COLUMNS } from "./record.ts"

/** Plays with several entries: the best of these, `_ordinal` among equal plays, and how many `_copies` there are. */
export const SHARED = sql`_spotify_shared`

/** All that both histories know of a play; the hash comes first, as it is compared fastest. */
const SAME = sql`_equal, _minute, played_ms, _maker, track_title`

/**
 * Extended entries are plays of their own where their seconds differ, or within a file their times of going offline: what
 * was played offline is reported in one second. (Between exports, these times are written differently.) Basic entries
 * know the minute only: equal ones in one file are plays of their own, and those of several files the same plays. So the
 * nth of the one is the nth of the other, and the richest entry speaks for all.
 */
export const sharePlays: Sql = sql`
  create or replace temp table ${SHARED} as
    with alike as (
      select * from ${ENTRIES} where _broken is null
        and _equal in (select _equal from ${ENTRIES} where _broken is null group by _equal having count(*) > 1)
    ),
    at_once as (
      select *, case when history = 'extended'
        then dense_rank() over (partition by ${SAME}, history, ended_at, _file order by _offline_at)
        else row_number() over (partition by ${SAME}, history, ended_at, _file) end as _at_once
      from alike
    ),
    counted as (
      select *, dense_rank() over (partition by ${SAME}, history order by ended_at, _at_once) as _ordinal from at_once
    )
    select * exclude (_nth, _private, _at_once), _private as private_session
    from (
      select * exclude (private_session), count(*) over (partition by ${SAME}, _ordinal) as _copies,
        bool_or(private_session) over (partition by ${SAME}, _ordinal) as _private,
        row_number() over (partition by ${SAME}, _ordinal
          order by history = 'extended' desc, track_uri is null, album_title is null, kind = 'video' desc, _file, track_uri, album_title,
            artist_name, reason_start, reason_end, skipped, offline, shuffle) as _nth
      from counted
    )
    where _nth = 1`

/** Each play once; `_copies` is how many entries tell of it. */
const plays: Sql = sql`
  select * exclude (_broken, _offline_at), 1 as _ordinal, 1 as _copies from ${ENTRIES}
    where _broken is null and _equal not in (select _equal from ${SHARED})
  union all by name
  select * exclude (_broken, _offline_at) from ${SHARED}`

const SEPARATOR = sql`chr(31)`

/** The same for both histories, and for every export. */
const sourceId: Sql = sql`concat(_minute, ' ', played_ms, ${SEPARATOR}, _maker, ${SEPARATOR}, track_title,
  case when _ordinal > 1 then ${SEPARATOR} || _ordinal end)`

/** The plays as a scan yields them, those that `condition` holds for. */
export const playRows = (condition: Sql): Sql => sql`
  select _source_id, archive as _archive, member as _member,
    (history = 'extended')::integer as _rank, ${names(Object.keys(PLAY_COLUMNS))}
  from (
    select *, ${sourceId} as _source_id, make_timestamptz(epoch_us(ended_at) - 1000 * played_ms) as started_at
    from (${plays}) where ${condition}
  ) left join ${FILES} on file = _file`

/** Entries that `condition` holds for, counted with a member to look at; no row where there are none. */
export const countRows = (reason: Sql, condition: Sql): Sql => sql`
  select ${reason} as reason, sum(_copies)::bigint as count, coalesce(min(member), '') as example
  from (${plays}) left join ${FILES} on file = _file where ${condition} having count(*) > 0`

/** How many entries more than plays there are among those that \`condition\` holds for. */
export const countCopies = (condition: Sql): Sql =>
  sql`select coalesce(sum(_copies - 1), 0)::bigint as n from ${SHARED} where ${condition}`
