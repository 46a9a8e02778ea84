import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { basic, extended, reading, rejects, skips } from "./entries.ts"

describe("files that are no histories", () => {
  it.live("the archive's other files are skipped with a reason", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* reading({
        "MyData/StreamingHistory0.json": [basic()],
        "MyData/Playlist1.json": '{"playlists":[{"name":"Mix"}]}',
        "MyData/SearchQueries.json": '[{"platform":"IPHONE","searchTime":"2023-05-01T10:00:00Z"}]',
        "MyData/Inferences.json": '{"inferences":[]}',
        "MyData/Read Me First.pdf": "%PDF"
      })
      assert.deepInclude(ledger, { read: 5, new: 1, skipped: 4, rejected: 0 })
      assert.deepEqual(yield* skips(home), [
        {
          reason: "another file than a listening history",
          count: 3,
          examples: '["MyData/Inferences.json","MyData/Playlist1.json","MyData/SearchQueries.json"]'
        },
        { reason: "not a JSON file", count: 1, examples: '["MyData/Read Me First.pdf"]' }
      ])
    }).pipe(Effect.scoped)
  )
  it.live("a history without entries is skipped", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* reading({ "StreamingHistory1.json": " [ ]\n" })
      assert.deepInclude(ledger, { read: 1, skipped: 1 })
      assert.deepInclude((yield* skips(home))[0], { reason: "a history without entries" })
    }).pipe(Effect.scoped)
  )
  for (const [what, content] of [
    ["is empty", ""],
    ["has other JSON in it", '{"playlists":[]}'],
    ["has a web page in it", "<!doctype html><title>Log in</title>"]
  ] as const) {
    it.live(`a file that is named like a history and ${what} is rejected`, () =>
      Effect.gen(function* () {
        const { home, ledger } = yield* reading({ "endsong_0.json": content, "endsong_1.json": [extended()] })
        assert.deepInclude(ledger, { read: 2, new: 1, rejected: 1 })
        assert.deepInclude((yield* rejects(home))[0], {
          code: "spotify-not-history",
          member: "endsong_0.json",
          raw: null
        })
      }).pipe(Effect.scoped)
    )
  }
})

describe("entries that can't be used are rejected, with what they are", () => {
  for (const [code, entry] of [
    ["spotify-no-end", extended({ ts: null })],
    ["spotify-no-end", extended({ ts: "yesterday" })],
    ["spotify-no-end", extended({ ts: "infinity" })],
    ["spotify-no-end", extended({ ts: "290000-01-01T00:00:00Z" })],
    ["spotify-no-end", extended({ ts: "0019-01-01T00:00:00Z" })],
    ["spotify-no-end", basic({ endTime: "18:04" })],
    ["spotify-no-duration", extended({ ms_played: null })],
    ["spotify-no-duration", extended({ ms_played: -1 })],
    ["spotify-no-duration", extended({ ms_played: 1e18 })],
    ["spotify-no-duration", basic({ msPlayed: "long" })]
  ] as const) {
    it.live(
      `${code}: ${JSON.stringify(entry["ts"] ?? entry["endTime"] ?? null)}, ${JSON.stringify(entry["ms_played"] ?? entry["msPlayed"] ?? null)}`,
      () =>
        Effect.gen(function* () {
          const file = "ts" in entry ? "endsong_0.json" : "StreamingHistory0.json"
          const { home, ledger } = yield* reading({
            [file]: [entry, extended(), basic({ endTime: "2020-01-01 00:00" })]
          })
          assert.deepInclude(ledger, { read: 3, new: 2, rejected: 1 })
          const [reject] = yield* rejects(home)
          assert.deepInclude(reject, { code, member: file })
          assert.include(String(reject?.["raw"]), "Blue Monday")
        }).pipe(Effect.scoped)
    )
  }
  it.live("of a private session, nothing but the reason is kept", () =>
    Effect.gen(function* () {
      const entry = extended({ ts: "never", incognito_mode: true })
      const { home } = yield* reading({ "endsong_0.json": [entry] })
      assert.deepInclude((yield* rejects(home))[0], { code: "spotify-no-end", raw: null })
    }).pipe(Effect.scoped)
  )
  it.live("values that are no objects are rejected, the entries beside them are read", () =>
    Effect.gen(function* () {
      const { ledger } = yield* reading({ "endsong_0.json": `[1, null, "x", ${JSON.stringify(extended())}, []]` })
      assert.deepInclude(ledger, { read: 5, new: 1, rejected: 4 })
    }).pipe(Effect.scoped)
  )
})
