/** Views that make days and nights of `life.samples`. */
import { type Sql, sql } from "../component/sql.ts"
import { dailySamples } from "./daily.ts"
import { sleepNights } from "./sleep.ts"

export const healthViews: Sql = sql`${dailySamples}
${sleepNights}`
