import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { lifeOf } from "../../conformance/life.ts"
import type { Played } from "../../providers/life/music.ts"
import { query } from "../../support/engine.ts"
import { PLAYS, inWorld } from "./world.ts"

const HOUR = 3_600_000

const stored = (home: string) =>
  Effect.map(
    query(
      home,
      authored("select concat_ws(' ', epoch_ms(ended_at), track_uri, track_title, artist_name) as line from life.plays")
    ),
    (rows) => rows.map(({ line }) => String(line)).toSorted()
  )

/** The same track twice in one millisecond can't be told apart, and is one play. */
const expected = (plays: ReadonlyArray<Played>) =>
  [
    ...new Set(
      plays.map(({ at, track: { artist, id, title } }) => [at, `spotify:track:${id}`, title, artist].join(" "))
    )
  ].toSorted()

const gaps = (home: string) =>
  Effect.map(
    query(home, authored("select reason, count from state.skips where reason like 'a possible gap%'")),
    (rows) => rows.map(({ count }) => count)
  )

describe("spotify.recently-played", () => {
  it.live("stores the plays that Spotify remembers, and the same ones once (I3)", () =>
    inWorld(PLAYS, { spotify: { plays: 120 } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        const { sources } = yield* run()
        const ledger = sources["heard"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepEqual([ledger?.requests, ledger?.rejected], [1, 0])
        assert.deepEqual(yield* stored(home), expected(providers.spotify.listening().plays().slice(-50)))
        const before = yield* lifeOf(home)
        const again = yield* run()
        assert.deepInclude(again.sources["heard"], { new: 0, changed: 0, rejected: 0, requests: 1 })
        assert.deepInclude(again.sinks["out"], { inserted: 0, updated: 0 })
        assert.deepEqual(yield* lifeOf(home), before)
        assert.deepEqual(yield* gaps(home), [])
        const [row] = yield* query(
          home,
          authored("select count(*)::integer as n from life.plays where started_at is null and played_ms is null")
        )
        assert.strictEqual(row?.["n"], before["plays"]?.length)
      })
    )
  )

  it.live("adds what was heard since, and says where there may be a gap", () =>
    inWorld(PLAYS, { spotify: { plays: 20 } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        const listening = providers.spotify.listening()
        yield* run()
        const last = listening.plays().at(-1)?.at ?? 0
        listening.hear(29, last + 6 * HOUR)
        yield* run()
        assert.deepEqual(yield* stored(home), expected(listening.plays()))
        assert.deepEqual(yield* gaps(home), [])
        const missed = listening.plays().length
        listening.hear(60, last + 24 * HOUR)
        const { sources } = yield* run()
        const ledger = sources["heard"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepEqual(yield* gaps(home), [null])
        const told = [...listening.plays().slice(0, missed), ...listening.plays().slice(-50)]
        assert.deepEqual(yield* stored(home), expected(told))
        // Said once.
        yield* run()
        assert.deepEqual(yield* gaps(home), [null])
      })
    )
  )

  it.live("misses nothing through faults of all kinds, and after an hour without a network", () =>
    inWorld(PLAYS, { spotify: { plays: 10 }, faults: { rate: 0.4, retryAfterMs: 10 } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        const listening = providers.spotify.listening()
        let at = listening.plays().at(-1)?.at ?? 0
        for (let round = 0; round < 8; round++) {
          yield* run()
          at += 3 * HOUR
          listening.hear(20, at)
        }
        providers.setOffline(true)
        assert.include(
          JSON.stringify(yield* Effect.flip(run({}, PLAYS.replace("times: 12", "times: 2")))),
          "unreachable"
        )
        providers.setOffline(false)
        const { sources } = yield* run()
        assert.isTrue(sources["heard"] !== undefined && addsUp(sources["heard"]))
        assert.deepEqual(yield* stored(home), expected(listening.plays()))
        assert.deepEqual(yield* gaps(home), [])
      })
    )
  )

  it.live("leaves out what lies outside of since and until, and counts it", () =>
    inWorld(PLAYS, { spotify: { plays: 50 } }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        const plays = providers.spotify.listening().plays()
        const [from = 0, to = 0] = [plays[10]?.at, plays[40]?.at]
        const bounds = `since: "${new Date(from).toISOString()}", until: "${new Date(to).toISOString()}"`
        const { sources } = yield* run({}, `${PLAYS}, ${bounds}`)
        const inside = plays.filter(({ at }) => at >= from && at < to)
        assert.deepInclude(sources["heard"], { new: expected(inside).length, read: 50 })
        assert.deepEqual(yield* stored(home), expected(inside))
      })
    )
  )
})
