import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"

const TRACK = "track_uri: VARCHAR, track_title: VARCHAR, artist_name: VARCHAR"
const pipelineOf = (directory: string) => `
name: listening
sources:
  plays: { type: file.rows, path: "${directory}/plays.ndjson", key: [started_at], entity: plays, columns: { ${TRACK}, started_at: TIMESTAMPTZ, ended_at: TIMESTAMPTZ } }
  playlists: { type: file.rows, path: "${directory}/playlists.ndjson", columns: { playlist_id: VARCHAR, playlist_title: VARCHAR, ${TRACK} } }
transforms:
  phases: { type: playlist-memories, from: plays, playlists: playlists, plays: 2, tracks: 2 }
sinks:
  memories: { type: memories, from: [plays, phases] }
`

const track = (name: string) => ({ track_uri: `spotify:track:${name}`, track_title: name, artist_name: "Joni" })
const lines = (rows: ReadonlyArray<object>) => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

it.live("memories of two playlists with the same tracks keep their ids, whatever is played besides", () =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const home = join(directory, "home")
    const names = ["a", "b", "c", "d"]
    const playlists = names.flatMap((name) =>
      ["Blue", "River"].map((title) => ({ playlist_id: name, playlist_title: name, ...track(title) }))
    )
    writeFileSync(join(directory, "playlists.ndjson"), lines(playlists))
    /** Hours of the day at which something is played; the first is when a memory begins. */
    const listened = (...hours: ReadonlyArray<number>) =>
      Effect.gen(function* () {
        const plays = hours.map((hour) => ({
          ...track(hour % 2 === 0 ? "Blue" : "River"),
          started_at: `2024-05-04T${10 + hour}:00:00Z`,
          ended_at: `2024-05-04T${10 + hour}:04:00Z`
        }))
        writeFileSync(join(directory, "plays.ndjson"), lines(plays))
        yield* runText(pipelineOf(directory), home)
        return yield* query(
          home,
          authored("select title, memory_id from life.memories where kind = 'playlist' order by title")
        )
      })
    const first = yield* listened(4, 5, 6)
    assert.deepEqual(
      first.map(({ title }) => title),
      names
    )
    for (const hours of [
      [3, 4, 5, 6],
      [2, 4, 5, 6],
      [1, 2, 4, 5]
    ])
      assert.deepEqual(yield* listened(...hours), first)
  }).pipe(Effect.scoped)
)
