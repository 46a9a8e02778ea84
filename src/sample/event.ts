/** One entry of the person's calendar as it happens: an instance of a series, an appointment, or a trip of whole days. */
import type { EpochMillis } from "../component/column.ts"
import { type Place, home, office } from "./places.ts"
import { type Random, stream } from "./random.ts"
import { MINUTE, instantAt } from "./time.ts"

export interface Person {
  readonly name: string
  readonly address: string
}

const person = (name: string): Person => ({
  name,
  address: `${name.toLowerCase().replaceAll(/[^a-z]+/g, ".")}@example.com`
})

export const owner = person("Ana Lindner")
const friends = ["Jonas Berger", "Mira Novak", "Leo Steiner", "Sofia Rossi", "Tom Fischer", "Nadia Haddad"].map(person)
const colleagues = ["Paul Gruber", "Eva Maier", "Ines Costa", "Kenji Mori"].map(person)

/** How the calendar writes an event's times: with its zone's IANA or Windows name, without a zone, or in UTC. */
export type ClockForm = "zone" | "windows" | "floating" | "utc"

export interface LifeEvent {
  readonly uid: string
  /** The instance's start by its series' rule; null for what doesn't recur. */
  readonly recurrenceId: EpochMillis | null
  readonly title: string
  readonly description: string | null
  readonly place: Place
  /** LOCATION, and whether GEO is beside it. A call has neither. */
  readonly location: string | null
  readonly geo: boolean
  readonly start: EpochMillis
  readonly end: EpochMillis
  /** The day on which it starts at its place, and for whole days the last one, included. */
  readonly day: number
  readonly lastDay: number | null
  readonly clock: ClockForm
  readonly guests: ReadonlyArray<Person>
  readonly cancelled: boolean
  /** The person has said no. */
  readonly declined: boolean
  /** How many photos are taken; none where it isn't worth one, or the person stays away. */
  readonly photos: number
  /** Photos lie within so many metres of the place. */
  readonly reach: number
  /** Something else is going on at the same time, elsewhere: only its place tells to what a photo belongs. */
  readonly crowded: boolean
  /** Title of the album that its photos go to; empty for an untitled one. */
  readonly album: string | null
}

export interface Appointment {
  readonly title: string
  readonly place: Place
  /** Minutes after midnight at the place. */
  readonly at: number
  readonly minutes: number
  readonly photos: number
}

export const uidOf = (name: string, day: number, seed: number): string => `${name}-${day}-${seed}@calendar.example.com`

/** A timed event with the defaults of an evening with friends; `details` says what is different. */
export const timed = (
  uid: string,
  day: number,
  { title, place, at, minutes, photos }: Appointment,
  details: Partial<LifeEvent> = {}
): LifeEvent => ({
  uid,
  recurrenceId: null,
  title,
  description: null,
  place,
  location: `${place.name}, ${place.address}`,
  geo: true,
  start: instantAt(day, at * 60, place.zone),
  end: instantAt(day, (at + minutes) * 60, place.zone),
  day,
  lastDay: null,
  clock: "zone",
  guests: [],
  cancelled: false,
  declined: false,
  photos,
  reach: 120,
  crowded: false,
  album: null,
  ...details
})

/** Up to three people who come along: colleagues to the office, else friends. */
export const guestsFor = (seed: number, day: number, place: Place): ReadonlyArray<Person> => {
  const random = stream("guests", seed, day)
  const known = place === office ? colleagues : friends
  const first = random.integer(0, known.length - 1)
  return known.concat(known).slice(first, first + random.integer(1, 3))
}

/** Whether a moment is at least `margin` milliseconds away from all these events. */
export const isClearOf = (events: ReadonlyArray<LifeEvent>, instant: number, margin: number): boolean =>
  events.every(({ start, end }) => instant < start - margin || instant > end + margin)

/** Minutes after midnight on the quarter hour. */
export const quarterHour = (random: Random, fromHour: number, toHour: number): number =>
  random.integer(fromHour * 4, toHour * 4) * 15

/** A phone call at home: neither place nor photos, yet time that is taken. */
export const call = (uid: string, day: number, at: number): LifeEvent =>
  timed(
    uid,
    day,
    { title: "Call with Mum", place: home, at, minutes: 30, photos: 0 },
    { location: null, geo: false, clock: "utc" }
  )

/** How far from an event's time a photo must be to belong to none: more than any sensible join would reach. */
export const CLEAR = 165 * MINUTE
