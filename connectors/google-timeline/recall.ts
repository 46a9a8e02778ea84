/** What earlier runs have staged of the same times, told once more: so that it doesn't matter which export came first. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import { type File, filesRelation, rowsPlaced } from "./table.ts"

/** Rows as they were read, and how rows come to the `archive` and `member` of their `_file`. */
export interface Told {
  readonly rows: Sql
  readonly placed: (rows: Sql) => Sql
}

const Count = Schema.Struct({ n: Schema.Number })

/** Archives that earlier runs have read come before all others, from so many on. */
const EARLIER = -1_000_000

/**
 * Adds what is staged to the rows: `_known` is what it is staged as. `select` gives, of the records of a relation, those
 * that some of the rows may be told of, with the columns of the rows.
 */
export const recall = (
  rows: Sql,
  files: ReadonlyArray<File>,
  staged: Sql,
  select: (rows: Sql, staged: Sql) => Sql,
  recalled: Sql
): Effect.Effect<Told, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [some] = yield* database.rows(sql`select count(*) as n from (select 1 from ${staged} limit 1)`, Count)
    if ((some?.n ?? 0) === 0) return { rows, placed: rowsPlaced(files) }
    yield* database.execute(sql`
      create temp table ${recalled} as
        select *, ${literal(EARLIER)} + dense_rank() over (order by _archive, _member) as _file
        from (${select(rows, staged)});
      insert into ${rows} by name select * exclude (_archive, _member) from ${recalled}`)
    return {
      rows,
      placed: (some) => sql`(select * from ${some} join (
        select * from ${filesRelation(files)} union all
        select distinct _file, _archive as archive, _member as member from ${recalled}) using (_file))`
    }
  })
