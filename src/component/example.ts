/** Examples in specs are run by the conformance tests and printed by `describe`. */
import type { Json, SqlType } from "./column.ts"
import { type Sql, join, literal, name, names, sql } from "./sql.ts"

export type ExampleRows = ReadonlyArray<{ readonly [column: string]: Json }>

/** A stream's or sink's example: configuration that must pass `validate`. */
export interface ConfigExample {
  readonly title: string
  /** The component's YAML, from `type:` on. */
  readonly yaml: string
}

/** A transform's example: what goes in, and what must come out (in any order; columns not named are not compared). */
export interface RowsExample extends ConfigExample {
  readonly given: { readonly [relation: string]: ExampleRows }
  readonly expect: ExampleRows
  /** What a provider would answer, by the name of the lookup: examples ask nobody. */
  readonly answers?: { readonly [lookup: string]: ExampleRows }
}

/**
 * Example rows as a query. Types follow the values: ISO instants with `Z`, dates, UUIDs, numbers (DOUBLE) and booleans;
 * lists and objects are JSON, all else text, and so are columns without a value. Keys that a row lacks are null.
 */
export const exampleTable = (rows: ExampleRows): Sql => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (columns.length === 0) return sql`select null where false`
  const typed = columns.map(
    (column) => sql`${name(column)}::${name(typeOfAll(rows.map((row) => row[column] ?? null)))} as ${name(column)}`
  )
  const tuples = rows.map((row) => sql`(${join(columns.map((column) => valueOf(row[column] ?? null)))})`)
  return sql`select ${join(typed)} from (values ${join(tuples)}) as example(${names(columns)})`
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

const typeOfAll = (values: ReadonlyArray<Json>): SqlType => {
  const [type = "VARCHAR", ...others] = new Set(values.filter((value) => value !== null).map(typeOf))
  return others.length === 0 ? type : "VARCHAR"
}

const typeOf = (value: Exclude<Json, null>): SqlType => {
  if (typeof value === "number") return "DOUBLE"
  if (typeof value === "boolean") return "BOOLEAN"
  if (typeof value === "object") return "JSON"
  if (INSTANT.test(value)) return "TIMESTAMPTZ"
  if (DATE.test(value)) return "DATE"
  return UUID.test(value) ? "UUID" : "VARCHAR"
}

// As text, so that VALUES finds one type per column; the cast above gives the real one.
const valueOf = (value: Json): Sql =>
  literal(value === null || typeof value === "string" ? value : JSON.stringify(value))
