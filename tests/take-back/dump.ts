/** All that a home holds of `life` and staging, byte for byte as an export would have it. */
import { Effect, Schema } from "effect"
import { name, sql } from "../../src/component/sql.ts"
import { Warehouse } from "../../src/warehouse/warehouse.ts"
import { over } from "../support/engine.ts"

const Table = Schema.Struct({ schema: Schema.String, table: Schema.String })
const Line = Schema.Struct({ line: Schema.String })

export type Dump = { readonly [table: string]: ReadonlyArray<string> }

/** Of `schemas`, every row of every table and view, with all columns but those left out. */
export const dump = (
  home: string,
  schemas: ReadonlyArray<string> = ["life", "staging"],
  without: ReadonlyArray<string> = []
): Effect.Effect<Dump, unknown> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const tables = yield* database.rows(
      sql`select table_schema as schema, table_name as "table" from information_schema.tables order by all`,
      Table
    )
    const found: Record<string, ReadonlyArray<string>> = {}
    for (const { schema, table } of tables) {
      if (!schemas.includes(schema)) continue
      const columns = yield* database.describe(sql`from ${name(schema, table)}`)
      const kept = [...columns.keys()].filter((column) => !without.includes(column))
      const parts = kept.map((column) => sql`coalesce(${name(column)}::varchar, 'NULL')`)
      const rows = yield* database.rows(
        sql`select concat_ws(' | ', ${parts.reduce((all, part) => sql`${all}, ${part}`)}) as line from ${name(schema, table)} order by line`,
        Line
      )
      found[`${schema}.${table}`] = rows.map(({ line }) => line)
    }
    return found
  }).pipe(Effect.provide(over(home)))

/** Says when and by which run, which no two homes share. */
export const WHEN = [
  "run_id",
  "created_run_id",
  "updated_at",
  "revision",
  "first_seen_at",
  "last_seen_at",
  "edited_at",
  "_run",
  "_first_seen_at",
  "_last_seen_at",
  "_as_of"
]
