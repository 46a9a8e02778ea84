/** What a run has done to `life`, table by table. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import { join, literal, name, sql } from "../component/sql.ts"
import { imagesOf, lifeTables, tableOf } from "../life/table.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

/** What became of the rows of one table, with a few of them in words. */
export interface Difference {
  readonly table: string
  readonly what: "added" | "changed" | "removed"
  readonly count: number
  readonly examples: ReadonlyArray<string>
}

const Changed = Schema.Struct({
  table: Schema.String,
  what: Schema.Literals(["added", "changed", "removed"]),
  count: Schema.Number,
  examples: Schema.Array(Schema.String)
})

/** What a run has done to `life` so far. */
export const differenceOf = (run: Uuid) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const id = sql`${literal(run)}::uuid`
    const queries = lifeTables.map((table) => {
      const same = join(
        table.key.map((key) => sql`t.${name(key)} = i.${name(key)}`),
        " and "
      )
      const [first = ""] = table.key
      const label = (alias: string) => {
        const of = "title" in table.columns ? "title" : "name" in table.columns ? "name" : null
        return of === null ? sql`''` : sql`coalesce(${name(alias, of)}, '')`
      }
      return sql`
        select ${literal(table.name)} as "table", what, count(*) as count,
          coalesce(list_sort(list(distinct example) filter (example <> ''))[:3], []) as examples
        from (
          select 'added' as what, ${label("t")} as example from ${tableOf(table)} t where created_run_id = ${id}
          union all
          select case when t.${name(first)} is null then 'removed' else 'changed' end,
            case when t.${name(first)} is null or ${label("t")} = ${label("i")} then ${label("i")}
              else ${label("i")} || ' → ' || ${label("t")} end
          from ${imagesOf(table)} i left join ${tableOf(table)} t on ${same}
          where i._undo_run = ${id} and i.run_id is distinct from ${id}
        ) group by what`
    })
    return yield* database.rows(sql`from (${join(queries, " union all ")}) order by "table", what`, Changed)
  })

/** How many rows of `life` it has left as they were. */
export const untouchedBy = (run: Uuid) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const counts = lifeTables.map(
      (table) => sql`select count(*) as n from ${tableOf(table)} where run_id is distinct from ${literal(run)}::uuid`
    )
    const [row] = yield* database.rows(
      sql`select sum(n)::double as n from (${join(counts, " union all ")})`,
      Schema.Struct({ n: Schema.Number })
    )
    return row?.n ?? 0
  })
