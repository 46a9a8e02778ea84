import { rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryDirectory } from "../../support/engine.ts"
import { writeFiles } from "./spoil.ts"
import { STEPS, TRACK, column, data, homeIn, point, rows, run, session, steps, tcx } from "./takeout.ts"
import { ALL_DATA, DAYS, MORNING, NOON, QUARTERS, imported } from "./imported.ts"

describe("google-fit.samples: data points", () => {
  it.live("a number is the value, with Google's unit, its data source as source_name", () =>
    Effect.gen(function* () {
      const source = "raw:com.google.heart_rate.bpm:com.fossil.app:Fossil:Gen 6:1a2b3c:hr"
      const { home, ledger } = yield* imported({
        [`${ALL_DATA}/derived_com.google.step_count.delta_com.google.and.json`]: data(STEPS, [MORNING]),
        [`${ALL_DATA}/raw_com.google.heart_rate.bpm_com.fossil.json`]: data(source, [
          point("com.google.heart_rate.bpm", "2018-12-02T08:00:00Z", "2018-12-02T08:00:00Z", [{ fpVal: 71.5 }])
        ])
      })
      assert.deepInclude(ledger, { read: 2, new: 2, rejected: 0, skipped: 0 })
      const found = yield* rows(
        home,
        "select type, value, unit, value_text, starts_at, ends_at, device, source_name, metadata from life.samples order by type"
      )
      assert.deepEqual(found, [
        {
          type: "com.google.heart_rate.bpm",
          value: 71.5,
          unit: "bpm",
          value_text: null,
          starts_at: "2018-12-02T08:00:00.000Z",
          ends_at: "2018-12-02T08:00:00.000Z",
          device: "Fossil Gen 6",
          source_name: source,
          metadata: null
        },
        {
          type: "com.google.step_count.delta",
          value: 42,
          unit: "count",
          value_text: null,
          starts_at: "2018-12-02T08:00:00.000Z",
          ends_at: "2018-12-02T08:01:00.000Z",
          device: null,
          source_name: STEPS,
          metadata: null
        }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("codes of sleep and activity are words, and keep their number in the metadata", () =>
    Effect.gen(function* () {
      const at = ["2018-12-02T01:00:00Z", "2018-12-02T02:00:00Z"] as const
      const { home } = yield* imported({
        [`${ALL_DATA}/a.json`]: data("raw:com.google.sleep.segment:com.sleep:", [
          point("com.google.sleep.segment", ...at, [{ intVal: 5 }])
        ]),
        [`${ALL_DATA}/b.json`]: data("derived:com.google.activity.segment:com.google.android.gms:merge", [
          point("com.google.activity.segment", ...at, [{ intVal: 72 }]),
          point("com.google.activity.segment", at[1], "2018-12-02T03:00:00Z", [{ intVal: 999 }])
        ])
      })
      assert.deepEqual(
        yield* rows(
          home,
          "select value, unit, value_text, metadata->>'$.fitValue[0].value.intVal' as code from life.samples order by 3"
        ),
        [
          { value: null, unit: null, value_text: "999", code: "999" },
          { value: null, unit: null, value_text: "deep", code: "5" },
          { value: null, unit: null, value_text: "sleep", code: "72" }
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("points of several values keep them all in the metadata: food, blood pressure", () =>
    Effect.gen(function* () {
      const at = ["2018-12-02T12:00:00Z", "2018-12-02T12:00:00Z"] as const
      const nutrients = { mapVal: [{ key: "calories", value: { fpVal: 120.5 } }] }
      const { home } = yield* imported({
        [`${ALL_DATA}/food.json`]: data("raw:com.google.nutrition:com.food:", [
          point("com.google.nutrition", ...at, [nutrients, { intVal: 3 }, { stringVal: "Apfel" }])
        ]),
        [`${ALL_DATA}/pressure.json`]: data("raw:com.google.blood_pressure:com.bp:", [
          point("com.google.blood_pressure", ...at, [{ fpVal: 120 }, { fpVal: 80 }, {}, {}])
        ])
      })
      assert.deepEqual(
        yield* rows(home, "select value, value_text, metadata::json as metadata from life.samples order by type"),
        [
          {
            value: null,
            value_text: null,
            metadata: '{"fitValue":[{"value":{"fpVal":120}},{"value":{"fpVal":80}},{"value":{}},{"value":{}}]}'
          },
          {
            value: null,
            value_text: "Apfel",
            metadata: `{"fitValue":[{"value":${JSON.stringify(nutrients)}},{"value":{"intVal":3}},{"value":{"stringVal":"Apfel"}}]}`
          }
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("raw, merged and estimated streams of the same steps stay side by side: nothing is summed", () =>
    Effect.gen(function* () {
      const merged = "derived:com.google.step_count.delta:com.google.android.gms:merge_step_deltas"
      const raw = "raw:com.google.step_count.delta:com.phone:Google:Pixel 3:9f8e:steps"
      const { home, ledger } = yield* imported({
        [`${ALL_DATA}/1.json`]: data(STEPS, [MORNING]),
        [`${ALL_DATA}/2.json`]: data(merged, [
          steps("2018-12-02T08:00:00Z", "2018-12-02T08:01:00Z", 42, { originDataSourceId: raw })
        ]),
        [`${ALL_DATA}/3.json`]: data(raw, [MORNING])
      })
      assert.deepInclude(ledger, { new: 3, duplicate: 0 })
      assert.deepEqual(yield* rows(home, "select source_name, device from life.samples order by 1"), [
        { source_name: STEPS, device: null },
        { source_name: merged, device: "Google Pixel 3" },
        { source_name: raw, device: "Google Pixel 3" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live(
    "nanoseconds are exact, as numbers and as text, with a source known only at the end or from its own point",
    () =>
      Effect.gen(function* () {
        const text = steps("2018-12-02T08:00:00Z", "2018-12-02T08:01:00Z", 1, {
          startTimeNanos: "1543737600000001999",
          endTimeNanos: "1543737600000002999"
        })
        const { home, ledger } = yield* imported({
          [`${ALL_DATA}/late.json`]: `{"Data Points":[${JSON.stringify(text)}],"Data Source":"${STEPS}"}`,
          [`${ALL_DATA}/without.json`]: `{"Data Points":[${JSON.stringify({ ...text, originDataSourceId: "raw:x:y" })}]}`
        })
        assert.deepInclude(ledger, { new: 2, rejected: 0 })
        assert.deepEqual(
          yield* rows(home, "select _source_id, epoch_us(starts_at)::varchar as us from staging.fit__input order by 1"),
          [
            {
              _source_id: `com.google.step_count.delta|${STEPS}|1543737600000001999|1543737600000002999`,
              us: "1543737600000001"
            },
            {
              _source_id: "com.google.step_count.delta|raw:x:y|1543737600000001999|1543737600000002999",
              us: "1543737600000001"
            }
          ]
        )
      }).pipe(Effect.scoped)
  )

  it.live("points that differ at one time in one file are several, equal ones are one", () =>
    Effect.gen(function* () {
      const at = ["2018-12-02T12:00:00Z", "2018-12-02T12:00:00Z"] as const
      const food = (name: string) => point("com.google.nutrition", ...at, [{ stringVal: name }])
      const { home, ledger } = yield* imported({
        [`${ALL_DATA}/food.json`]: data("raw:com.google.nutrition:com.food:", [
          food("Apfel"),
          food("Brot"),
          food("Apfel")
        ])
      })
      assert.deepInclude(ledger, { read: 3, new: 2, duplicate: 1 })
      assert.deepEqual(yield* column(home, "select value_text from life.samples order by 1"), ["Apfel", "Brot"])
    }).pipe(Effect.scoped)
  )

  it.live("a damaged point is a reject with its bytes and place, those around it are samples", () =>
    Effect.gen(function* () {
      const text = data(STEPS, [MORNING, NOON, steps("2018-12-03T08:00:00Z", "2018-12-03T08:01:00Z", 7)])
      const { home, ledger, rejects } = yield* imported({
        [`${ALL_DATA}/a.json`]: text.replace('"intVal": 300', '"intVal": 3x0'),
        [`${ALL_DATA}/b.json`]: data(STEPS, [steps("2018-12-04T09:00:00Z", "2018-12-04T08:00:00Z", 1), {}, 5])
      })
      assert.deepInclude(ledger, { new: 2 })
      assert.deepEqual(rejects, ["fit-data-broken", "fit-point-broken", "fit-point-times", "fit-point-times"])
      const [broken] = yield* rows(
        home,
        "select position, decode(raw) as raw, member from state.rejects where code = 'fit-point-broken'"
      )
      assert.deepInclude(broken, {
        position: text.indexOf('{\n      "fitValue"', text.indexOf('"intVal": 42')),
        member: `${ALL_DATA}/a.json`
      })
      assert.include(String(broken?.["raw"]), '"intVal": 3x0')
    }).pipe(Effect.scoped)
  )

  it.live("of a cut file, what comes before the cut is read, and the cut is said", () =>
    Effect.gen(function* () {
      const text = data(STEPS, [MORNING, NOON])
      const { ledger, rejects } = yield* imported({
        [`${ALL_DATA}/within.json`]: text.slice(0, text.indexOf('"intVal": 300')),
        [`${ALL_DATA}/between.json`]: text.slice(0, text.indexOf('{\n      "fitValue"', text.indexOf('"intVal": 42')))
      })
      assert.deepInclude(ledger, { new: 1, duplicate: 1 })
      assert.strictEqual(rejects.filter((code) => code === "fit-data-cut").length, 2)
    }).pipe(Effect.scoped)
  )

  it.live("a data source without points, other products and other files are skipped with a reason", () =>
    Effect.gen(function* () {
      const { ledger, skips } = yield* imported({
        [`${ALL_DATA}/empty.json`]: data(STEPS, []),
        "Takeout/Fit/archive.html": "<html>",
        "Takeout/Fit/settings.json": "{}",
        "Takeout/Google Photos/a.json": "{}"
      })
      assert.deepInclude(ledger, { read: 4, skipped: 4 })
      assert.deepEqual(skips, [
        "a data source without data points",
        "a file without measurements",
        "not a file of Google Fit"
      ])
    }).pipe(Effect.scoped)
  )
})

describe("google-fit.samples: cases of real exports", () => {
  it.live("localised folders", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* imported({
        "Takeout/Fit/Alle gegevens/derived_com.google.step_count.delta_com.google.and.json": data(STEPS, [MORNING]),
        "Takeout/Fit/Alle sessies/2018-12-02T16_54_53.999+01_00_WALKING.json": session(),
        "Takeout/Fit/Activiteiten/2018-12-02T16_54_53.999+01_00_PT12M45.047S_Lopen.tcx": TRACK
      })
      assert.deepInclude(ledger, { new: 2, rejected: 0 })
      assert.deepEqual(yield* column(home, "select type from life.samples order by 1"), [
        "com.google.activity.session",
        "com.google.step_count.delta"
      ])
    }).pipe(Effect.scoped)
  )

  it.live("truncated names with (1): data sources are told apart by content, whichever has which number", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const raw = "raw:com.google.step_count.delta:com.phone:steps"
      const home = homeIn(directory)
      const [one, two] = ["derived_com.google.step_count.delta_com.google.and", "(1).json"]
      const path = join(directory, "*", "takeout")
      writeFiles(join(directory, "1", "takeout"), {
        [`${ALL_DATA}/${one}.json`]: data(STEPS, [MORNING]),
        [`${ALL_DATA}/${one}${two}`]: data(raw, [MORNING])
      })
      assert.deepInclude(yield* run(home, path), { new: 2 })
      writeFiles(join(directory, "2", "takeout"), {
        [`${ALL_DATA}/${one}.json`]: data(raw, [MORNING]),
        [`${ALL_DATA}/${one}${two}`]: data(STEPS, [MORNING])
      })
      assert.deepInclude(yield* run(home, path), { new: 0, changed: 0, unchanged: 2, duplicate: 2 })
    }).pipe(Effect.scoped)
  )

  it.live("summary CSVs sometimes absent: with or without them, the samples are those of All Data", () =>
    Effect.gen(function* () {
      const files = { [`${ALL_DATA}/steps.json`]: data(STEPS, [MORNING]) }
      const without = yield* imported(files)
      const beside = yield* imported({
        ...files,
        "Takeout/Fit/Daily activity metrics/2018-12-02.csv": QUARTERS,
        "Takeout/Fit/Daily activity metrics/Daily activity metrics.csv": DAYS
      })
      assert.deepInclude(without.ledger, { new: 1, skipped: 0 })
      assert.deepInclude(beside.ledger, { new: 1, skipped: 5, rejected: 0 })
      assert.match(String(beside.skips[0]), /^sums of Daily activity metrics, which repeat data points/)
    }).pipe(Effect.scoped)
  )

  it.live('durations like "123s" are seconds, with or without fraction', () =>
    Effect.gen(function* () {
      const at = (hour: number) => ({ startTime: `2018-12-02T0${hour}:00:00Z`, endTime: `2018-12-02T0${hour}:10:00Z` })
      const { home } = yield* imported({
        "Takeout/Fit/All Sessions/1.json": session({ ...at(1), duration: "123s" }),
        "Takeout/Fit/All Sessions/2.json": session({ ...at(2), duration: "765.047s" }),
        "Takeout/Fit/All Sessions/3.json": session({ ...at(3), duration: "soon" })
      })
      assert.deepEqual(yield* rows(home, "select value, unit from life.samples order by starts_at"), [
        { value: 123, unit: "s" },
        { value: 765.047, unit: "s" },
        { value: 600, unit: "s" }
      ])
    }).pipe(Effect.scoped)
  )

  it.live("times with or without fraction, in any offset, are the same session", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* imported({
        "a/Fit/All Sessions/1.json": session({ startTime: "2018-12-02T15:54:53Z", endTime: "2018-12-02T16:07:39Z" }),
        "b/Fit/All Sessions/1.json": session({
          startTime: "2018-12-02T16:54:53.000+01:00",
          endTime: "2018-12-02T16:07:39.000Z"
        })
      })
      assert.deepInclude(ledger, { new: 1, duplicate: 1, rejected: 0 })
      assert.deepEqual(yield* column(home, "select starts_at from life.samples"), ["2018-12-02T15:54:53.000Z"])
    }).pipe(Effect.scoped)
  )

  it.live("TCX files that vanish from one export to the next: what they told stays", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const home = homeIn(directory)
      const path = writeFiles(join(directory, "takeout"), {
        "Takeout/Fit/Activities/1.tcx": TRACK,
        "Takeout/Fit/Activities/2.tcx": tcx("2018-12-03T10:00:00Z", 60, [])
      })
      assert.deepInclude(yield* run(home, path), { new: 6 })
      rmSync(join(path, "Takeout/Fit/Activities/1.tcx"))
      assert.deepInclude(yield* run(home, path), { new: 0, changed: 0, deleted: 0 })
      assert.deepEqual(yield* column(home, "select count(*)::integer from life.samples"), [6])
    }).pipe(Effect.scoped)
  )
})
