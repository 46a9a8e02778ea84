/** Where the person is all day: stays at places, and the ways between them, in step with events, pictures and trips. */
import { EpochMillis } from "../component/column.ts"
import { eventsOn } from "./life.ts"
import { type Place, type Position, holidays, home, office, walks, weekends } from "./places.ts"
import { type Shot, shotsOn } from "./shots.ts"
import { HOUR, MINUTE, instantAt, rememberedOffsets, weekdayOf } from "./time.ts"
import { isQuiet, tripOn } from "./trips.ts"

export interface Stay {
  readonly place: Place
  readonly start: EpochMillis
  readonly end: EpochMillis
}

export type Mode = "walking" | "in-vehicle" | "flying"

export interface Move {
  readonly from: Place
  readonly to: Place
  readonly start: EpochMillis
  readonly end: EpochMillis
  readonly mode: Mode
  readonly metres: number
}

export interface Whereabouts {
  /** What begins on the day, at the place's clocks; the last stay ends on the next day. */
  readonly stays: ReadonlyArray<Stay>
  readonly moves: ReadonlyArray<Move>
}

/** A life's days, each made once. */
export interface Days {
  readonly seed: number
  readonly shots: (day: number) => ReadonlyArray<Shot>
  readonly whereabouts: (day: number) => Whereabouts
  /** Minutes east of UTC. */
  readonly offsetAt: (instant: EpochMillis, zone: string) => number
}

const RADIANS = Math.PI / 180

/** Along the globe; good to a per mille within a continent. */
export const metresBetween = (left: Position, right: Position): number => {
  const north = (right.latitude - left.latitude) * RADIANS
  const east = (right.longitude - left.longitude) * RADIANS
  const square =
    Math.sin(north / 2) ** 2 +
    Math.cos(left.latitude * RADIANS) * Math.cos(right.latitude * RADIANS) * Math.sin(east / 2) ** 2
  return 2 * 6_371_000 * Math.asin(Math.sqrt(square))
}

const modeOf = (metres: number): Mode => (metres < 2500 ? "walking" : metres < 450_000 ? "in-vehicle" : "flying")

/** Whole minutes: on foot 80 metres each, by car or train 1.2 km, by air 13 km and two hours more. */
const minutesFor = (metres: number): number => {
  switch (modeOf(metres)) {
    case "walking":
      return Math.ceil(metres / 80) + 1
    case "in-vehicle":
      return Math.ceil(metres / 1200) + 8
    case "flying":
      return Math.ceil(metres / 13_000) + 120
  }
}

const timeBetween = (from: Place, to: Place): number => minutesFor(metresBetween(from, to)) * MINUTE

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

const stay = (place: Place, start: number, end: number): Stay => ({
  place,
  start: EpochMillis(Math.floor(start / MINUTE) * MINUTE),
  end: EpochMillis(Math.ceil(end / MINUTE) * MINUTE)
})

const atClock = (place: Place, day: number, fromHour: number, toHour: number): Stay =>
  stay(place, instantAt(day, fromHour * 3600, place.zone), instantAt(day, toHour * 3600, place.zone))

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

/** One after the other, with time to get there: who goes on earlier leaves what was before. */
const inOrder = (stays: ReadonlyArray<Stay>): ReadonlyArray<Stay> =>
  stays
    .toSorted((left, right) => left.start - right.start)
    .reduce<ReadonlyArray<Stay>>((done, next) => {
      const last = done.at(-1)
      if (last === undefined) return [next]
      if (last.place === next.place && next.start - last.end < 2 * HOUR)
        return [...done.slice(0, -1), { ...last, end: EpochMillis(Math.max(last.end, next.end)) }]
      const leaving = Math.min(last.end, next.start - timeBetween(last.place, next.place))
      if (leaving >= last.start + 10 * MINUTE)
        return [...done.slice(0, -1), { ...last, end: EpochMillis(leaving) }, next]
      const start = last.end + timeBetween(last.place, next.place)
      return next.end >= start + 10 * MINUTE ? [...done, { ...next, start: EpochMillis(start) }] : done
    }, [])

/** What lies between two stays: a rest at the base if there is time for it, else a longer stay at the first. */
const linked = (from: Stay, to: Stay, base: Place): ReadonlyArray<Stay> => {
  const arrival = from.end + timeBetween(from.place, base)
  const departure = to.start - timeBetween(base, to.place)
  if (from.place !== base && to.place !== base && departure - arrival > 30 * MINUTE)
    return [from, { place: base, start: EpochMillis(arrival), end: EpochMillis(departure) }]
  return [{ ...from, end: EpochMillis(to.start - timeBetween(from.place, to.place)) }]
}

const moveBetween = (from: Stay, to: Stay): Move => {
  const metres = metresBetween(from.place, to.place)
  return { from: from.place, to: to.place, start: from.end, end: to.start, mode: modeOf(metres), metres }
}

/** Keeps all answers: every archive asks for the same days, and a day is small. */
const remembered = <T>(make: (day: number) => T): ((day: number) => T) => {
  const known = new Map<number, T>()
  return (day) => {
    const found = known.get(day) ?? make(day)
    known.set(day, found)
    return found
  }
}

/** The days of a life. */
export const daysOf = (seed: number): Days => {
  const shots = remembered((day) => shotsOn(seed, day))
  const fixed = remembered((day) => inOrder(fixedOn(seed, day, shots(day))))
  const whereabouts = remembered((day) => {
    const own = fixed(day)
    const next = fixed(day + 1).slice(0, 1)
    const all = [...own, ...next]
    const stays = own.flatMap((from, index) => {
      const to = all[index + 1]
      if (to === undefined) return [from]
      return linked(from, to, index === own.length - 1 ? baseAfter(seed, day) : baseOn(seed, day))
    })
    const chain = [...stays, ...next]
    const moves = stays.flatMap((from, index) => {
      const to = chain[index + 1]
      return to === undefined || to.place === from.place ? [] : [moveBetween(from, to)]
    })
    return { stays, moves }
  })
  return { seed, shots, whereabouts, offsetAt: rememberedOffsets() }
}
