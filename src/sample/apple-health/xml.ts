/** `export.xml` as Health writes it, flaws included: a DTD that no parser can read, control characters, addresses. */
import { EpochMillis } from "../../component/column.ts"
import { home } from "../places.ts"
import { stream } from "../random.ts"
import type { Range } from "../takeout.ts"
import { MINUTE, SECOND } from "../time.ts"
import type { Days } from "../whereabouts.ts"
import type { HealthRecord, HealthSource } from "./record.ts"
import { type Workout, durationOf } from "./workouts.ts"

const ENTITIES: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character)

type Attributes = ReadonlyArray<readonly [name: string, value: string | null]>

const tag = (name: string, attributes: Attributes, indent: string, children: ReadonlyArray<string> = []): string => {
  const written = attributes.flatMap(([key, value]) => (value === null ? [] : [` ${key}="${escaped(value)}"`])).join("")
  return children.length === 0
    ? `${indent}<${name}${written}/>\n`
    : `${indent}<${name}${written}>\n${children.join("")}${indent}</${name}>\n`
}

/** One export of a life's days. */
export interface HealthExport {
  readonly days: Days
  readonly range: Range
}

/** `2023-03-06 10:15:30 +0100`: whatever the zone of the moment was, exports use that of the phone, which is home's. */
export const healthTime = ({ offsetAt }: Days, instant: EpochMillis): string => {
  const offset = offsetAt(instant, home.zone)
  const local = new Date(instant + offset * MINUTE).toISOString()
  return `${local.slice(0, 10)} ${local.slice(11, 19)} +0${offset / 60}00`
}

/** Samples are saved some seconds after their end. */
const savedAt = (days: Days, end: EpochMillis): string => healthTime(days, EpochMillis(end + 7 * SECOND))

/** Where the device was in the memory of the phone that wrote the export: another place each time. */
const addressed = (device: string | null, { days, from, seed }: Range, day: number): string | null => {
  if (device === null) return null
  const address = stream("address", seed, from, days, device, day % 5).integer(0x10_0000, 0xff_ffff)
  return `<<HKDevice: 0x28${address.toString(16)}0>, ${device}>`
}

const metadata = (entries: ReadonlyArray<readonly [string, string]>, indent: string): ReadonlyArray<string> =>
  entries.map(([key, value]) =>
    tag(
      "MetadataEntry",
      [
        ["key", key],
        ["value", value]
      ],
      indent
    )
  )

const sourceOf = (source: HealthSource): Attributes => [
  ["sourceName", source.name],
  ["sourceVersion", source.version]
]

/** A Record element, once; `indent` is deeper within a Correlation. */
export const recordElement = (record: HealthRecord, { days, range }: HealthExport, day: number, indent = " "): string =>
  tag(
    "Record",
    [
      ["type", record.type],
      ...sourceOf(record.source),
      ["device", record.withDevice ? addressed(record.source.device, range, day) : null],
      ["unit", record.unit],
      ["creationDate", savedAt(days, record.end)],
      ["startDate", healthTime(days, record.start)],
      ["endDate", healthTime(days, record.end)],
      ["value", record.value]
    ],
    indent,
    metadata(record.metadata, `${indent} `)
  )

/** Blood pressure: a Correlation whose children are at top level as well. */
export const correlationElement = (children: ReadonlyArray<HealthRecord>, made: HealthExport, day: number): string => {
  const { days, range } = made
  const [first] = children
  if (first === undefined) return ""
  return tag(
    "Correlation",
    [
      ["type", "HKCorrelationTypeIdentifierBloodPressure"],
      ...sourceOf(first.source),
      ["device", addressed(first.source.device, range, day)],
      ["creationDate", savedAt(days, first.end)],
      ["startDate", healthTime(days, first.start)],
      ["endDate", healthTime(days, first.end)]
    ],
    " ",
    children.map((child) => recordElement(child, made, day, "  "))
  )
}

const statistics = (
  days: Days,
  { end, heartRate, kilocalories, kilometres, start }: Workout
): ReadonlyArray<string> => {
  const over = (type: string, attributes: Attributes) =>
    tag(
      "WorkoutStatistics",
      [
        ["type", `HKQuantityTypeIdentifier${type}`],
        ["startDate", healthTime(days, start)],
        ["endDate", healthTime(days, end)],
        ...attributes
      ],
      "  "
    )
  return [
    over("ActiveEnergyBurned", [
      ["sum", String(kilocalories)],
      ["unit", "kcal"]
    ]),
    over("HeartRate", [
      ["average", String(heartRate)],
      ["minimum", String(heartRate - 31)],
      ["maximum", String(heartRate + 24)],
      ["unit", "count/min"]
    ]),
    over("DistanceWalkingRunning", [
      ["sum", String(kilometres)],
      ["unit", "km"]
    ])
  ]
}

