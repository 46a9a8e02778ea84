/** The pictures that the person takes on a day: when, where, with what, and during which event. */
import { EpochMillis } from "../component/column.ts"
import { CLEAR, type LifeEvent, isClearOf } from "./event.ts"
import { eventOfTrip, eventsOn } from "./life.ts"
import { type Place, type Position, home, near, walks } from "./places.ts"
import { type Random, stream } from "./random.ts"
import { MINUTE, SECOND, instantAt, weekdayOf } from "./time.ts"
import { type Trip, isQuiet, tripOn } from "./trips.ts"

export type CameraName = "pixel" | "iphone" | "nikon" | "lumix"

/** The place as camera and Google know it. */
export interface KnownPlaces {
  readonly camera: Position | null
  readonly google: Position | null
}

/** One picture as it was taken. */
export interface Shot {
  /** Names the picture for good: equal in all exports of this life. */
  readonly id: string
  readonly day: number
  /** Counts the day's pictures. */
  readonly index: number
  /** What its files tell. Whole seconds; no two pictures of a day share one. */
  readonly at: EpochMillis
  /** Milliseconds by which that is later than the truth: 0, unless the camera's clock is wrong. */
  readonly ahead: number
  /** The camera's clock shows its time. */
  readonly zone: string
  readonly position: Position
  readonly camera: CameraName
  readonly event: LifeEvent | null
  /** Null: what such a camera usually knows. */
  readonly known: KnownPlaces | null
  /** Names that are tagged on it. */
  readonly people: ReadonlyArray<string>
  /** Without its place nobody could say to which event it belongs, so nothing may hide it. */
  readonly needsPlace: boolean
}

type Moment = Pick<Shot, "at" | "zone" | "position" | "event" | "needsPlace">

/** A few minutes around an event still belong to it, where nothing else is going on. */
const MARGIN = 3 * MINUTE

const duringEvent = (random: Random, event: LifeEvent, onTrip: boolean): ReadonlyArray<Moment> =>
  Array.from({ length: event.photos }, () => {
    const alone = !event.crowded && !onTrip
    const edge = alone && random.chance(0.08)
    const at = !edge
      ? event.start + MINUTE + random.next() * (event.end - event.start - 3 * MINUTE)
      : random.chance(0.5)
        ? event.start - random.next() * MARGIN
        : event.end + random.next() * (MARGIN - MINUTE)
    return {
      at: EpochMillis(at),
      zone: event.place.zone,
      position: near(random, event.place, event.reach),
      event,
      needsPlace: !alone
    }
  })

interface Burst {
  readonly place: Place
  readonly metres: number
  readonly start: number
  readonly count: number
}

const burst = (
  random: Random,
  { place, metres, start, count }: Burst,
  belonging: (at: number) => Pick<Shot, "event" | "needsPlace">
): ReadonlyArray<Moment> =>
  Array.from({ length: count }, () => {
    const at = EpochMillis(start + random.next() * 30 * MINUTE)
    return { at, zone: place.zone, position: near(random, place, metres), ...belonging(at) }
  })

/** Walks and moments at home, hours away from anything in the calendar. */
const casual = (seed: number, day: number, random: Random): ReadonlyArray<Moment> => {
  if (!random.chance(weekdayOf(day) < 5 ? 0.75 : 0.9)) return []
  const busy = [day - 1, day, day + 1].flatMap((other) => eventsOn(seed, other))
  const starts = Array.from({ length: 8 }, () => instantAt(day, random.integer(8 * 60, 19 * 60) * 60, home.zone))
  const start = starts.find((at) => isClearOf(busy, at, CLEAR) && isClearOf(busy, at + 35 * MINUTE, CLEAR))
  if (start === undefined) return []
  const outside = random.chance(0.6)
  const place = outside ? random.pick(walks) : home
  return burst(random, { place, metres: outside ? 150 : 25, start, count: random.integer(1, 5) }, () => ({
    event: null,
    needsPlace: false
  }))
}

/** Around the centre of where a trip goes: in the afternoon of the first day, until noon of the last one. */
const strolls = (
  seed: number,
  day: number,
  trip: Trip,
  timedEvents: ReadonlyArray<LifeEvent>,
  random: Random
): ReadonlyArray<Moment> => {
  const place = trip.destination.centre
  const event = eventOfTrip(seed, trip)
  const [fromHour, toHour] = day === trip.firstDay ? [14, 19] : day === trip.lastDay ? [9, 12] : [9, 20]
  const starts = Array.from({ length: 4 }, () =>
    instantAt(day, random.integer(fromHour * 60, toHour * 60) * 60, place.zone)
  )
  return starts
    .filter((at) => isClearOf(timedEvents, at, 30 * MINUTE) && isClearOf(timedEvents, at + 30 * MINUTE, 30 * MINUTE))
    .slice(0, 3)
    .flatMap((start) =>
      burst(random, { place, metres: 350, start, count: random.integer(2, 5) }, (at) => ({
        event,
        needsPlace: !isClearOf(timedEvents, at, CLEAR)
      }))
    )
}

const momentsOn = (seed: number, day: number): ReadonlyArray<Moment> => {
  const random = stream("shots", seed, day)
  const trip = tripOn(seed, day)
  const timedEvents = eventsOn(seed, day)
  const attended = timedEvents.flatMap((event) => duringEvent(random, event, trip !== null))
  if (trip !== null) return [...attended, ...strolls(seed, day, trip, timedEvents, random)]
  return isQuiet(seed, day) ? attended : [...attended, ...casual(seed, day, random)]
}

/** The big camera knows no place; it stays in its bag where only the place can tell. */
const cameraFor = (random: Random, { event, needsPlace }: Moment): CameraName => {
  if (random.chance(0.25)) return "iphone"
  return !needsPlace && event !== null && event.reach > 200 && random.chance(0.35) ? "nikon" : "pixel"
}

/** First names of guests: none, one or two. */
const tagged = (event: LifeEvent | null, index: number): ReadonlyArray<string> =>
  (event?.guests ?? []).slice(0, index % 3).map(({ name }) => name.split(" ")[0] ?? name)

/** All pictures of a day, in the order of their times. */
export const shotsOn = (seed: number, day: number): ReadonlyArray<Shot> => {
  const random = stream("cameras", seed, day)
  let last = 0
  return momentsOn(seed, day)
    .toSorted((left, right) => left.at - right.at)
    .map((moment, index) => {
      last = Math.max(last + SECOND, Math.floor(moment.at / SECOND) * SECOND)
      const at = EpochMillis(last)
      return {
        ...moment,
        at,
        ahead: 0,
        id: `${seed}/${day}/${index}`,
        day,
        index,
        camera: cameraFor(random, moment),
        known: null,
        people: tagged(moment.event, index)
      }
    })
}
