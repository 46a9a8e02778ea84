import { rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import { forgedZip, zipOf } from "../../archive/zips.ts"
import { temporaryDirectory } from "../../support/engine.ts"
import { writeFiles } from "./spoil.ts"
import { STEPS, TRACK, column, data, homeIn, nanos, point, rows, run, session, steps, tcx } from "./takeout.ts"

const MORNING = steps("2018-12-02T08:00:00Z", "2018-12-02T08:01:00Z", 42)
const NOON = steps("2018-12-02T12:00:00Z", "2018-12-02T12:05:00Z", 300)
const ALL_DATA = "Takeout/Fit/All Data"

/** A run over these files, in a home of its own. */
const imported = Effect.fnUntraced(function* (files: Readonly<Record<string, string | Uint8Array>>, options?: string) {
  const directory = yield* temporaryDirectory
  const path = writeFiles(join(directory, "takeout"), files)
  const home = homeIn(directory)
  const ledger = yield* run(home, path, options)
  assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
  const [skips, rejects] = [
    yield* column(home, "select reason from state.skips order by reason"),
    yield* column(home, "select code from state.rejects order by code")
  ]
  return { directory, home, ledger, path, rejects, skips }
})

const QUARTERS = [
  "Start time,End time,Step count,Distance (m)",
  "00:00:00.000+01:00,00:15:00.000+01:00,12,8.5",
  "23:45:00.000+01:00,00:00:00.000+01:00,,3.25"
].join("\n")
const DAYS = ["Date,Step count", "2018-12-01,5000", "2018-12-02,6000"].join("\n")

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

describe("google-fit.samples: sessions, tracks and sums", () => {
  it.live("a session is one sample, its statistics in the metadata", () =>
    Effect.gen(function* () {
      const { home } = yield* imported({ "Takeout/Fit/All Sessions/1.json": session({ name: "Am See" }) })
      const [found] = yield* rows(home, "select * from life.samples")
      assert.deepInclude(found, {
        type: "com.google.activity.session",
        value: 765.047,
        value_text: "walking",
        starts_at: "2018-12-02T15:54:53.999Z",
        ends_at: "2018-12-02T16:07:39.046Z",
        source_name: "com.google.android.apps.fitness"
      })
      const said: unknown = JSON.parse(String(found?.["metadata"]))
      assert.containsAllKeys(said, ["name", "segment", "aggregate", "application"])
    }).pipe(Effect.scoped)
  )

  it.live("a session and its track are one activity, and a track's points repeat All Data's", () =>
    Effect.gen(function* () {
      const { ledger, skips } = yield* imported({
        [`${ALL_DATA}/steps.json`]: data(STEPS, [MORNING]),
        "Takeout/Fit/Activities/1.tcx": TRACK,
        "Takeout/Fit/Activities/2.tcx": tcx("2018-12-03T10:00:00Z", 60, []),
        "Takeout/Fit/All Sessions/1.json": session()
      })
      assert.deepInclude(ledger, { new: 3, skipped: 5, duplicate: 0 })
      assert.strictEqual(skips.length, 2)
    }).pipe(Effect.scoped)
  )

  it.live("without All Data a track's points are samples: heart rate, distance, places", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* imported({
        "Takeout/Fit/Activities/1.tcx": TRACK,
        "Takeout/Fit/All Sessions/1.json": session()
      })
      assert.deepInclude(ledger, { new: 5, skipped: 1 })
      assert.deepEqual(
        yield* rows(
          home,
          "select type, unit, value, metadata, starts_at from life.samples where source_name = 'Activities (TCX)' order by starts_at, type"
        ),
        [
          { type: "DistanceMeters", unit: "m", value: 0, metadata: null, starts_at: "2018-12-02T15:55:00.000Z" },
          {
            type: "Position",
            unit: null,
            value: null,
            metadata: '{"latitude":47.1,"longitude":8.5}',
            starts_at: "2018-12-02T15:55:00.000Z"
          },
          { type: "DistanceMeters", unit: "m", value: 80.5, metadata: null, starts_at: "2018-12-02T15:56:00.500Z" },
          { type: "HeartRateBpm", unit: "bpm", value: 96, metadata: null, starts_at: "2018-12-02T15:56:00.500Z" }
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("without All Data the sums are samples: quarter-hours, and days that have none", () =>
    Effect.gen(function* () {
      const { home, ledger } = yield* imported({
        "Takeout/Fit/Tägliche Aktivitätsmesswerte/2018-12-02.csv": QUARTERS,
        "Takeout/Fit/Tägliche Aktivitätsmesswerte/Tägliche Aktivitätsmesswerte.csv": DAYS
      })
      assert.deepInclude(ledger, { new: 4, skipped: 1, rejected: 0 })
      assert.deepEqual(
        yield* rows(home, "select type, unit, value, starts_at, ends_at from life.samples order by starts_at, type"),
        [
          {
            type: "Step count",
            unit: null,
            value: 5000,
            starts_at: "2018-11-30T23:00:00.000Z",
            ends_at: "2018-12-01T23:00:00.000Z"
          },
          {
            type: "Distance (m)",
            unit: "m",
            value: 8.5,
            starts_at: "2018-12-01T23:00:00.000Z",
            ends_at: "2018-12-01T23:15:00.000Z"
          },
          {
            type: "Step count",
            unit: null,
            value: 12,
            starts_at: "2018-12-01T23:00:00.000Z",
            ends_at: "2018-12-01T23:15:00.000Z"
          },
          {
            type: "Distance (m)",
            unit: "m",
            value: 3.25,
            starts_at: "2018-12-02T22:45:00.000Z",
            ends_at: "2018-12-02T23:00:00.000Z"
          }
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("`repeats` decides whether tracks and sums are read", () =>
    Effect.gen(function* () {
      const files = {
        [`${ALL_DATA}/steps.json`]: data(STEPS, [MORNING]),
        "Takeout/Fit/Activities/1.tcx": TRACK,
        "Takeout/Fit/Daily activity metrics/2018-12-02.csv": QUARTERS
      }
      assert.deepInclude((yield* imported(files)).ledger, { new: 2, skipped: 7 })
      assert.deepInclude((yield* imported(files, ", repeats: keep")).ledger, { new: 9, skipped: 0 })
      assert.deepInclude(
        (yield* imported({ "Fit/1.csv": "", "Fit/2018-12-02.csv": QUARTERS }, ", repeats: skip")).ledger,
        {
          new: 0,
          skipped: 3,
          rejected: 1
        }
      )
    }).pipe(Effect.scoped)
  )

  it.live("local dates go by the offset that a session or sum states, else by the pipeline's zone", () =>
    Effect.gen(function* () {
      const late = { startTime: "2018-12-02T23:30:00Z", endTime: "2018-12-02T23:40:00Z" }
      const { home } = yield* imported(
        {
          "Takeout/Fit/All Sessions/a.json": session({ ...late, fitnessActivity: "zone" }),
          "Takeout/Fit/All Sessions/2018-12-02T18_30_00-05_00_WALKING.json": session({
            ...late,
            fitnessActivity: "name"
          }),
          "Takeout/Fit/All Sessions/c.json": session({
            startTime: "2018-12-03T09:30:00+10:00",
            endTime: "2018-12-02T23:40:00Z",
            fitnessActivity: "start"
          }),
          "Takeout/Fit/Daily activity metrics/2018-12-02.csv": "Start,End,Steps\n01:00:00-05:00,01:15:00-05:00,3"
        },
        ", repeats: keep"
      )
      assert.deepEqual(
        yield* rows(
          home,
          "select coalesce(value_text, type) as what, local_date::varchar as day, offset_minutes from staging.fit__input order by 1"
        ),
        [
          { what: "Steps", day: "2018-12-02", offset_minutes: -300 },
          { what: "name", day: "2018-12-02", offset_minutes: -300 },
          { what: "start", day: "2018-12-03", offset_minutes: 600 },
          { what: "zone", day: "2018-12-03", offset_minutes: 60 }
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("what isn't what its name says is rejected: sessions, tracks and tables", () =>
    Effect.gen(function* () {
      const { rejects } = yield* imported({
        "Takeout/Fit/All Sessions/cut.json": session().slice(0, 200),
        "Takeout/Fit/All Sessions/times.json": session({ endTime: "2018-12-01T00:00:00Z" }),
        "Takeout/Fit/Activities/cut.tcx": TRACK.slice(0, TRACK.length - 200),
        "Takeout/Fit/Activities/none.tcx": "hello",
        "Takeout/Fit/Daily activity metrics/2018-12-02.csv": "hello",
        [`${ALL_DATA}/raw_com.google.weight_com.json`]: '{"Data Source": 1}',
        [`${ALL_DATA}/empty.json`]: ""
      })
      assert.deepEqual(rejects, [
        "fit-file-empty",
        "fit-file-unknown",
        "fit-file-unknown",
        "fit-file-unknown",
        "fit-session-broken",
        "fit-session-times",
        "fit-track-broken"
      ])
    }).pipe(Effect.scoped)
  )
})

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
