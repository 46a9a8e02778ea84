import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { sql } from "../../src/component/sql.ts"
import { property } from "../transforms/harness.ts"
import { DAY, type Sample, date, instant, over, warehouse } from "./samples.ts"

const WATCH = "Ana’s Apple Watch"
const PHONE = "Ana’s iPhone"
const HOUR = 60

type Stage = "InBed" | "Asleep" | "AsleepUnspecified" | "AsleepDeep" | "AsleepREM" | "AsleepCore" | "Awake"

const slept = (stage: Stage, starts: number, ends: number, source = WATCH, offset = 0): Sample => ({
  type: "HKCategoryTypeIdentifierSleepAnalysis",
  value_text: `HKCategoryValueSleepAnalysis${stage}`,
  source,
  starts,
  ends,
  offset
})

const nights = (samples: ReadonlyArray<Sample>) => over(samples, sql`from life.sleep_nights order by local_date`)

/** Half past ten at night. */
const EVENING = 22.5 * HOUR

layer(warehouse)("life.sleep_nights", (it) => {
  it.effect("adds what several devices say of one night as a union, on the date of waking", () =>
    Effect.gen(function* () {
      const found = yield* nights([
        slept("InBed", EVENING, EVENING + 480, PHONE),
        slept("AsleepCore", EVENING + 30, EVENING + 150),
        slept("AsleepDeep", EVENING + 150, EVENING + 210),
        slept("Awake", EVENING + 210, EVENING + 220),
        slept("AsleepREM", EVENING + 220, EVENING + 300),
        slept("Asleep", EVENING + 20, EVENING + 120, "Pillow"),
        slept("Asleep", EVENING + 290, EVENING + 330, "Pillow")
      ])
      expect(found).toEqual([
        {
          local_date: "2024-06-02",
          starts_at: instant(EVENING),
          ends_at: instant(EVENING + 480),
          asleep_at: instant(EVENING + 20),
          woken_at: instant(EVENING + 330),
          sleeps: 1,
          in_bed_minutes: 480,
          asleep_minutes: 10 + 120 + 60 + 80 + 30,
          awake_minutes: 10,
          deep_minutes: 60,
          rem_minutes: 80,
          core_minutes: 120,
          unspecified_minutes: 10 + 30
        }
      ])
    })
  )

  it.effect("believes the first source where stages differ, and sleep before waking", () =>
    Effect.gen(function* () {
      const [night] = yield* nights([
        slept("AsleepDeep", 0, 60, PHONE),
        slept("AsleepCore", 30, 90, WATCH),
        slept("Awake", 40, 100, WATCH)
      ])
      expect(night).toMatchObject({ asleep_minutes: 90, deep_minutes: 30, core_minutes: 60, awake_minutes: 10 })
    })
  )

  it.effect("knows which date it was where the sleeper woke", () =>
    Effect.gen(function* () {
      // Woken at 23:30 UTC: half past midnight in Berlin, an afternoon in New York.
      const at = (offset: number) => nights([slept("Asleep", 15 * HOUR, 23.5 * HOUR, WATCH, offset)])
      expect(yield* at(60)).toMatchObject([{ local_date: "2024-06-02" }])
      expect(yield* at(-300)).toMatchObject([{ local_date: "2024-06-01" }])
      const { offset: _, ...unplaced } = slept("Asleep", 22 * HOUR, 30 * HOUR)
      expect(yield* nights([{ ...unplaced, local_date: "2024-06-01" }])).toMatchObject([{ local_date: "2024-06-02" }])
    })
  )

  it.effect("takes three hours awake for the end of a sleep, and counts a nap with the night before it", () =>
    Effect.gen(function* () {
      const found = yield* nights([
        slept("Asleep", 19 * HOUR, 20 * HOUR - 1),
        slept("Asleep", 23 * HOUR, 24 * HOUR + 30),
        slept("Asleep", DAY + 210, DAY + 7 * HOUR),
        slept("Asleep", DAY + 14 * HOUR, DAY + 15 * HOUR)
      ])
      expect(found).toMatchObject([
        { local_date: "2024-06-01", sleeps: 1, asleep_minutes: 59 },
        {
          local_date: "2024-06-02",
          sleeps: 2,
          starts_at: instant(23 * HOUR),
          ends_at: instant(DAY + 7 * HOUR),
          asleep_minutes: 90 + 210 + 60
        }
      ])
    })
  )

  it.effect("reads Google's segments", () =>
    Effect.gen(function* () {
      const segment = (value_text: string, starts: number): Sample => ({
        type: "com.google.sleep.segment",
        value_text,
        source: "Fit",
        starts,
        ends: starts + 10
      })
      const found = yield* nights(
        ["awake", "sleep", "out of bed", "light", "deep", "rem"].map((stage, index) => segment(stage, index * 10))
      )
      expect(found).toMatchObject([
        {
          in_bed_minutes: 50,
          asleep_minutes: 40,
          awake_minutes: 10,
          unspecified_minutes: 10,
          core_minutes: 10,
          deep_minutes: 10,
          rem_minutes: 10
        }
      ])
    })
  )

  it.effect("agrees with a look at every minute", () => property(anySamples, agrees, 150), 120_000)
})

