import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import { Progress } from "../../../src/engine/progress.ts"
import { lifeOf } from "../../conformance/life.ts"
import { PICKED, expected, inWorld, photosOf, readable } from "./world.ts"

const ALWAYS = `${PICKED}, ask: always`

/** Runs it, and gives what the person was told beside the summary. */
const heard = <A, E, R>(run: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const told = yield* Ref.make<ReadonlyArray<string>>([])
    const result = yield* run.pipe(
      Effect.provideService(Progress, (event) =>
        event.kind === "note" && event.needed === true
          ? Ref.update(told, (before) => [...before, event.text])
          : Effect.void
      )
    )
    return { result, told: yield* Ref.get(told) }
  })

describe("google-photos.picked", () => {
  it.live("says where to pick, waits, reads what was picked, and ends the session", () =>
    inWorld(photosOf(230), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const { result, told } = yield* heard(run(PICKED))
        const ledger = result.sources["photos"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        const all = providers.google.shelf().photos()
        assert.deepEqual(yield* stored, expected(all))
        assert.deepEqual(
          [ledger?.rejected, ledger?.skipped],
          [0, all.length - readable(all).length],
          "videos that are not ready are skipped"
        )
        assert.match(told[0] ?? "", /^photos: to choose photos, open http:\/\/127\.0\.0\.1:\d+\/picker\/[\w-]+$/)
        assert.deepEqual(providers.google.picker.sessions(), [])
      })
    )
  )

  it.live("asks once unless told otherwise, and fetches nothing twice (I3)", () =>
    inWorld(photosOf(60), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run(PICKED)
        const before = yield* lifeOf(home)
        const again = yield* run(PICKED)
        assert.deepInclude(again.sources["photos"], { read: 0, requests: 0 })
        const asked = providers.requests.count()
        providers.google.shelf().add(3)
        const more = yield* run(ALWAYS)
        const shelf = providers.google.shelf().photos()
        const added = readable(shelf.slice(-3)).length
        assert.strictEqual(providers.requests.since(asked, "picker-bytes").length, added)
        assert.deepInclude(more.sources["photos"], {
          new: added,
          changed: 0,
          unchanged: readable(shelf).length - added
        })
        assert.deepEqual(yield* stored, expected(shelf))
        assert.includeMembers([...((yield* lifeOf(home))["media"] ?? [])], [...(before["media"] ?? [])])
      })
    )
  )

  it.live("reads the bytes of an edited photo again", () =>
    inWorld(photosOf(5), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run(PICKED)
        const shelf = providers.google.shelf()
        const [first, second] = shelf.photos().filter(({ kind }) => kind === "photo")
        if (first === undefined || second === undefined) return assert.fail("no photos")
        shelf.put({ ...first, size: () => ({ width: 9, height: 9 }), download: second.download })
        const asked = providers.requests.count()
        yield* run(ALWAYS)
        assert.strictEqual(providers.requests.since(asked, "picker-bytes").length, 1)
        assert.include((yield* stored).join("\n"), expected([second])[0]?.slice(0, 64) ?? "?")
      })
    )
  )

  it.live("leaves the source out, in clear words, when nothing was picked in time; the rest of the run is done", () =>
    inWorld(photosOf(5, { pickAtPoll: null, pickTimeoutSeconds: 0 }), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const { status, unread } = yield* run(PICKED)
        assert.strictEqual(status, "done")
        assert.deepEqual(unread?.["photos"], {
          code: "nothing-chosen",
          message: "Nothing was picked in Google Photos while Google waited for it.",
          hint: "Run again to be asked again."
        })
        assert.deepEqual(providers.google.picker.sessions(), [])
        assert.deepEqual(yield* stored, [])
      })
    )
  )

  it.live("waits no longer than it is told; a later run reads what was picked meanwhile", () =>
    inWorld(photosOf(12, { pickAtPoll: null }), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const waiting = `${PICKED}, wait: 0s`
        const { unread } = yield* run(waiting)
        const [session] = providers.google.picker.sessions()
        assert.strictEqual(unread?.["photos"]?.code, "nothing-chosen")
        assert.include(unread?.["photos"]?.hint, `/picker/${session?.id}`)
        providers.google.picker.pick(session?.id ?? "")
        yield* run(waiting)
        assert.deepEqual(yield* stored, expected(providers.google.shelf().photos()))
        assert.deepEqual(providers.google.picker.sessions(), [])
      })
    )
  )

  it.live("says so when the person was done without picking", () =>
    inWorld(photosOf(0), ({ run }) =>
      Effect.gen(function* () {
        const { result, told } = yield* heard(run(PICKED))
        assert.deepInclude(result.sources["photos"], { read: 0 })
        assert.include(told.at(-1), "nothing was picked")
      })
    )
  )

  it.live("leaves out what is outside of the period", () =>
    inWorld(photosOf(40), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run(`${PICKED}, since: 2024-01-01T00:00:00Z, until: 2024-07-01T00:00:00Z`)
        const within = providers.google
          .shelf()
          .photos()
          .filter(({ takenAt }) => takenAt >= Date.UTC(2024, 0) && takenAt < Date.UTC(2024, 6))
        assert.isAbove(within.length, 0)
        assert.deepEqual(yield* stored, expected(within))
      })
    )
  )
})
