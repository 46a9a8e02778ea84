/** The database: no key twice (I9), and no run that a killed process left open. */
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import type { DatabaseError } from "../../component/error.ts"
import { literal, name, names, sql } from "../../component/sql.ts"
import { lifeTables } from "../../life/table.ts"
import { type Check, ok, problem } from "./check.ts"

const Table = Schema.Struct({ schema: Schema.String, table: Schema.String })
const Count = Schema.Struct({ n: Schema.Number })

const keyOf = (table: string): ReadonlyArray<string> =>
  lifeTables.find((candidate) => candidate.name === table)?.key ?? ["_key"]

export const checkDatabase: Effect.Effect<ReadonlyArray<Check>, DatabaseError, Database> = Effect.gen(function* () {
  const database = yield* Database
  const tables = yield* database.rows(
    sql`select t.schema_name as schema, t.table_name as table from duckdb_tables() t
      where t.schema_name = 'life' or (t.schema_name = 'staging' and exists (
        select 1 from duckdb_columns() c where c.schema_name = t.schema_name and c.table_name = t.table_name and c.column_name = ${literal("_key")}))
      order by all`,
    Table
  )
  const doubled = yield* Effect.forEach(tables, ({ schema, table }) =>
    Effect.map(
      database.rows(
        sql`select count(*)::bigint as n from (
          select 1 from ${name(schema, table)} group by ${names(keyOf(table))} having count(*) > 1)`,
        Count
      ),
      ([row]) => ({ table: `${schema}.${table}`, n: row?.n ?? 0 })
    )
  )
  const wrong = doubled.filter(({ n }) => n > 0)
  return wrong.length === 0
    ? [ok("database", `${tables.length} tables, and no key twice.`)]
    : wrong.map(({ n, table }) =>
        problem(
          "database",
          `${table} has ${n} keys more than once.`,
          "This is a fault of Keepsake: please report it. Your sources hold everything: another --home imports them anew."
        )
      )
})
