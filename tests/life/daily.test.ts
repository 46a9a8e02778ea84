import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { sql } from "../../src/component/sql.ts"
import { property } from "../transforms/harness.ts"
import { DAY, type Sample, date, over, warehouse } from "./samples.ts"

const STEPS = "HKQuantityTypeIdentifierStepCount"
const WATCH = "Ana’s Apple Watch"
const PHONE = "Ana’s iPhone"

const steps = (source: string, starts: number, ends: number, value: number, more: Partial<Sample> = {}): Sample => ({
  type: STEPS,
  unit: "count",
  offset: 0,
  source,
  starts,
  ends,
  value,
  ...more
})

const daily = (samples: ReadonlyArray<Sample>) =>
  over(samples, sql`from life.daily_samples order by local_date, type, unit`)

/** What is looked at: the day and its total. */
const totals = (samples: ReadonlyArray<Sample>) =>
  Effect.map(daily(samples), (rows) => rows.map((row) => [row["local_date"], row["total"]] as const))

layer(warehouse)("life.daily_samples", (it) => {
  it.effect("counts steps once where the watch and the phone counted them", () =>
    Effect.gen(function* () {
      const rows = yield* daily([steps(PHONE, 600, 610, 100), steps(WATCH, 600, 610, 120), steps(PHONE, 700, 710, 50)])
      expect(rows).toEqual([
        {
          local_date: "2024-06-01",
          type: STEPS,
          unit: "count",
          total: 170,
          mean: null,
          minimum: null,
          maximum: null,
          samples: 2,
          sources: [WATCH, PHONE]
        }
      ])
    })
  )

  it.effect("counts the share of a sample that no better source covers", () =>
    Effect.gen(function* () {
      // Of ten minutes of the phone, the watch has the first three and the last two.
      const found = yield* totals([steps(PHONE, 600, 610, 100), steps(WATCH, 590, 603, 30), steps(WATCH, 608, 612, 40)])
      expect(found).toEqual([["2024-06-01", 30 + 40 + 50]])
    })
  )

  it.effect("ranks the watch before the phone, both before all others, and others by name", () =>
    Effect.gen(function* () {
      const all = [steps("Zepp", 0, 10, 1), steps("Fitbit", 0, 10, 2), steps(PHONE, 0, 10, 3), steps(WATCH, 0, 10, 4)]
      for (const [index, best] of [4, 3, 2, 1].entries()) {
        expect(yield* totals(all.slice(0, 4 - index))).toEqual([[date(0), best]])
      }
    })
  )

  it.effect("takes what Google Fit made of all its sources before these", () =>
    Effect.gen(function* () {
      const type = "com.google.step_count.delta"
      const made = `derived:${type}:com.google.android.gms`
      const found = yield* totals([
        steps(`${made}:estimated_steps`, 0, 10, 9, { type }),
        steps(`${made}:merge_step_deltas`, 0, 20, 8, { type }),
        steps(`raw:${type}:com.google.android.wearable:Watch`, 0, 30, 6, { type })
      ])
      expect(found).toEqual([[date(0), 9 + 4 + 2]])
    })
  )

  it.effect("knows a watch by its device, whatever it is called", () =>
    Effect.gen(function* () {
      const found = yield* totals([
        steps("Mildred", 0, 10, 7, { device: "name:Apple Watch, model:Watch" }),
        steps(PHONE, 0, 10, 3)
      ])
      expect(found).toEqual([[date(0), 7]])
    })
  )

  it.effect("believes what a person entered by hand before any device", () =>
    Effect.gen(function* () {
      const found = yield* totals([
        steps(WATCH, 0, 10, 7),
        steps("Health", 0, 10, 900, { metadata: { HKWasUserEntered: "1" } }),
        steps(PHONE, 20, 30, 1, { metadata: { HKWasUserEntered: "0" } }),
        steps(WATCH, 20, 30, 20)
      ])
      expect(found).toEqual([[date(0), 920]])
    })
  )

  it.effect("adds up workouts, each minute once", () =>
    Effect.gen(function* () {
      const type = "HKWorkoutActivityTypeRunning"
      const found = yield* totals([
        steps(WATCH, 0, 40, 40, { type, unit: "min" }),
        steps("Strava", 10, 50, 40, { type, unit: "min" })
      ])
      expect(found).toEqual([[date(0), 50]])
    })
  )

  it.effect("adds up samples of one source, also where they overlap", () =>
    Effect.gen(function* () {
      expect(yield* totals([steps(WATCH, 0, 10, 7), steps(WATCH, 5, 15, 3), steps(WATCH, 20, 30, 1)])).toEqual([
        [date(0), 11]
      ])
    })
  )

  it.effect("counts what has no duration unless a better source covers that moment", () =>
    Effect.gen(function* () {
      const found = yield* totals([
        steps(WATCH, 10, 20, 100),
        steps("App", 10, 10, 1),
        steps("App", 19, 19, 2),
        steps("App", 20, 20, 4),
        steps("App", 30, 30, 8),
        steps("Bpp", 30, 30, 16)
      ])
      expect(found).toEqual([[date(0), 100 + 4 + 8]])
    })
  )

  it.effect("shares a sample across local midnight between its days", () =>
    Effect.gen(function* () {
      // 23:50 to 00:20 at UTC+2.
      const found = yield* totals([steps(WATCH, DAY - 130, DAY - 100, 30, { offset: 120 })])
      expect(found).toEqual([
        [date(0), 10],
        [date(1), 20]
      ])
    })
  )

  it.effect("takes the date that a sample states where its offset is unknown, else that of UTC", () =>
    Effect.gen(function* () {
      const { offset: _, ...unplaced } = steps(WATCH, DAY - 10, DAY + 10, 30)
      expect(yield* totals([{ ...unplaced, local_date: "2024-06-02" }])).toEqual([["2024-06-02", 30]])
      expect(yield* totals([unplaced])).toEqual([
        ["2024-06-01", 15],
        ["2024-06-02", 15]
      ])
    })
  )

  it.effect("gives mean, minimum and maximum of what doesn't add up", () =>
    Effect.gen(function* () {
      const beat = (starts: number, value: number, offset: number): Sample => ({
        type: "HKQuantityTypeIdentifierHeartRate",
        unit: "count/min",
        source: WATCH,
        starts,
        ends: starts,
        value,
        offset
      })
      const rows = yield* daily([beat(10, 60, 0), beat(20, 80, 0), beat(30, 100, 0), beat(DAY - 30, 50, 60)])
      expect(rows).toMatchObject([
        { local_date: "2024-06-01", total: null, mean: 80, minimum: 60, maximum: 100, samples: 3, sources: [WATCH] },
        { local_date: "2024-06-02", mean: 50, samples: 1 }
      ])
    })
  )

  it.effect("keeps types and units apart, and leaves out what has no value", () =>
    Effect.gen(function* () {
      const rows = yield* daily([
        steps(WATCH, 0, 10, 5),
        steps(PHONE, 0, 10, 6, { type: "com.google.step_count.delta" }),
        steps(WATCH, 0, 10, 7, { type: "HKQuantityTypeIdentifierDietaryWater", unit: "mL" }),
        steps(PHONE, 20, 30, 8, { type: "HKQuantityTypeIdentifierDietaryWater", unit: "L" }),
        { type: "HKCategoryTypeIdentifierAppleStandHour", value_text: "Stood", source: WATCH, starts: 0, ends: 60 }
      ])
      expect(rows.map((row) => [row["type"], row["unit"], row["total"]])).toEqual([
        ["HKQuantityTypeIdentifierDietaryWater", "L", 8],
        ["HKQuantityTypeIdentifierDietaryWater", "mL", 7],
        [STEPS, "count", 5],
        ["com.google.step_count.delta", "count", 6]
      ])
    })
  )

  it.effect("agrees with a look at every minute", () => property(anySamples, agrees, 150), 120_000)
})

