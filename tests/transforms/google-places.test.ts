/** Google's names of places, from end to end: asked for once, with a key and consent, and kept no longer than is allowed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SourceError } from "../../src/component/error.ts"
import { authored } from "../../src/component/sql.ts"
import type { RunSummary } from "../../src/engine/run.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { lifeOf } from "../conformance/life.ts"
import { checkText, query } from "../support/engine.ts"
import { NAMES, PLACES, ROWS, inWorld, namesIn, pipeline } from "./places-world.ts"

/** The error's code and words. */
const failing = (run: Effect.Effect<RunSummary, unknown>) =>
  Effect.map(Effect.flip(run), (error) => (error instanceof SourceError ? error : assert.fail(String(error))))

describe("places at Google", () => {
  it.live("are asked for once each, and become no part of memories", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        const { transforms } = yield* run()
        assert.deepEqual(yield* namesIn(home), NAMES)
        const rows = { in: ROWS, out: ROWS, dropped: 0, retries: 0 }
        assert.deepEqual(transforms, {
          placed: { ...rows, requests: PLACES.length + 1 },
          detailed: { ...rows, requests: 2 * PLACES.length }
        })
        const asked = (area: string) => providers.requests.all().filter((request) => request.area === area)
        assert.strictEqual(asked("geocoding").length, PLACES.length + 1)
        // Details and the picture's address of each; the picture itself is another server's affair.
        assert.strictEqual(asked("places").length, 2 * PLACES.length)
        const life = JSON.stringify(yield* lifeOf(home))
        for (const { name } of PLACES) assert.notInclude(life, name)
        const [pictures] = yield* query(
          home,
          authored(
            "select count(*)::integer as n from cache.google_place where from_base64(thumbnail)[1:2] = '\\xFF\\xD8'::blob"
          )
        )
        assert.strictEqual(pictures?.["n"], PLACES.length)
        const before = providers.requests.count()
        const again = yield* run()
        assert.strictEqual(providers.requests.count(), before)
        assert.deepEqual(again.transforms, {
          placed: { ...rows, requests: 0 },
          detailed: { ...rows, requests: 0 }
        })
        // I5: the key is nowhere but in the requests.
        const steps = yield* query(home, authored("select * from state.steps"))
        assert.notInclude(JSON.stringify(steps), providers.google.apiKey)
      })
    )
  )

  it.live("are forgotten after 30 days but for their ids, and asked for again", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run()
        const [oldest] = yield* query(
          home,
          authored("select count(distinct google_place_id)::integer as n from cache.google_geocode")
        )
        for (const table of ["google_geocode", "google_place"]) {
          yield* query(home, authored(`update cache.${table} set _answered_at = now() - interval 31 days`))
        }
        providers.google.switchApi("geocoding-backend", false)
        const error = yield* failing(run())
        assert.strictEqual(error.code, "key-refused")
        const [left] = yield* query(
          home,
          authored(
            "select count(google_address)::integer as addresses, count(distinct google_place_id)::integer as ids from cache.google_geocode"
          )
        )
        assert.deepEqual(left, { addresses: 0, ids: oldest?.["n"] })
        providers.google.switchApi("geocoding-backend", true)
        // Without asking, nothing is known of them, which is not for good.
        yield* run({ offline: true })
        assert.deepEqual(yield* namesIn(home), [])
        yield* run()
        assert.deepEqual(yield* namesIn(home), NAMES)
      })
    )
  )

  it.live("come completely with a tenth of all requests spoilt, and in runs of a few requests each", () =>
    inWorld(
      ({ home, run }) =>
        Effect.gen(function* () {
          let [runs, summary] = [0, yield* run({ budget: 60 })]
          for (; summary.status !== "done"; summary = yield* run({ budget: 60 })) assert.isBelow(++runs, 8)
          const retries = Object.values(summary.transforms).map((counts) => counts.retries ?? 0)
          assert.isAbove(Math.max(...retries), 0)
          assert.deepEqual(yield* namesIn(home), NAMES)
        }),
      { faults: { rate: 0.1, retryAfterMs: 5, dripMs: 1 } }
    )
  )

  it.live("a budget stops the run cleanly, before anything is made of half of the answers (I3)", () =>
    inWorld(({ home, run }) =>
      Effect.gen(function* () {
        const { sinks, status, transforms, unread } = yield* run({ budget: 8 })
        assert.deepEqual([status, sinks], ["stopped", {}])
        // All coordinates, and something of a place.
        assert.deepInclude(transforms["placed"], { requests: 7, out: ROWS })
        assert.deepEqual(transforms["detailed"], { in: 0, out: 0, dropped: 0, requests: 1, retries: 0 })
        assert.deepEqual(
          Object.entries(unread ?? {}).map(([name, { code }]) => [name, code]),
          [["detailed", "budget-spent"]]
        )
        assert.strictEqual((yield* run()).status, "done")
        assert.deepEqual(yield* namesIn(home), NAMES)
      })
    )
  )

  it.live("what is answered before the budget is spent is kept, however small that is", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        for (let runs = 1; (yield* run({ budget: 5 })).status !== "done"; runs++) assert.isBelow(runs, 12)
        assert.deepEqual(yield* namesIn(home), NAMES)
        const geocoding = providers.requests.all().filter(({ area }) => area === "geocoding")
        assert.strictEqual(geocoding.length, PLACES.length + 1)
      })
    )
  )

  it.live("are not asked for without consent (I6)", () =>
    inWorld(
      ({ providers, run }) =>
        Effect.gen(function* () {
          const error = yield* failing(run())
          assert.strictEqual(error.code, "not-connected")
          assert.include(error.message, 'Transform "placed"')
          assert.include(error.hint, "keepsake connect google --connection maps")
          assert.strictEqual(providers.requests.count(), 0)
        }),
      { consent: false }
    )
  )

  it.live("say so when the key is wrong, without showing it", () =>
    inWorld(
      ({ run }) =>
        Effect.gen(function* () {
          const { code, hint, message } = yield* failing(run())
          assert.deepEqual(
            [code, message],
            [
              "key-refused",
              `Transform "placed": Google's geocoding API doesn't take the api_key of the connection maps (REQUEST_DENIED).`
            ]
          )
          assert.notInclude(message + hint, "AIzaWrong")
        }),
      { key: "AIzaWrong" }
    )
  )

  it.live("need a connection with a key, which validate says", () =>
    Effect.gen(function* () {
      const text = pipeline(".", "http://127.0.0.1:1")
      const without = yield* checkText(text.replaceAll(", connection: maps", ""))
      assert.include(without.findings.map(renderFinding).join("\n"), 'Write "connection: maps" here.')
      const keyless = yield* checkText(text.replace('api_key: "${secret:GOOGLE_MAPS_KEY}", ', ""))
      assert.include(keyless.findings.map(renderFinding).join("\n"), "keepsake secret set NAME")
    })
  )
})
