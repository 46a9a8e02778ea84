/** What a home holds, row by row, in an order that doesn't depend on when it was written. */
import { Effect } from "effect"
import { join, name, names, sql } from "../../src/component/sql.ts"
import { lifeTables } from "../../src/life/table.ts"
import { query } from "../support/engine.ts"

/** Says when and by which run a row was written, which no two homes share. */
const WHEN = ["run_id", "created_run_id", "updated_at", "first_seen_at", "last_seen_at"]

/** Every table of `life`, as rows of text; `revision` is among them, so a row that was written twice shows. */
export const lifeOf = (home: string) =>
  Effect.gen(function* () {
    const tables: Record<string, ReadonlyArray<string>> = {}
    for (const table of lifeTables) {
      const columns = Object.keys(table.columns).filter((column) => !WHEN.includes(column))
      const found = yield* query(
        home,
        sql`select to_json(struct_pack(${join(columns.map((column) => sql`${name(column)} := ${name(column)}`))}))::varchar as line
          from life.${name(table.name)} order by ${names(table.key)}`
      )
      tables[table.name] = found.map(({ line }) => String(line))
    }
    return tables
  })
