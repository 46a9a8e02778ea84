/** Columns that stand in the folders' names: `year=2023/`. */
import type { Columns, SqlType } from "../../src/component/column.ts"
import { type Sql, literal, name, sql } from "../../src/component/sql.ts"
import type { Found } from "./find.ts"

/** What Hive, and DuckDB after it, calls a folder of rows without the value. */
const NONE = "__HIVE_DEFAULT_PARTITION__"

const valuesOf = ({ path }: Found): ReadonlyMap<string, string> =>
  new Map(
    path
      .split("/")
      .slice(0, -1)
      .flatMap((folder) => {
        const [, key = "", value = ""] = /^([^=]+)=(.*)$/.exec(folder) ?? []
        return key === "" ? [] : [[decoded(key), value]]
      })
  )

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const DATE = /^\d{4}-\d\d-\d\d$/
const NUMBER = /^(0|-?[1-9]\d{0,17})$/

/** The columns that all files have in their paths, and not in themselves. */
export const partitionsOf = (files: ReadonlyArray<Found>, columns: Columns): Columns => {
  const all = files.map(valuesOf)
  const keys = [...(all[0]?.keys() ?? [])].filter(
    (key) => !Object.hasOwn(columns, key) && all.every((values) => values.has(key))
  )
  return Object.fromEntries(
    keys.map((key) => {
      const values = all.map((each) => each.get(key) ?? NONE).filter((value) => value !== NONE)
      const every = (pattern: RegExp): boolean => values.length > 0 && values.every((value) => pattern.test(value))
      const type: SqlType = every(NUMBER) ? "BIGINT" : every(DATE) ? "DATE" : "VARCHAR"
      return [key, { type, description: "" }]
    })
  )
}

/** A column's value, from the path in `_row_file`. */
export const partitionValue = (column: string, type: SqlType): Sql => {
  const key = encodeURIComponent(column)
  const between = sql`split_part(split_part(_row_file, ${literal(`/${key}=`)}, 2), '/', 1)`
  return sql`nullif(url_decode(${between}), ${literal(NONE)})::${name(type)}`
}
