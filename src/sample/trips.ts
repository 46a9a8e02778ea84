/** When the person is away. Every four weeks hold one trip that begins and ends well within them. */
import { type Destination, holidays, weekends } from "./places.ts"
import { type NonEmpty, cycled, stream } from "./random.ts"
import { dayOf, yearOf } from "./time.ts"

const BLOCK = 28

export interface Trip {
  readonly block: number
  readonly destination: Destination
  readonly holiday: boolean
  readonly firstDay: number
  /** Included. */
  readonly lastDay: number
}

/** Jonas' birthday, which nobody misses for a trip. */
export const isBirthday = (day: number): boolean => day === dayOf(yearOf(day), 10, 14)

const tripOfBlock = (seed: number, block: number): Trip => {
  const random = stream("trip", seed, block)
  const holiday = block % 3 === 0
  const length = holiday ? random.integer(7, 9) : random.integer(2, 3)
  // Saturdays; a long weekend begins on its Friday. The first week stays free, so that trips never touch.
  const saturdays: NonEmpty<number> = [5, 12, 19]
  const early = !holiday && length === 3 ? 1 : 0
  const turn = random.integer(0, saturdays.length - 1)
  const starts = saturdays.map((_, index) => block * BLOCK + cycled(saturdays, turn + index) - early)
  const keepsBirthday = (start: number) => {
    for (let day = start - 1; day <= start + length; day++) if (isBirthday(day)) return false
    return true
  }
  const firstDay = starts.find(keepsBirthday) ?? block * BLOCK + saturdays[0] - early
  const destination = holiday ? cycled(holidays, Math.floor(block / 3) + seed) : cycled(weekends, block + seed)
  return { block, destination, holiday, firstDay, lastDay: firstDay + length - 1 }
}

/** The trip that covers the day. */
export const tripOn = (seed: number, day: number): Trip | null => {
  const trip = tripOfBlock(seed, Math.floor(day / BLOCK))
  return day >= trip.firstDay && day <= trip.lastDay ? trip : null
}

/** The day before and the day after a trip: packing, flights across zones, nothing to remember. */
export const isQuiet = (seed: number, day: number): boolean =>
  tripOn(seed, day) === null && (tripOn(seed, day - 1) !== null || tripOn(seed, day + 1) !== null)

/** Trips that touch the days from `from` up to, not including, `to`. */
export const tripsIn = (seed: number, from: number, to: number): ReadonlyArray<Trip> => {
  const trips: Array<Trip> = []
  for (let block = Math.floor(from / BLOCK); block <= Math.floor((to - 1) / BLOCK); block++) {
    const trip = tripOfBlock(seed, block)
    if (trip.firstDay < to && trip.lastDay >= from) trips.push(trip)
  }
  return trips
}
