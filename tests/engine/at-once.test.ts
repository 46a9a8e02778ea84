/** Sources of providers are read at once, and a run tells and leaves of them what it would have one after another. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Connection } from "../../src/component/account.ts"
import { authored } from "../../src/component/sql.ts"
import { addsUp } from "../../src/engine/ledger.ts"
import { Progress } from "../../src/engine/progress.ts"
import type { ProvidersOptions } from "../providers/index.ts"
import { query } from "../support/engine.ts"
import { type World, connectionsYaml, withWorld } from "../support/online.ts"

const NAMES = ["first", "second", "third", "fourth"]

/** One source for each calendar; `broken` ones name a calendar that isn't there. */
const sourcesOf = (broken: ReadonlyArray<string> = []): string =>
  NAMES.map((name) => {
    const calendar = broken.includes(name) ? `${name}-of-nobody` : name
    return `  ${name}: { type: google-calendar.events, connection: me, calendars: [${calendar}], retry: { base: 5ms, times: 3 } }`
  }).join("\n")

const pipeline = (connection: Connection, sources: string) => `
name: life
${connectionsYaml(connection)}
sources:
${sources}
sinks:
  out: { type: memories, from: [${NAMES.join(", ")}] }
`

const inWorld = (options: ProvidersOptions, test: (world: World) => Effect.Effect<void, unknown>) =>
  withWorld({ provider: "google", account: "ana@example.com", options, pipeline, source: sourcesOf() }, (world) =>
    Effect.gen(function* () {
      const { calendars } = world.providers.google
      const owner = { name: "Ana", address: "ana@example.com" }
      const range = { from: Date.UTC(2026, 5, 1), to: Date.UTC(2027, 0, 1) }
      NAMES.forEach((name, index) =>
        // The first is by far the longest.
        calendars.add({ ...range, seed: index, size: index === 0 ? 200 : 10, name, title: name, owner })
      )
      return yield* test(world)
    })
  )

const rowsOf = (home: string) =>
  Effect.map(
    Effect.forEach(NAMES, (name) =>
      query(home, authored(`select count(*)::integer as n from staging."life__${name}"`)).pipe(
        Effect.map(([row]) => Number(row?.["n"])),
        Effect.orElseSucceed(() => null)
      )
    ),
    (counts) => Object.fromEntries(NAMES.map((name, index) => [name, counts[index]]))
  )

const OPTIONS: ProvidersOptions = { google: { events: 0, photos: 0 }, latency: 30, ragged: 1 }

describe("four sources on one key", () => {
  it.live("are read at once, and counted in the order of the pipeline", () =>
    inWorld(OPTIONS, ({ providers, run }) =>
      Effect.gen(function* () {
        const { sources } = yield* run()
        assert.deepEqual(Object.keys(sources), NAMES)
        for (const ledger of Object.values(sources)) assert.isTrue(addsUp(ledger), JSON.stringify(ledger))
        const asked = providers.requests.all().filter(({ area }) => area === "calendar")
        const requests = Object.values(sources).reduce((sum, ledger) => sum + ledger.requests, 0)
        assert.strictEqual(requests, asked.length)
        // All are begun before any is done.
        assert.strictEqual(asked.slice(0, 4).filter(({ path }) => path.endsWith("/calendarList")).length, 4)
      })
    )
  )

  it.live("of which several fail fail as the first of them, and keep what the others have read", () =>
    inWorld(OPTIONS, ({ home, run }) =>
      Effect.gen(function* () {
        const notes: Array<string> = []
        const error = yield* Effect.flip(run({}, sourcesOf(["second", "fourth"]))).pipe(
          Effect.provideService(Progress, (event) =>
            Effect.sync(() => {
              if (event.kind === "note") notes.push(event.text)
            })
          )
        )
        assert.match(notes.join("\n"), /"second"[^]*The sources before it are read to their end first\./)
        assert.deepInclude(error, { code: "calendar-not-found" })
        assert.include(String(error), 'Source "second": The account has no calendar "second-of-nobody"')
        const kept = yield* rowsOf(home)
        // The first is before the error, and read to its end, though that comes much later.
        assert.isAbove(kept["first"] ?? 0, 200)
        assert.strictEqual(kept["second"], 0)
        const { sources } = yield* run()
        assert.deepInclude(sources["first"], { read: 0, requests: 2 })
        for (const ledger of Object.values(sources)) assert.isTrue(addsUp(ledger), JSON.stringify(ledger))
        const all = yield* rowsOf(home)
        assert.strictEqual(all["first"], kept["first"])
        assert.isAbove(all["fourth"] ?? 0, 9)
      })
    )
  )

  it.live("share a budget, and continue until all is there", () =>
    inWorld({ ...OPTIONS, latency: 0 }, ({ home, providers, run }) =>
      Effect.gen(function* () {
        for (let runs = 1; ; runs++) {
          const before = providers.requests.count()
          const { status } = yield* run({ budget: 7 })
          assert.isAtMost(providers.requests.since(before, "calendar").length, 7)
          if (status === "done") break
          assert.isBelow(runs, 30)
        }
        const all = yield* rowsOf(home)
        const again = yield* run()
        assert.deepEqual(
          Object.values(again.sources).map(({ read, requests }) => [read, requests]),
          NAMES.map(() => [0, 2])
        )
        assert.deepEqual(yield* rowsOf(home), all)
      })
    )
  )
})
