/** Local days of instants, both as whole numbers: microseconds and days since 1970. They cost less than time zones do. */
import { type Sql, sql } from "../component/sql.ts"

export const DAY: Sql = sql`86400000000::bigint`

/** What is added to a sample's instants to get its local time; nothing where that is unknown. */
export const ahead: Sql = sql`coalesce(offset_minutes, 0) * 60000000::bigint`

export const dateOf = (day: Sql): Sql => sql`(date '1970-01-01' + (${day})::integer)`
export const dayOf = (date: Sql): Sql => sql`(${date} - date '1970-01-01')`
