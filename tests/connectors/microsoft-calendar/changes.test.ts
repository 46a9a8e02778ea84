/** What becomes of changes, deletions and full rounds (I7). */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import type { Providers } from "../../providers/index.ts"
import type { Entry } from "../../providers/life/agenda.ts"
import { instanceOf } from "../../providers/life/entries.ts"
import { instantAtWall } from "../../providers/life/moment.ts"
import { occurrencesOf } from "../../providers/life/recurrence.ts"
import { query } from "../../support/engine.ts"
import { gone, holds } from "../google-calendar/world.ts"
import { SOURCE, expected, inWorld } from "./world.ts"

const events = (count: number) => ({ microsoft: { events: count } })

const lookUps = ({ requests }: Providers) =>
  requests
    .all()
    .filter(({ path }) => path.startsWith("/v1.0/me/events/"))
    .map(({ path }) => path)

const alone = ({ rule, series }: Entry) => rule === null && series === null

const at = (entry: Entry, iso: string): Entry => {
  const start = instantAtWall(Date.parse(iso), "Asia/Tokyo")
  return { ...entry, start, end: { ...start, at: start.at + 3_600_000 } }
}

describe("a later run", () => {
  it.live("brings what was added, changed, cancelled and deleted, in as many requests as that needs", () =>
    inWorld(events(80), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const { agenda, changes } = providers.microsoft.calendar
        changes.add(10)
        changes.change(10)
        changes.cancelInstances(4)
        changes.remove(8)
        const { sources } = yield* run()
        const ledger = sources["events"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        const beside = holds(yield* stored, expected(agenda))
        assert.strictEqual(yield* gone(home), beside.length)
        assert.isAtLeast(beside.length, 8)
        // Title and times are those from before.
        for (const line of beside) assert.notInclude(line, " | - | cancelled | -")
        const asked = lookUps(providers)
        assert.strictEqual(new Set(asked).size, asked.length)
        const again = yield* run()
        assert.deepInclude(again.sources["events"], { read: 0, requests: 3 })
      })
    )
  )

  it.live("asks once for a series that is deleted, however many occurrences it had", () =>
    inWorld(events(0), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const { agenda, changes } = providers.microsoft.calendar
        changes.add(60)
        yield* run()
        const series = agenda.entries().filter(({ rule }) => rule !== null)
        assert.isAbove(series.length, 1)
        for (const { id } of series) agenda.remove(id, providers.clock.now())
        yield* run()
        const beside = holds(yield* stored, expected(agenda))
        assert.strictEqual(yield* gone(home), beside.length)
        assert.isAtMost(lookUps(providers).length, 2 * series.length)
      })
    )
  )

  it.live("follows series that become shorter, longer, or other series", () =>
    inWorld(events(0), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const { agenda, changes } = providers.microsoft.calendar
        changes.add(60)
        yield* run()
        const untouched = agenda
          .entries()
          .filter(({ id, rule }) => rule !== null && agenda.exceptionsOf(id).length === 0)
        assert.isAbove(untouched.length, 1)
        for (const [index, entry] of untouched.entries()) {
          const rules = [
            { pattern: "FREQ=WEEKLY", count: 3, until: null },
            { pattern: "FREQ=DAILY", count: 40, until: null }
          ]
          agenda.put({ ...entry, rule: rules[index % 2] ?? null, excluded: [] })
        }
        yield* run()
        const beside = holds(yield* stored, expected(agenda))
        assert.strictEqual(yield* gone(home), beside.length)
      })
    )
  )
})

describe("an event that leaves what is read", () => {
  it.live("is no deletion: its row follows it, also after a full round", () =>
    inWorld(events(40), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const { agenda } = providers.microsoft.calendar
        const [far, near, back] = agenda.entries().filter(alone)
        if (far === undefined || near === undefined || back === undefined) return assert.fail("too few events")
        agenda.put(at(far, "2041-05-01T08:00:00Z"))
        agenda.put(at(near, "2022-03-01T08:00:00Z"))
        yield* run()
        agenda.put(at(near, "2026-03-01T08:00:00Z"))
        yield* run()
        const lines = yield* stored
        assert.isTrue(
          lines.some((line) => line.startsWith(`${far.uid} | - | ${Date.UTC(2041, 3, 30, 23)} | ${far.status}`))
        )
        assert.strictEqual(lines.length, expected(agenda).length + 1)
        assert.strictEqual(yield* gone(home), 0)
        agenda.put(at(back, "2011-05-01T08:00:00Z"))
        providers.microsoft.expireDeltaLinks()
        yield* run()
        assert.strictEqual(yield* gone(home), 0)
        agenda.put(at(back, "2024-05-01T08:00:00Z"))
        yield* run()
        holds(yield* stored, [...expected(agenda), ...lines.filter((line) => line.startsWith(far.uid))])
        assert.strictEqual(yield* gone(home), 0)
      })
    )
  )
})