const STAGES: ReadonlyArray<Stage> = ["AsleepDeep", "AsleepREM", "AsleepCore", "Asleep", "Awake", "InBed"]
const SOURCES = [WATCH, PHONE, "Pillow"]

// Steps of half an hour over three days: pauses of three hours and midnights occur.
const anySamples = fc.array(
  fc.record({
    stage: fc.constantFrom(...STAGES),
    source: fc.constantFrom(...SOURCES),
    starts: fc.integer({ min: 0, max: 144 }).map((half) => half * 30),
    length: fc.integer({ min: 0, max: 10 }).map((half) => half * 30)
  }),
  { minLength: 1, maxLength: 16 }
)

type Drawn = typeof anySamples extends fc.Arbitrary<infer A> ? A : never

const agrees = (drawn: Drawn) =>
  Effect.gen(function* () {
    const found = yield* nights(
      drawn.map(({ length, source, stage, starts }) => slept(stage, starts, starts + length, source))
    )
    expect(found).toEqual(halfHourByHalfHour(drawn))
  })

/** What this half hour is: stages by source first, then asleep, awake, in bed. */
const stageAt = (drawn: Drawn, minute: number): Stage | undefined =>
  drawn
    .filter(({ length, starts }) => starts <= minute && minute < starts + length)
    .map(({ source, stage }) => {
      const index = STAGES.indexOf(stage)
      return { stage, rank: index < 3 ? SOURCES.indexOf(source) * 3 + index : 100 + index }
    })
    .toSorted((a, b) => a.rank - b.rank)[0]?.stage

interface HalfHour {
  readonly minute: number
  readonly stage: Stage
}

const startOf = (sleep: ReadonlyArray<HalfHour>) => sleep[0]?.minute ?? 0
const endOf = (sleep: ReadonlyArray<HalfHour>) => (sleep.at(-1)?.minute ?? 0) + 30

const halfHourByHalfHour = (drawn: Drawn) => {
  const sleeps: Array<Array<HalfHour>> = []
  for (let minute = 0; minute < 4 * DAY; minute += 30) {
    const stage = stageAt(drawn, minute)
    if (stage === undefined) continue
    const last = sleeps.at(-1)
    if (last === undefined || minute - endOf(last) > 180) sleeps.push([{ minute, stage }])
    else last.push({ minute, stage })
  }
  const byDate = Map.groupBy(sleeps, (sleep) => date(Math.floor(endOf(sleep) / DAY)))
  return [...byDate].map(([local_date, parts]) => {
    const all = parts.flat()
    const minutes = (...stages: ReadonlyArray<Stage>) => 30 * all.filter(({ stage }) => stages.includes(stage)).length
    // Of equally long ones, the later.
    const longest = parts.toSorted(
      (a, b) => endOf(b) - startOf(b) - (endOf(a) - startOf(a)) || startOf(b) - startOf(a)
    )[0]
    const dozed = (longest ?? []).filter(({ stage }) => stage.startsWith("Asleep"))
    const asleep = dozed.length === 0 ? undefined : dozed
    return {
      local_date,
      starts_at: instant(startOf(longest ?? [])),
      ends_at: instant(endOf(longest ?? [])),
      asleep_at: asleep === undefined ? null : instant(startOf(asleep)),
      woken_at: asleep === undefined ? null : instant(endOf(asleep)),
      sleeps: parts.length,
      in_bed_minutes: 30 * all.length,
      asleep_minutes: minutes("AsleepDeep", "AsleepREM", "AsleepCore", "Asleep"),
      awake_minutes: minutes("Awake"),
      deep_minutes: minutes("AsleepDeep"),
      rem_minutes: minutes("AsleepREM"),
      core_minutes: minutes("AsleepCore"),
      unspecified_minutes: minutes("Asleep")
    }
  })
}
