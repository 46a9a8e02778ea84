import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { it } from "@effect/vitest"
import { Effect, Exit, Layer, Stream } from "effect"
import { afterAll, describe, expect } from "vitest"
import { ics } from "../../../connectors/ics/index.ts"
import { ArchivesLive } from "../../../src/archive/index.ts"
import type { Checkpoint } from "../../../src/component/batch.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import type { Opening } from "../../../src/component/connector.ts"
import { Database } from "../../../src/component/database.ts"
import { MediaReader } from "../../../src/component/media.ts"
import { recordColumns } from "../../../src/life/entity.ts"
import { zipOf } from "../../archive/zips.ts"
import { calendar, event, outcome } from "./calendar-text.ts"
import { noItems } from "../../support/items.ts"
import { nothingStaged } from "../../support/opening.ts"

const FIXTURES = "../shared/fixtures/ics"
const present = existsSync(FIXTURES)

const folder = mkdtempSync(join(tmpdir(), "ics-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes files below a folder of their own. */
const write = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true })
    writeFileSync(join(folder, name, path), content)
  }
  return join(folder, name)
}

/** Calendars ask for files only. */
const unused = Layer.mergeAll(Layer.mock(Database)({}), Layer.mock(MediaReader)({}))
const services = Layer.merge(ArchivesLive, unused)

const opening = (change: Partial<Opening> = {}): Opening => ({
  checkpoint: null,
  account: "ana@example.com",
  connection: null,
  items: noItems,
  timeZone: "Europe/Zurich",
  now: EpochMillis(Date.UTC(2024, 5, 15, 12)),
  staged: nothingStaged,
  ...change
})

const [events] = ics.streams

const bind = Effect.fnUntraced(function* (config: unknown) {
  if (events === undefined) return yield* Effect.die("no stream")
  const { reading } = yield* events.bind(config)
  return reading.kind === "extract" ? reading : yield* Effect.die("not read as batches")
})

const batches = Effect.fnUntraced(function* (config: unknown, change: Partial<Opening> = {}) {
  const reading = yield* bind(config)
  return yield* Stream.runCollect(reading.batches(opening(change)))
})

const fingerprint = Effect.fnUntraced(function* (config: unknown, change: Partial<Opening> = {}) {
  const reading = yield* bind(config)
  return yield* reading.fingerprint(opening(change))
}, Effect.scoped)

const ids = (made: ReadonlyArray<{ readonly records: ReadonlyArray<{ readonly sourceId: string }> }>) =>
  made.flatMap(({ records }) => records.map(({ sourceId }) => sourceId))

const birthday = calendar("X-WR-CALNAME:Family", event("UID:a", "DTSTART;VALUE=DATE:20240701", "SUMMARY:Birthday"))
const daily = calendar(event("UID:d", "DTSTART:20100101T090000Z", "RRULE:FREQ=DAILY", "EXRULE:FREQ=OFTEN"))

