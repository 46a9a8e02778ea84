/** How a language writes dates and lists, taken from the runtime's own data as patterns that SQL fills in. */
import { type Sql, join, literal, sql } from "../src/component/sql.ts"

const MONTHS = Array.from({ length: 12 }, (_, month) => month)
const GREGORIAN = { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" } as const
const LONG = { ...GREGORIAN, day: "numeric", month: "long", year: "numeric" } as const

/** What stands for the parts that change within a month. */
const DAY = "{d}"
const LAST_DAY = "{e}"
const YEAR = "{y}"

const patternOf = (
  parts: ReadonlyArray<{ readonly type: string; readonly value: string; readonly source?: string }>
): string =>
  parts
    .map(({ source, type, value }) =>
      type === "day" ? (source === "endRange" ? LAST_DAY : DAY) : type === "year" ? YEAR : value
    )
    .join("")
    // Titles are searched for by people who type plain spaces.
    .replaceAll(/[\u2009\u202f]/g, " ")

const list = (texts: ReadonlyArray<string>): Sql => sql`[${join(texts.map((text) => literal(text)))}]`

const filled = (patterns: ReadonlyArray<string>, date: Sql): Sql =>
  sql`replace(replace(${list(patterns)}[month(${date})], ${literal(DAY)}, day(${date})::varchar), ${literal(YEAR)}, year(${date})::varchar)`

const monthly = (locale: string, options: Intl.DateTimeFormatOptions): ReadonlyArray<string> => {
  const format = new Intl.DateTimeFormat(locale, options)
  return MONTHS.map((month) => patternOf(format.formatToParts(Date.UTC(2001, month, 22))))
}

/** 1 May 2024 */
export const dateText = (locale: string, date: Sql): Sql => filled(monthly(locale, LONG), date)

/** May 2024 */
export const monthText = (locale: string, date: Sql): Sql =>
  filled(monthly(locale, { ...GREGORIAN, month: "long", year: "numeric" }), date)

/** Wednesday */
export const weekdayText = (locale: string, date: Sql): Sql => {
  const format = new Intl.DateTimeFormat(locale, { ...GREGORIAN, weekday: "long" })
  // 2001-01-01 was a Monday.
  return sql`${list(Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2001, 0, 1 + day))))}[isodow(${date})]`
}

/** 12 – 19 May 2024; both dates in full where the months differ; one where they are the same. */
export const datesText = (locale: string, first: Sql, last: Sql): Sql => {
  const format = new Intl.DateTimeFormat(locale, LONG)
  const ranges = MONTHS.map((month) =>
    patternOf(format.formatRangeToParts(Date.UTC(2001, month, 12), Date.UTC(2001, month, 19)))
  )
  // Some languages write the days of a range with two digits: both dates in full, then.
  const isPadded = format
    .formatRangeToParts(Date.UTC(2001, 0, 3), Date.UTC(2001, 0, 5))
    .some(({ value }) => /^0\d$/.test(value))
  return sql`case when ${last} is null or ${last} <= ${first} then ${dateText(locale, first)}
    when date_trunc('month', ${first}) = date_trunc('month', ${last}) and not ${literal(isPadded)}
      then replace(${filled(ranges, first)}, ${literal(LAST_DAY)}, day(${last})::varchar)
    else ${dateText(locale, first)} || ' – ' || ${dateText(locale, last)} end`
}

/** At most so many names; of more, one less and how many follow. */
const MOST = 4

/** Ana, Ben and Leo */
export const listText = (locale: string, names: Sql): Sql => {
  const format = new Intl.ListFormat(locale, { type: "conjunction", style: "long" })
  const between = (items: ReadonlyArray<string>, which: number): Sql =>
    literal(format.formatToParts(items).filter(({ type }) => type === "literal")[which]?.value ?? ", ")
  const [pair, middle, last] = [between(["a", "b"], 0), between(["a", "b", "c"], 0), between(["a", "b", "c"], 1)]
  return sql`case when len(${names}) = 1 then ${names}[1] when len(${names}) = 2 then ${names}[1] || ${pair} || ${names}[2]
    when len(${names}) <= ${literal(MOST)} then array_to_string(${names}[:-2], ${middle}) || ${last} || ${names}[-1]
    when len(${names}) > ${literal(MOST)} then array_to_string(${names}[:${literal(MOST - 1)}], ${middle}) || ' +' || (len(${names}) - ${literal(MOST - 1)}) end`
}
