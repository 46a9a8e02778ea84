/** Whatever goes wrong on the way, the next run continues, and in the end all is there once. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { Entry } from "../../providers/life/agenda.ts"
import { authored } from "../../../src/component/sql.ts"
import { query } from "../../support/engine.ts"
import { connect } from "../../support/online.ts"
import { SOURCE, expected, inWorld } from "./world.ts"

/** Two years, so that there are not too many occurrences, and all in one stretch. */
const SHORT = `${SOURCE}, since: 2022-12-01, until: 2024-12-01`
const WINDOW = { from: Date.UTC(2022, 10, 30, 23), to: Date.UTC(2024, 10, 30, 23) }

const events = (count: number) => ({ microsoft: { events: count } })

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : error

/** Ten thousand in a campaign. */
const MANY = process.env["KEEPSAKE_SEED"] === "random" ? 10_000 : 600

describe(`something wrong with every tenth request for ${MANY} events and their occurrences`, () => {
  it.live(
    "loses nothing, doubles nothing, and asks for nothing that isn't needed",
    () =>
      inWorld(
        { ...events(MANY), ragged: 0.3, faults: { rate: 0.1, retryAfterMs: 20 } },
        ({ home, providers, run, staged }) =>
          Effect.gen(function* () {
            const sink = `type: file, path: ${join(home, "events.parquet")}`
            const { sources } = yield* run({}, SHORT, sink)
            const ledger = sources["events"]
            assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
            assert.deepInclude(ledger, { rejected: 0, duplicate: 0, changed: 0, unchanged: 0 })
            assert.deepEqual(yield* staged, expected(providers.microsoft.calendar.agenda, WINDOW))
            const calls = providers.requests.all().filter(({ area }) => area === "graph")
            const faults = calls.filter(({ outcome }) => outcome !== "answered" && outcome !== "drip")
            assert.isAbove(faults.length, 0)
            assert.strictEqual(ledger?.retries, faults.length)
            assert.strictEqual(
              new Set(calls.map(({ path, query: of }) => path + of)).size,
              calls.length - faults.length
            )
            providers.microsoft.calendar.changes.change(30)
            yield* run({}, SHORT, sink)
            assert.deepEqual(yield* staged, expected(providers.microsoft.calendar.agenda, WINDOW))
            const again = yield* run({}, SHORT, sink)
            assert.isAtMost((again.sources["events"]?.requests ?? 0) - (again.sources["events"]?.retries ?? 0), 3)
            assert.strictEqual(again.sources["events"]?.read, 0)
          })
      ),
    900_000
  )
})

describe("a run that ends too early", () => {
  it.live("at any request is continued by the next, to the same end", () =>
    inWorld({ ...events(60), ragged: 1 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        for (let budget = 0; ; budget++) {
          const { status } = yield* run({ budget }, SHORT)
          if (status === "done") break
        }
        assert.deepEqual(yield* stored, expected(providers.microsoft.calendar.agenda, WINDOW))
      })
    )
  )

  it.live("without a network or because access was revoked says so, and continues after that", () =>
    inWorld({ ...events(60), ragged: 1 }, ({ connection, home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run({ budget: 2 }, SHORT)
        providers.setOffline(true)
        const hasty = SHORT.replace("times: 12", "times: 2")
        assert.strictEqual(codeOf(yield* Effect.flip(run({}, hasty))), "provider-unreachable")
        providers.setOffline(false)
        yield* run({ budget: 3 }, SHORT)
        for (const { kind, value } of providers.secrets.all()) {
          if (kind === "refresh token") providers.microsoft.authority.revokeToken(value)
        }
        assert.strictEqual(codeOf(yield* Effect.flip(run({}, SHORT))), "not-connected")
        yield* connect(connection, home)
        yield* run({}, SHORT)
        assert.deepEqual(yield* stored, expected(providers.microsoft.calendar.agenda, WINDOW))
      })
    )
  )
})

describe("an event of another shape", () => {
  it.live("is a reject that says what has changed, with all that Microsoft sent", () =>
    inWorld(events(5), ({ home, providers, run }) =>
      Effect.gen(function* () {
        const { agenda } = providers.microsoft.calendar
        const [entry] = agenda.entries()
        const odd: Entry | undefined = entry && {
          ...entry,
          id: "odd",
          uid: "odd@example.com",
          rule: null,
          start: { kind: "instant", at: Date.UTC(2024, 0, 1), zone: "UTC" },
          end: { kind: "instant", at: Date.UTC(2024, 0, 2), zone: "UTC" },
          // A name that is no text.
          title: JSON.parse("7")
        }
        if (odd !== undefined) agenda.put(odd)
        const { sources } = yield* run({}, SHORT)
        assert.strictEqual(sources["events"]?.rejected, 1)
        const [reject] = yield* query(home, authored("select code, reason, decode(raw) as raw from state.rejects"))
        assert.strictEqual(reject?.["code"], "item-changed")
        assert.include(String(reject?.["reason"]), "at subject")
        assert.include(String(reject?.["raw"]), "odd@example.com")
      })
    )
  )
})
