/** What earlier runs have staged, and what files that come later make of it: it doesn't matter which are read first. */
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { type Sql, literal, sql } from "../../src/component/sql.ts"
import { NAME as SUMS } from "./metrics.ts"
import { RANK, SESSION } from "./row.ts"

export interface Earlier {
  /** Are there data points? */
  readonly points: boolean
  /** Seconds since 1970 at which sessions of All Sessions begin. */
  readonly sessions: ReadonlyArray<number>
  /** Local dates of which there are sums by the quarter of an hour. */
  readonly days: ReadonlyArray<string>
}

const isPoint = sql`_rank = ${literal(RANK.told)} and type <> ${literal(SESSION)}`
const isSession = sql`_rank = ${literal(RANK.told)} and type = ${literal(SESSION)}`
const isSum = sql`_rank = ${literal(RANK.repeat)} and source_name = ${literal(SUMS)}`
const isDay = sql`${isSum} and ends_at - starts_at >= interval 20 hours`
const isQuarter = sql`${isSum} and ends_at - starts_at < interval 20 hours`

export const readEarlier = (staged: Sql): Effect.Effect<Earlier, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const some = yield* database.rows(
      sql`select 1 as n from ${staged} where ${isPoint} limit 1`,
      Schema.Struct({ n: Schema.Number })
    )
    const sessions = yield* database.rows(
      sql`select distinct epoch_ms(starts_at) // 1000 as second from ${staged} where ${isSession}`,
      Schema.Struct({ second: Schema.Number })
    )
    const days = yield* database.rows(
      sql`select distinct local_date::varchar as day from ${staged} where ${isQuarter}`,
      Schema.Struct({ day: Schema.String })
    )
    return {
      points: some.length > 0,
      sessions: sessions.map(({ second }) => second),
      days: days.map(({ day }) => day)
    }
  })

/** `repeats`: are sums and trackpoints left out where there are data points? */
export const supersededBy = (staged: Sql, repeats: "fallback" | "keep" | "skip"): Sql => sql`
  select t._source_id, s._source_id as _by
  from (select * from ${staged} where _rank = ${literal(RANK.repeat)} and type = ${literal(SESSION)}) t
    join (select * from ${staged} where ${isSession}) s
    on epoch_ms(s.starts_at) // 1000 between epoch_ms(t.starts_at) // 1000 - 1 and epoch_ms(t.starts_at) // 1000 + 1
  union all
  select _source_id, null from ${staged}
  where ${isDay} and local_date in (select local_date from ${staged} where ${isQuarter})
  ${
    repeats === "fallback"
      ? sql`union all
          select _source_id, null from ${staged}
          where _rank = ${literal(RANK.repeat)} and type <> ${literal(SESSION)}
            and exists (select 1 from ${staged} where ${isPoint})`
      : sql``
  }`
