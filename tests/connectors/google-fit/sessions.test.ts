import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { STEPS, TRACK, data, rows, session, tcx } from "./takeout.ts"
import { ALL_DATA, DAYS, MORNING, QUARTERS, imported } from "./imported.ts"

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
