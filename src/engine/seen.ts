/** Which keys a run has seen of a source. Several sources are read at once, so that each has a table of its own. */
import { Effect, type Scope } from "effect"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Staging } from "./staging.ts"

/** The table: `_source_id`, of archives once, of providers as often as it came. */
export const seenOf = ({ name: table }: Pick<Staging, "name">): Sql => name(`_seen ${table}`)

/** Nothing is seen yet; what is, is forgotten with the scope. */
export const beginSeeing = (staging: Staging): Effect.Effect<void, DatabaseError, Warehouse | Scope.Scope> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* Effect.acquireRelease(
      database.execute(sql`create or replace temp table ${seenOf(staging)} (_source_id varchar)`),
      () => Effect.ignore(database.execute(sql`drop table ${seenOf(staging)}`))
    )
  })
