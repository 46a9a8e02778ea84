/** The archive that the Health app exports, and what a careful importer finds in it. */
import type { EpochMillis } from "../../component/column.ts"
import { minutesOf, trueSteps, walksOn } from "../steps.ts"
import { nightAfter, sleptIn } from "../sleep.ts"
import type { Range } from "../takeout.ts"
import { dateOf, instantAt, isoTime } from "../time.ts"
import type { TruthFate } from "../truth.ts"
import type { Days } from "../whereabouts.ts"
import type { ZipEntry } from "../zip.ts"
import { type HealthRecord, WATCH } from "./record.ts"
import { bloodPressureOn, recordsOn } from "./records.ts"
import { type Workout, durationOf, gpxOf, routeOf, workoutsOn } from "./workouts.ts"
import {
  CLOSING,
  correlationElement,
  healthTime,
  opening,
  recordElement,
  summaryElement,
  workoutElement
} from "./xml.ts"

export const HEALTH_ARCHIVE = "apple-health/export.zip"
const ROOT = "apple_health_export"

/** Steps of a date as the export's clocks have it. */
export interface TruthSteps {
  readonly date: string
  /** The watch's, and the phone's while the watch counted nothing. */
  readonly steps: number
  /** What adding up either device alone would give. */
  readonly watch: number
  readonly phone: number
}

export interface TruthNight {
  /** Of waking up, as the export's clocks have it. */
  readonly date: string
  /** From the first minute asleep to the last, and how many of them, by either source. */
  readonly starts_at: string
  readonly ends_at: string
  readonly asleep_minutes: number
}

export interface TruthWorkout {
  readonly type: string
  readonly starts_at: string
  readonly ends_at: string
  /** Without pauses. */
  readonly duration_minutes: number
  readonly kilometres: number
  readonly kilocalories: number
  /** In the archive; null where it is missing. */
  readonly route: string | null
  readonly route_points: number
}

/** The first sample of its type. */
export interface TruthSample {
  readonly type: string
  readonly source_name: string
  readonly device: string | null
  readonly unit: string | null
  readonly value: string | null
  readonly starts_at: string
  readonly ends_at: string
}

export interface TruthHealth {
  readonly archive: string
  /** Distinct samples, a Correlation's children once, workouts apart. */
  readonly samples: number
  readonly by_type: {
    readonly [type: string]: {
      readonly samples: number
      /** Of all sources; null where values are no numbers. */ readonly sum: number | null
    }
  }
  readonly named: ReadonlyArray<TruthSample>
  /** Elements of the file that tell a sample again: within a Correlation, or simply twice. */
  readonly repeated: { readonly in_correlations: number; readonly identical: number }
  readonly correlations: number
  readonly activity_summaries: number
  /** Devices as they are without their addresses, each once. */
  readonly devices: ReadonlyArray<string>
  readonly steps: ReadonlyArray<TruthSteps>
  readonly nights: ReadonlyArray<TruthNight>
  readonly workouts: ReadonlyArray<TruthWorkout>
  /** Files of the archive that hold no samples. */
  readonly skipped: ReadonlyArray<TruthFate>
}

const eachDay = ({ days, from }: Range): ReadonlyArray<number> => Array.from({ length: days }, (_, day) => from + day)

function* exportXml(days: Days, range: Range): Generator<string> {
  yield opening(days, instantAt(range.from + range.days, 9 * 3600, "UTC"))
  for (const day of eachDay(range))
    yield recordsOn(days, day)
      .map((record) => recordElement(record, { days, range }, day).repeat(record.repeated ? 2 : 1))
      .join("")
  for (const day of eachDay(range)) yield correlationElement(bloodPressureOn(days, day), { days, range }, day)
  for (const day of eachDay(range))
    yield workoutsOn(days, day)
      .map((workout) => workoutElement(workout, WATCH, { days, range }, day))
      .join("")
  for (const day of eachDay(range)) yield summaryElement(dateOf(day), 320 + ((day * 37) % 400))
  yield CLOSING
}

const CDA = `<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:voc="urn:hl7-org:v3/voc">
 <title>Health Data Export</title>
 <component><structuredBody/></component>
</ClinicalDocument>
`

const EXTRAS = [
  { path: `${ROOT}/export_cda.xml`, text: CDA, why: "clinical-document" },
  {
    path: `${ROOT}/electrocardiograms/ecg_2023-03-06.csv`,
    text: "Name,Ana Lindner\nClassification,Sinus Rhythm\nSample Rate,512 hertz\n\nLead,Lead I\nUnit,µV\n\n-12.4\n-11.9\n",
    why: "electrocardiogram"
  }
] as const

