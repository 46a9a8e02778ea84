/** SQL for the ways in which Google writes times and coordinates. Each expression is null for what can't be read. */
import { type Sql, join, literal, sql } from "../../src/component/sql.ts"

/** Numbers below are seconds, milliseconds, microseconds: told apart by their size, from 1973 on for sure. */
const MAX_SECONDS = 100_000_000_000
const MAX_MILLISECONDS = 100_000_000_000_000
const MAX_MICROSECONDS = 100_000_000_000_000_000

// The number stands here once: an expression that is repeated is computed before all else, also where nobody asks for it.
const ofNumber = (text: Sql): Sql => sql`make_timestamptz(list_transform([try_cast(${text} as bigint)], lambda n: case
    when n between ${literal(-MAX_SECONDS)} and ${literal(MAX_SECONDS)} then n * 1000000
    when n between ${literal(-MAX_MILLISECONDS)} and ${literal(MAX_MILLISECONDS)} then n * 1000
    when n between ${literal(-MAX_MICROSECONDS)} and ${literal(MAX_MICROSECONDS)} then n end)[1])`

/** The first of several texts that is a time: ISO 8601 with or without fraction, seconds or milliseconds; or infinity. */
export const instantOf = (...texts: ReadonlyArray<Sql>): Sql =>
  sql`coalesce(${join(texts.flatMap((text) => [sql`try_cast(${text} as timestamptz)`, ofNumber(text)]))})`

/** Ten million to the degree. */
export const E7 = 10_000_000
export const MAX_LATITUDE = 90 * E7
export const MAX_LONGITUDE = 180 * E7
const WRAP = 4_294_967_296

/** Beyond any number that 32 bits explain. */
const ABSURD = 10_000_000_000

/** Numbers that overflowed 32 bits, as signed or unsigned, back where they belong; what is absurd stays so, but small. */
export const unwrapped = (e7: Sql, most: number): Sql => sql`case
  when ${e7} not between ${literal(-ABSURD)} and ${literal(ABSURD)} then ${literal(ABSURD)}
  when ${e7} > ${literal(most)} then ${e7} - ${literal(WRAP)}
  when ${e7} < ${literal(-most)} then ${e7} + ${literal(WRAP)}
  else ${e7} end`

const NUMBER = "(-?[0-9.]+(?:[eE]-?[0-9]+)?)"
const PAIR = `${NUMBER}[^0-9.-]+${NUMBER}`

/** `"31.1°, -73.1°"` and `geo:31.1,-73.1` as E7. */
export const e7OfText = (text: Sql, which: "latitude" | "longitude"): Sql => {
  const degrees = sql`try_cast(regexp_extract(${text}, ${literal(PAIR)}, ${literal(which === "latitude" ? 1 : 2)}) as double)`
  return sql`case when abs(${degrees}) < 1000 then round(${degrees} * ${literal(E7)})::bigint end`
}

export const numberOf = (text: Sql): Sql => {
  const number = sql`try_cast(${text} as double)`
  return sql`case when isfinite(${number}) then ${number} end`
}

/**
 * A coordinate as a whole number of 10^-`decimals` degrees. It is rounded to six decimals first: so does an iPhone, which
 * has no seventh, and both come to the same.
 */
export const quantised = (e7: Sql, decimals: 4 | 5): Sql => {
  const six = rounded(e7, 10)
  return sql`try_cast(${rounded(six, 10 ** (6 - decimals))} as integer)`
}

/** Divided by `by`, halves away from zero: whole numbers throughout, as no double is exact here. */
const rounded = (value: Sql, by: number): Sql =>
  sql`((${value} + sign(${value}) * ${literal(by / 2)}) // ${literal(by)})`

/** Elements of a JSON array, each as JSON; none where it isn't one. */
export const elementsOf = (json: Sql): Sql => sql`coalesce(from_json(${json}, '["JSON"]'), [])`
