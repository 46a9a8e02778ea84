/** One entry of Spotify's listening histories, and what it says as columns. */
import { flag, text } from "../../src/component/column.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { recordColumns } from "../../src/life/entity.ts"

/**
 * The members that are read, as text. All others are dropped while parsing: IP address, user agent, user name, device,
 * country and coordinates never leave the file.
 */
export const MEMBERS = [
  // Extended history
  "ts",
  "ms_played",
  "master_metadata_track_name",
  "master_metadata_album_artist_name",
  "master_metadata_album_album_name",
  "spotify_track_uri",
  "episode_name",
  "episode_show_name",
  "spotify_episode_uri",
  "audiobook_title",
  "audiobook_uri",
  "audiobook_chapter_title",
  "audiobook_chapter_uri",
  "reason_start",
  "reason_end",
  "shuffle",
  "skipped",
  "offline",
  "offline_timestamp",
  "incognito_mode",
  // Basic history
  "endTime",
  "msPlayed",
  "trackName",
  "artistName",
  "episodeName",
  "podcastName",
  "chapterName",
  "audiobookName",
  "authorName"
] as const
export type Member = (typeof MEMBERS)[number]

/** The stream's columns: the entity's, and what else the extended history tells. */
export const PLAY_COLUMNS = {
  ...recordColumns("plays"),
  history: text(
    "extended or basic: which of the histories told it. Basic knows the end to the minute only, and no URI."
  ),
  reason_start: text("Why it started, in Spotify's words: trackdone, clickrow, fwdbtn…"),
  reason_end: text("Why it ended, in Spotify's words: trackdone, fwdbtn, endplay…"),
  shuffle: flag("Played in shuffle mode."),
  skipped: flag("Skipped, as far as Spotify noted it."),
  offline: flag("Played offline: then the end may be when the device was online again."),
  private_session: flag("Played in a private session.")
}

/** What a file's name says of its entries, where they don't say it themselves. */
export type NamedKind = "music" | "podcast" | "audiobook" | "video"

/** Types for `read_json`: numbers and times too come as text, so that no value can fail a file. */
export const memberTypes: Sql = sql`{${join(MEMBERS.map((member) => sql`${literal(member)}: 'VARCHAR'`))}}`

/** DDL of a table of members as text. */
export const memberColumns: Sql = join(MEMBERS.map((member) => sql`${name(member)} varchar`))

/** Longer than anyone listens to one thing: a leap year. */
const MOST_MS = 366 * 86_400_000

/** The first member that says something; an empty text says nothing. */
const first = (...members: ReadonlyArray<Member>): Sql =>
  sql`coalesce(${join(members.map((member) => sql`nullif(${name(member)}, '')`))})`

/** What lies outside is no time that anyone played anything at: a broken number. */
const EARLIEST = sql`timestamptz '1970-01-01 00:00:00+00'`
const LATEST = sql`timestamptz '9999-01-01 00:00:00+00'`

const isTrue = (member: Member): Sql => sql`${name(member)} = 'true'`

/** All members that an entry has, as JSON. */
const asRead: Sql = sql`json_merge_patch('{}', to_json(struct_pack(${join(MEMBERS.map((member) => sql`${name(member)} := ${name(member)}`))})))::varchar`

/** Basic history has words where the extended one has nulls. */
const isUnknown: Sql = sql`"artistName" = 'Unknown Artist' and "trackName" = 'Unknown Track'`

/**
 * The entries of `records`: rows of `MEMBERS` with `file`, its number, and `named`, the kind that the file's name says.
 * Columns that begin with an underscore are this connector's own: `_minute` (of the end, since 1970), `_maker` (artist,
 * show or book) and `_equal` (a hash of all that both histories know of a play, never stored) find equal plays;
 * `_broken` is the entry as JSON where it can't be used.
 */
export const entriesOf = (records: Sql): Sql => sql`
  select file as _file, _minute, _maker, try_cast(offline_timestamp as double) as _offline_at,
    hash(_minute, played_ms, _maker, track_title) as _equal,
    case when ended_at is null or played_ms is null then ${asRead} end as _broken,
    ended_at, played_ms, track_title, artist_name, album_title, track_uri, kind,
    case when ts is null then 'basic' else 'extended' end as history,
    nullif(reason_start, '') as reason_start, nullif(reason_end, '') as reason_end, ${isTrue("shuffle")} as shuffle,
    ${isTrue("skipped")} as skipped, ${isTrue("offline")} as offline, ${isTrue("incognito_mode")} as private_session
  from (
    select *, epoch_ms(ended_at) // 60000 as _minute, coalesce(book, artist_name) as _maker,
      coalesce(book, ${first("master_metadata_album_album_name")}) as album_title,
      case when named = 'video' then 'video' when book is not null then 'audiobook'
        when episode is not null then 'podcast' else coalesce(named, 'music') end as kind
    from (
      select *, case when ended between ${EARLIEST} and ${LATEST} then ended end as ended_at,
        case when ms between 0 and ${literal(MOST_MS)} then ms end as played_ms,
        case when ${isUnknown} then null else ${first(
          "master_metadata_track_name",
          "trackName",
          "episode_name",
          "episodeName",
          "audiobook_chapter_title",
          "chapterName"
        )} end as track_title,
        case when ${isUnknown} then null else ${first(
          "master_metadata_album_artist_name",
          "artistName",
          "episode_show_name",
          "podcastName",
          "authorName"
        )} end as artist_name,
        ${first("spotify_track_uri", "spotify_episode_uri", "audiobook_chapter_uri", "audiobook_uri")} as track_uri,
        ${first("audiobook_title", "audiobookName", "audiobook_chapter_title", "chapterName")} as book,
        ${first("episode_name", "episodeName", "spotify_episode_uri")} as episode
      from (
        select *, try_cast(coalesce(ts, "endTime") as timestamptz) as ended,
          try_cast(coalesce(ms_played, "msPlayed") as bigint) as ms
        from (${records})
      )
    )
  )`

/** No rows, with the columns of `records`. */
export const noRecords: Sql = sql`select ${join(MEMBERS.map((member) => sql`null::varchar as ${name(member)}`))},
  null::integer as file, null::varchar as named where false`
