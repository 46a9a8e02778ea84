/** Activities: a session for each run, hike and long walk, its track, and the tables of each day. */
import { EpochMillis } from "../../component/column.ts"
import { routeOf, workoutsOn } from "../apple-health/workouts.ts"
import { localIso } from "../location/google-place.ts"
import type { Place } from "../places.ts"
import { MINUTE, SECOND, dateOf, instantAt } from "../time.ts"
import { type Days, metresBetween } from "../whereabouts.ts"
import { mergedSteps } from "./points.ts"

export interface Session {
  readonly activity: "running" | "hiking" | "walking"
  readonly place: Place
  readonly start: EpochMillis
  readonly end: EpochMillis
  /** Without pauses. */
  readonly seconds: number
  readonly metres: number
  readonly points: ReturnType<typeof routeOf>
}

/** The sessions that begin on a day. */
export const sessionsOn = (days: Days, day: number): ReadonlyArray<Session> => {
  const workouts = workoutsOn(days, day).map((workout): Session => {
    const { activity, end, kilometres, pause, place, start } = workout
    return {
      activity: activity === "Running" ? "running" : "hiking",
      place,
      start,
      end,
      seconds: (end - start - (pause === null ? 0 : pause.end - pause.start)) / SECOND,
      metres: kilometres * 1000,
      points: routeOf(workout).filter((_, index) => index % 2 === 0)
    }
  })
  const walks = days
    .whereabouts(day)
    .moves.filter(({ end, mode, start }) => mode === "walking" && end - start > 15 * MINUTE)
    .map(({ end, from, metres, start, to }): Session => {
      const points = [from, to].map((place, index) => ({ ...place, at: index === 0 ? start : end }))
      return { activity: "walking", place: from, start, end, seconds: (end - start) / SECOND, metres, points }
    })
  return [...workouts, ...walks].toSorted((left, right) => left.start - right.start)
}

const title = (activity: Session["activity"]): string => `${activity.slice(0, 1).toUpperCase()}${activity.slice(1)}`

/** `2023-03-11T10_02_31.000+01_00`, with or without what is below the second. */
const stamp = (days: Days, { place, start }: Session): string => localIso(days, start, place.zone).replaceAll(":", "_")

export const sessionFile = (days: Days, session: Session): string =>
  `${stamp(days, session)}_${session.activity.toUpperCase()}.json`

/** A session. Full minutes come without a fraction, durations with one where there was a pause. */
export const sessionJson = ({ activity, end, metres, seconds, start }: Session): string => {
  const time = (instant: EpochMillis) =>
    instant % MINUTE === 0 ? new Date(instant).toISOString().replace(".000Z", "Z") : new Date(instant).toISOString()
  const whole = seconds * SECOND === end - start
  return `${JSON.stringify(
    {
      fitnessActivity: activity,
      startTime: time(start),
      endTime: time(end),
      duration: whole ? `${seconds}s` : `${seconds.toFixed(3)}s`,
      segment: [{ fitnessActivity: activity, startTime: time(start), endTime: time(end) }],
      aggregate: [
        { metricName: "com.google.calories.expended", floatValue: Number((seconds * 0.13).toFixed(2)) },
        { metricName: "com.google.step_count.delta", intValue: Math.round(metres / 0.75) },
        { metricName: "com.google.distance.delta", floatValue: Number(metres.toFixed(3)) }
      ]
    },
    null,
    2
  )}\n`
}

export const trackFile = (days: Days, session: Session): string =>
  `${stamp(days, session)}_PT${Math.floor(session.seconds / 60)}M${Math.floor(session.seconds % 60)}S_${title(session.activity)}.tcx`

/** The session's track, as TCX. */
export const trackXml = ({ activity, metres, points, seconds, start }: Session): string => {
  const utc = (instant: EpochMillis) => new Date(instant).toISOString()
  const [origin] = points
  const trackpoints = points.map(
    (point) => `          <Trackpoint>
            <Time>${utc(point.at)}</Time>
            <Position><LatitudeDegrees>${point.latitude}</LatitudeDegrees><LongitudeDegrees>${point.longitude}</LongitudeDegrees></Position>
            <DistanceMeters>${(origin === undefined ? 0 : metresBetween(origin, point)).toFixed(2)}</DistanceMeters>
          </Trackpoint>`
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
  <Activities>
    <Activity Sport="${activity === "running" ? "Running" : "Other"}">
      <Id>${utc(start)}</Id>
      <Lap StartTime="${utc(start)}">
        <TotalTimeSeconds>${seconds}</TotalTimeSeconds>
        <DistanceMeters>${metres.toFixed(2)}</DistanceMeters>
        <Calories>${Math.round(seconds * 0.13)}</Calories>
        <Intensity>Active</Intensity>
        <TriggerMethod>Manual</TriggerMethod>
        <Track>
${trackpoints.join("\n")}
        </Track>
      </Lap>
    </Activity>
  </Activities>
</TrainingCenterDatabase>
`
}

const QUARTER = 15 * MINUTE

/** Quarter-hours of a date with the steps that begin in them, nulls where there were none. */
const quartersOf = (days: Days, day: number) => {
  const zone = days.zoneOn(day)
  const midnight = instantAt(day, 0, zone)
  const count = Math.round((instantAt(day + 1, 0, zone) - midnight) / QUARTER)
  const points = mergedSteps.pointsOn(days, day)
  return Array.from({ length: count }, (_, index) => {
    const start = EpochMillis(midnight + index * QUARTER)
    const own = points.filter((point) => point.start >= start && point.start < start + QUARTER)
    const steps = own.reduce((sum, { value }) => sum + ("intVal" in value ? value.intVal : 0), 0)
    return { start, end: EpochMillis(start + QUARTER), zone, steps: own.length === 0 ? null : steps }
  })
}

/** The day's own table: one row for each quarter of an hour. */
export const quarterTable = (days: Days, day: number): string => {
  const clock = (instant: EpochMillis, zone: string) => localIso(days, instant, zone).slice(11)
  const rows = quartersOf(days, day).map(({ end, start, steps, zone }) =>
    [
      clock(start, zone),
      clock(end, zone),
      steps === null ? "" : "9",
      "18.25",
      steps === null ? "" : (steps * 0.71).toFixed(3),
      steps ?? ""
    ].join(",")
  )
  return `Start time,End time,Move Minutes count,Calories (kcal),Distance (m),Step count\n${rows.join("\n")}\n`
}

/** A date's row of the table of all days. */
export const summaryRow = (days: Days, day: number): string => {
  const steps = quartersOf(days, day).reduce((sum, quarter) => sum + (quarter.steps ?? 0), 0)
  return `${dateOf(day)},${Math.round(steps / 110)},1752.00,${(steps * 0.71).toFixed(3)},${steps}\n`
}

export const SUMMARY_HEAD = "Date,Move Minutes count,Calories (kcal),Distance (m),Step count\n"
