/** What `keepsake` is compared with: DuckDB reads the files into a table of a new database, and nothing else. */
import { DuckDBInstance } from "@duckdb/node-api"

const [files = "", database = "", how = ""] = process.argv.slice(2)

const COLUMNS = `{ts: 'VARCHAR', username: 'VARCHAR', platform: 'VARCHAR', ms_played: 'BIGINT', conn_country: 'VARCHAR',
  ip_addr_decrypted: 'VARCHAR', user_agent_decrypted: 'VARCHAR', master_metadata_track_name: 'VARCHAR',
  master_metadata_album_artist_name: 'VARCHAR', master_metadata_album_album_name: 'VARCHAR', spotify_track_uri: 'VARCHAR',
  episode_name: 'VARCHAR', episode_show_name: 'VARCHAR', spotify_episode_uri: 'VARCHAR', audiobook_title: 'VARCHAR',
  audiobook_uri: 'VARCHAR', audiobook_chapter_uri: 'VARCHAR', audiobook_chapter_title: 'VARCHAR', reason_start: 'VARCHAR',
  reason_end: 'VARCHAR', shuffle: 'BOOLEAN', skipped: 'BOOLEAN', offline: 'BOOLEAN', offline_timestamp: 'BIGINT',
  incognito_mode: 'BOOLEAN'}`

const instance = await DuckDBInstance.create(database, { preserve_insertion_order: "false" })
const connection = await instance.connect()
await connection.run("set TimeZone = 'UTC'")
const options = how === "typed" ? `, format = 'array', columns = ${COLUMNS}` : ""
await connection.run(`create table plays as select * from read_json('${files}'${options})`)
connection.closeSync()
instance.closeSync()
