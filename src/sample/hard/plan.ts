/** What fixes a day: where the person goes, and when. The ways and the rests between follow from it. */
import { type Place, walks } from "../places.ts"
import { stream } from "../random.ts"
import { weekdayOf } from "../time.ts"
import { type Stay, atClock, inOrder, stay } from "../whereabouts.ts"
import { type Engagement, engagementsOn, isWorkday, worksAtHome } from "./agenda.ts"
import { homeOn, officeOn } from "./eras.ts"
import { type Journey, excursionOn, flatFriday, journeyOn, stopAfter } from "./journeys.ts"
import { aroundFlat, canteens, flat } from "./places.ts"
import { recurringOn } from "./recurring.ts"

/** All entries of the calendars that start on a day with a time of their own. */
export const entriesOn = (seed: number, day: number): ReadonlyArray<Engagement> => [
  ...recurringOn(seed, day),
  ...engagementsOn(seed, day)
]

const hotelAfter = (journey: Journey, day: number): Place | null => stopAfter(journey, day)?.hotel ?? null

const atFlat = (seed: number, day: number, nights: number): boolean => {
  const friday = flatFriday(seed, day)
  return friday !== null && day - friday <= nights
}

/** Where one rests on a day. */
export const baseOn = (seed: number, day: number): Place => {
  const journey = journeyOn(seed, day)
  if (journey !== null) return hotelAfter(journey, day) ?? hotelAfter(journey, day - 1) ?? homeOn(seed, day)
  return weekdayOf(day) > 4 && atFlat(seed, day, 2) ? flat : homeOn(seed, day)
}

/** Where the night after a day is spent. */
export const baseAfter = (seed: number, day: number): Place => {
  const journey = journeyOn(seed, day)
  const hotel = journey === null ? null : hotelAfter(journey, day)
  return hotel ?? (atFlat(seed, day, 1) ? flat : homeOn(seed, day + 1))
}

const business = (journey: Journey, day: number): ReadonlyArray<Stay> => {
  const [{ centre, hotel, sights }] = journey.stops
  if (day === journey.firstDay)
    return [atClock(hotel, day, 11.5, 12), atClock(centre, day, 13, 17), atClock(sights[0], day, 19, 21)]
  return day === journey.lastDay
    ? [atClock(centre, day, 9, 13)]
    : [atClock(centre, day, 9, 17), atClock(sights[0], day, 19, 21)]
}

/** The hotel, then around the centre; sights; and on the last morning the centre once more. */
const leisure = (journey: Journey, day: number, booked: boolean): ReadonlyArray<Stay> => {
  const here = stopAfter(journey, day)
  const before = stopAfter(journey, day - 1)
  if (here === null) return before === null ? [] : [atClock(before.centre, day, 9, 11)]
  if (before === null) return [atClock(here.hotel, day, 14, 14.25), atClock(here.centre, day, 16, 17.5)]
  if (before.firstNight !== here.firstNight)
    return [atClock(before.centre, day, 8.5, 10), atClock(here.centre, day, 19, 20.5)]
  const sight = here.sights[day % here.sights.length] ?? here.sights[0]
  return [...(booked ? [] : [atClock(sight, day, 10, 12)]), atClock(here.centre, day, 14.5, 17)]
}

/** At the office with lunch nearby; until noon where the next day begins far away. */
const officeDay = (seed: number, day: number, office: Place): ReadonlyArray<Stay> => {
  const canteen = canteens.get(office)
  const short = journeyOn(seed, day + 1)?.kind === "holiday"
  const random = stream("office", seed, day)
  const start = 8.5 + random.integer(0, 3) / 4
  if (short || canteen === undefined) return [atClock(office, day, start, 12)]
  return [
    atClock(office, day, start, 12.25),
    atClock(canteen, day, 12.5, 12.9),
    atClock(office, day, 13, 16.75 + random.integer(0, 2) / 4)
  ]
}

const walkOn = (seed: number, day: number, hour: number): Stay =>
  atClock(stream("walk", seed, day).pick(walks), day, hour, hour + 0.75)

const flatDay = (day: number): ReadonlyArray<Stay> => {
  const [church, hill] = aroundFlat
  return weekdayOf(day) === 5
    ? [atClock(hill ?? church, day, 10.5, 13), atClock(church, day, 15.5, 17)]
    : [atClock(day % 2 === 0 ? church : (hill ?? church), day, 11, 13)]
}

const homeDay = (seed: number, day: number): ReadonlyArray<Stay> => {
  const excursion = excursionOn(seed, day)
  const office = officeOn(day)
  if (excursion !== null) {
    const entered = engagementsOn(seed, day).length > 0
    return entered ? [] : [atClock(excursion[0], day, 10.5, 13), atClock(excursion[1], day, 13.75, 16.5)]
  }
  if (office !== null && isWorkday(day) && !worksAtHome(seed, day)) return officeDay(seed, day, office)
  // On the eve of a journey only in the morning: it may begin that afternoon.
  if (journeyOn(seed, day + 1) !== null) return [walkOn(seed, day, 10)]
  return weekdayOf(day) > 4 ? [walkOn(seed, day, 10)] : [walkOn(seed, day, 17)]
}

/** Stays away from the base, in their order: at least one. */
export const fixedOn = (seed: number, day: number): ReadonlyArray<Stay> => {
  const journey = journeyOn(seed, day)
  const booked = entriesOn(seed, day).flatMap(({ event, present }) =>
    present === null ? [] : [stay(event.place, present.start, present.end)]
  )
  const own =
    journey === null
      ? weekdayOf(day) > 4 && atFlat(seed, day, 2)
        ? flatDay(day)
        : homeDay(seed, day)
      : journey.kind === "business"
        ? business(journey, day)
        : leisure(journey, day, booked.length > 0)
  const stays = inOrder([...own, ...booked])
  return stays.length > 0 ? stays : [walkOn(seed, day, 10)]
}
