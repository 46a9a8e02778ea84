/** A life of listening, as Spotify's extended history tells it: arrays of 16,000 entries, as DuckDB writes them. */
import { DuckDBInstance } from "@duckdb/node-api"
import { mkdirSync } from "node:fs"
import { join } from "node:path"

const PER_FILE = 16_000

/** The same on every machine. One entry in fifty is a podcast's, one in a hundred of a private session. */
const entries = (from: number, to: number): string => `
  select strftime(make_timestamp((1325376000 + i * 137 + random_of(i, 0) * 120)::bigint * 1000000), '%Y-%m-%dT%H:%M:%SZ') as ts,
    'ana.example' as username, 'Android OS 9 API 28 (samsung, SM-G950F)' as platform,
    (random_of(i, 1) * 300000)::bigint as ms_played, 'CH' as conn_country,
    '203.0.113.' || (random_of(i, 2) * 255)::bigint as ip_addr_decrypted, 'unknown' as user_agent_decrypted,
    case when not podcast then 'Track number ' || track || ' - Remastered' end as master_metadata_track_name,
    case when not podcast then 'The artist named ' || track % 3000 end as master_metadata_album_artist_name,
    case when not podcast then 'Album number ' || track % 9000 end as master_metadata_album_album_name,
    case when not podcast then 'spotify:track:' || left(md5(track::varchar), 22) end as spotify_track_uri,
    case when podcast then 'Episode ' || track end as episode_name,
    case when podcast then 'Show ' || track % 40 end as episode_show_name,
    case when podcast then 'spotify:episode:' || left(md5(track::varchar), 22) end as spotify_episode_uri,
    null as audiobook_title, null as audiobook_uri, null as audiobook_chapter_uri, null as audiobook_chapter_title,
    ['trackdone', 'clickrow', 'fwdbtn'][1 + i % 3] as reason_start, ['trackdone', 'fwdbtn', 'endplay'][1 + i % 3] as reason_end,
    random_of(i, 3) < 0.5 as shuffle, random_of(i, 4) < 0.3 as skipped, random_of(i, 5) < 0.05 as offline,
    null as offline_timestamp, random_of(i, 6) < 0.01 as incognito_mode
  from (
    select i, (random_of(i, 7) * 20000)::bigint as track, random_of(i, 8) < 0.02 as podcast from range(${from}, ${to}) r(i)
  ) order by i`

/** Writes files with `rows` entries in all. */
export const makeListening = async (directory: string, rows: number): Promise<void> => {
  mkdirSync(directory)
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  await connection.run("create macro random_of(i, salt) as hash(i * 32 + salt)::double / 18446744073709551615")
  for (let from = 0; from < rows; from += PER_FILE) {
    const file = join(directory, `Streaming_History_Audio_${from / PER_FILE}.json`)
    await connection.run(
      `copy (${entries(from, Math.min(from + PER_FILE, rows))}) to '${file}' (format json, array true)`
    )
  }
  connection.closeSync()
  instance.closeSync()
}
