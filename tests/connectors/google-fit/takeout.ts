/** Files of a Google Fit export, and what comes of them. */
import { join } from "node:path"
import { Effect } from "effect"
import { authored } from "../../../src/component/sql.ts"
import { query, runText } from "../../support/engine.ts"

const NANOS = "000000"

/** Nanoseconds since 1970 as Google writes them. */
export const nanos = (iso: string): string => `${Date.parse(iso)}${NANOS}`

export const STEPS = "derived:com.google.step_count.delta:com.google.android.gms:estimated_steps"

export interface PointOptions {
  readonly [field: string]: unknown
}

/** A data point with these values. */
export const point = (
  type: string,
  start: string,
  end: string,
  values: ReadonlyArray<unknown>,
  more: PointOptions = {}
) => ({
  fitValue: values.map((value) => ({ value })),
  originDataSourceId: "",
  endTimeNanos: Number(nanos(end)),
  dataTypeName: type,
  startTimeNanos: Number(nanos(start)),
  modifiedTimeMillis: 1543766093999,
  rawTimestampNanos: 0,
  ...more
})

export const steps = (start: string, end: string, count: number, more: PointOptions = {}) =>
  point("com.google.step_count.delta", start, end, [{ intVal: count }], more)

/** A file of All Data, pretty as Google writes it. */
export const data = (source: string, points: ReadonlyArray<unknown>): string =>
  JSON.stringify({ "Data Source": source, "Data Points": points }, null, 2)

export const session = (fields: PointOptions = {}): string =>
  JSON.stringify(
    {
      fitnessActivity: "walking",
      startTime: "2018-12-02T15:54:53.999Z",
      endTime: "2018-12-02T16:07:39.046Z",
      duration: "765.047s",
      segment: [
        { fitnessActivity: "walking", startTime: "2018-12-02T15:54:53.999Z", endTime: "2018-12-02T16:07:39.046Z" }
      ],
      aggregate: [{ metricName: "com.google.calories.expended", floatValue: 61.5 }],
      application: { packageName: "com.google.android.apps.fitness" },
      ...fields
    },
    null,
    2
  )

export interface Trackpoint {
  readonly time: string
  readonly bpm?: number
  readonly metres?: number
  readonly place?: readonly [latitude: number, longitude: number]
}

const trackpoint = ({ bpm, metres, place, time }: Trackpoint) => `
          <Trackpoint>
            <Time>${time}</Time>
            ${place === undefined ? "" : `<Position><LatitudeDegrees>${place[0]}</LatitudeDegrees><LongitudeDegrees>${place[1]}</LongitudeDegrees></Position>`}
            ${metres === undefined ? "" : `<DistanceMeters>${metres}</DistanceMeters>`}
            ${bpm === undefined ? "" : `<HeartRateBpm xsi:type="HeartRateInBeatsPerMinute_t"><Value>${bpm}</Value></HeartRateBpm>`}
          </Trackpoint>`

export const tcx = (
  start: string,
  seconds: number,
  points: ReadonlyArray<Trackpoint>,
  sport = "Walking"
): string => `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
  <Activities>
    <Activity Sport="${sport}">
      <Id>${start}</Id>
      <Lap StartTime="${start}">
        <TotalTimeSeconds>${seconds}</TotalTimeSeconds>
        <DistanceMeters>800.5</DistanceMeters>
        <Calories>61</Calories>
        <Track>${points.map(trackpoint).join("")}
        </Track>
      </Lap>
      <Notes>A &amp; B</Notes>
    </Activity>
  </Activities>
</TrainingCenterDatabase>
`

export const TRACK = tcx("2018-12-02T15:54:53.999Z", 765.047, [
  { time: "2018-12-02T15:55:00Z", metres: 0, place: [47.1, 8.5] },
  { time: "2018-12-02T15:56:00.500Z", metres: 80.5, bpm: 96 }
])

const pipeline = (path: string, options: string) => `
name: fit
time_zone: Europe/Zurich
sources:
  input: { type: google-fit.samples, path: "${path}", account: ana${options} }
sinks:
  memories: { type: memories, from: input }
`

/** Runs over `path` and gives the source's ledger. */
export const run = (home: string, path: string, options = "") =>
  Effect.map(runText(pipeline(path, options), home), ({ sources }) => sources["input"])

/** Rows of a query. */
export const rows = (home: string, statement: string) => query(home, authored(statement))

/** What a query says of the first column of its rows. */
export const column = (home: string, statement: string) =>
  Effect.map(rows(home, statement), (found) => found.map((row) => Object.values(row)[0]))

export const homeIn = (directory: string) => join(directory, "home")
