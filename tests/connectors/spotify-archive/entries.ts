/** Listening histories as Spotify writes them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import type { Ledger } from "../../../src/engine/ledger.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
export interface Entry {
  readonly [member: string]: Json
}

/** The address that every extended entry has. */
export const ADDRESS = "203.0.113.77"

/** An entry of the extended history, in the order of its members. */
export const extended = (change: Entry = {}): Entry => ({
  ts: "2023-05-01T18:04:37Z",
  username: "ana.example",
  platform: "Android OS 9 API 28 (samsung, SM-G950F)",
  ms_played: 215_000,
  conn_country: "CH",
  ip_addr: ADDRESS,
  user_agent_decrypted: "Mozilla/5.0 Secret",
  master_metadata_track_name: "Blue Monday",
  master_metadata_album_artist_name: "New Order",
  master_metadata_album_album_name: "Substance",
  spotify_track_uri: "spotify:track:6hHc7Pks7wtBIW8Z6A0iFq",
  episode_name: null,
  episode_show_name: null,
  spotify_episode_uri: null,
  audiobook_title: null,
  audiobook_uri: null,
  audiobook_chapter_uri: null,
  audiobook_chapter_title: null,
  reason_start: "clickrow",
  reason_end: "trackdone",
  shuffle: false,
  skipped: false,
  offline: false,
  offline_timestamp: null,
  incognito_mode: false,
  ...change
})

/** An entry of the basic history: that of `extended()`, unless changed. */
export const basic = (change: Entry = {}): Entry => ({
  endTime: "2023-05-01 18:04",
  artistName: "New Order",
  trackName: "Blue Monday",
  msPlayed: 215_000,
  ...change
})

export const NOT_MUSIC: Entry = {
  master_metadata_track_name: null,
  master_metadata_album_artist_name: null,
  master_metadata_album_album_name: null,
  spotify_track_uri: null
}

/** The extended history comes on one line, the basic one is indented. */
export const history = (entries: ReadonlyArray<Entry>): string =>
  entries.some((entry) => "endTime" in entry) ? JSON.stringify(entries, null, 2) : JSON.stringify(entries)

export type Files = Readonly<Record<string, ReadonlyArray<Entry> | string | Uint8Array>>

/** Writes files below a folder. */
export const write = (folder: string, files: Files): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(
      join(folder, path),
      typeof content === "string" || content instanceof Uint8Array ? content : history(content)
    )
  }
}

/** A pipeline that keeps the plays of an account; `options` are the source's own. */
export const pipeline = (path: string, options = "", account = "ana"): string => `
name: listening
sources:
  ${account}: { type: spotify-archive.plays, path: ${JSON.stringify(path)}, account: ${account}@example.com${options} }
sinks:
  memories: { type: memories, from: ${account} }
`

/** Reads `path` into a home; gives the ledger. */
export const run = (path: string, home: string, options = "", account = "ana"): Effect.Effect<Ledger, unknown> =>
  Effect.gen(function* () {
    const { sources } = yield* runText(pipeline(path, options, account), home)
    return sources[account] ?? (yield* Effect.die("no ledger"))
  })

export const rows = (home: string, statement: string) => query(home, authored(statement))

/** What `life` holds of the plays, in the order of their ends. */
export const lifePlays = (home: string) =>
  rows(
    home,
    `select track_title, artist_name, album_title, track_uri, started_at, ended_at, played_ms, kind from life.plays
      order by ended_at, track_title, played_ms`
  )

/** What was staged beside the entity's columns. */
export const staged = (home: string) =>
  rows(home, `select * from staging.listening__ana order by ended_at, track_title, played_ms, _source_id`)

export const skips = (home: string) =>
  rows(home, "select reason, count, examples::varchar as examples from state.skips order by reason")

export const rejects = (home: string) =>
  rows(
    home,
    "select code, reason, archive, member, position, decode(raw) as raw from state.rejects order by code, member, position"
  )

/** Reads files in a home of its own. */
export const reading = (files: Files, options = "") =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    write(join(directory, "export"), files)
    const ledger = yield* run(join(directory, "export"), home, options)
    return { ledger, home, plays: yield* lifePlays(home), rows: yield* staged(home) }
  })

/** A home, and a folder whose content each run replaces. */
export const home = Effect.map(temporaryDirectory, (directory) => {
  const path = join(directory, "home")
  const folder = join(directory, "export")
  return {
    home: path,
    read: (files: Files, options = "") =>
      Effect.suspend(() => {
        rmSync(folder, { recursive: true, force: true })
        write(folder, files)
        return run(folder, path, options)
      })
  }
})
