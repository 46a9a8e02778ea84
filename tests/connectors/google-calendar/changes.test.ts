/** What becomes of changes, deletions and full listings (I7). */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { recorded } from "../../../src/engine/record.ts"
import { findRun } from "../../../src/engine/runs.ts"
import { undo } from "../../../src/engine/undo/index.ts"
import { later } from "../../account/world.ts"
import type { Entry } from "../../providers/life/agenda.ts"
import { instanceOf } from "../../providers/life/entries.ts"
import { instantAtWall } from "../../providers/life/moment.ts"
import { occurrencesOf } from "../../providers/life/recurrence.ts"
import { over, query } from "../../support/engine.ts"
import { SOURCE, expected, gone, holds, inWorld } from "./world.ts"

const events = (count: number) => ({ google: { events: count, photos: 0 } })

describe("a later run", () => {
  it.live("brings what was added, changed, cancelled and deleted, in as many requests as that needs", () =>
    inWorld(events(150), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const { agenda, changes } = providers.google.calendar
        changes.add(20)
        changes.change(20)
        changes.cancelInstances(5)
        const removed = changes.remove(10)
        const { sources } = yield* run()
        const ledger = sources["events"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        assert.strictEqual(ledger?.requests, 2)
        const beside = holds(yield* stored, expected(agenda, providers.clock.now()))
        assert.isAtLeast(beside.length, removed.length)
        assert.strictEqual(yield* gone(home), ledger?.deleted)
        // Title and times are those from before.
        for (const line of beside) assert.notInclude(line, " | - | cancelled | -")
      })
    )
  )

  it.live("follows series that become shorter, longer, single, or other series", () =>
    inWorld(events(0), ({ providers, run, stored }) =>
      Effect.gen(function* () {
        const { agenda, changes } = providers.google.calendar
        changes.add(40)
        yield* run()
        const series = agenda.entries().filter(({ rule, series: of }) => rule !== null && of === null)
        assert.isAbove(series.length, 1)
        const untouched = series.filter(({ id }) => agenda.exceptionsOf(id).length === 0)
        for (const [index, entry] of untouched.entries()) {
          const rules = [
            { pattern: "FREQ=WEEKLY", count: 3, until: null },
            { pattern: "FREQ=DAILY", count: 40, until: null },
            null
          ]
          agenda.put({ ...entry, rule: rules[index % 3] ?? null, excluded: [] })
        }
        yield* run()
        holds(yield* stored, expected(agenda, providers.clock.now()))
      })
    )
  )

  it.live("goes further ahead when the months have passed, without asking for more", () =>
    inWorld({ google: { events: 80, photos: 0, syncTokenLifeMs: Infinity } }, ({ providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const before = new Set(yield* stored)
        providers.clock.advance(Duration.toMillis("62 days"))
        const { sources } = yield* later("62 days")(run())
        assert.strictEqual(sources["events"]?.requests, 2)
        assert.isAbove(sources["events"]?.new ?? 0, 0)
        const now = yield* stored
        assert.deepEqual(now, expected(providers.google.calendar.agenda, providers.clock.now()))
        assert.isTrue([...before].every((line) => now.includes(line)))
      })
    )
  )
})

