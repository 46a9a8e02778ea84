/** A folder for each value of some columns, named after it as Hive does: `year=2023/data_0.arrow`. */
import { mkdir } from "node:fs/promises"
import { join as joinPath } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { type Sql, join, literal, name, names, sql } from "../../src/component/sql.ts"
import { type Writing, onDisk } from "./disk.ts"

const NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

/** For formats that DuckDB doesn't divide by itself. `write` gives the number of rows in a file, and so does this in all. */
export const writeParts = (
  query: Sql,
  by: ReadonlyArray<string>,
  folder: string,
  extension: string,
  write: (query: Sql, path: string) => Writing<number>
): Writing<number> =>
  Effect.gen(function* () {
    const database = yield* Database
    const values = by.map((column, index) => sql`${name(column)}::varchar as ${name(`c${index}`)}`)
    const parts = yield* database.rows(
      sql`select distinct ${join(values)} from (${query}) order by all`,
      Schema.Record(Schema.String, Schema.NullOr(Schema.String))
    )
    const written = yield* Effect.forEach(parts, (found) =>
      Effect.gen(function* () {
        const told = by.map((column, index) => ({ column, value: found[`c${index}`] ?? null }))
        const path = joinPath(folder, ...told.map(folderOf))
        yield* onDisk(path, () => mkdir(path, { recursive: true }))
        const same = told.map(
          ({ column, value }) => sql`${name(column)}::varchar is not distinct from ${literal(value)}`
        )
        return yield* write(
          sql`select * exclude (${names(by)}) from (${query}) where ${join(same, " and ")} order by all`,
          joinPath(path, `data_0.${extension}`)
        )
      })
    )
    return written.reduce((sum, rows) => sum + rows, 0)
  })

const folderOf = ({ column, value }: { readonly column: string; readonly value: string | null }): string =>
  `${encodeURIComponent(column)}=${value === null ? NO_VALUE : encodeURIComponent(value)}`
