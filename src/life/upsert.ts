/** Upserts into `life`: what is equal stays untouched, what changes leaves its before-image (I3, I7), edits win (I8). */
import { Effect, Schema } from "effect"
import type { EpochMillis, Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import type { DatabaseError } from "../component/error.ts"
import type { SinkCounts } from "../component/sink.ts"
import { type Sql, empty, join, literal, name, names, sql } from "../component/sql.ts"
import { type Edited, readEdited, redirected, withEdits } from "./edit.ts"
import { type LifeTable, bookkeeping, imagesOf, masked, tableOf } from "./table.ts"

export interface Change {
  readonly pipeline: string
  readonly runId: Uuid
  readonly now: EpochMillis
}

export interface UpsertOptions {
  /** A value that is no longer given stays: several sources may describe one entity, each in part. */
  readonly keepKnown?: boolean
  /** Columns that mean something together only. */
  readonly together?: Together
  /** Of which rows of the table (`t`) those that are no longer wanted are deleted: only derived ones may be. */
  readonly sweep?: Sql
  /** The parts of the table that rows of `wanted` may be in: while all are empty, nothing needs to be compared. */
  readonly within?: ReadonlyArray<Sql>
  /** The rows are `life`'s own, with edits in them: they say nothing of what imports give. */
  readonly own?: boolean
}

/** Columns that are taken from one row: the new one, unless the one that is there knows more. */
export interface Together {
  readonly columns: ReadonlyArray<string>
  /** How much a row knows, as a number; 0 where it is none. */
  readonly rank: (row: Sql) => Sql
}

export const none: SinkCounts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }

/** Derived rows of one maker. */
export const madeBy = (maker: string): Sql => sql`t.made_by = ${literal(maker)}`

export const plus = (a: SinkCounts, b: SinkCounts): SinkCounts => ({
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  deleted: a.deleted + b.deleted
})

const Number1 = Schema.Struct({ n: Schema.Number })
const Inserted = Schema.Struct({ Count: Schema.Number })
const Diff = Schema.Struct({ wanted: Schema.Number, added: Schema.Number, changed: Schema.Number })

/**
 * Brings a table to hold the rows of `wanted`: its key columns, unique, and any of its other columns. Must run in a
 * transaction. Columns that `wanted` lacks are NULL in new rows, and stay as they are in old ones.
 */
export const upsert = (
  table: LifeTable,
  wanted: Wanted,
  change: Change,
  options: UpsertOptions = {}
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const edited = table.type === null && table.references.length === 0 ? UNEDITED : yield* readEdited(table)
    if (edited.fields.length + edited.moved.length > 0) return yield* merge(table, wanted, edited, change, options)
    for (const within of options.within ?? [sql`true`]) {
      if ((yield* count(sql`(select 1 from ${tableOf(table)} where ${within} limit 1)`)) > 0)
        return yield* merge(table, wanted, edited, change, options)
    }
    const run = sql`${literal(change.runId)}::uuid`
    const [row] = yield* database.rows(
      sql`insert into ${tableOf(table)} (${names([...wanted.columns, ...bookkeeping])})
        select ${names(wanted.columns)}, 1, ${run}, ${run}, ${instant(change.now)} from (${wanted.query})`,
      Inserted
    )
    return { ...none, inserted: row?.Count ?? 0 }
  })

interface Wanted {
  readonly query: Sql
  readonly columns: ReadonlyArray<string>
}

const UNEDITED: Edited = { fields: [], moved: [] }

const instant = (time: EpochMillis): Sql => sql`make_timestamptz(${literal(time * 1000)})`

const count = (from: Sql): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.rows(sql`select count(*) as n from ${from}`, Number1)
    return row?.n ?? 0
  })

/** Keeps rows `t` as they are (I7). */
const keepBefore = (table: LifeTable, run: Sql, which: Sql): Sql => {
  const columns = Object.keys(table.columns)
  return sql`
    insert into ${imagesOf(table)} (${names([...columns, "_undo_run"])})
      select ${join(columns.map((column) => sql`t.${name(column)}`))}, ${run} from ${tableOf(table)} t ${which};`
}

/** Deletes rows `t`, which are kept as they are before (I7). */
export const remove = (table: LifeTable, run: Sql, which: Sql): Sql =>
  sql`${keepBefore(table, run, which)} delete from ${tableOf(table)} t ${which};`

