/** An export of Apple Health as it is written today: record after record, grouped by type, with a DTD before them. */
import { closeSync, openSync, writeSync } from "node:fs"

const DOCTYPE = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
]>
<HealthData locale="en_CH">
 <ExportDate value="2024-05-01 12:00:00 +0200"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1980-02-02" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>
`

const PHONE = `sourceName="Ana’s iPhone" sourceVersion="17.4.1" device="&lt;&lt;HKDevice: 0x300e15ae0&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5, software:17.4.1&gt;"`
const WATCH = `sourceName="Ana’s Apple Watch" sourceVersion="10.4" device="&lt;&lt;HKDevice: 0x300e15b30&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7, software:10.4&gt;"`

interface Series {
  readonly type: string
  readonly rest: string
  /** Of all records. */
  readonly share: number
  /** Seconds from one to the next, and that each lasts. */
  readonly every: number
  readonly lasts: number
  readonly value: (random: () => number) => string
  readonly metadata?: (random: () => number) => string
}

const STAGES = ["Core", "Deep", "REM", "Unspecified"]

const SERIES: ReadonlyArray<Series> = [
  {
    type: "HKQuantityTypeIdentifierHeartRate",
    rest: `${WATCH} unit="count/min"`,
    share: 0.35,
    every: 60,
    lasts: 0,
    value: (random) => String(50 + Math.floor(random() * 120)),
    metadata: (random) => entry("HKMetadataKeyHeartRateMotionContext", String(Math.floor(random() * 3)))
  },
  {
    type: "HKQuantityTypeIdentifierStepCount",
    rest: `${PHONE} unit="count"`,
    share: 0.25,
    every: 300,
    lasts: 290,
    value: (random) => String(1 + Math.floor(random() * 500))
  },
  {
    type: "HKQuantityTypeIdentifierActiveEnergyBurned",
    rest: `${WATCH} unit="kcal"`,
    share: 0.25,
    every: 70,
    lasts: 61,
    value: (random) => (random() * 9).toFixed(3)
  },
  {
    type: "HKQuantityTypeIdentifierDistanceWalkingRunning",
    rest: `${PHONE} unit="km"`,
    share: 0.13,
    every: 300,
    lasts: 290,
    value: (random) => String(random() / 3)
  },
  {
    type: "HKCategoryTypeIdentifierSleepAnalysis",
    rest: WATCH,
    share: 0.02,
    every: 5400,
    lasts: 5400,
    value: (random) => `HKCategoryValueSleepAnalysisAsleep${STAGES[Math.floor(random() * STAGES.length)]}`,
    metadata: () => entry("HKTimeZone", "Europe/Zurich")
  }
]

const entry = (key: string, value: string) => `  <MetadataEntry key="${key}" value="${value}"/>\n`

/** Mulberry32: the same numbers on every machine. */
const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const FIRST_SECOND = 1_420_070_400

const written = (second: number): string =>
  `${new Date((second + 3600) * 1000).toISOString().slice(0, 19).replace("T", " ")} +0100`

const WORKOUTS_PER_RECORDS = 5000

const workout = (second: number): string =>
  ` <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="31.5" durationUnit="min" ${WATCH} creationDate="${written(second + 2000)}" startDate="${written(second)}" endDate="${written(second + 1900)}">
  <MetadataEntry key="HKTimeZone" value="Europe/Zurich"/>
  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" startDate="${written(second)}" endDate="${written(second + 1900)}" sum="301.2" unit="kcal"/>
 </Workout>
`

const FLUSH = 1 << 22

/** Writes an export with so many records; gives its size in bytes. */
export const makeExport = (path: string, records: number): number => {
  const file = openSync(path, "w")
  const random = randomOf(7)
  let text = DOCTYPE
  let bytes = 0
  const flush = () => {
    bytes += writeSync(file, text)
    text = ""
  }
  for (const { every, lasts, metadata, rest, share, type, value } of SERIES) {
    const count = Math.round(records * share)
    for (let index = 0; index < count; index++) {
      const start = FIRST_SECOND + index * every
      const end = start + lasts
      text += ` <Record type="${type}" ${rest} creationDate="${written(end + 20)}" startDate="${written(start)}" endDate="${written(end)}" value="${value(random)}"`
      text += metadata === undefined ? "/>\n" : `>\n${metadata(random)} </Record>\n`
      if (text.length > FLUSH) flush()
    }
  }
  for (let index = 0; index < records / WORKOUTS_PER_RECORDS; index++) text += workout(FIRST_SECOND + index * 86_400)
  text += "</HealthData>\n"
  flush()
  closeSync(file)
  return bytes
}