/** A Workout with all that belongs to it. */
export const workoutElement = (
  workout: Workout,
  source: HealthSource,
  { days, range }: HealthExport,
  day: number
): string => {
  const { end, kilocalories, kilometres, old, pause, place, route, start } = workout
  const events = (pause === null ? [] : [pause]).flatMap(({ end: resumed, start: paused }) => [
    tag(
      "WorkoutEvent",
      [
        ["type", "HKWorkoutEventTypePause"],
        ["date", healthTime(days, paused)]
      ],
      "  "
    ),
    tag(
      "WorkoutEvent",
      [
        ["type", "HKWorkoutEventTypeResume"],
        ["date", healthTime(days, resumed)]
      ],
      "  "
    )
  ])
  const routeElement = tag(
    "WorkoutRoute",
    [
      ...sourceOf(source),
      ["creationDate", savedAt(days, end)],
      ["startDate", healthTime(days, start)],
      ["endDate", healthTime(days, end)]
    ],
    "  ",
    [...metadata([["HKMetadataKeySyncVersion", "2"]], "   "), tag("FileReference", [["path", route]], "   ")]
  )
  return tag(
    "Workout",
    [
      ["workoutActivityType", `HKWorkoutActivityType${workout.activity}`],
      ["duration", String(durationOf(workout))],
      ["durationUnit", "min"],
      ["totalDistance", old ? String(kilometres) : null],
      ["totalDistanceUnit", old ? "km" : null],
      ["totalEnergyBurned", old ? String(kilocalories) : null],
      ["totalEnergyBurnedUnit", old ? "kcal" : null],
      ...sourceOf(source),
      ["device", addressed(source.device, range, day)],
      ["creationDate", savedAt(days, end)],
      ["startDate", healthTime(days, start)],
      ["endDate", healthTime(days, end)]
    ],
    " ",
    [
      ...metadata(
        [
          ["HKTimeZone", place.zone],
          ["HKWeatherTemperature", "56 degF"],
          ["HKWeatherHumidity", "9600 %"],
          ["HKAverageMETs", "8.32 kcal/hr·kg"],
          // The same key twice.
          ["HKExternalUUID", `${day}-a`],
          ["HKExternalUUID", `${day}-b`]
        ],
        "  "
      ),
      ...events,
      ...(old ? [] : statistics(days, workout)),
      routeElement
    ]
  )
}

/** A day's rings. */
export const summaryElement = (date: string, kilocalories: number): string =>
  tag(
    "ActivitySummary",
    [
      ["dateComponents", date],
      ["activeEnergyBurned", String(kilocalories)],
      ["activeEnergyBurnedGoal", "500"],
      ["activeEnergyBurnedUnit", "kcal"],
      ["appleExerciseTime", "42"],
      ["appleExerciseTimeGoal", "30"],
      ["appleStandHours", "12"],
      ["appleStandHoursGoal", "12"]
    ],
    " "
  )

/** What comes before the records. In the DTD a declaration has lost its beginning, as with iOS 16. */
export const opening = (days: Days, exported: EpochMillis): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord|Audiogram|VisionPrescription)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT ExportDate EMPTY>
<!ATTLIST ExportDate
  value CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  value         CDATA #IMPLIED
  sourceName    CDATA #REQUIRED
  device        CDATA #IMPLIED
  startDate     CDATA #REQUIRED
  endDate       CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
<!ELEMENT WorkoutEvent EMPTY>
<!ATTLIST WorkoutEvent
  type                 CDATA #REQUIRED
  date                 CDATA #REQUIRED
  duration             CDATA #IMPLIED
  durationUnit         CDATA #IMPLIED
>
  startDate            CDATA #REQUIRED
  endDate              CDATA #REQUIRED
  minimum              CDATA #IMPLIED
>
<!ELEMENT WorkoutRoute ((MetadataEntry|FileReference)*)>
]>
<HealthData locale="en_AT">
 <ExportDate value="${healthTime(days, exported)}"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1986-04-12" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet" HKCharacteristicTypeIdentifierFitzpatrickSkinType="HKFitzpatrickSkinTypeNotSet" HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse="None"/>
`

export const CLOSING = "</HealthData>\n"