const merge = (
  table: LifeTable,
  wanted: Wanted,
  { fields, moved }: Edited,
  change: Change,
  options: UpsertOptions
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const target = tableOf(table)
    const at = instant(change.now)
    const run = sql`${literal(change.runId)}::uuid`
    const columns = [...wanted.columns, ...fields.filter((field) => !wanted.columns.includes(field))]
    const values = columns.filter((column) => !table.key.includes(column))
    const same = join(
      table.key.map((key) => sql`t.${name(key)} = w.${name(key)}`),
      " and "
    )
    const [firstKey = ""] = table.key
    const imported = (column: string): Sql => {
      const [own, known] = [sql`w.${name(column)}`, sql`t.${name(column)}`]
      if (table.key.includes(column)) return own
      if (!wanted.columns.includes(column)) return known
      const lent = moved.length > 0 && table.type !== null
      if (options.together?.columns.includes(column) === true) {
        const { rank } = options.together
        const [offered, kept] = [rank(sql`w`), rank(sql`t`)]
        const taken = lent
          ? sql`${offered} > ${kept} or (${offered} = ${kept} and not w._lent)`
          : sql`${offered} >= ${kept}`
        return sql`case when ${taken} then ${own} else ${known} end`
      }
      const mine = lent ? sql`case when w._lent then coalesce(${known}, ${own}) else ${own} end` : own
      return options.keepKnown === true ? sql`coalesce(${mine}, ${known})` : mine
    }
    const given = (column: string): Sql =>
      fields.includes(column)
        ? sql`case when w.${name(`_has_${column}`)} then w.${name(`_set_${column}`)} else ${imported(column)} end`
        : imported(column)
    const differs =
      values.length === 0
        ? sql`false`
        : join(
            values.map((column) => sql`${given(column)} is distinct from t.${name(column)}`),
            " or "
          )
    const rest = Object.keys(table.columns).filter(
      (column) => !columns.includes(column) && !bookkeeping.includes(column)
    )
    const current = moved.length === 0 ? wanted.query : redirected(table, wanted.query, wanted.columns, moved)
    yield* database.execute(sql`
      create or replace temp table _wanted_rows as ${fields.length === 0 ? current : withEdits(table, current, fields)};
      create or replace temp table _changes as
        select ${join(columns.map((column) => sql`${given(column)} as ${name(column)}`))},
          ${rest.length === 0 ? empty : sql`${join(rest.map((column) => sql`t.${name(column)}`))},`}
          t.rowid as _row, t.${name(firstKey)} is null as _is_new, coalesce(t.revision, 0) + 1 as _revision,
          coalesce(t.created_run_id, ${run}) as _created
        from _wanted_rows w left join ${target} t on ${same}
        where t.${name(firstKey)} is null or ${differs};`)
    const [diff] = yield* database.rows(
      sql`select (select count(*) from _wanted_rows) as wanted, count(*) filter (_is_new) as added,
        count(*) filter (not _is_new) as changed from _changes`,
      Diff
    )
    const { added, changed, wanted: total } = diff ?? { wanted: 0, added: 0, changed: 0 }
    if (changed > 0) {
      const touched = sql`where t.rowid in (select _row from _changes where not _is_new)`
      yield* database.execute(remove(table, run, touched))
    }
    if (added + changed > 0) {
      yield* database.execute(sql`
        insert into ${target} (${names([...columns, ...rest, ...bookkeeping])})
        select ${names([...columns, ...rest])}, _revision, ${run}, _created, ${at} from _changes;`)
    }
    let deleted = 0
    if (options.sweep !== undefined) {
      yield* database.execute(sql`
        create or replace temp table _stale_rows as select t.rowid as _row from ${target} t
          where ${options.sweep} and not exists (select 1 from _wanted_rows w where ${same})`)
      deleted = yield* count(sql`_stale_rows`)
      const stale = sql`where t.rowid in (select _row from _stale_rows)`
      if (deleted > 0) yield* database.execute(remove(table, run, stale))
      yield* database.execute(sql`drop table _stale_rows`)
    }
    const behind = options.own === true ? [] : fields.filter((field) => wanted.columns.includes(field))
    if (behind.length > 0) yield* database.execute(maskedValues(table, behind, options.keepKnown === true))
    yield* database.execute(sql`drop table _changes; drop table _wanted_rows`)
    if (behind.length > 0) {
      yield* upsert(masked, { query: sql`from _masked`, columns: [...masked.key, "value"] }, change)
      yield* database.execute(sql`drop table _masked`)
    }
    return { inserted: added, updated: changed, unchanged: total - added - changed, deleted }
  })

/** What imports give where a person's value stands: it comes back when the edit is undone. */
const maskedValues = (table: LifeTable, fields: ReadonlyArray<string>, keepKnown: boolean): Sql => {
  const [key = ""] = table.key
  return sql`create or replace temp table _masked as ${join(
    fields.map((field) => {
      const value = keepKnown ? sql`coalesce(${name(field)}, ${name(`_was_${field}`)})` : name(field)
      return sql`select ${literal(table.type)} as entity_type, ${name(key)} as entity_id, ${literal(field)} as field,
        to_json(${value}) as value from _wanted_rows where ${name(`_has_${field}`)}`
    }),
    " union all "
  )}`
}