const routePath = ({ route }: Workout): string => `${ROOT}${route}`

/** The archive's entries, made as they are asked for. */
export function* healthEntries(days: Days, range: Range): Generator<ZipEntry> {
  yield { path: `${ROOT}/export.xml`, content: exportXml(days, range), stored: false }
  for (const { path, text } of EXTRAS) yield { path, content: [text], stored: false }
  for (const day of eachDay(range))
    for (const workout of workoutsOn(days, day))
      if (!workout.routeLost) yield { path: routePath(workout), content: [gpxOf(workout)], stored: false }
}

const dateIn = (days: Days, instant: EpochMillis): string => healthTime(days, instant).slice(0, 10)

const addTo = (sums: Map<string, number>, key: string, value: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + value)
}

const stepsTruth = (days: Days, range: Range): ReadonlyArray<TruthSteps> => {
  const sums = { steps: new Map<string, number>(), watch: new Map<string, number>(), phone: new Map<string, number>() }
  for (const day of eachDay(range))
    for (const walk of walksOn(days, day)) {
      const [first] = [...walk.watch, ...(walk.phone === null ? [] : [walk.phone])]
      if (first === undefined) continue
      const date = dateIn(days, first.start)
      addTo(sums.steps, date, trueSteps(walk))
      addTo(sums.watch, date, trueSteps({ ...walk, phone: null }))
      addTo(sums.phone, date, walk.phone?.count ?? 0)
    }
  return [...sums.steps]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([date, steps]) => ({ date, steps, watch: sums.watch.get(date) ?? 0, phone: sums.phone.get(date) ?? 0 }))
}

const nightTruth = (days: Days, day: number): ReadonlyArray<TruthNight> => {
  const slept = sleptIn(nightAfter(days, day)).toSorted((left, right) => left.start - right.start)
  const [first] = slept
  const last = slept.toSorted((left, right) => right.end - left.end)[0]
  if (first === undefined || last === undefined) return []
  return [
    {
      date: dateIn(days, last.end),
      starts_at: isoTime(first.start),
      ends_at: isoTime(last.end),
      asleep_minutes: minutesOf(slept)
    }
  ]
}

const workoutTruth = (workout: Workout): TruthWorkout => ({
  type: `HKWorkoutActivityType${workout.activity}`,
  starts_at: isoTime(workout.start),
  ends_at: isoTime(workout.end),
  duration_minutes: durationOf(workout),
  kilometres: workout.kilometres,
  kilocalories: workout.kilocalories,
  route: workout.routeLost ? null : routePath(workout),
  route_points: workout.routeLost ? 0 : routeOf(workout).length
})

const sampleTruth = ({ end, source, start, type, unit, value, withDevice }: HealthRecord): TruthSample => ({
  type,
  source_name: source.name,
  device: withDevice ? source.device : null,
  unit,
  value,
  starts_at: isoTime(start),
  ends_at: isoTime(end)
})

const rounded = (sum: number): number => Number(sum.toFixed(6))

/** What is true of the days' samples. */
export const healthTruth = (days: Days, range: Range): TruthHealth => {
  const counts = new Map<string, number>()
  const sums = new Map<string, number>()
  const devices = new Set<string>()
  const repeated = { in_correlations: 0, identical: 0 }
  let correlations = 0
  const named: Array<TruthSample> = []
  const note = (record: HealthRecord): void => {
    const { repeated: twice, source, type, unit, value, withDevice } = record
    if (!counts.has(type)) named.push(sampleTruth(record))
    addTo(counts, type, 1)
    if (unit !== null) addTo(sums, type, Number(value))
    if (withDevice && source.device !== null) devices.add(source.device)
    if (twice) repeated.identical++
  }
  for (const day of eachDay(range)) {
    recordsOn(days, day).forEach(note)
    const children = bloodPressureOn(days, day).length
    repeated.in_correlations += children
    if (children > 0) correlations++
  }
  return {
    archive: HEALTH_ARCHIVE,
    samples: [...counts.values()].reduce((sum, count) => sum + count, 0),
    by_type: Object.fromEntries(
      [...counts].map(([type, samples]) => {
        const sum = sums.get(type)
        return [type, { samples, sum: sum === undefined ? null : rounded(sum) }]
      })
    ),
    named,
    repeated,
    correlations,
    activity_summaries: range.days,
    devices: [...devices].toSorted(),
    steps: stepsTruth(days, range),
    nights: eachDay(range).flatMap((day) => nightTruth(days, day)),
    workouts: eachDay(range).flatMap((day) => workoutsOn(days, day).map(workoutTruth)),
    skipped: EXTRAS.map(({ path, why }) => ({ path, why }))
  }
}