describe("a full listing", () => {
  it.live("after 410 loses nothing that is stored, and marks what is no longer there", () =>
    inWorld(events(120), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const before = yield* stored
        const { agenda, changes } = providers.google.calendar
        const added = new Set(changes.add(5))
        const removed = changes.remove(7).filter((id) => !added.has(id))
        providers.google.expireSyncTokens()
        const { sources } = yield* run()
        const ledger = sources["events"]
        assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
        const now = new Set(yield* stored)
        assert.deepEqual(
          before.filter((line) => !now.has(line)),
          []
        )
        assert.deepEqual(
          expected(agenda, providers.clock.now()).filter((line) => !now.has(line)),
          []
        )
        assert.isAtLeast(ledger?.deleted ?? 0, removed.length)
        assert.strictEqual(yield* gone(home), ledger?.deleted)
        // And back again.
        const again = yield* run()
        assert.deepInclude(again.sources["events"], { read: 0, requests: 2 })
      })
    )
  )

  it.live("that is interrupted again and again knows at its end what it has not seen", () =>
    inWorld({ ...events(1200), ragged: 1 }, ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        const source = `${SOURCE}, horizon: 1d`
        yield* run({}, source)
        const { agenda, changes } = providers.google.calendar
        const { length } = changes.remove(25)
        providers.google.expireSyncTokens()
        let runs = 0
        let deleted = 0
        for (let status = "stopped"; status === "stopped"; runs++) {
          const summary = yield* run({ budget: 2 }, source)
          status = summary.status
          deleted += summary.sources["events"]?.deleted ?? 0
        }
        assert.isAbove(runs, 2)
        assert.isAtLeast(deleted, length)
        assert.strictEqual(yield* gone(home), deleted)
        const present = new Set(yield* stored)
        const wanted = expected(agenda, providers.clock.now(), 1)
        assert.deepEqual(
          wanted.filter((line) => !present.has(line)),
          []
        )
      })
    )
  )

  it.live("of a calendar that is no longer shown, and shown again, leaves its events as they are (I7)", () =>
    inWorld(events(0), ({ home, providers, run, staged }) =>
      Effect.gen(function* () {
        const { calendars } = providers.google
        const owner = { name: "Ana", address: "ana@example.com" }
        const range = { from: Date.UTC(2025, 0, 1), to: Date.UTC(2026, 0, 1) }
        const { agenda, id } = calendars.add({ seed: 1, size: 6, name: "choir", owner, accessRole: "reader", ...range })
        yield* run()
        const before = yield* staged
        calendars.show(owner.address, id, false)
        const hidden = yield* run()
        assert.deepInclude(hidden.sources["events"], { deleted: 0, skipped: 1 })
        const [first] = agenda.entries().filter(({ rule, series }) => rule === null && series === null)
        if (first !== undefined) agenda.remove(first.id, providers.clock.now())
        calendars.show(owner.address, id, true)
        const shown = yield* run()
        assert.deepInclude(shown.sources["events"], { new: 0, deleted: 1 })
        assert.deepEqual(yield* staged, before)
        assert.strictEqual(yield* gone(home), 1)
      })
    )
  )

  it.live("of a calendar that was taken off the list marks its events, and leaves those of others", () =>
    inWorld(events(10), ({ home, providers, run }) =>
      Effect.gen(function* () {
        const owner = { name: "Ana", address: "ana@example.com" }
        const from = Date.UTC(2025, 0, 1)
        const to = Date.UTC(2026, 0, 1)
        const other = providers.google.calendars.add({ seed: 1, size: 15, name: "choir", owner, from, to })
        yield* run()
        assert.strictEqual(yield* gone(home), 0)
        providers.google.calendars.remove("ana@example.com", other.id)
        const { sources } = yield* run()
        assert.isAtLeast(sources["events"]?.deleted ?? 0, 15)
        assert.strictEqual(yield* gone(home), sources["events"]?.deleted)
        const kept = yield* query(
          home,
          authored(
            `select count(*)::integer as n from staging.life__events where _gone_at is null and calendar_id = 'ana@example.com'`
          )
        )
        assert.isAtLeast(Number(kept[0]?.["n"]), 10)
      })
    )
  )
})

describe("what is taken back", () => {
  it.live("is brought again by the next run, which lists everything anew", () =>
    inWorld(events(80), ({ home, providers, run, stored }) =>
      Effect.gen(function* () {
        yield* run()
        const { agenda, changes } = providers.google.calendar
        changes.change(10)
        changes.remove(5)
        const { run_id } = yield* run()
        const after = yield* stored
        yield* Effect.gen(function* () {
          const undone = yield* findRun(run_id)
          yield* recorded({ command: "undo", pipeline: "life", definition: null }, (context) =>
            undo(undone, new Map(), context)
          )
        }).pipe(Effect.provide(over(home)))
        const { sources } = yield* run()
        assert.isAbove(sources["events"]?.read ?? 0, 80)
        const again = new Set(yield* stored)
        assert.deepEqual(
          expected(agenda, providers.clock.now()).filter((line) => !again.has(line)),
          []
        )
        assert.strictEqual(again.size, after.length)
      })
    )
  )
})

