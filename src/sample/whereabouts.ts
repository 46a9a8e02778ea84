/** Where a person is all day: stays at places, and the ways between them. What fixes the days is given; the rest follows. */
import { EpochMillis } from "../component/column.ts"
import type { Place, Position } from "./places.ts"
import type { Shot } from "./shots.ts"
import { HOUR, MINUTE, instantAt } from "./time.ts"
import type { Trip } from "./trips.ts"

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
  /** The zone of the person's clocks. */
  readonly zoneOn: (day: number) => string
  /** The trip that covers the day. */
  readonly tripOn: (day: number) => Trip | null
  /** What a place is to the person, as Google sees it. */
  readonly semanticType: (place: Place) => "HOME" | "WORK" | "UNKNOWN"
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

export const stay = (place: Place, start: number, end: number): Stay => ({
  place,
  start: EpochMillis(Math.floor(start / MINUTE) * MINUTE),
  end: EpochMillis(Math.ceil(end / MINUTE) * MINUTE)
})

export const atClock = (place: Place, day: number, fromHour: number, toHour: number): Stay =>
  stay(place, instantAt(day, fromHour * 3600, place.zone), instantAt(day, toHour * 3600, place.zone))

/** One after the other, with time to get there: who goes on earlier leaves what was before. */
export const inOrder = <S extends Stay>(stays: ReadonlyArray<S>): ReadonlyArray<S> =>
  stays
    .toSorted((left, right) => left.start - right.start)
    .reduce<ReadonlyArray<S>>((done, next) => {
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
export const remembered = <T>(make: (day: number) => T): ((day: number) => T) => {
  const known = new Map<number, T>()
  return (day) => {
    const found = known.get(day) ?? make(day)
    known.set(day, found)
    return found
  }
}

/** What decides about the days: stays away from the base in their order, at least one on each day, and the base itself. */
export interface Fixed {
  readonly stays: (day: number) => ReadonlyArray<Stay>
  /** Where one rests on a day. */
  readonly baseOn: (day: number) => Place
  /** Where the night after it is spent. */
  readonly baseAfter: (day: number) => Place
}

export const whereaboutsOf = ({ baseAfter, baseOn, stays: fixed }: Fixed): Days["whereabouts"] =>
  remembered((day) => {
    const own = fixed(day)
    const next = fixed(day + 1).slice(0, 1)
    const all = [...own, ...next]
    const stays = own.flatMap((from, index) => {
      const to = all[index + 1]
      if (to === undefined) return [from]
      return linked(from, to, index === own.length - 1 ? baseAfter(day) : baseOn(day))
    })
    const chain = [...stays, ...next]
    const moves = stays.flatMap((from, index) => {
      const to = chain[index + 1]
      return to === undefined || to.place === from.place ? [] : [moveBetween(from, to)]
    })
    return { stays, moves }
  })
