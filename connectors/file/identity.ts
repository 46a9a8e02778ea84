/** Who a row is. */
import type { Columns, SqlType } from "../../src/component/column.ts"
import { type Name, uuid5Sql } from "../../src/component/id.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import type { EntityName } from "../../src/life/entity.ts"

/** The key's values as one text; of a single text column, that text. Of a whole row, those that it has, whatever the files' columns. */
export const rowId = (columns: Columns, key: ReadonlyArray<string> | undefined): Sql => {
  const [only, ...others] = key ?? []
  if (only !== undefined && others.length === 0 && columns[only]?.type === "VARCHAR") return name(only)
  const wanted = key ?? Object.keys(columns).toSorted()
  const parts = wanted.map((column) => {
    const value = valueText(column, columns[column]?.type)
    return sql`${literal(`${JSON.stringify(column)}:`)} || ${key === undefined ? value : sql`coalesce(${value}, 'null')`}`
  })
  return sql`'{' || concat_ws(',', ${join(parts)}) || '}'`
}

/** A value as JSON. A whole number is the same one where a file that comes later has fractions in its column. */
const valueText = (column: string, type: SqlType | undefined): Sql => {
  const value = name(column)
  const json = sql`to_json(${value})::varchar`
  return type === "DOUBLE"
    ? sql`if(${value} = trunc(${value}) and abs(${value}) < 9e15, ${value}::bigint::varchar, ${json})`
    : json
}

/** What a row's id is made of, before its key. */
export const rowIds = (account: string, entity: EntityName | undefined): Name => ["file", account, entity ?? "row"]

/** Pictures are identified by their content, where the file states it; else by their key, as all else is. */
export const pictureId = (columns: Columns, account: string, sourceId: Sql): Sql => {
  const own = uuid5Sql(rowIds(account, "media"), sourceId)
  const hashes = ["picture_hash", "content_hash"].filter((column) => Object.hasOwn(columns, column))
  return hashes.length === 0
    ? own
    : sql`coalesce(${join(hashes.map((column) => uuid5Sql(["media"], name(column))))}, ${own})`
}
