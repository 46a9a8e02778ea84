/** Points of routes as columns. */
import type { Element } from "./element.ts"
import { numberOf } from "./number.ts"
import { timeOf } from "./time.ts"

/** NaN for what isn't told. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number
  /** WGS 84 degrees. */
  readonly latitude: number
  readonly longitude: number
  /** Metres. */
  readonly altitude: number
  readonly accuracy: number
  /** Metres a second. */
  readonly speed: number
}

export interface Points {
  readonly count: number
  /** `at`, `latitude`, `longitude`, `altitude`, `accuracy`, `speed`, and the start of the workout that holds the point. */
  readonly numbers: ReadonlyArray<Float64Array<ArrayBuffer>>
  /** The kind of that workout; -1: the point is from a file of its own. */
  readonly kinds: Int32Array<ArrayBuffer>
}

const COLUMNS = 7
const OUTSIDE = -1

export class PointBuilder {
  #numbers: Array<Array<number>> = Array.from({ length: COLUMNS }, () => [])
  #kinds: Array<number> = []

  add({ accuracy, altitude, at, latitude, longitude, speed }: Point, kind = OUTSIDE, started = Number.NaN): void {
    const row = [at, latitude, longitude, altitude, accuracy, speed, started]
    for (const [column, value] of row.entries()) this.#numbers[column]?.push(value)
    this.#kinds.push(kind)
  }

  take(): Points {
    const points = {
      count: this.#kinds.length,
      numbers: this.#numbers.map((values) => Float64Array.from(values)),
      kinds: Int32Array.from(this.#kinds)
    }
    this.#numbers = this.#numbers.map(() => [])
    this.#kinds = []
    return points
  }
}

/** A point from texts as they are written; else why it is none. */
export const pointOf = (
  given: (name: "time" | "latitude" | "longitude" | "altitude" | "accuracy" | "speed") => string | null
): Point | string => {
  const number = (text: string | null) => (text === null ? Number.NaN : numberOf(text.trim()))
  const time = timeOf((given("time") ?? "").trim())
  const latitude = number(given("latitude"))
  const longitude = number(given("longitude"))
  if (time === null) return "A point has no time."
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return "A point has no place on Earth."
  const accuracy = number(given("accuracy"))
  const speed = number(given("speed"))
  return {
    at: time.instant,
    latitude,
    longitude,
    altitude: number(given("altitude")),
    // Below zero means unknown.
    accuracy: accuracy < 0 ? Number.NaN : accuracy,
    speed: speed < 0 ? Number.NaN : speed
  }
}

/** In a Location of iOS 10. */
const LOCATION = {
  time: "date",
  latitude: "latitude",
  longitude: "longitude",
  altitude: "altitude",
  accuracy: "horizontalAccuracy",
  speed: "speed"
} as const

/** The points that a workout holds itself, as iOS 10 wrote them; gives why some are none. */
export const addPointsOf = (
  workout: Element,
  kind: number,
  started: number,
  points: PointBuilder
): ReadonlyArray<string> => {
  const locations = workout.children
    .filter(({ name }) => name === "WorkoutRoute")
    .flatMap(({ children }) => children.filter(({ name }) => name === "Location"))
  return locations.flatMap(({ attributes }) => {
    const byName = new Map(attributes.map(({ name, value }) => [name, value]))
    const point = pointOf((what) => byName.get(LOCATION[what]) ?? null)
    if (typeof point === "string") return [point]
    points.add(point, kind, started)
    return []
  })
}
