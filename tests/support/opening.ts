import { type Sql, sql } from "../../src/component/sql.ts"

/** What `Opening.staged` is before the first run. */
export const nothingStaged: Sql = sql`(
  select null::varchar as _source_id, null::integer as _rank, null::varchar as _archive, null::varchar as _member where false)`
