/** Distances on the globe in SQL. */
import { type Sql, literal, sql } from "../src/component/sql.ts"

/** Mean radius of the Earth in metres (IUGG). */
const RADIUS = 6_371_008.8

export interface Coordinates {
  readonly latitude: Sql
  readonly longitude: Sql
}

/** Great-circle distance in metres; null where any coordinate is. */
export const haversine = (from: Coordinates, to: Coordinates): Sql => sql`(${literal(2 * RADIUS)} * asin(sqrt(least(1.0,
  pow(sin(radians(${to.latitude} - ${from.latitude}) / 2), 2)
  + cos(radians(${from.latitude})) * cos(radians(${to.latitude}))
  * pow(sin(radians(${to.longitude} - ${from.longitude}) / 2), 2)))))`

/**
 * The point as `x`, `y`, `z` on the unit sphere: the chord between two points orders pairs as their distance does, and
 * costs no trigonometry for each pair.
 */
export const unitVector = ({ latitude, longitude }: Coordinates): Sql =>
  sql`cos(radians(${latitude})) * cos(radians(${longitude})) as x,
    cos(radians(${latitude})) * sin(radians(${longitude})) as y,
    sin(radians(${latitude})) + 0 * ${longitude} as z`

/** The square of the chord between the points of two tables with `x`, `y`, `z`. */
export const squaredChord = (left: Sql, right: Sql): Sql =>
  sql`((${left}.x - ${right}.x) * (${left}.x - ${right}.x) + (${left}.y - ${right}.y) * (${left}.y - ${right}.y) + (${left}.z - ${right}.z) * (${left}.z - ${right}.z))`

/** The chord that belongs to a distance; half the globe and more is the diameter. */
export const chordOf = (metres: number): number => 2 * Math.sin(Math.min(metres / RADIUS, Math.PI) / 2)

/** The distance in metres that belongs to a chord. */
export const metresOfChord = (chord: Sql): Sql => sql`(${literal(2 * RADIUS)} * asin(least(1.0, ${chord} / 2)))`