describe("ics.events", () => {
  it("has the columns of events", () => {
    expect(events?.columns).toEqual(recordColumns("events"))
  })

  it.layer(services, { excludeTestServices: true })((it) => {
    it.effect("reads a file, under whatever name", () =>
      Effect.gen(function* () {
        const path = join(write("single", { "family.calendar": birthday }), "family.calendar")
        const [batch] = yield* batches({ path })
        expect(batch?.records[0]).toMatchObject({
          sourceId: "a#",
          origin: { archive: path, member: "family.calendar" },
          row: { title: "Birthday", calendar: "Family", local_start_date: "2024-07-01" }
        })
        expect([batch?.rejects, batch?.skipped]).toEqual([[], []])
      })
    )

    it.effect("reads the .ics files of a folder, and says what else there was", () =>
      Effect.gen(function* () {
        const path = write("folder", {
          "a.ics": birthday,
          "deep/B.ICS": calendar(event("UID:b", "DTSTART:20240702")),
          "notes.txt": "hello",
          "broken.ics": "<html>"
        })
        const made = yield* batches({ path })
        expect(ids(made)).toEqual(["a#", "b#"])
        expect(made[0]?.skipped).toEqual([{ reason: "not an .ics file", count: 1, examples: ["notes.txt"] }])
        expect(made[0]?.rejects.map(({ code, origin }) => [code, origin.member])).toEqual([
          ["ics-not-calendar", "broken.ics"]
        ])
      })
    )

    it.effect("reads calendars straight from a zip", () =>
      Effect.gen(function* () {
        const zip = yield* Effect.promise(() =>
          zipOf([
            { name: "Takeout/Calendar/Family.ics", content: birthday },
            { name: "Takeout/archive_browser.html", content: "<html>" }
          ])
        )
        const path = join(write("zip", { "takeout.zip": zip }), "takeout.zip")
        const [batch] = yield* batches({ path })
        expect(batch?.records.map(({ origin }) => origin)).toEqual([
          { archive: path, member: "Takeout/Calendar/Family.ics" }
        ])
        expect(batch?.skipped.map(({ reason }) => reason)).toEqual(["not an .ics file"])
      })
    )

    it.effect("fails as a whole where nothing is", () =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit(batches({ path: join(folder, "nowhere.ics") }))
        expect(Exit.isFailure(exit)).toBe(true)
      })
    )

    it.effect("continues after any batch without loss or double", () =>
      Effect.gen(function* () {
        const path = write("resume", { "a.ics": daily, "b.ics": birthday, "c.txt": "", "d.ics": "" })
        const all = yield* batches({ path })
        expect(all.length).toBeGreaterThan(2)
        for (const batch of all) expect(batch.records.length).toBeLessThanOrEqual(2000)
        expect(all.flatMap(({ rejects }) => rejects.map(({ code }) => code)).toSorted()).toEqual([
          "ics-bad-rule",
          "ics-not-calendar"
        ])
        for (const [index, { checkpoint }] of all.entries()) {
          const now = EpochMillis(Date.UTC(2024, 5, 30))
          expect(yield* batches({ path }, { checkpoint, now })).toEqual(all.slice(index + 1))
        }
      })
    )

    it.effect("starts over with a checkpoint of other files, options or another month, or of no sense", () =>
      Effect.gen(function* () {
        const path = write("other", { "a.ics": birthday })
        const [batch] = yield* batches({ path })
        const checkpoint = batch?.checkpoint ?? null
        const again = (config: unknown, change: Partial<Opening> = {}) =>
          Effect.map(batches(config, { checkpoint, ...change }), (made) => ids(made).length)
        expect(yield* again({ path })).toBe(0)
        expect(yield* again({ path, horizon: "10d" })).toBe(1)
        expect(yield* again({ path, calendar: "Mine" })).toBe(1)
        expect(yield* again({ path }, { timeZone: "Asia/Tokyo" })).toBe(1)
        expect(yield* again({ path }, { now: EpochMillis(Date.UTC(2024, 6, 1)) })).toBe(1)
        const nonsense: ReadonlyArray<Checkpoint> = ["x", 3, { fingerprint: 1 }, []]
        for (const other of nonsense) expect(yield* again({ path }, { checkpoint: other })).toBe(1)
        write("other", { "a.ics": `${birthday}\r\n` })
        expect(yield* again({ path })).toBe(1)
      })
    )

    it.effect("has one fingerprint through a month, and another after it or when a file changes", () =>
      Effect.gen(function* () {
        const path = write("fingerprint", { "a.ics": birthday })
        const first = yield* fingerprint({ path })
        expect(yield* fingerprint({ path }, { now: EpochMillis(Date.UTC(2024, 5, 1)) })).toBe(first)
        expect(yield* fingerprint({ path }, { now: EpochMillis(Date.UTC(2024, 6, 1)) })).not.toBe(first)
        expect(yield* fingerprint({ path, horizon: "731d" })).not.toBe(first)
        utimesSync(join(path, "a.ics"), 1, 1)
        expect(yield* fingerprint({ path })).not.toBe(first)
      })
    )

    it.effect("expands series up to the horizon, counted from the first of the month", () =>
      Effect.gen(function* () {
        const path = write("horizon", {
          "a.ics": calendar(event("UID:d", "DTSTART:20240528T090000Z", "RRULE:FREQ=DAILY"))
        })
        expect(ids(yield* batches({ path, horizon: "3d" })).at(-1)).toBe("d#20240603T090000Z")
        expect(ids(yield* batches({ path })).at(-1)).toBe("d#20260531T090000Z")
        expect(ids(yield* batches({ path, horizon: "99999999d" })).length).toBeGreaterThan(20_000)
      })
    )

    it.effect("ids belong to the account", () =>
      Effect.gen(function* () {
        const path = write("account", { "a.ics": birthday })
        const [mine] = yield* batches({ path })
        const [others] = yield* batches({ path }, { account: "bo@example.com" })
        expect(mine?.records[0]?.id).toBe("71b4ad9c-78ed-5e9f-acc2-b1d3e8b534e4")
        expect(others?.records[0]?.id).not.toBe(mine?.records[0]?.id)
      })
    )

    it.effect("refuses options that it doesn't know", () =>
      Effect.gen(function* () {
        expect(Exit.isFailure(yield* Effect.exit(bind({ path: "a.ics", horizons: "1d" })))).toBe(true)
        expect(Exit.isFailure(yield* Effect.exit(bind({ path: "a.ics", horizon: "soon" })))).toBe(true)
      })
    )
  })
})

