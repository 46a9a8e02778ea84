/** What the person does on a day, and where. Any day can be asked for alone: it depends on the seed and its number. */
import { type LifeEvent, call, guestsFor, quarterHour, timed, uidOf } from "./event.ts"
import { dinners, farApart, museums, office, outings, stages } from "./places.ts"
import { type Random, cycled, stream } from "./random.ts"
import { instancesOn } from "./series.ts"
import { dateOf, instantAt, weekdayOf } from "./time.ts"
import { type Trip, isQuiet, tripOn } from "./trips.ts"

const SUPPERS = ["Dinner with Mira", "Dinner, Leo & Sofia", "Tapas; bring cash", "Farewell dinner: Kenji"] as const
const SHOWS = ["Mahler, Symphony No. 5", "Concert: The Notwist", "Theatre / Der Talisman"] as const

const evening = (seed: number, day: number, random: Random): LifeEvent => {
  const supper = random.chance(0.6)
  const place = random.pick(supper ? dinners : stages)
  const at = quarterHour(random, 18.5, 19.5)
  // A restaurant without coordinates is known by its address only.
  return timed(
    uidOf("evening", day, seed),
    day,
    {
      title: supper ? random.pick(SUPPERS) : random.pick(SHOWS),
      place,
      at,
      minutes: random.integer(8, 12) * 15,
      photos: random.integer(3, 9)
    },
    {
      clock: random.pick(["zone", "zone", "floating", "utc"]),
      geo: random.chance(0.75),
      guests: guestsFor(seed, day, place),
      description: supper ? "Table for four, on the terrace if it is warm.\nCash only, they say." : null
    }
  )
}

const outing = (seed: number, day: number, random: Random): LifeEvent => {
  const place = random.pick(outings)
  const title = cycled([`Hike: ${place.name}`, `Out & about at ${place.name}`, `${place.name} / picnic`], day)
  return timed(
    uidOf("outing", day, seed),
    day,
    {
      title,
      place,
      at: quarterHour(random, 9.5, 10.5),
      minutes: random.integer(16, 20) * 15,
      photos: random.integer(6, 13)
    },
    { reach: 240, guests: guestsFor(seed, day, place), album: random.chance(0.4) ? `${title}, ${dateOf(day)}` : null }
  )
}

/** Two invitations for one afternoon: the person goes to both, and the photos show when to which. */
const doubleBooked = (seed: number, day: number, random: Random): ReadonlyArray<LifeEvent> =>
  random.pick(farApart).map((place, index) =>
    timed(
      uidOf(index === 0 ? "festival" : "match", day, seed),
      day,
      {
        title: index === 0 ? `Garden party at ${place.name}` : `${place.name}: a match, then music`,
        place,
        at: 13 * 60 + index * 60,
        minutes: 240,
        photos: random.integer(3, 6)
      },
      { crowded: true, guests: guestsFor(seed, day + index, place) }
    )
  )

const sunday = (seed: number, day: number, random: Random): LifeEvent => {
  const place = random.pick(museums)
  const untitled = random.chance(0.3)
  return timed(
    uidOf("museum", day, seed),
    day,
    {
      title: `${place.name} with the children`,
      place,
      at: quarterHour(random, 13, 14),
      minutes: 150,
      photos: random.integer(4, 10)
    },
    { clock: random.pick(["zone", "windows"]), album: untitled ? "" : null, guests: guestsFor(seed, day, place) }
  )
}

const dentist = (seed: number, day: number): LifeEvent =>
  timed(
    uidOf("dentist", day, seed),
    day,
    { title: "Dentist", place: office, at: 8 * 60, minutes: 45, photos: 0 },
    { location: "Dr. Huber, Alser Straße 12/4, 1090 Wien", geo: false }
  )

const workshop = (seed: number, day: number, random: Random): LifeEvent =>
  timed(
    uidOf("workshop", day, seed),
    day,
    { title: "Planning workshop", place: office, at: 13 * 60, minutes: 150, photos: random.integer(0, 3) },
    {
      clock: "windows",
      description: "Goals, scope, dates; please read the draft before.",
      guests: guestsFor(seed, day, office)
    }
  )

const homeDay = (seed: number, day: number): ReadonlyArray<LifeEvent> => {
  const recurring = instancesOn(seed, day)
  const random = stream("events", seed, day)
  const weekday = weekdayOf(day)
  const taken = recurring.some(({ start }) => start > instantAt(day, 15 * 3600, office.zone))
  const late = (probability: number) => (!taken && random.chance(probability) ? [evening(seed, day, random)] : [])
  if (weekday === 5) {
    if (random.chance(0.2)) return [...recurring, ...doubleBooked(seed, day, random)]
    return [...recurring, ...(random.chance(0.8) ? [outing(seed, day, random)] : []), ...late(0.3)]
  }
  if (weekday === 6) return random.chance(0.7) && !taken ? [...recurring, sunday(seed, day, random)] : recurring
  if (weekday === 0 && !taken && random.chance(0.25))
    return [...recurring, call(uidOf("call", day, seed), day, 18 * 60)]
  const morning = weekday === 4 && random.chance(0.15) ? [dentist(seed, day)] : []
  const midday = weekday === 2 && random.chance(0.35) ? [workshop(seed, day, random)] : []
  return [...recurring, ...morning, ...midday, ...late(0.4)]
}

/** On the full days of a trip there may be one sight to see or a table to sit at. */
const tripDay = (seed: number, day: number, trip: Trip): ReadonlyArray<LifeEvent> => {
  const random = stream("events", seed, day)
  if (day === trip.firstDay || day === trip.lastDay || !random.chance(0.75)) return []
  const place = random.pick(trip.destination.sights)
  const early = random.chance(0.5)
  return [
    timed(
      uidOf("sight", day, seed),
      day,
      {
        title: early ? `${place.name}, tickets booked` : `Evening at ${place.name}`,
        place,
        at: early ? 10 * 60 + 30 : 18 * 60,
        minutes: 120,
        photos: random.integer(3, 7)
      },
      { clock: random.pick(["zone", "zone", "utc"]) }
    )
  ]
}

/** The timed events that start on a day, in the zone of where the person is. */
export const eventsOn = (seed: number, day: number): ReadonlyArray<LifeEvent> => {
  const trip = tripOn(seed, day)
  if (trip !== null) return tripDay(seed, day, trip)
  return isQuiet(seed, day) ? instancesOn(seed, day).map((event) => ({ ...event, photos: 0 })) : homeDay(seed, day)
}

/** The trip as the calendar has it: whole days, whose times are midnights where it goes. */
export const eventOfTrip = (seed: number, { destination, firstDay, lastDay }: Trip): LifeEvent => {
  const { centre, title } = destination
  return {
    ...timed(uidOf("trip", firstDay, seed), firstDay, { title, place: centre, at: 0, minutes: 0, photos: 0 }),
    end: instantAt(lastDay + 1, 0, centre.zone),
    lastDay,
    reach: 350,
    location: `${centre.name}, ${centre.address}`,
    guests: guestsFor(seed, firstDay, centre)
  }
}
