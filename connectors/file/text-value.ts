/**
 * Values that are written as text, as values of a type. DuckDB's own readers round 12.5 in a column of integers, cut the
 * time off a date, drop a TIMESTAMP's offset, and make NULL of a TIMESTAMPTZ that is none: so it is done here, exactly.
 */
import type { SqlType } from "../../src/component/column.ts"
import { type Sql, literal, name, sql } from "../../src/component/sql.ts"

/** How a file writes its dates and times, where it isn't ISO 8601. As `strptime` has it. */
export interface TimeFormats {
  readonly date: string | null
  readonly timestamp: string | null
}

export const ISO: TimeFormats = { date: null, timestamp: null }

export interface Parsed {
  /** Fails where the text is no such value. */
  readonly strict: Sql
  /** Null where the text is no such value. */
  readonly lenient: Sql
}

/** `found`: the type that the file's first values have, which decides whose format a time is written in. */
export const parseText = (text: Sql, found: string, to: SqlType, formats: TimeFormats): Parsed => {
  switch (to) {
    case "VARCHAR":
      return { strict: text, lenient: text }
    case "INTEGER":
    case "BIGINT":
      return unless(sql`${isFraction(text)} and not regexp_matches(${text}, '^[^.eE]+\\.0*$')`, text, to)
    case "DATE":
    case "TIMESTAMP":
    case "TIMESTAMPTZ":
      return parseTime(text, found, to, formats)
    case "JSON": // As DuckDB writes it, whatever blanks it was written with.
      return {
        strict: sql`json_extract(${text}::json, '$')`,
        lenient: sql`json_extract(try_cast(${text} as json), '$')`
      }
    default:
      return plainly(text, to)
  }
}

// Looking for a character costs a tenth of a regular expression.
const isFraction = (text: Sql): Sql => sql`(contains(${text}, '.') or contains(${text}, 'e') or contains(${text}, 'E'))`

const plainly = (text: Sql, to: SqlType): Parsed => ({
  strict: sql`${text}::${name(to)}`,
  lenient: sql`try_cast(${text} as ${name(to)})`
})

const unless = (wrong: Sql, text: Sql, to: SqlType): Parsed => ({
  strict: sql`if(${wrong}, error('no ' || ${literal(to)} || ': ' || ${text}), ${text}::${name(to)})`,
  lenient: sql`if(${wrong}, null, try_cast(${text} as ${name(to)}))`
})

const parseTime = (
  text: Sql,
  found: string,
  to: "DATE" | "TIMESTAMP" | "TIMESTAMPTZ",
  formats: TimeFormats
): Parsed => {
  const format = found === "DATE" ? formats.date : found === "TIMESTAMP" ? formats.timestamp : null
  if (format !== null) {
    return {
      strict: sql`strptime(${text}, ${literal(format)})::${name(to)}`,
      lenient: sql`try_strptime(${text}, ${literal(format)})::${name(to)}`
    }
  }
  if (to === "TIMESTAMPTZ") return plainly(text, to)
  // With an offset it is another clock's time: that of UTC is told.
  if (to === "TIMESTAMP") {
    return {
      strict: sql`${text}::timestamptz::timestamp`,
      lenient: sql`try_cast(${text} as timestamptz)::timestamp`
    }
  }
  return unless(
    sql`strlen(${text}) > 10 and try_cast(${text} as timestamp) is distinct from try_cast(${text} as date)::timestamp`,
    text,
    to
  )
}
