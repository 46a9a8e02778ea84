/** Overlapping intervals in one sweep over their ends: no pair is ever compared. Times are microseconds since 1970. */
import { type Sql, join, name, sql } from "../component/sql.ts"

/** Lanes are numbered from 0; each is a bit of a 128-bit number. */
export const LAST_LANE = 125

/**
 * CTEs on top of one called `lanes` that has `starts`, `ends`, `lane` and the columns of `by`. The last, `stretches`, has
 * `starts`, `ends`, `by` and `mask`: of each stretch of time, the lanes that cover it, at least one. Within a lane,
 * intervals may overlap. An empty one covers nothing, but a stretch that covers it begins there.
 */
export const sweep = (by: ReadonlyArray<string>): Sql => {
  const own = join(
    by.map((column) => sql`${name(column)}, `),
    ""
  )
  const group = by.length === 0 ? sql`` : sql`partition by ${join(by.map((column) => name(column)))}`
  return sql`
    -- Less what the lane has covered before, so that each lane is there once or not at all.
    covered as (
      select ${own}lane, ends, greatest(starts, max(ends) over (partition by ${own}lane order by starts, ends
        rows between unbounded preceding and 1 preceding)) as starts
      from lanes where starts < ends
    ),
    edges as (
      select ${own}starts as edge, 1::hugeint << lane as change from covered where starts < ends
      union all
      select ${own}ends, -(1::hugeint << lane) from covered where starts < ends
      union all
      select ${own}starts, 0 from lanes where starts = ends
    ),
    stretches as (
      select * from (
        select ${own}edge as starts, lead(edge) over (${group} order by edge) as ends,
          sum(change) over (${group} order by edge) as mask
        from edges
      ) where starts < ends and mask <> 0
    )`
}

/** The first lane that a mask names. */
export const firstLane: Sql = sql`bit_count((mask & -mask) - 1)::integer`
