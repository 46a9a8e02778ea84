/** What staged records say, for relations that lost it on the way. */
import type { StagedSource } from "../../src/component/sink.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"

/** `_key` and the given columns of staged records. Where sources name their records alike, the first has its say (I3). */
export const lentBy = (lenders: ReadonlyArray<StagedSource>, columns: ReadonlyArray<string>): Sql => {
  const lent = lenders.map((source, index) => {
    const own = columns.map((column) => (source.columns.has(column) ? name(column) : sql`null as ${name(column)}`))
    return sql`select _key, ${literal(index)} as _lender, ${join(own)} from ${source.table}`
  })
  const [only = sql``, ...others] = lent
  if (others.length === 0) return only
  const first = columns.map((column) => sql`arg_min(${name(column)}, _lender) as ${name(column)}`)
  return sql`select _key, ${join(first)} from (${join(lent, " union all by name ")}) group by _key`
}
