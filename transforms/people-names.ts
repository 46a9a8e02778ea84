/** Names of people as they are compared, as SQL. */
import { type Sql, sql } from "../src/component/sql.ts"

/** Without accents, case and double spaces; "Last, First" the other way round. */
export const plainName = (text: Sql): Sql =>
  sql`nullif(trim(regexp_replace(regexp_replace(lower(strip_accents(${text})), '^([^,]+),\\s*([^,]+)$', '\\2 \\1'), '\\s+', ' ', 'g')), '')`

/** The names in a JSON list of `{"name"}`; null where there is none. */
export const namesOf = (people: Sql): Sql => sql`
  case when ${people} is not null then nullif(list_sort(list_distinct(list_filter(
    list_transform(from_json(${people}, '["json"]'), lambda one: ${plainName(sql`one->>'name'`)}),
    lambda one: one is not null))), []) end`