const SOURCES = [WATCH, PHONE, "App", "Bpp"]

// Steps of five minutes around two midnights: edges meet, nest and cross days.
const anySamples = fc.array(
  fc.record({
    source: fc.constantFrom(...SOURCES),
    starts: fc.integer({ min: DAY / 5 - 12, max: DAY / 5 + 12 }).map((five) => five * 5),
    length: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant(400)).map((five) => five * 5),
    value: fc.integer({ min: 1, max: 100 }),
    offset: fc.constantFrom(-30, 0, 30)
  }),
  { minLength: 1, maxLength: 14 }
)

type Drawn = typeof anySamples extends fc.Arbitrary<infer A> ? A : never

const agrees = (drawn: Drawn) =>
  Effect.gen(function* () {
    const samples = drawn.map(({ length, offset, source, starts, value }) =>
      steps(source, starts, starts + length, value, { offset })
    )
    const found = new Map(yield* totals(samples))
    const wanted = minuteByMinute(samples)
    expect([...found.keys()]).toEqual([...wanted.keys()].toSorted())
    for (const [day, total] of wanted) expect(found.get(day)).toBeCloseTo(total, 8)
  })

/** Who has this minute: the first source of those that cover it. */
const minuteByMinute = (samples: ReadonlyArray<Sample>): ReadonlyMap<unknown, number> => {
  const rank = (sample: Sample) => SOURCES.indexOf(sample.source)
  const first = (minute: number, instantly: boolean) =>
    Math.min(
      ...samples
        .filter(
          ({ starts, ends }) =>
            (starts <= minute && minute < ends) || (instantly && starts === minute && ends === minute)
        )
        .map(rank)
    )
  const totals = new Map<unknown, number>()
  const add = (sample: Sample, minute: number, value: number) => {
    const day = date(Math.floor((minute + (sample.offset ?? 0)) / DAY))
    totals.set(day, (totals.get(day) ?? 0) + value)
  }
  for (const sample of samples) {
    const { ends, starts, value = 0 } = sample
    if (starts === ends && first(starts, true) === rank(sample)) add(sample, starts, value)
    for (let minute = starts; minute < ends; minute += 1) {
      if (first(minute, false) === rank(sample)) add(sample, minute, value / (ends - starts))
    }
  }
  return totals
}
