/** A value as a person types it, checked against its column. */
import { Effect, Schema } from "effect"
import type { SqlType } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { TimeZoneName } from "../component/fields.ts"
import { join, literal, name, sql } from "../component/sql.ts"
import { MEMORY_ID, MOMENT_KINDS } from "../life/edit.ts"
import { type LifeTable, tableOf, tablesByType } from "../life/table.ts"

export interface CheckedValue {
  readonly field: string
  /** As JSON text, in DuckDB's own manner, so that equal values are equal texts. */
  readonly json: string
}

const EXAMPLES: { readonly [T in SqlType]: string } = {
  VARCHAR: "any text",
  BOOLEAN: "true or false",
  INTEGER: "a whole number",
  BIGINT: "a whole number",
  DOUBLE: "a number, such as 47.5596",
  TIMESTAMPTZ: "a time with its offset, such as 2024-05-01T18:30+02:00",
  TIMESTAMP: "a time, such as 2024-05-01T18:30",
  DATE: "a date, such as 2024-05-01",
  UUID: "an id",
  JSON: 'JSON, such as ["ana@example.com"]'
}

const RANGES: { readonly [field: string]: readonly [least: number, most: number] } = {
  latitude: [-90, 90],
  longitude: [-180, 180],
  confidence: [0, 1]
}

/** A time that could be anywhere is no time. */
const OFFSET = /(z|[+-]\d\d(:?\d\d)?)$/i

/** DuckDB wants seconds; people don't. */
const withSeconds = (value: string): string => value.replace(/^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?=[z+-])/i, "$1:00")

const bad = (field: string, value: string, wanted: string) =>
  sourceError("wrong-value", `${field}: "${value}" is not ${wanted}.`, "Nothing was changed.", { fault: "pipeline" })

/** Empty text is no value. */
export const checkValue = (
  table: LifeTable,
  field: string,
  value: string
): Effect.Effect<CheckedValue, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    if (value === "" && field !== MEMORY_ID) return { field, json: "null" }
    const type = field === MEMORY_ID ? "UUID" : (table.columns[field]?.type ?? "VARCHAR")
    const database = yield* Database
    if (type === "TIMESTAMPTZ" && !OFFSET.test(value)) return yield* bad(field, value, EXAMPLES[type])
    const [cast] = yield* database.rows(
      sql`select to_json(try_cast(${literal(type === "TIMESTAMPTZ" ? withSeconds(value) : value)} as ${name(type)}))::varchar as json`,
      Schema.Struct({ json: Schema.NullOr(Schema.String) })
    )
    if (cast === undefined || cast.json === null) return yield* bad(field, value, EXAMPLES[type])
    const range = RANGES[field]
    if (range !== undefined && (Number(value) < range[0] || Number(value) > range[1])) {
      return yield* bad(field, value, `between ${range[0]} and ${range[1]}`)
    }
    if (field === "time_zone" && !Schema.is(TimeZoneName)(value)) {
      return yield* bad(field, value, "a time zone, such as Europe/Zurich")
    }
    const reference = table.references.find(({ column }) => column === field)
    const target =
      field === MEMORY_ID ? "memory" : reference !== undefined && "type" in reference ? reference.type : null
    const leadsTo = target === null ? undefined : tablesByType.get(target)
    if (leadsTo !== undefined) {
      const kinds = sql`kind in (${join(MOMENT_KINDS.map((kind) => literal(kind)))})`
      const found = yield* database.rows(
        sql`select 1 as n from ${tableOf(leadsTo)} where ${name(leadsTo.key[0] ?? "")} = ${literal(value)}
          and ${field === MEMORY_ID ? kinds : sql`true`}`,
        Schema.Struct({ n: Schema.Number })
      )
      const wanted = field === MEMORY_ID ? "a memory of an event or moment" : `a row in life.${leadsTo.name}`
      if (found.length === 0) return yield* bad(field, value, `the id of ${wanted}`)
    }
    return { field, json: cast.json }
  })