describe("since and until", () => {
  it.live("leave out what lies outside, of series too", () =>
    inWorld(events(200), ({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run({}, `${SOURCE}, since: 2025-03-01, until: 2026-01-01`)
        const outside = yield* query(
          home,
          authored(`select count(*)::integer as n from life.events
            where ends_at < '2025-02-28T23:00:00Z' or starts_at >= '2025-12-31T23:00:00Z'`)
        )
        assert.strictEqual(Number(outside[0]?.["n"]), 0)
        const wanted = expected(providers.google.calendar.agenda, providers.clock.now()).filter((line) => {
          const at = Number(line.split(" | ")[2])
          return at >= Date.UTC(2025, 2, 1, 23) && at < Date.UTC(2025, 11, 31, 23)
        })
        const inside = yield* query(
          home,
          authored(`select count(*)::integer as n from life.events where starts_at >= '2025-03-01T23:00:00Z'`)
        )
        assert.strictEqual(Number(inside[0]?.["n"]), wanted.length)
      })
    )
  )

  it.live("mean no deletion where an event or an occurrence leaves them, also after a full listing", () =>
    inWorld(events(60), ({ home, providers, run, staged }) =>
      Effect.gen(function* () {
        const { agenda } = providers.google.calendar
        const noon = Date.parse("2026-05-01T12:00:00Z")
        const moved = (entry: Entry, at: number): Entry => ({
          ...entry,
          start: instantAtWall(at, "Europe/Lisbon"),
          end: instantAtWall(at + 3_600_000, "Europe/Lisbon")
        })
        const [first, second, third, fourth] = agenda
          .entries()
          .filter(({ rule, series }) => rule === null && series === null)
        const master = agenda.entries().find(({ rule }) => rule !== null)
        if (first === undefined || second === undefined || third === undefined) return assert.fail("too few events")
        if (fourth === undefined || master === undefined) return assert.fail("too few events")
        const put = (entry: Entry) => agenda.put({ ...entry, updatedAt: providers.clock.now() })
        for (const [index, entry] of [first, second, third, fourth].entries())
          put(moved(entry, noon + index * 86_400_000))
        const weekly: Entry = {
          ...moved(master, noon),
          rule: { pattern: "FREQ=WEEKLY", count: 8, until: null },
          excluded: []
        }
        for (const { entry } of agenda.exceptionsOf(master.id)) agenda.remove(entry.id, providers.clock.now())
        put(weekly)
        const [, original] = occurrencesOf(weekly)
        if (original === undefined) return assert.fail("no occurrence")
        const exception = moved(instanceOf(weekly, original), noon + 8 * 86_400_000)
        put(exception)

        const source = `${SOURCE}, since: 2026-04-01, until: 2026-09-01`
        yield* run({}, source)
        const before = new Set(yield* staged)
        assert.strictEqual(yield* gone(home), 0)
        // Moved, and never heard of again: the sync token is no longer good.
        put(moved(first, Date.parse("2027-02-01T12:00:00Z")))
        put(moved(exception, Date.parse("2027-03-01T12:00:00Z")))
        agenda.remove(second.id, providers.clock.now())
        providers.google.expireSyncTokens()
        const { sources } = yield* run({}, source)
        assert.deepInclude(sources["events"], { new: 0, deleted: 1 })
        assert.strictEqual(yield* gone(home), 1)
        const after = (yield* staged).filter((line) => !before.has(line))
        const starting = (id: string) =>
          after.filter((line) => line.startsWith(id)).map((line) => Number(line.split(" | ")[2]))
        assert.deepEqual(starting(first.uid), [Date.parse("2027-02-01T12:00:00Z")])
        assert.deepEqual(starting(weekly.uid), [Date.parse("2027-03-01T12:00:00Z")])
        // Nobody asks a second time for what is known to be elsewhere, or gone.
        const asked = () => providers.requests.all().filter(({ path }) => /\/events\/[^/]+$/.test(path)).length
        assert.strictEqual(asked(), 3)
        providers.google.expireSyncTokens()
        const again = yield* run({}, source)
        assert.deepInclude(again.sources["events"], { new: 0, changed: 0, deleted: 0 })
        assert.strictEqual(asked(), 3)
        // And back again.
        put(moved(first, noon))
        yield* run({}, source)
        assert.deepEqual(
          [...before].filter((line) => line.startsWith(third.uid) || line.startsWith(first.uid)),
          (yield* staged).filter((line) => line.startsWith(third.uid) || line.startsWith(first.uid))
        )
        assert.strictEqual(yield* gone(home), 1)
      })
    )
  )
})
