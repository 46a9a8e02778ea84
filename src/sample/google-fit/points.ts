/** Data points as Google Fit keeps them: a file for each data source, named after it and cut. */
import { EpochMillis } from "../../component/column.ts"
import { type NonEmpty, stream } from "../random.ts"
import { type Stage, nightAfter } from "../sleep.ts"
import { walksOn } from "../steps.ts"
import { MINUTE, SECOND, instantAt } from "../time.ts"
import type { Days } from "../whereabouts.ts"

export interface DataPoint {
  readonly start: EpochMillis
  readonly end: EpochMillis
  readonly value: { readonly intVal: number } | { readonly fpVal: number }
}

export interface DataSource {
  /** As the file says itself. */
  readonly id: string
  readonly type: string
  /** Below `All Data`, cut to what Takeout allows, with a number where two are equal then. */
  readonly file: string
  readonly origin: string | null
  /** Below the millisecond, as six digits. */
  readonly nanos: string
  /** Times are texts in some files, numbers beyond what JavaScript's can hold in others. */
  readonly asText: boolean
  readonly pointsOn: (days: Days, day: number) => ReadonlyArray<DataPoint>
}

const NAME = 46

/** `derived_com.google.step_count.delta_com.google(1).json` */
const fileOf = (id: string, number?: number): string =>
  `${id.replaceAll(":", "_").slice(0, NAME)}${number === undefined ? "" : `(${number})`}.json`

/** The other phone counts too, in intervals of its own. */
const stepPoints = (days: Days, day: number): ReadonlyArray<DataPoint> =>
  walksOn(days, day).flatMap(({ phone }) =>
    phone === null
      ? []
      : [
          {
            start: EpochMillis(phone.start + 5 * SECOND),
            end: EpochMillis(phone.end - 5 * SECOND),
            value: { intVal: phone.count + 3 }
          }
        ]
  )

const heartPoints = (days: Days, day: number): ReadonlyArray<DataPoint> => {
  const random = stream("fit heart", days.seed, day)
  const morning = instantAt(day, 7 * 3600, days.zoneOn(day))
  return Array.from({ length: 12 }, (_, index) => {
    const at = EpochMillis(morning + index * 70 * MINUTE + random.integer(0, 3_000_000))
    return { start: at, end: at, value: { fpVal: random.integer(54, 131) } }
  })
}

const CODES: { readonly [S in Stage]: number } = { Awake: 1, Core: 4, Deep: 5, REM: 6 }

const sleepPoints = (days: Days, day: number): ReadonlyArray<DataPoint> =>
  nightAfter(days, day).stages.map(({ end, stage, start }) => ({ start, end, value: { intVal: CODES[stage] } }))

const weightPoints = (days: Days, day: number): ReadonlyArray<DataPoint> => {
  if (day % 3 !== 0) return []
  const at = instantAt(day, (7 * 60 + 6) * 60, days.zoneOn(day))
  return [{ start: at, end: at, value: { fpVal: stream("fit weight", days.seed, day).integer(6_420, 6_560) / 100 } }]
}

const GMS = "com.google.android.gms"
const DEVICE_STEPS = `derived:com.google.step_count.delta:${GMS}:Google:Pixel 7:5f0c9a1e:derive_step_deltas`
const MERGED_STEPS = `derived:com.google.step_count.delta:${GMS}:merge_step_deltas`
const HEART = `derived:com.google.heart_rate.bpm:${GMS}:merge_heart_rate_bpm`
const SLEEP = `derived:com.google.sleep.segment:${GMS}:merged`
const WEIGHT = `raw:com.google.weight:com.withings.wiscale2:`
const FAT = `derived:com.google.body.fat.percentage:${GMS}:merged`

const source = (
  id: string,
  pointsOn: DataSource["pointsOn"],
  details: Partial<Pick<DataSource, "file" | "origin" | "nanos" | "asText">> = {}
): DataSource => ({
  id,
  type: id.split(":")[1] ?? "",
  file: fileOf(id),
  origin: null,
  nanos: "000000",
  asText: false,
  pointsOn,
  ...details
})

/** What one device measured, and what Google made of it: both have the steps, and adding them up doubles them. */
export const dataSources: NonEmpty<DataSource> = [
  source(MERGED_STEPS, stepPoints, { origin: DEVICE_STEPS }),
  source(DEVICE_STEPS, stepPoints, { file: fileOf(DEVICE_STEPS, 1), nanos: "000517" }),
  source(HEART, heartPoints, { asText: true }),
  source(SLEEP, sleepPoints),
  source(WEIGHT, weightPoints),
  // Never measured: a file without points.
  source(FAT, () => [])
]

/** The source whose steps count. */
export const mergedSteps = dataSources[0]

const pointJson = ({ asText, nanos, origin, type }: DataSource, { end, start, value }: DataPoint): string => {
  // Nanoseconds since 1970 are more than a JavaScript number holds: they are put together as text.
  const time = (instant: EpochMillis) => (asText ? `"${instant}${nanos}"` : `${instant}${nanos}`)
  return `{"fitValue": [{"value": ${JSON.stringify(value)}}], ${
    origin === null ? "" : `"originDataSourceId": ${JSON.stringify(origin)}, `
  }"endTimeNanos": ${time(end)}, "dataTypeName": "${type}", "startTimeNanos": ${time(start)}, "modifiedTimeMillis": ${
    end + 40 * MINUTE
  }, "rawTimestampNanos": 0}`
}

/** A source's points on some days, as JSON. */
export const pointLines = (data: DataSource, days: Days, day: number): ReadonlyArray<string> =>
  data.pointsOn(days, day).map((point) => pointJson(data, point))
