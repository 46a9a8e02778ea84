import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import { lifeOf } from "../../conformance/life.ts"
import { expected, inWorld } from "./world.ts"

const events = (count: number) => ({ google: { events: count, photos: 0 } })

describe("google-calendar.events", () => {
  it.live("stores what the account has: single events, days, series, their exceptions and cancellations", () =>
    inWorld(events(400), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const { sources } = yield* run()
        const ledger = sources["events"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.deepEqual(yield* stored, expected(providers.google.calendar.agenda, providers.clock.now()))
        assert.deepEqual([ledger?.rejected, ledger?.duplicate, ledger?.deleted], [0, 0, 0])
      })
    )
  )

  it.live("asks for no more than what has changed: twice, when nothing has (I3)", () =>
    inWorld(events(60), ({ home, run }) =>
      Effect.gen(function* () {
        yield* run()
        const before = yield* lifeOf(home)
        const { sinks, sources } = yield* run()
        assert.deepInclude(sources["events"], { read: 0, requests: 2 })
        assert.deepInclude(sinks["out"], { inserted: 0, updated: 0, deleted: 0 })
        assert.deepEqual(yield* lifeOf(home), before)
      })
    )
  )
})
