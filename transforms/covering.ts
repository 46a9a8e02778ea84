/** Which span of time covers a moment, as SQL: the shortest of several. Times are microseconds since 1970. */
import { type Sql, name, sql } from "../src/component/sql.ts"

export interface Covering {
  /** What the last CTE is called; others have names that begin like it. */
  readonly called: string
  /** A relation with distinct times: `sought`. */
  readonly moments: Sql
  /** Selects `starts`, `ends` (exclusive), and what settles ties. */
  readonly spans: Sql
  /** Columns of spans by which equally long ones are told apart. */
  readonly ties: Sql
  /** What to select beside `sought`. */
  readonly values: Sql
}

/** Spans and moments meet in buckets about as long as a span: an equality, so that it is a hash join. */
export const covering = ({ called, moments, spans, ties, values }: Covering): Sql => {
  const [all, widths] = [name(`${called}_spans`), name(`${called}_widths`)]
  return sql`${all} as (${spans}),
  ${widths} as materialized (select greatest(1000000, avg(ends - starts))::bigint as width from ${all}),
  ${name(called)} as materialized (
    select sought, ${values}
    from (select sought, sought // width as bucket from ${moments}, ${widths})
      join (select *, unnest(range(starts // width, (ends - 1) // width + 1)) as bucket from ${all}, ${widths}) using (bucket)
    where sought >= starts and sought < ends
    qualify row_number() over (partition by sought order by ends - starts, ${ties}) = 1
  )`
}
