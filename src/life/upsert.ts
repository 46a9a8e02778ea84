/** Upserts into `life`: what is equal stays untouched, what changes leaves its before-image (I3, I7). */
import { Effect, Schema } from "effect"
import type { EpochMillis, Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import type { DatabaseError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../component/sql.ts"
import { type LifeTable, bookkeeping } from "./table.ts"

export interface Change {
  readonly pipeline: string
  readonly runId: Uuid
  readonly now: EpochMillis
}

export interface UpsertOptions {
  /** A value that is no longer given stays: several sources may describe one entity, each in part. */
  readonly keepKnown?: boolean
  /** Derived rows with this `made_by` that are no longer wanted are deleted. */
  readonly sweep?: string
  /** The part of the table that the rows of `wanted` belong to: while it is empty, nothing needs to be compared. */
  readonly within?: Sql
}

export const none: SinkCounts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }

export const plus = (a: SinkCounts, b: SinkCounts): SinkCounts => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  deleted: a.deleted + b.deleted
})

const Number1 = Schema.Struct({ n: Schema.Number })
const Diff = Schema.Struct({ wanted: Schema.Number, added: Schema.Number, changed: Schema.Number })

/**
 * Brings a table to hold the rows of `wanted`: its key columns, unique, and any of its other columns. Must run in a
 * transaction. Columns that `wanted` lacks are NULL in new rows, and stay as they are in old ones.
 */
export const upsert = (
  table: LifeTable,
  wanted: { readonly query: Sql; readonly columns: ReadonlyArray<string> },
  change: Change,
  options: UpsertOptions = {}
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const target = sql`life.${name(table.name)}`
    const at = sql`make_timestamptz(${literal(change.now * 1000)})`
    const run = sql`${literal(change.runId)}::uuid`
    const count = (from: Sql) =>
      Effect.map(database.rows(sql`select count(*) as n from ${from}`, Number1), ([row]) => row?.n ?? 0)

    const part = options.within === undefined ? target : sql`${target} where ${options.within}`
    if ((yield* count(sql`(select 1 from ${part} limit 1)`)) === 0) {
      yield* database.execute(sql`
        insert into ${target} (${names([...wanted.columns, ...bookkeeping])})
        select ${names(wanted.columns)}, 1, ${run}, ${run}, ${at} from (${wanted.query})`)
      return { ...none, inserted: yield* count(part) }
    }

    const values = wanted.columns.filter((column) => !table.key.includes(column))
    const same = join(
      table.key.map((key) => sql`t.${name(key)} = w.${name(key)}`),
      " and "
    )
    const [firstKey = ""] = table.key
    const given = (column: string): Sql =>
      options.keepKnown === true && !table.key.includes(column)
        ? sql`coalesce(w.${name(column)}, t.${name(column)})`
        : sql`w.${name(column)}`
    const differs =
      values.length === 0
        ? sql`false`
        : join(
            values.map((column) => sql`${given(column)} is distinct from t.${name(column)}`),
            " or "
          )
    const rest = Object.keys(table.columns).filter(
      (column) => !wanted.columns.includes(column) && !bookkeeping.includes(column)
    )
    yield* database.execute(sql`
      create or replace temp table _wanted_rows as ${wanted.query};
      create or replace temp table _changes as
        select ${join(wanted.columns.map((column) => sql`${given(column)} as ${name(column)}`))},
          ${rest.length === 0 ? empty : sql`${join(rest.map((column) => sql`t.${name(column)}`))},`}
          t.${name(firstKey)} is null as _is_new, coalesce(t.revision, 0) + 1 as _revision,
          coalesce(t.created_run_id, ${run}) as _created
        from _wanted_rows w left join ${target} t on ${same}
        where t.${name(firstKey)} is null or ${differs};`)
    const [diff] = yield* database.rows(
      sql`select (select count(*) from _wanted_rows) as wanted, count(*) filter (_is_new) as added,
        count(*) filter (not _is_new) as changed from _changes`,
      Diff
    )
    const { added, changed, wanted: total } = diff ?? { wanted: 0, added: 0, changed: 0 }
    const keyOf = sql`to_json(struct_pack(${join(table.key.map((key) => sql`${name(key)} := t.${name(key)}`))}))`
    const before = (which: Sql): Sql => sql`
      insert into state.changes
        select ${run}, ${literal(change.pipeline)}, ${literal(table.name)}, ${keyOf}, to_json(t), ${at} from ${target} t ${which};`
    if (changed > 0) {
      const touched = sql`where exists (select 1 from _changes w where not _is_new and ${same})`
      yield* database.execute(sql`${before(touched)} delete from ${target} t ${touched};`)
    }
    if (added + changed > 0) {
      yield* database.execute(sql`
        insert into ${target} (${names([...wanted.columns, ...rest, ...bookkeeping])})
        select ${names([...wanted.columns, ...rest])}, _revision, ${run}, _created, ${at} from _changes;`)
    }
    let deleted = 0
    if (options.sweep !== undefined) {
      const stale = sql`where t.made_by = ${literal(options.sweep)} and not exists (select 1 from _wanted_rows w where ${same})`
      deleted = yield* count(sql`${target} t ${stale}`)
      if (deleted > 0) yield* database.execute(sql`${before(stale)} delete from ${target} t ${stale};`)
    }
    yield* database.execute(sql`drop table _changes; drop table _wanted_rows`)
    return { inserted: added, updated: changed, unchanged: total - added - changed, deleted }
  })
