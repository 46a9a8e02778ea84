/** Geometry on the sphere, as SQL. */
import { type Sql, literal, sql } from "../src/component/sql.ts"

/** A point: expressions for WGS 84 degrees. */
export interface Point {
  readonly latitude: Sql
  readonly longitude: Sql
}

// Twice the earth's mean radius in metres (IUGG).
const DIAMETER = literal(12_742_017.6)

/** Great-circle distance in metres (haversine); null where a coordinate is: DuckDB's `least` would pass nulls over. */
export const distanceMetres = (a: Point, b: Point): Sql => sql`(case
  when ${a.latitude} + ${a.longitude} + ${b.latitude} + ${b.longitude} is not null then ${DIAMETER} * asin(sqrt(least(1,
  sin(radians(${b.latitude} - ${a.latitude}) / 2) ** 2 + cos(radians(${a.latitude})) * cos(radians(${b.latitude}))
  * sin(radians(${b.longitude} - ${a.longitude}) / 2) ** 2))) end)`

// Somewhat less than a degree of latitude anywhere.
const METRES_PER_DEGREE = 110_000

/** The same distance, without trigonometry where the latitudes alone are too far apart: infinity then. */
export const distanceUpTo = (metres: number, a: Point, b: Point): Sql => sql`case
  when abs(${b.latitude} - ${a.latitude}) > ${literal(metres / METRES_PER_DEGREE)} then 'infinity'::double
  else ${distanceMetres(a, b)} end`
