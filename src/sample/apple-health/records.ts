/** The samples of a day: steps by two devices, heart, body, sleep by two sources. */
import { EpochMillis } from "../../component/column.ts"
import { stream } from "../random.ts"
import { nightAfter } from "../sleep.ts"
import { type Counted, walksOn } from "../steps.ts"
import { HOUR, MINUTE, SECOND, instantAt, weekdayOf } from "../time.ts"
import type { Days } from "../whereabouts.ts"
import {
  CUFF,
  type HealthRecord,
  type HealthSource,
  PHONE,
  SCALE,
  SLEEP_APP,
  WATCH,
  category,
  quantity
} from "./record.ts"

const record = (
  type: string,
  source: HealthSource,
  times: Pick<Counted, "start" | "end">,
  value: string,
  details: Partial<HealthRecord> = {}
): HealthRecord => ({
  type,
  source,
  unit: null,
  value,
  start: times.start,
  end: times.end,
  metadata: [],
  withDevice: true,
  repeated: false,
  ...details
})

const at = (instant: number) => ({ start: EpochMillis(instant), end: EpochMillis(instant) })

const steps = (days: Days, day: number): ReadonlyArray<HealthRecord> =>
  walksOn(days, day).flatMap(({ phone, watch }, index) => {
    const counted = (source: HealthSource) => (one: Counted) =>
      record(quantity("StepCount"), source, one, String(one.count), { unit: "count", withDevice: index % 5 !== 4 })
    const distance = (source: HealthSource) => (one: Counted) =>
      record(quantity("DistanceWalkingRunning"), source, one, (one.count * 0.00071).toFixed(6), { unit: "km" })
    const phones = phone === null ? [] : [phone]
    return [
      ...watch.map(counted(WATCH)),
      ...phones.map(counted(PHONE)),
      ...(index % 3 === 0 ? [...watch.map(distance(WATCH)), ...phones.map(distance(PHONE))] : [])
    ]
  })

const heart = (days: Days, day: number): ReadonlyArray<HealthRecord> => {
  const random = stream("heart", days.seed, day)
  const morning = instantAt(day, 6 * 3600, days.zoneOn(day))
  const rates = Array.from({ length: 34 }, (_, index) => {
    const moment = morning + index * 30 * MINUTE + random.integer(0, 1500) * SECOND
    return record(quantity("HeartRate"), WATCH, at(moment), String(random.integer(52, 138)), {
      unit: "count/min",
      metadata: index % 4 === 0 ? [] : [["HKMetadataKeyHeartRateMotionContext", String(index % 3)]],
      repeated: index === 3 && day % 6 === 1
    })
  })
  const energy = Array.from({ length: 8 }, (_, index) => {
    const start = EpochMillis(morning + index * 2 * HOUR)
    return record(
      quantity("ActiveEnergyBurned"),
      WATCH,
      { start, end: EpochMillis(start + HOUR) },
      (random.integer(8_000, 90_000) / 1000).toFixed(3),
      { unit: "kcal" }
    )
  })
  return [...rates, ...energy]
}

const weight = (days: Days, day: number): ReadonlyArray<HealthRecord> => {
  if (weekdayOf(day) % 3 !== 0) return []
  const random = stream("weight", days.seed, day)
  const moment = at(instantAt(day, (7 * 60 + 5) * 60, days.zoneOn(day)))
  return [
    record(quantity("BodyMass"), SCALE, moment, (random.integer(6_420, 6_560) / 100).toFixed(2), {
      unit: "kg",
      metadata: [
        ["HKWasUserEntered", "0"],
        // A control character that XML forbids, as some versions write them.
        ["Note", "after\u000bbreakfast"],
        ["Health Mate Link", `withings-bd2://timeline/measure?userid=12345&date=${day}&type=1`]
      ]
    })
  ]
}

/** The two pressures that a Correlation has for children. On Sundays. */
export const bloodPressureOn = (days: Days, day: number): ReadonlyArray<HealthRecord> => {
  if (weekdayOf(day) !== 6) return []
  const random = stream("pressure", days.seed, day)
  const moment = at(instantAt(day, (8 * 60 + 10) * 60, days.zoneOn(day)))
  const systolic = random.integer(108, 131)
  return [
    record(quantity("BloodPressureSystolic"), CUFF, moment, String(systolic), { unit: "mmHg" }),
    record(quantity("BloodPressureDiastolic"), CUFF, moment, String(systolic - random.integer(38, 46)), {
      unit: "mmHg"
    })
  ]
}

const sleep = (days: Days, day: number): ReadonlyArray<HealthRecord> => {
  const { asleep, inBed, stages } = nightAfter(days, day)
  const analysis = (source: HealthSource, times: Pick<Counted, "start" | "end">, value: string) =>
    record(category("SleepAnalysis"), source, times, `HKCategoryValueSleepAnalysis${value}`, {
      metadata: [["HKTimeZone", days.zoneOn(day)]]
    })
  return [
    ...(inBed === null ? [] : [analysis(SLEEP_APP, inBed, "InBed")]),
    ...(asleep === null ? [] : [analysis(SLEEP_APP, asleep, "AsleepUnspecified")]),
    ...stages.map((one) => analysis(WATCH, one, one.stage === "Awake" ? "Awake" : `Asleep${one.stage}`))
  ]
}

const mindful = (days: Days, day: number): ReadonlyArray<HealthRecord> => {
  if (!stream("mindful", days.seed, day).chance(0.2)) return []
  const start = instantAt(day, 21 * 3600, days.zoneOn(day))
  const times = { start, end: EpochMillis(start + 5 * MINUTE) }
  // Sessions have no value of their own, and older exports no attribute for it.
  return [record(category("MindfulSession"), PHONE, times, "", { value: null, withDevice: false })]
}

/** All samples of a day and the night after it, a Correlation's children among them. */
export const recordsOn = (days: Days, day: number): ReadonlyArray<HealthRecord> => [
  ...steps(days, day),
  ...heart(days, day),
  ...weight(days, day),
  ...bloodPressureOn(days, day),
  ...sleep(days, day),
  ...mindful(days, day)
]
