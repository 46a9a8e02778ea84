import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { Playlist } from "../../providers/life/music.ts"
import { query } from "../../support/engine.ts"
import { connect } from "../../support/online.ts"
import { PLAYLISTS, inWorld } from "./world.ts"

/** No memories are made of playlists by themselves. */
const sink = (home: string) => `type: file, path: ${join(home, "playlists.parquet")}`

const isTold = ({ collaborative, owner }: Playlist) => owner === "ana" || collaborative

/** One line for each item; of playlists whose items aren't told, and of empty ones, one for the playlist. */
const expected = (playlists: ReadonlyArray<Playlist>) =>
  playlists
    .flatMap((playlist) =>
      !isTold(playlist) || playlist.items.length === 0
        ? [`${playlist.name} | - | - | -`]
        : playlist.items.map(({ addedAt, track }, position) => {
            const title = track === null ? "-" : track.title
            return [playlist.name, position, addedAt, title].join(" | ")
          })
    )
    .toSorted()

const stored = (home: string) =>
  Effect.map(
    query(
      home,
      authored(`select concat_ws(' | ', playlist_title, coalesce(position::varchar, '-'), coalesce(epoch_ms(added_at)::varchar, '-'),
        coalesce(track_title, '-')) as line from staging.life__heard where _gone_at is null`)
    ),
    (rows) => rows.map(({ line }) => String(line)).toSorted()
  )

const gone = (home: string) =>
  Effect.map(
    query(home, authored("select count(*)::integer as n from staging.life__heard where _gone_at is not null")),
    ([row]) => Number(row?.["n"])
  )

const SPOTIFY = { plays: 0, playlists: 8, playlistSize: 130 }

describe("spotify.playlists", () => {
  it.live("stores what is in every playlist, and asks once when nothing has changed", () =>
    inWorld(PLAYLISTS, { spotify: SPOTIFY }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        const { sources } = yield* run({}, PLAYLISTS, sink(home))
        const ledger = sources["heard"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        const playlists = providers.spotify.listening().playlists()
        assert.deepEqual(yield* stored(home), expected(playlists))
        assert.deepInclude(ledger, { duplicate: 0, rejected: 0, changed: 0 })
        assert.strictEqual(ledger?.skipped, playlists.filter((playlist) => !isTold(playlist)).length)
        const again = yield* run({}, PLAYLISTS, sink(home))
        assert.deepInclude(again.sources["heard"], { read: 0, requests: 1 })
        const [row] = yield* query(
          home,
          authored(
            `select count(*)::integer as n, count(distinct _id)::integer as ids, count(added_by)::integer as added from staging.life__heard`
          )
        )
        assert.strictEqual(row?.["ids"], row?.["n"])
        assert.isAbove(Number(row?.["added"]), 0)
      })
    )
  )

  it.live("reads anew what has changed, and marks what was taken out as gone", () =>
    inWorld(PLAYLISTS, { spotify: SPOTIFY }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run({}, PLAYLISTS, sink(home))
        const listening = providers.spotify.listening()
        const [first, second, third] = listening.playlists().filter(isTold)
        if (first === undefined || second === undefined || third === undefined) return assert.fail("too few playlists")
        listening.addToPlaylist(first.id, 7)
        listening.removeFromPlaylist(first.id, 3)
        listening.deletePlaylist(second.id)
        listening.removeFromPlaylist(third.id, third.items.length)
        const { sources } = yield* run({}, PLAYLISTS, sink(home))
        assert.deepInclude(sources["heard"], { new: 8, requests: 1 + 3 + 1 })
        assert.deepEqual(yield* stored(home), expected(listening.playlists()))
        assert.strictEqual(yield* gone(home), 3 + second.items.length + third.items.length)
        // And back again.
        listening.addToPlaylist(third.id, 2)
        yield* run({}, PLAYLISTS, sink(home))
        assert.deepEqual(yield* stored(home), expected(listening.playlists()))
      })
    )
  )

  it.live("is complete in the end: through faults, stopped at any request, without access", () =>
    inWorld(
      PLAYLISTS,
      { spotify: { ...SPOTIFY, playlists: 60, playlistSize: 60 }, faults: { rate: 0.1, retryAfterMs: 10 } },
      ({ connection, home, providers, run }) =>
        Effect.gen(function* () {
          for (let budget = 0; budget < 8; budget++) yield* run({ budget }, PLAYLISTS, sink(home))
          for (const { kind, value } of providers.secrets.all()) {
            if (kind === "refresh token") providers.spotify.authority.revokeToken(value)
          }
          yield* Effect.exit(run({}, PLAYLISTS, sink(home)))
          yield* connect(connection, home)
          const { sources } = yield* run({}, PLAYLISTS, sink(home))
          assert.isTrue(sources["heard"] !== undefined && addsUp(sources["heard"]))
          assert.deepEqual(yield* stored(home), expected(providers.spotify.listening().playlists()))
          assert.strictEqual(yield* gone(home), 0)
        })
    )
  )

  it.live("is read in the words of an app with extended access too, and by name", () =>
    inWorld(PLAYLISTS, { spotify: { ...SPOTIFY, mode: "extended" } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run({}, `${PLAYLISTS}, playlists: ["playlist 2 🎧"]`, sink(home))
        const playlists = providers.spotify.listening().playlists()
        const named = playlists.filter(({ name }) => name.startsWith("Playlist 2"))
        assert.deepEqual(yield* stored(home), expected(named))
        const error = yield* Effect.flip(run({}, `${PLAYLISTS}, playlists: [Summer]`, sink(home)))
        assert.include(JSON.stringify(error), "playlist-not-found")
      })
    )
  )
})
