import { utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { forgedZip, zipOf } from "../../archive/zips.ts"
import { temporaryDirectory } from "../../support/engine.ts"
import { writeFiles } from "./spoil.ts"
import { STEPS, column, data, homeIn, nanos, point, run, steps } from "./takeout.ts"
import { ALL_DATA, MORNING, NOON, imported } from "./imported.ts"

describe("google-fit.samples: large and damaged archives", () => {
  it.live(
    "reads a large file in pieces; one that fails its checksum keeps its points, and is rejected",
    () =>
      Effect.gen(function* () {
        const long = "x".repeat(1000)
        const at = (minute: number) => new Date(1_500_000_000_000 + minute * 60_000).toISOString()
        const points = Array.from({ length: 30_000 }, (_, minute) =>
          steps(at(minute), at(minute + 1), minute % 100, { long })
        )
        const content = Buffer.from(data(STEPS, points))
        assert.isAbove(content.length, 32 * 1024 * 1024)
        const small = Buffer.from(data("raw:com.google.weight:com.scale:", [NOON]))
        const broken = { name: `${ALL_DATA}/small.json`, content: small, method: 8, crc32: 1 }
        const files = (crc32: object) => [{ name: `${ALL_DATA}/large.json`, content, method: 8, ...crc32 }, broken]
        const whole = yield* imported({ "takeout-1.zip": forgedZip(files({})) })
        assert.deepInclude(whole.ledger, { new: 30_000, rejected: 1 })
        const damaged = yield* imported({ "takeout-1.zip": forgedZip(files({ crc32: 1 })) })
        assert.isAbove(damaged.ledger?.new ?? 0, 25_000)
        assert.deepEqual(damaged.rejects, ["archive-damaged", "archive-damaged"])
      }).pipe(Effect.scoped),
    60_000
  )

  it.live("counts every file, though it holds nothing", () =>
    Effect.gen(function* () {
      const { ledger, skips } = yield* imported({
        "Takeout/Fit/Activities/1.tcx": "<TrainingCenterDatabase/>",
        "Takeout/Fit/Daily activity metrics/2018-12-02.csv": "Start,End,Steps\n00:00:00Z,00:15:00Z,"
      })
      assert.deepInclude(ledger, { read: 2, skipped: 2 })
      assert.deepEqual(skips, ["a file without measurements"])
    }).pipe(Effect.scoped)
  )
})

describe("google-fit.samples: several exports", () => {
  const LATER = steps("2018-12-02T12:00:00Z", "2018-12-02T12:05:00Z", 310, { modifiedTimeMillis: 1543999999999 })

  it.live("overlapping exports merge, a changed value is a change, an older export takes nothing away", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = homeIn(directory)
      const path = join(directory, "exports", "*.zip")
      const export_ = Effect.fnUntraced(function* (name: string, points: ReadonlyArray<unknown>) {
        const member = { name: `${ALL_DATA}/steps.json`, content: data(STEPS, points), compress: true }
        const zip = yield* Effect.promise(() => zipOf([member]))
        writeFiles(join(directory, "exports"), { [name]: zip })
      })
      yield* export_("takeout-2.zip", [MORNING, NOON])
      assert.deepInclude(yield* run(home, path), { new: 2 })
      yield* export_("takeout-3.zip", [LATER, steps("2018-12-03T08:00:00Z", "2018-12-03T08:01:00Z", 7)])
      assert.deepInclude(yield* run(home, path), { new: 1, changed: 1, unchanged: 1, duplicate: 1 })
      yield* export_("takeout-1.zip", [NOON])
      assert.deepInclude(yield* run(home, path), { new: 0, changed: 0, unchanged: 3, duplicate: 2 })
      assert.deepEqual(yield* column(home, "select value from life.samples order by starts_at"), [42, 310, 7])
      // In one go it is the same, whichever comes first.
      yield* run(join(directory, "anew"), path)
      const ids =
        "select list(sample_id order by sample_id)::varchar || list(value order by sample_id)::varchar from life.samples"
      assert.deepEqual(yield* column(join(directory, "anew"), ids), yield* column(home, ids))
    }).pipe(Effect.scoped)
  )

  it.live("where nothing says what changed last, the newest file counts", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = homeIn(directory)
      const weight = (kilograms: number) =>
        data("raw:com.google.weight:com.scale:", [
          point("com.google.weight", "2018-12-02T12:00:00Z", "2018-12-02T12:00:00Z", [{ fpVal: kilograms }])
        ])
      const path = writeFiles(join(directory, "takeout"), { "b/Fit/w.json": weight(70) })
      writeFiles(path, { "a/Fit/w.json": weight(71) })
      utimesSync(join(path, "b/Fit/w.json"), 1_500_000_000, 1_500_000_000)
      yield* run(home, path)
      assert.deepEqual(yield* column(home, "select value from life.samples"), [71])
      utimesSync(join(path, "b/Fit/w.json"), 2_000_000_000, 2_000_000_000)
      yield* run(home, path)
      assert.deepEqual(yield* column(home, "select value from life.samples"), [70])
    }).pipe(Effect.scoped)
  )

  it.live("the same files again are left as they are", () =>
    Effect.gen(function* () {
      const { home, path } = yield* imported({ [`${ALL_DATA}/steps.json`]: data(STEPS, [MORNING, NOON]) })
      assert.deepInclude(yield* run(home, path), { new: 0, changed: 0, unchanged: 2 })
      // Written anew without line breaks, it is read again and found to be the same.
      writeFileSync(
        join(path, ALL_DATA, "steps.json"),
        JSON.stringify({
          "Data Source": STEPS,
          "Data Points": [NOON, { ...MORNING, startTimeNanos: nanos("2018-12-02T08:00:00Z") }]
        })
      )
      assert.deepInclude(yield* run(home, path), { new: 0, changed: 0, unchanged: 2, rejected: 0 })
    }).pipe(Effect.scoped)
  )
})