describe.skipIf(!present)(present ? "real files" : "real files (skipped: the folder of fixtures is missing)", () => {
  const read = (name: string) => outcome({ [name]: readFileSync(join(FIXTURES, name)) })
  const dates = (name: string) => read(name).records.map(({ row }) => row.local_start_date)

  it("no file is rejected, and each has its events", () => {
    const counts = Object.fromEntries(readdirSync(FIXTURES).map((name) => [name, read(name)]))
    expect(Object.values(counts).flatMap(({ rejects }) => rejects)).toEqual([])
    const single = [
      "blank_description",
      "duration_instead_of_dtend",
      "forced_types",
      "minimal",
      "only_dtstart_date",
      "only_dtstart_time",
      "timezone_from_file",
      "utc_negative_zero"
    ]
    expect(single.map((name) => counts[`${name}.ics`]?.records.length)).toEqual(single.map(() => 1))
    expect([counts["blank_line_end.ics"]?.records, counts["blank_line_mid.ics"]?.records]).toEqual([[], []])
  })

  it("rdate_exdate.ics: EXDATE is a date, the series has times", () => {
    expect(dates("rdate_exdate.ics")).toEqual(["2024-06-09", "2024-06-10", "2024-06-12"])
  })

  it("google_birthday.ics: RDATE lies before DTSTART, and has a Z behind its date", () => {
    const { records } = read("google_birthday.ics")
    expect(records.map(({ sourceId }) => sourceId.replace(/_79d.*@google.com/, ""))).toEqual([
      "2014_BIRTHDAY#20121210",
      "2014_BIRTHDAY#20131210",
      "2014_BIRTHDAY#20141210",
      "BIRTHDAY#20121210",
      "BIRTHDAY#20131210",
      "BIRTHDAY#20141210"
    ])
  })

  it("recur_instances_finite.ics: rule, UNTIL and RDATE together", () => {
    expect(dates("recur_instances_finite.ics")).toEqual([
      "2012-10-02",
      "2012-11-05",
      "2012-11-06",
      "2012-11-10",
      "2012-12-04"
    ])
  })

  it("recur_instances.ics: overrides of the rule and of an RDATE, EXDATE on three lines, a period", () => {
    const { records } = read("recur_instances.ics")
    const byId = new Map(records.map(({ row }) => [row.recurrence_id, row]))
    expect(byId.get("20121002T170000Z")).toMatchObject({
      description: "I HAZ CHANGED!",
      starts_at: Date.UTC(2012, 9, 2, 22)
    })
    expect(byId.get("20121105T180000Z")).toMatchObject({ starts_at: Date.UTC(2012, 10, 7, 4) })
    expect(["20121204T180000Z", "20130205T180000Z", "20130402T170000Z"].map((id) => byId.has(id))).toEqual([
      false,
      false,
      false
    ])
    const period = byId.get("20231125T090000Z")
    expect(period?.ends_at).toBe(Date.UTC(2023, 10, 25, 12, 30))
  })

  it("multiple_rrules.ics: every Monday and every Sunday, once each", () => {
    expect(new Set(dates("multiple_rrules.ics")).size).toBe(36)
  })

  it("timezone_from_file.ics: a zone that only the file knows, and no UID", () => {
    const [record] = read("timezone_from_file.ics").records
    expect(record?.row).toMatchObject({
      starts_at: Date.UTC(2023, 2, 6, 21, 23),
      local_start_date: "2023-03-06",
      time_zone: null
    })
    expect(record?.sourceId).toMatch(/^content:[0-9a-f]{32}#$/)
  })
})
