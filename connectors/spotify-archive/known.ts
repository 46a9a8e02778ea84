/** What earlier runs staged from the extended history: a basic entry that is read later takes nothing of it away. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../../src/component/sql.ts"
import { ENTRIES } from "./read.ts"
import { PLAY_COLUMNS } from "./record.ts"

/** What a scan yields beside the stream's columns. */
const SCANNED = ["_source_id", "_id", "_archive", "_member", ...Object.keys(PLAY_COLUMNS)]

const Table = Schema.Struct({ table: Schema.String })

/** All staging tables of this stream: an id holds the account, so equal ids mean the same play in any of them. */
const stagedPlays: Effect.Effect<ReadonlyArray<Sql>, DatabaseError, Database> = Effect.gen(function* () {
  const database = yield* Database
  // Where no basic entry was read, nothing can be poorer than it was.
  const found = yield* database.rows(
    sql`select table_name as table from duckdb_columns()
      where exists (select 1 from ${ENTRIES} where history = 'basic') and schema_name = 'staging' and column_name in (${join(SCANNED.map((column) => literal(column)))})
      group by table_name having count(*) = ${literal(SCANNED.length)}`,
    Table
  )
  return found.map(({ table }) => name("staging", table))
})

/**
 * The rows of `plays`, as a scan yields them, in which the extended entry that is staged already speaks for a play of
 * which only basic entries were read.
 */
export const withKnown = (
  plays: Sql,
  options: { readonly privateSessions: boolean }
): Effect.Effect<Sql, DatabaseError, Database> =>
  Effect.gen(function* () {
    const tables = yield* stagedPlays
    if (tables.length === 0) return plays
    const wanted = options.privateSessions ? sql`true` : sql`private_session is distinct from true`
    const staged = tables.map(
      (table) => sql`select ${names(SCANNED)} from ${table} where history = 'extended' and ${wanted}`
    )
    return sql`
      with told as (${plays}),
      known as (
        select * from (${join(staged, " union all ")}) where _id in (select _id from told where history = 'basic')
        qualify row_number() over (partition by _id order by _archive, _member) = 1
      )
      select ${names(SCANNED)} from told where history = 'extended' or _id not in (select _id from known)
      union all
      select ${join(SCANNED.map((column) => name("known", column)))} from told join known on known._id = told._id
        where told.history = 'basic'`
  })
