/** Who a row is. */
import type { Columns } from "../../src/component/column.ts"
import { type Name, uuid5Sql } from "../../src/component/id.ts"
import { type Sql, join, name, sql } from "../../src/component/sql.ts"
import type { EntityName } from "../../src/life/entity.ts"

/** The key's values as one text; of a single text column, that text. */
export const rowId = (columns: Columns, key: ReadonlyArray<string> | undefined): Sql => {
  const [only, ...others] = key ?? []
  if (only !== undefined && others.length === 0 && columns[only]?.type === "VARCHAR") return name(only)
  const parts = (key ?? Object.keys(columns)).map((column) => sql`${name(column)} := ${name(column)}`)
  return sql`to_json(struct_pack(${join(parts)}))::varchar`
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
