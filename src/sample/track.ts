/** The points that a phone records on a day: now and then while it stays, every few minutes on the way. */
import { EpochMillis } from "../component/column.ts"
import { type Place, type Position, near } from "./places.ts"
import { type Random, stream } from "./random.ts"
import { MINUTE } from "./time.ts"
import type { Days, Move, Stay } from "./whereabouts.ts"

/** A point of the track. No two of a life share an instant. */
export interface Fix {
  readonly at: EpochMillis
  readonly position: Position
  /** Metres. */
  readonly accuracy: number
  readonly zone: string
  /** On the way, at a full minute: devices keep those for good. */
  readonly onPath: boolean
  readonly moving: boolean
}

export const between = (from: Place, to: Place, part: number): Position => {
  const mix = (left: number, right: number) => left + (right - left) * part
  return {
    latitude: mix(from.latitude, to.latitude),
    longitude: mix(from.longitude, to.longitude),
    altitude: Math.round(mix(from.altitude, to.altitude))
  }
}

const staying = (random: Random, { end, place, start }: Stay): ReadonlyArray<Fix> => {
  const fixes: Array<Fix> = []
  for (let at = start + MINUTE; at < end - MINUTE; at += random.integer(35, 55) * MINUTE)
    fixes.push({
      at: EpochMillis(at + random.integer(1, MINUTE - 1)),
      position: near(random, place, 12),
      accuracy: random.integer(8, 40),
      zone: place.zone,
      onPath: false,
      moving: false
    })
  return fixes
}

const underway = (random: Random, { end, from, mode, start, to }: Move): ReadonlyArray<Fix> => {
  // Phones in the air have no idea where they are.
  if (mode === "flying") return []
  const fixes: Array<Fix> = []
  for (let at: number = start; at < end; at += random.integer(2, 5) * MINUTE) {
    const onPath = random.chance(0.7)
    fixes.push({
      at: EpochMillis(onPath ? at : at + random.integer(1, MINUTE - 1)),
      position: near(random, between(from, to, (at - start) / (end - start)), 8),
      accuracy: random.integer(4, 15),
      zone: from.zone,
      onPath,
      moving: true
    })
  }
  return fixes
}

/** The fixes of what begins on a day, in the order of their times. */
export const trackOn = (days: Days, day: number): ReadonlyArray<Fix> => {
  const random = stream("track", days.seed, day)
  const { moves, stays } = days.whereabouts(day)
  return [...stays.flatMap((one) => staying(random, one)), ...moves.flatMap((one) => underway(random, one))].toSorted(
    (left, right) => left.at - right.at
  )
}
