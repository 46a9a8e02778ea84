/** Whether a table is there. */
import { Effect, Schema } from "effect"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export const hasTable = (schema: string, table: string) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const found = yield* database.rows(
      sql`select 1 as n from duckdb_tables() where schema_name = ${literal(schema)} and table_name = ${literal(table)}`,
      Schema.Struct({ n: Schema.Number })
    )
    return found.length > 0
  })
