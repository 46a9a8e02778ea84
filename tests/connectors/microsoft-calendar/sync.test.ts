import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { lifeOf } from "../../conformance/life.ts"
import { query } from "../../support/engine.ts"
import { expected, inWorld } from "./world.ts"

const events = (count: number) => ({ microsoft: { events: count } })

describe("microsoft-calendar.events", () => {
  it.live("stores what the calendar shows: single events, days, occurrences and exceptions of series", () =>
    inWorld({ ...events(120), ragged: 0.3 }, ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const { sources } = yield* run()
        const ledger = sources["events"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepEqual(yield* stored, expected(providers.microsoft.calendar.agenda))
        assert.deepInclude(ledger, { rejected: 0, duplicate: 0, deleted: 0, skipped: 0 })
        // Every request asks in the same way.
        assert.deepEqual(
          providers.requests.all().filter(({ area, notes }) => area === "graph" && notes.length > 0),
          []
        )
        const left = yield* query(home, authored("select reason, count from state.skips"))
        assert.deepEqual(
          left.map(({ count }) => count),
          [null]
        )
        assert.include(String(left[0]?.["reason"]), "events before 2020-01-01")
      })
    )
  )

  it.live("asks for no more than what has changed: three times, when nothing has (I3)", () =>
    inWorld(events(40), ({ home, run }) =>
      Effect.gen(function* () {
        yield* run()
        const before = yield* lifeOf(home)
        const { sinks, sources } = yield* run()
        assert.deepInclude(sources["events"], { read: 0, requests: 3 })
        assert.deepInclude(sinks["out"], { inserted: 0, updated: 0, deleted: 0 })
        assert.deepEqual(yield* lifeOf(home), before)
      })
    )
  )
})