describe("many occurrences of a series that goes on", () => {
  it.live("are each looked for, in few requests: some were deleted, others have moved out of what is read", () =>
    inWorld({ ...events(12), ragged: 0.3 }, ({ home, providers, run, staged }) =>
      Effect.gen(function* () {
        const { agenda } = providers.microsoft.calendar
        const [single] = agenda.entries().filter(alone)
        if (single === undefined) return assert.fail("no event")
        const master = { ...at(single, "2024-01-01T08:00:00Z"), id: "daily", uid: "daily@example.com" }
        agenda.put({ ...master, rule: { pattern: "FREQ=DAILY", count: 120, until: null } })
        yield* run()
        const before = yield* staged
        const days = occurrencesOf(agenda.get("daily")?.entry ?? master)
        for (const [index, original] of days.slice(10, 70).entries()) {
          const instance = instanceOf(master, original)
          if (index % 2 === 0) agenda.put({ ...instance, status: "cancelled" })
          // Nobody does so by hand; but a program may.
          else agenda.put(at(instance, "2041-05-01T08:00:00Z"))
        }
        const asked = providers.requests.count()
        yield* run()
        assert.isAtMost(providers.requests.since(asked, "graph").length, 40)
        const now = yield* staged
        assert.strictEqual(now.length, before.length)
        const moved = now.filter((line) => line.includes(` | ${Date.UTC(2041, 3, 30, 23)} | `))
        assert.strictEqual(moved.length, 30)
        assert.strictEqual(now.filter((line) => line.startsWith("daily") && line.includes("cancelled")).length, 30)
        assert.strictEqual(yield* gone(home), 30)
        const again = yield* run()
        assert.deepInclude(again.sources["events"], { read: 0 })
      })
    )
  )
})

describe("a full round", () => {
  it.live("after every word for an expired link loses nothing that is stored, and marks what is no longer there", () =>
    inWorld(events(50), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const { agenda, changes } = providers.microsoft.calendar
        let before = yield* stored
        let marked = 0
        for (let round = 0; round < 3; round++) {
          const added = new Set(changes.add(3))
          const removed = changes.remove(4).filter((id) => !added.has(id))
          providers.microsoft.expireDeltaLinks()
          const { sources } = yield* run()
          const ledger = sources["events"]
          assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
          const now = yield* stored
          holds(now, expected(agenda))
          const keys = new Set(now.map((line) => line.split(" | ").slice(0, 3).join(" | ")))
          assert.deepEqual(
            before.filter((line) => !keys.has(line.split(" | ").slice(0, 3).join(" | "))),
            []
          )
          const all = yield* gone(home)
          assert.isAtLeast(all - marked, removed.length)
          marked = all
          before = now
        }
        const again = yield* run()
        assert.deepInclude(again.sources["events"], { read: 0, requests: 3 })
      })
    )
  )

  it.live("that is interrupted again and again knows at its end what it has not seen", () =>
    inWorld({ ...events(150), ragged: 0.5 }, ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const source = `${SOURCE}, since: 2023-01-01, until: 2026-09-01`
        const window = { from: Date.UTC(2022, 11, 31, 23), to: Date.UTC(2026, 7, 31, 22) }
        yield* run({}, source)
        const { agenda, changes } = providers.microsoft.calendar
        changes.remove(12)
        providers.microsoft.expireDeltaLinks()
        let runs = 0
        for (let status = "stopped"; status === "stopped"; runs++) ({ status } = yield* run({ budget: 4 }, source))
        assert.isAbove(runs, 2)
        const beside = holds(yield* stored, expected(agenda, window))
        assert.isAbove(beside.length, 0)
        assert.strictEqual(yield* gone(home), beside.length)
      })
    )
  )
})

describe("since and until", () => {
  it.live("are read in stretches that Microsoft allows", () =>
    inWorld(events(60), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run({}, `${SOURCE}, since: 2010-01-01, until: 2026-06-01`)
        const window = { from: Date.UTC(2009, 11, 31, 23), to: Date.UTC(2026, 4, 31, 22) }
        assert.deepEqual(yield* stored, expected(providers.microsoft.calendar.agenda, window))
        const rounds = providers.requests.all().filter(({ query: of }) => of.includes("startDateTime"))
        // Of the first stretch it is two days.
        assert.strictEqual(rounds.length, 5)
      })
    )
  )
})

describe("calendars", () => {
  it.live("beside the default one are read too, and the source can name those that it wants", () =>
    inWorld(events(10), ({ home, providers, run }) =>
      Effect.gen(function* () {
        const owner = { name: "Ana", address: "ana@example.com" }
        const [from, to] = [Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)]
        providers.microsoft.mailbox().add({ seed: 1, size: 15, name: "choir", owner, from, to })
        yield* run({}, `${SOURCE}, calendars: [primary]`)
        const names = Effect.map(
          query(home, authored("select distinct calendar from life.events order by 1")),
          (rows) => rows.map(({ calendar }) => calendar)
        )
        assert.deepEqual(yield* names, ["Calendar"])
        yield* run()
        assert.deepEqual(yield* names, ["Calendar", "choir"])
        const error = yield* Effect.flip(run({}, `${SOURCE}, calendars: [chior]`))
        assert.include(JSON.stringify(error), "calendar-not-found")
      })
    )
  )
})
