/** Columns that have the name of one that every staged row has beside them, such as `_id`, go by another name. */
import { type Sql, join, name, sql } from "../../src/component/sql.ts"

/** As staged rows have them, and what reading files puts beside their columns. */
const TAKEN =
  /^_(key|entity|id|source_id|archive|member|as_of|rank|run|first_seen_at|last_seen_at|gone_at|gone|said|hash|row|again|undo_run|row_file|row_position|row_raw|row_wrong)$/i

/** The names that go by others, in order: `_id` by `id`, or where that is taken by `id_1`. */
export const renamed = (found: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const names = new Set(found.map((column) => column.toLowerCase()))
  return new Map(
    found
      .filter((column) => TAKEN.test(column))
      .map((column) => {
        const bare = column.slice(1)
        let free = bare
        for (let number = 1; names.has(free.toLowerCase()); number++) free = `${bare}_${number}`
        names.add(free.toLowerCase())
        return [column, free]
      })
  )
}

/** The rows, with the columns' other names. */
export const rename = (rows: Sql, names: ReadonlyMap<string, string>): Sql =>
  names.size === 0
    ? rows
    : sql`(select * rename (${join([...names].map(([from, to]) => sql`${name(from)} as ${name(to)}`))}) from ${rows})`
