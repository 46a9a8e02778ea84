/** Whatever goes wrong on the way, all of it is there in the end, once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { Providers } from "../../providers/index.ts"
import type { Photo } from "../../providers/life/photos.ts"
import { LIBRARY, PICKED, expected, inWorld, photosOf } from "./world.ts"

const picked = (photos: ReadonlyArray<Photo>) => expected(photos)
const library = (photos: ReadonlyArray<Photo>) => expected(photos.filter(({ appCreated }) => appCreated))

const STREAMS = [
  { source: PICKED, wanted: picked, bytes: "picker-bytes" },
  { source: LIBRARY, wanted: library, bytes: "library-bytes" }
] as const

const FAULTS = { rate: 0.1, retryAfterMs: 5, dripMs: 1 }

/** Fetched and handed over whole. */
const deliveries = ({ requests }: Providers, area: "picker-bytes" | "library-bytes"): number =>
  requests.all().filter((request) => request.area === area && request.outcome === "answered").length

describe.each(STREAMS)("$source", ({ bytes, source, wanted }) => {
  it.live("loses and doubles nothing with a tenth of all requests spoilt", () =>
    inWorld({ ...photosOf(150), faults: FAULTS, ragged: 0.2 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const ledger = (yield* run(source)).sources["photos"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.isAbove(ledger?.retries ?? 0, 0)
        assert.strictEqual(ledger?.rejected, 0)
        assert.deepEqual(yield* stored, wanted(providers.google.shelf().photos()))
      })
    )
  )

  it.live("stops at a budget of requests, and continues where it was", () =>
    inWorld(photosOf(80), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        let runs = 0
        // Fewer than one batch would need.
        while ((yield* run(source, { budget: 15 })).status !== "done") assert.isBelow(++runs, 12)
        assert.isAbove(runs, 1)
        assert.deepEqual(yield* stored, wanted(providers.google.shelf().photos()))
      })
    )
  )

  it.live("is killed at any request, and ends as if it hadn't been", () =>
    inWorld({ ...photosOf(70), latency: 1 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const { requests } = providers
        for (const at of [1, 2, 3, 4, 6, 9, 20, 50]) {
          const target = requests.count() + at
          const running = yield* Effect.forkChild(run(source))
          while (requests.count() < target && running.pollUnsafe() === undefined) yield* Effect.sleep(1)
          yield* Fiber.interrupt(running)
        }
        yield* run(source)
        const all = providers.google.shelf().photos()
        assert.deepEqual(yield* stored, wanted(all))
        // What a kill costs is what was under way: a slice of a page.
        assert.isBelow(deliveries(providers, bytes), wanted(all).length + 8 * 40)
      })
    )
  )

  it.live("renews addresses that have run out in the middle", () =>
    inWorld({ ...photosOf(60), latency: 2 }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const running = yield* Effect.forkChild(run(source))
        while (deliveries(providers, bytes) < 5) yield* Effect.sleep(1)
        providers.clock.advance(3_600_000)
        const { sources } = yield* Fiber.join(running)
        assert.strictEqual(sources["photos"]?.rejected, 0)
        const refused = providers.requests.all().filter(({ area, status }) => area === bytes && status === 403)
        assert.isAbove(refused.length, 0)
        assert.deepEqual(yield* stored, wanted(providers.google.shelf().photos()))
      })
    )
  )
})

it.live("a session that has ended meanwhile is begun anew", () =>
  inWorld(photosOf(20, { pickAtPoll: null }), ({ providers, run, stored }) =>
    Effect.gen(function* () {
      yield* run(`${PICKED}, wait: 0s`)
      providers.clock.advance(25 * 3_600_000)
      const running = yield* Effect.forkChild(run(`${PICKED}, wait: 0s`))
      yield* Fiber.join(running)
      const [, second] = providers.google.picker.sessions()
      assert.isTrue(providers.google.picker.pick(second?.id ?? ""))
      yield* run(`${PICKED}, wait: 0s`)
      assert.deepEqual(yield* stored, picked(providers.google.shelf().photos()))
    })
  )
)
