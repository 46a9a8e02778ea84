/** Values on their way into and out of DuckDB. */
import { BOOLEAN, DOUBLE, INTEGER, type DuckDBType, type DuckDBValue, DuckDBBlobValue, VARCHAR } from "@duckdb/node-api"
import {
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBVector
} from "@duckdb/node-api"
import type { Column, Columns, Row, SqlType } from "../component/column.ts"
import type { Vector } from "../component/database.ts"
import { type Sql, join, name, sql } from "../component/sql.ts"

/**
 * Inbox columns have only the types that JavaScript writes fast. Times are milliseconds in a DOUBLE (exact for 285,000
 * years), everything textual a VARCHAR; `fromInbox` casts.
 */
export const INBOX_TYPES: { readonly [T in SqlType]: DuckDBType } = {
  VARCHAR,
  BOOLEAN,
  INTEGER: DOUBLE,
  BIGINT: DOUBLE,
  DOUBLE,
  TIMESTAMPTZ: DOUBLE,
  TIMESTAMP: DOUBLE,
  DATE: VARCHAR,
  UUID: VARCHAR,
  JSON: VARCHAR
}

/** The SQL that turns an inbox column into its real type. */
export const fromInbox = (column: string, type: SqlType): Sql => {
  const from = name(column)
  switch (type) {
    case "VARCHAR":
    case "BOOLEAN":
    case "DOUBLE":
      return from
    case "INTEGER":
      return sql`${from}::integer as ${from}`
    case "BIGINT":
      return sql`${from}::bigint as ${from}`
    case "TIMESTAMPTZ":
      return sql`make_timestamptz((${from} * 1000)::bigint) as ${from}`
    case "TIMESTAMP":
      return sql`make_timestamp((${from} * 1000)::bigint) as ${from}`
    case "DATE":
      return sql`${from}::date as ${from}`
    case "UUID":
      return sql`${from}::uuid as ${from}`
    case "JSON":
      return sql`${from}::json as ${from}`
  }
}

/** DDL of an inbox's columns. */
export const inboxColumns = (columns: Columns): Sql =>
  join(
    Object.entries(columns).map(([column, { type }]) => {
      const inbox = INBOX_TYPES[type]
      return inbox === DOUBLE
        ? sql`${name(column)} double`
        : inbox === BOOLEAN
          ? sql`${name(column)} boolean`
          : sql`${name(column)} varchar`
    })
  )

/** One column of some rows, as DuckDB's appender takes it. */
export const columnValues = (
  column: Column | undefined,
  key: string,
  rows: ReadonlyArray<Row<Columns>>
): ReadonlyArray<DuckDBValue> =>
  column?.type === "JSON"
    ? rows.map((row) => {
        const value = row[key]
        return value === null || value === undefined ? null : JSON.stringify(value)
      })
    : rows.map((row): DuckDBValue => {
        const value = row[key]
        return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null
      })

export const vectorType = (vector: Vector): DuckDBType =>
  vector instanceof Float64Array ? DOUBLE : vector instanceof Int32Array ? INTEGER : VARCHAR

/** Writes a part of a vector into a column of a chunk. */
export const fillColumn = (column: DuckDBVector, vector: Vector, start: number, end: number): void => {
  // Marking values as valid once one is not costs ten times the value: so the invalid ones come last.
  let missing = 0
  for (let at = start; at < end; at++) {
    const value = vector[at]
    if (value === null || value === undefined || Number.isNaN(value)) missing++
    else column.setItem(at - start, value)
  }
  if (missing > 0) {
    for (let at = start; at < end; at++) {
      const value = vector[at]
      if (value === null || Number.isNaN(value)) column.setItem(at - start, null)
    }
  }
  column.flush()
}

/** Results as plain data: numbers, ISO 8601 text, arrays, objects. Integers beyond 2^53 stay text. */
export const plain = (value: DuckDBValue): unknown => {
  if (typeof value === "bigint") {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  }
  if (typeof value !== "object" || value === null) return value
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return isoTime(value)
  if (value instanceof DuckDBListValue) return value.items.map(plain)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, plain(entry)]))
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: entry }) => [String(plain(key)), plain(entry)]))
  }
  if (value instanceof DuckDBBlobValue) return value.toString()
  return String(value)
}

const isoTime = (value: DuckDBTimestampTZValue | DuckDBTimestampValue): string => {
  const text = new Date(Number(value.micros / 1000n)).toISOString()
  return value instanceof DuckDBTimestampTZValue ? text : text.slice(0, -1)
}
