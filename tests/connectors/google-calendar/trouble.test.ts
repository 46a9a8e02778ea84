/** Whatever goes wrong on the way, the next run continues, and in the end all is there once. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { Entry } from "../../providers/life/agenda.ts"
import { query } from "../../support/engine.ts"
import { connect } from "../../support/online.ts"
import { SOURCE, expected, inWorld } from "./world.ts"

/** Series are followed for a month only, so that entries are most of what there is. */
const NEAR = `${SOURCE}, horizon: 30d`
const DAYS = 30

const events = (count: number) => ({ google: { events: count, photos: 0 } })

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : error

describe("10,000 entries in 20 calendars, and something wrong with every third request", () => {
  it.live("are all there, once, and nothing is asked for that isn't needed", () =>
    inWorld(
      { ...events(500), seed: 4, ragged: 1, faults: { rate: 0.3, retryAfterMs: 50 } },
      ({ home, providers, run, staged }) =>
        Effect.gen(function* () {
          const sink = `type: file, path: ${join(home, "events.parquet")}`
          const { calendar, calendars } = providers.google
          const owner = { name: "Ana", address: "ana@example.com" }
          const range = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2027, 0, 1) }
          const others = Array.from({ length: 19 }, (_, index) =>
            calendars.add({ ...range, seed: index, size: 500, name: `calendar ${index}`, owner })
          )
          const { sources } = yield* run({}, NEAR, sink)
          const ledger = sources["events"]
          assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
          assert.deepInclude(ledger, { rejected: 0, duplicate: 0, changed: 0 })
          const now = providers.clock.now()
          const wanted = [calendar, ...others].flatMap(({ agenda }) => expected(agenda, now, DAYS)).toSorted()
          assert.deepEqual(yield* staged, wanted)
          // Each page once, beside what had to be asked again.
          const calls = providers.requests.all().filter(({ area }) => area === "calendar")
          const faults = calls.filter(({ outcome }) => outcome !== "answered" && outcome !== "drip")
          assert.isAbove(faults.length, 3)
          assert.strictEqual(ledger?.requests, calls.length)
          assert.strictEqual(ledger?.retries, faults.length)
          assert.strictEqual(new Set(calls.map(({ path, query: of }) => path + of)).size, calls.length - faults.length)
          // When nothing has changed: the list, and each calendar, once.
          const again = yield* run({}, NEAR, sink)
          const { requests = 0, retries = 0, read } = again.sources["events"] ?? {}
          assert.deepEqual([requests - retries, read], [21, 0])
        })
    )
  )
})

describe("a run that ends too early", () => {
  it.live("at any request is continued by the next, to the same end", () =>
    inWorld({ ...events(120), ragged: 1 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        for (let budget = 0; ; budget++) {
          const { status } = yield* run({ budget }, NEAR)
          if (status === "done") break
        }
        assert.deepEqual(yield* stored, expected(providers.google.calendar.agenda, providers.clock.now(), DAYS))
      })
    )
  )

  it.live("because the network is gone says so, and continues when it is back", () =>
    inWorld({ ...events(120), ragged: 1 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run({ budget: 2 }, NEAR)
        providers.setOffline(true)
        const hasty = NEAR.replace("times: 12", "times: 2")
        assert.strictEqual(codeOf(yield* Effect.flip(run({}, hasty))), "provider-unreachable")
        providers.setOffline(false)
        yield* run({}, NEAR)
        assert.deepEqual(yield* stored, expected(providers.google.calendar.agenda, providers.clock.now(), DAYS))
      })
    )
  )

  it.live("because access was revoked says how to connect again, and continues after that", () =>
    inWorld({ ...events(120), ragged: 1 }, ({ connection, home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run({ budget: 2 }, NEAR)
        for (const { kind, value } of providers.secrets.all()) {
          if (kind === "refresh token") providers.google.authority.revokeToken(value)
        }
        const error = yield* Effect.flip(run({}, NEAR))
        assert.strictEqual(codeOf(error), "not-connected")
        yield* connect(connection, home)
        yield* run({}, NEAR)
        assert.deepEqual(yield* stored, expected(providers.google.calendar.agenda, providers.clock.now(), DAYS))
      })
    )
  )
})

describe("an event of another shape", () => {
  it.live("is a reject that says what has changed, with all that Google sent", () =>
    inWorld(events(12), ({ home, providers, run }) =>
      Effect.gen(function* () {
        const { agenda } = providers.google.calendar
        const [entry] = agenda.entries().filter(({ rule, series }) => rule === null && series === null)
        // A start that Google doesn't document.
        const odd: Entry | undefined = entry && {
          ...entry,
          id: "odd",
          uid: "odd@google.com",
          start: { kind: "day", date: "soon" }
        }
        if (odd !== undefined) agenda.put(odd)
        const { sources } = yield* run()
        assert.strictEqual(sources["events"]?.rejected, 1)
        const [reject] = yield* query(
          home,
          authored("select code, reason, member, decode(raw) as raw from state.rejects")
        )
        assert.strictEqual(reject?.["code"], "item-changed")
        assert.include(String(reject?.["reason"]), "start")
        assert.include(String(reject?.["raw"]), "odd@google.com")
      })
    )
  )

  it.live("with fields that nobody knows yet keeps them, beside the rows", () =>
    inWorld(events(12), ({ home, run }) =>
      Effect.gen(function* () {
        yield* run()
        const [row] = yield* query(
          home,
          authored(
            `select count(*)::integer as n, count(raw->>'htmlLink')::integer as links from staging."life__events-items"`
          )
        )
        assert.strictEqual(Number(row?.["n"]), 12)
        assert.isAbove(Number(row?.["links"]), 0)
      })
    )
  )
})
