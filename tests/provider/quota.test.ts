/** Quotas are kept to the request, and used to the last one: by several who share a key, and at any latency. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import type { Providers as Files } from "../../src/account/provider.ts"
import { CurrentAsker, ProviderApi, type Rate } from "../../src/component/api.ts"
import { SourceError } from "../../src/component/error.ts"
import type { Providers } from "../providers/index.ts"
import { type Asking, busily, requestOf, withClient } from "./client.ts"

const SMALL = { google: { events: 1, photos: 0 }, microsoft: { events: 1 } }
const PER_SECOND = 40

/** `configs/` with quotas of this test. */
const quotas =
  (...rates: ReadonlyArray<{ readonly requests: number; readonly every: string; readonly per: "user" | "project" }>) =>
  (files: Files["Service"]): Files["Service"] => {
    const { calendar } = files.google.apis
    if (calendar === undefined) return assert.fail("configs/google.yaml has no calendar")
    const own = rates.map(({ every, per, requests }) => ({
      of: "requests" as const,
      requests,
      per,
      every: Duration.fromInputUnsafe(every === "1s" ? "1 second" : "1 day")
    }))
    return {
      ...files,
      google: { ...files.google, apis: { ...files.google.apis, calendar: { ...calendar, quotas: own } } }
    }
  }

const usageOf = ({ quotas: counted }: Providers, per: "user" | "project") =>
  counted.usage().find((usage) => usage.area === "calendar" && usage.per === per)

const perSecond = (requests: number): Rate => ({ requests, every: Duration.seconds(1) })

describe("quotas", () => {
  for (const latency of [0, 60]) {
    it.live(`four sources on one key stay within it, with no 429, at ${latency} ms`, () =>
      withClient(
        { ...SMALL, latency, quota: { rates: { calendar: [{ per: "user", limit: PER_SECOND, windowMs: 1000 }] } } },
        "google",
        (providers, connection) =>
          Effect.gen(function* () {
            const four: ReadonlyArray<Asking> = ["a", "b", "c", "d"].map((name) => ({ name, connection }))
            yield* busily(four, "3 seconds")
            const usage = usageOf(providers, "user")
            assert.strictEqual(usage?.refused.length, 0)
            assert.isAtMost(usage?.peak ?? 0, PER_SECOND)
            // Two whole windows at the least: what is used of them is for the benchmark to say.
            assert.isAbove(usage?.admitted.length ?? 0, PER_SECOND * 2)
          }),
        quotas({ requests: PER_SECOND, every: "1s", per: "user" })
      )
    )
  }

  it.live("a source's own rate limit holds in any second, whatever the provider allows", () =>
    withClient(SMALL, "google", (providers, connection) =>
      Effect.gen(function* () {
        yield* busily([{ name: "a", connection, rateLimit: perSecond(8) }], "2500 millis")
        const times = usageOf(providers, "user")?.admitted ?? []
        assert.isAbove(times.length, 8)
        const most = Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length))
        assert.isAtMost(most, 8)
      })
    )
  )

  it.live("a mailbox is asked twice at once, and not more often", () =>
    withClient({ ...SMALL, latency: 20 }, "microsoft", (providers, connection) =>
      Effect.gen(function* () {
        yield* busily([{ name: "a", connection }], "1 second")
        assert.strictEqual(providers.quotas.mostAtOnce("graph"), 2)
      })
    )
  )

  it.live("a quota of a day that is used up ends the run rather than making it wait", () =>
    withClient(
      SMALL,
      "google",
      (_, connection) =>
        Effect.gen(function* () {
          const api = yield* ProviderApi
          const ask = api.json(requestOf(connection), Schema.Json)
          yield* Effect.repeat(ask, { times: 4 })
          const error = yield* Effect.flip(ask)
          assert.isTrue(error instanceof SourceError && error.code === "quota-used-up")
        }),
      quotas({ requests: 5, every: "1d", per: "project" })
    )
  )

  it.live("who is told to come back later makes the others of the account wait too", () =>
    withClient({ ...SMALL, faults: { retryAfterMs: 1000 } }, "google", ({ faults, requests }, connection) =>
      Effect.gen(function* () {
        const api = yield* ProviderApi
        const who = yield* CurrentAsker
        const ask = api
          .json(requestOf(connection), Schema.Json)
          .pipe(Effect.provideService(CurrentAsker, { ...who, retry: { base: Duration.millis(5) } }))
        faults.plan({ kind: "rate-limit", match: /./, times: 1, retryAfter: "seconds" })
        const before = requests.count()
        yield* Effect.all([ask, Effect.delay(ask, 100)], { concurrency: 2 })
        const [first, ...rest] = requests.since(before, "calendar").map(({ at }) => at)
        assert.strictEqual(rest.length, 2)
        for (const at of rest) assert.isAtLeast(at - (first ?? 0), 990)
      })
    )
  )
})
