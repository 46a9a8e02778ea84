/** What recorded a sample, and which of several that measured the same is trusted first. */
import { type Sql, sql } from "../component/sql.ts"

/** Its name; the device where no app or device is named. */
export const recorder: Sql = sql`coalesce(source_name, device, '')`

const words = sql`lower(concat_ws(' ', source_name, device))`

/**
 * The lower, the more it is trusted: what Google Fit made of all that it had, a watch, a phone, then all else. Within a
 * class it goes by name.
 */
export const recorderClass: Sql = sql`case
    when contains(${words}, ':estimated_') then 0
    when contains(${words}, ':merge') then 1
    when contains(${words}, 'watch') then 2
    when contains(${words}, 'iphone') then 3
    else 4 end`
