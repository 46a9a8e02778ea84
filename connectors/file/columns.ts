/** The columns of files: as they are found, as they are declared, and as the entity wants them. */
import { Effect } from "effect"
import type { Columns, SqlType } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { ConfigProblem, type DatabaseError } from "../../src/component/error.ts"
import { nearest } from "../../src/component/nearest.ts"
import { type Sql, authored, join, name, sql } from "../../src/component/sql.ts"
import { type EntityName, recordColumns } from "../../src/life/entity.ts"

export const TYPES = [
  "VARCHAR",
  "BOOLEAN",
  "INTEGER",
  "BIGINT",
  "DOUBLE",
  "TIMESTAMPTZ",
  "TIMESTAMP",
  "DATE",
  "UUID",
  "JSON"
] as const

/** DuckDB types by column, in order. */
export type Types = ReadonlyMap<string, string>

/** Types as a person declares them. */
export type Declared = { readonly [column: string]: SqlType }

export const declared = (types: Declared): Columns =>
  Object.fromEntries(Object.entries(types).map(([column, type]) => [column, { type, description: "" }]))

/** The types as DuckDB finds them; nested ones are kept as JSON. */
export const columnsOf = (types: Types): Columns =>
  declared(Object.fromEntries([...types].map(([column, type]) => [column, columnType(type)])))

export const columnType = (type: string): SqlType => {
  if (type === "TIMESTAMP WITH TIME ZONE") return "TIMESTAMPTZ"
  if (type.startsWith("TIMESTAMP")) return type === "TIMESTAMPTZ" ? "TIMESTAMPTZ" : "TIMESTAMP"
  if (/^(TINYINT|SMALLINT|UTINYINT|USMALLINT)$/.test(type)) return "INTEGER"
  if (/^(UINTEGER|UBIGINT|HUGEINT|UHUGEINT)$/.test(type)) return "BIGINT"
  if (/^(FLOAT|DECIMAL\(.*\))$/.test(type)) return "DOUBLE"
  if (/\]$|^STRUCT|^MAP|^UNION/.test(type)) return "JSON"
  return TYPES.find((known) => known === type) ?? "VARCHAR"
}

/** A column that the entity has too takes the entity's type: a local TIMESTAMP of a file counts as UTC. */
export const withEntityTypes = (columns: Columns, entity: EntityName | undefined): Columns => {
  if (entity === undefined) return columns
  const wanted = recordColumns(entity)
  return Object.fromEntries(Object.entries(columns).map(([column, found]) => [column, wanted[column] ?? found]))
}

/** Refuses a name that isn't among the columns, which it gives back. */
export const checkNames = (
  option: "key" | "columns",
  wanted: ReadonlyArray<string> = [],
  columns: Columns
): Effect.Effect<Columns, ConfigProblem> =>
  Effect.gen(function* () {
    for (const [index, column] of wanted.entries()) {
      if (Object.hasOwn(columns, column)) continue
      const near = nearest(column, Object.keys(columns))
      return yield* new ConfigProblem({
        code: "unknown-column",
        path: [option, option === "key" ? index : column],
        message: `The file has no column "${column}".`,
        hint: near === null ? `It has: ${Object.keys(columns).join(", ")}.` : `Did you mean "${near}"?`
      })
    }
    return columns
  })

/** Can SQL name the columns? No name holds a NUL. */
export const isNameable = (types: Types): boolean => [...types.keys()].every((column) => !column.includes("\u0000"))

/** No rows, with these columns: in front of a union by name, they are there whatever the files have. */
export const noRows = (types: Types): Sql =>
  sql`select ${join([...types].map(([column, type]) => sql`null::${authored(type)} as ${name(column)}`))} where false`

/** No rows, with these columns and `_row_file`. */
export const noRowsOf = (columns: Columns): Sql =>
  noRows(
    new Map([
      ...Object.entries(columns).map(([column, { type }]) => [column, String(type)] as const),
      ["_row_file", "VARCHAR"]
    ])
  )

/** The columns of several files, each with the type that holds all of its values, as DuckDB's unions have it. */
export const unify = (files: ReadonlyArray<Types>): Effect.Effect<Types, DatabaseError, Database> =>
  Effect.gen(function* () {
    const different = [
      ...new Map(files.filter(({ size }) => size > 0).map((types) => [JSON.stringify([...types]), types])).values()
    ]
    const [only, ...others] = different
    if (only === undefined || others.length === 0) return only ?? new Map()
    const database = yield* Database
    return yield* database.describe(join(different.map(noRows), " union all by name "))
  })
