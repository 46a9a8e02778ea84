import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { googleTakeout } from "../../../connectors/google-takeout/index.ts"
import { ics } from "../../../connectors/ics/index.ts"
import { authored } from "../../../src/component/sql.ts"
import { addsUp } from "../../../src/engine/ledger.ts"
import { zipOf } from "../../archive/zips.ts"
import { query, runText, temporaryDirectory } from "../../support/engine.ts"
import { COPIES, spoil, writeFiles } from "../google-fit/spoil.ts"
import { calendar, event } from "../ics/calendar-text.ts"

const FAMILY = calendar(
  "X-WR-CALNAME:Family & friends",
  "X-WR-TIMEZONE:Europe/Zurich",
  event("UID:birthday", "DTSTART;VALUE=DATE:20240701", "SUMMARY:Birthday"),
  event("UID:walk", "DTSTART:20240610T080000", "DTEND:20240610T090000", "RRULE:FREQ=DAILY;COUNT=5", "SUMMARY:Walk"),
  event("UID:walk", "RECURRENCE-ID:20240612T080000", "DTSTART:20240612T100000", "SUMMARY:Late walk")
)
const WORK = calendar("X-WR-CALNAME:Work", event("UID:lunch", "DTSTART:20240603T100000Z", "SUMMARY:Lunch"))

const pipeline = (type: string, path: string, options = "") => `
name: calendars
sources:
  input: { type: ${type}, path: "${path}", account: ana@example.com${options} }
sinks:
  memories: { type: memories, from: input }
`

const run = (type: string, path: string, home: string, options?: string) =>
  Effect.map(runText(pipeline(type, path, options), home), ({ sources }) => sources["input"])

const rows = (home: string) =>
  query(
    home,
    authored("select * exclude (_run, _first_seen_at, _last_seen_at) from staging.calendars__input order by _source_id")
  )

const one = (home: string, statement: string) =>
  Effect.map(query(home, authored(statement)), ([row]) => Object.values(row ?? {})[0])

describe("google-takeout.calendar", () => {
  it("has the columns and options of ics.events", () => {
    const stream = googleTakeout.streams.find(({ type }) => type === "google-takeout.calendar")
    const [events] = ics.streams
    assert.deepEqual(stream?.columns, events?.columns)
    assert.deepEqual(Object.keys(stream?.config.fields ?? {}), Object.keys(events?.config.fields ?? { none: 0 }))
  })

  it.live("makes the same events of the same files as ics.events, with the same ids", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const takeout = writeFiles(join(directory, "takeout"), {
        "Takeout/Calendar/Family.ics": FAMILY,
        "Takeout/Calendar/ana@example.com.ics": WORK
      })
      const [mine, theirs] = [join(directory, "mine"), join(directory, "theirs")]
      const ledger = yield* run("google-takeout.calendar", takeout, mine)
      assert.deepEqual(ledger, yield* run("ics.events", takeout, theirs))
      assert.strictEqual(ledger?.new, 7)
      assert.deepEqual(yield* rows(mine), yield* rows(theirs))
      const lives = "select list(event_id order by event_id)::varchar from life.events"
      assert.strictEqual(yield* one(mine, lives), yield* one(theirs, lives))
    }).pipe(Effect.scoped)
  )

  it.live("names a calendar as the file does (X-WR-CALNAME), or as the pipeline does", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const takeout = writeFiles(join(directory, "takeout"), { "Takeout/Calendar/x.ics": FAMILY })
      const named = "select string_agg(distinct calendar) from life.events"
      yield* run("google-takeout.calendar", takeout, join(directory, "home"))
      assert.strictEqual(yield* one(join(directory, "home"), named), "Family & friends")
      yield* run("google-takeout.calendar", takeout, join(directory, "other"), ", calendar: Ours")
      assert.strictEqual(yield* one(join(directory, "other"), named), "Ours")
    }).pipe(Effect.scoped)
  )

  it.live("finds calendars in all parts, in folders of any language, and where a name lost its extension", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const parts = [
        [
          { name: "Takeout/Kalender/Familie.ics", content: FAMILY, compress: true },
          { name: "Takeout/archive_browser.html", content: "<html>" }
        ],
        [
          { name: "Takeout/カレンダー/A calendar whose name is longer than Google writes", content: `\uFEFF${WORK}` },
          { name: "Takeout/Google Photos/Photos from 2024/MVIMG_1", content: "no calendar" },
          { name: "Takeout/Google Photos/Photos from 2024/notes.txt", content: WORK }
        ]
      ]
      for (const [index, members] of parts.entries())
        writeFileSync(join(directory, `takeout-00${index + 1}.zip`), yield* Effect.promise(() => zipOf(members)))
      const ledger = yield* run("google-takeout.calendar", join(directory, "takeout-*.zip"), home)
      assert.deepInclude(ledger, { new: 7, skipped: 3, rejected: 0 })
      assert.strictEqual(yield* one(home, "select string_agg(distinct reason) from state.skips"), "not an .ics file")
    }).pipe(Effect.scoped)
  )

  it.live("adds nothing when an overlapping export comes later, and an older one takes nothing away", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = join(directory, "home")
      const path = join(directory, "exports", "*")
      writeFiles(join(directory, "exports", "new"), { "Takeout/Calendar/Family.ics": FAMILY })
      assert.strictEqual((yield* run("google-takeout.calendar", path, home))?.new, 6)
      const older = calendar(
        "X-WR-CALNAME:Family & friends",
        "X-WR-TIMEZONE:Europe/Zurich",
        event("UID:birthday", "DTSTART;VALUE=DATE:20240701", "SUMMARY:Birthday")
      )
      writeFiles(join(directory, "exports", "old"), { "Takeout/Kalender/Familie.ics": older })
      assert.deepInclude(yield* run("google-takeout.calendar", path, home), { new: 0, changed: 0, duplicate: 1 })
      const alone = yield* run("google-takeout.calendar", join(directory, "exports", "old"), home)
      assert.deepInclude(alone, { read: 1, new: 0, changed: 0 })
      assert.strictEqual(yield* one(home, "select count(*)::integer from life.events"), 6)
    }).pipe(Effect.scoped)
  )

  it.live(
    `stores nothing but what it counts of ${COPIES} spoiled copies`,
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const home = join(directory, "home")
        const bytes = new TextEncoder().encode(FAMILY)
        const copies = Array.from({ length: COPIES }, (_, index) =>
          spoil("Family.ics", bytes, [".ics", ".json", ""], index)
        )
        for (const { name, bytes: spoiled } of copies)
          writeFiles(join(directory, "takeout"), { [`Takeout/Calendar/${name}`]: spoiled })
        const ledger = yield* run("google-takeout.calendar", join(directory, "takeout"), home)
        assert.isTrue(ledger !== undefined && addsUp(ledger))
        assert.strictEqual(yield* one(home, "select count(*)::integer from staging.calendars__input"), ledger?.new)
        assert.strictEqual(yield* one(home, "select count(*)::integer from state.rejects"), ledger?.rejected)
        assert.isAbove(ledger?.rejected ?? 0, 0)
      }).pipe(Effect.scoped),
    120_000
  )
})
