/** The ordinary life: how its days go, and what it leaves behind. */
import { calendarOf, instancesIn } from "./calendar.ts"
import { eventsOn } from "./life.ts"
import type { Life } from "./lives.ts"
import { type Place, type Position, holidays, home, office, walks, weekends } from "./places.ts"
import { type Shot, shotsOn } from "./shots.ts"
import { HOUR, MINUTE, rememberedOffsets, weekdayOf } from "./time.ts"
import { isQuiet, tripOn } from "./trips.ts"
import {
  type Days,
  type Stay,
  atClock,
  inOrder,
  metresBetween,
  remembered,
  stay,
  whereaboutsOf
} from "./whereabouts.ts"

/** Where one sleeps on a trip: some hundred metres from its centre. */
const lodgings: ReadonlyMap<Place, Place> = new Map(
  [...holidays, ...weekends].map(({ centre }) => [
    centre,
    {
      ...centre,
      name: `Hotel ${centre.name}`,
      latitude: Number((centre.latitude + 0.0062).toFixed(7)),
      longitude: Number((centre.longitude + 0.0031).toFixed(7))
    }
  ])
)

/** Where one rests on a day. */
const baseOn = (seed: number, day: number): Place => lodgings.get(tripOn(seed, day)?.destination.centre ?? home) ?? home

/** Where the night after a day is spent. */
const baseAfter = (seed: number, day: number): Place => (tripOn(seed, day)?.lastDay === day ? home : baseOn(seed, day))

const nearest = (places: readonly [Place, ...ReadonlyArray<Place>], position: Position): Place =>
  places.reduce((best, one) => (metresBetween(one, position) < metresBetween(best, position) ? one : best))

/** Pictures outside the calendar, taken within half an hour of each other, are a stay at what is near. */
const strolls = (shots: ReadonlyArray<Shot>, placeOf: (shot: Shot) => Place): ReadonlyArray<Stay> =>
  shots.reduce<ReadonlyArray<Stay>>((found, shot) => {
    const place = placeOf(shot)
    const last = found.at(-1)
    if (last !== undefined && last.place === place && shot.at - last.end < 40 * MINUTE)
      return [...found.slice(0, -1), { ...last, end: stay(place, shot.at, shot.at + 5 * MINUTE).end }]
    return [...found, stay(place, shot.at - 5 * MINUTE, shot.at + 5 * MINUTE)]
  }, [])

/** What fixes a day, in the order of the beginnings: at least one stay away from the base. */
const fixedOn = (seed: number, day: number, shots: ReadonlyArray<Shot>): ReadonlyArray<Stay> => {
  const trip = tripOn(seed, day)
  if (trip === null && isQuiet(seed, day)) {
    // Before a trip in the morning, as it may begin the evening before; after one in the evening, for the same reason.
    const hour = tripOn(seed, day + 1) === null ? 17 : 10
    return [atClock(walks[0], day, hour, hour + 0.5)]
  }
  const attended = eventsOn(seed, day)
    .filter(({ cancelled, location }) => !cancelled && location !== null)
    .map(({ end, place, start }) => stay(place, start, end))
  const free = shots.filter(({ event }) => event === null || event.lastDay !== null)
  if (trip !== null) {
    const { centre } = trip.destination
    const arrival = day === trip.firstDay ? [atClock(baseOn(seed, day), day, 13, 13.25)] : []
    const around = strolls(free, () => centre)
    const stays = [...attended, ...around]
    return [...arrival, ...(stays.length > 0 ? stays : [atClock(centre, day, 15, 15.5)])]
  }
  const outside = strolls(free, ({ position }) => nearest([home, ...walks], position)).filter(
    ({ place }) => place !== home
  )
  const atWork =
    weekdayOf(day) < 5 && free.length === 0 ? [atClock(office, day, 9, 12), atClock(office, day, 13, 17)] : []
  const clear = atWork.filter(({ end, start }) =>
    attended.every((one) => one.end < start - HOUR || one.start > end + HOUR)
  )
  const stays = [...attended, ...outside, ...clear]
  return stays.length > 0 ? stays : [atClock(walks[0], day, 17, 17.5)]
}

/** The days of a life. */
export const daysOf = (seed: number): Days => {
  const shots = remembered((day) => shotsOn(seed, day))
  const whereabouts = whereaboutsOf({
    stays: remembered((day) => inOrder(fixedOn(seed, day, shots(day)))),
    baseOn: (day) => baseOn(seed, day),
    baseAfter: (day) => baseAfter(seed, day)
  })
  return {
    seed,
    shots,
    whereabouts,
    offsetAt: rememberedOffsets(),
    zoneOn: (day) => (tripOn(seed, day)?.destination.centre ?? home).zone,
    tripOn: (day) => tripOn(seed, day),
    semanticType: (place) => (place === home ? "HOME" : place === office ? "WORK" : "UNKNOWN")
  }
}

/** The life of a seed, with one calendar. */
export const ordinaryLife = (seed: number): Life => {
  const days = daysOf(seed)
  return {
    days,
    recorded: days,
    calendars: (from, to) => [{ file: "calendar.ics", ...calendarOf(seed, from, to) }],
    instances: (from, to) => instancesIn(seed, from, to),
    truth: () => ({})
  }
}
