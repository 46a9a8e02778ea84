/** Runs in the park and hikes, with the way that they took. */
import { EpochMillis } from "../../component/column.ts"
import { type Place, type Position, outings, walks } from "../places.ts"
import { stream } from "../random.ts"
import { MINUTE, SECOND, compactTime, offsetMinutes } from "../time.ts"
import type { Days, Stay } from "../whereabouts.ts"

export interface RoutePoint extends Position {
  readonly at: EpochMillis
}

export interface Workout {
  readonly activity: "Running" | "Hiking"
  readonly place: Place
  readonly start: EpochMillis
  readonly end: EpochMillis
  /** Within which the clock stood still. */
  readonly pause: { readonly start: EpochMillis; readonly end: EpochMillis } | null
  readonly kilometres: number
  readonly kilocalories: number
  readonly heartRate: number
  /** Totals are attributes, as until iOS 15, not statistics. */
  readonly old: boolean
  /** Below `apple_health_export`. */
  readonly route: string
  /** The export has lost the route's file. */
  readonly routeLost: boolean
}

/** `route_2023-03-11_10.02am.gpx`: the local time on a clock of twelve hours. */
const routeName = (start: EpochMillis, zone: string): string => {
  const local = compactTime(start, offsetMinutes(start, zone))
  const hour = Number(local.slice(9, 11))
  const date = `${local.slice(0, 4)}-${local.slice(4, 6)}-${local.slice(6, 8)}`
  return `/workout-routes/route_${date}_${((hour + 11) % 12) + 1}.${local.slice(11, 13)}${hour < 12 ? "am" : "pm"}.gpx`
}

const workoutAt = (seed: number, day: number, stay: Stay, activity: Workout["activity"]): Workout => {
  const random = stream("workout", seed, day, stay.start)
  const { end, place } = stay
  const start = EpochMillis(stay.start + random.integer(60, 110) * SECOND)
  const until = EpochMillis(end - random.integer(1, 50) * SECOND)
  const middle = start + Math.floor((until - start) / 2 / SECOND) * SECOND
  const pause = random.chance(0.5)
    ? { start: EpochMillis(middle), end: EpochMillis(middle + random.integer(30, 100) * SECOND) }
    : null
  const minutes = (until - start) / MINUTE
  return {
    activity,
    place,
    start,
    end: until,
    pause,
    kilometres: Number((minutes * (activity === "Running" ? 0.165 : 0.062)).toFixed(3)),
    kilocalories: Number((minutes * (activity === "Running" ? 10.4 : 6.2)).toFixed(1)),
    heartRate: random.integer(118, 152),
    old: random.chance(0.4),
    route: routeName(start, place.zone),
    routeLost: random.chance(0.15)
  }
}

/** The workouts of a day, in the order of their times. */
export const workoutsOn = (days: Days, day: number): ReadonlyArray<Workout> => {
  const { seed } = days
  return days.whereabouts(day).stays.flatMap((stay) => {
    if (stay.end - stay.start < 15 * MINUTE) return []
    if (outings.includes(stay.place)) return [workoutAt(seed, day, stay, "Hiking")]
    const runs = walks.includes(stay.place) && stream("run", seed, day, stay.start).chance(0.4)
    return runs ? [workoutAt(seed, day, stay, "Running")] : []
  })
}

/** In minutes, without the pause. */
export const durationOf = ({ end, pause, start }: Workout): number =>
  (end - start - (pause === null ? 0 : pause.end - pause.start)) / MINUTE

const METRES_PER_DEGREE = 111_320

/** Rounds about the place, a point every half minute. */
export const routeOf = ({ end, place, start }: Workout): ReadonlyArray<RoutePoint> => {
  const points: Array<RoutePoint> = []
  for (let at: number = start; at <= end; at += 30 * SECOND) {
    const angle = ((at - start) / (8 * MINUTE)) * 2 * Math.PI
    points.push({
      at: EpochMillis(at),
      latitude: Number((place.latitude + (180 * Math.sin(angle)) / METRES_PER_DEGREE).toFixed(6)),
      longitude: Number((place.longitude + (260 * Math.cos(angle)) / METRES_PER_DEGREE).toFixed(6)),
      altitude: place.altitude
    })
  }
  return points
}

/** The route as GPX, its times in UTC. */
export const gpxOf = (workout: Workout): string => {
  const utc = (instant: EpochMillis) => `${new Date(instant).toISOString().slice(0, 19)}Z`
  const points = routeOf(workout).map(
    ({ altitude, at, latitude, longitude }) =>
      `      <trkpt lon="${longitude.toFixed(6)}" lat="${latitude.toFixed(6)}"><ele>${altitude.toFixed(6)}</ele><time>${utc(at)}</time><extensions><speed>1.523801</speed><course>206.252884</course><hAcc>4.063116</hAcc><vAcc>3.428697</vAcc></extensions></trkpt>`
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Apple Health Export" xmlns="http://www.topografix.com/GPX/1/1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd">
  <metadata>
    <time>${utc(workout.end)}</time>
  </metadata>
  <trk>
    <name>Route ${workout.route.slice(22, 32)}</name>
    <trkseg>
${points.join("\n")}
    </trkseg>
  </trk>
</gpx>
`
}
