/** Taking back what a run did to `life`. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../../component/column.ts"
import { Database } from "../../component/database.ts"
import { type DatabaseError, sourceError } from "../../component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../../component/sql.ts"
import { MEMORY_ID, MERGED_INTO, SPLIT_FROM, typed } from "../../life/edit.ts"
import {
  type LifeTable,
  bookkeeping,
  edits,
  imagesOf,
  lifeTables,
  masked,
  tableOf,
  tablesByType
} from "../../life/table.ts"
import { type Change, remove, upsert } from "../../life/upsert.ts"
import { type Versioned, takeBack } from "../../warehouse/history.ts"
import { renewSinks } from "../step.ts"

const versioned = (table: LifeTable): Versioned => {
  const columns = Object.keys(table.columns)
  return {
    rows: tableOf(table),
    images: imagesOf(table),
    key: table.key,
    columns,
    writer: "run_id",
    creator: "created_run_id",
    times: null,
    values: columns.filter((column) => !table.key.includes(column) && !bookkeeping.includes(column))
  }
}

const Orphan = Schema.Struct({ type: Schema.String, id: Schema.String, field: Schema.String, run_id: Schema.String })

/** Edits of rows that aren't there. */
const orphans: Sql = join(
  [...tablesByType].map(([type, table]) => {
    const key = name("t", table.key[0] ?? "")
    const subject = sql`case e.field when ${literal(MERGED_INTO)} then (e.value->>'$')::uuid
      when ${literal(SPLIT_FROM)} then (e.value->>'$.as')::uuid else e.entity_id end`
    return sql`
      select e.entity_type as type, e.entity_id::varchar as id, e.field, e.run_id::varchar as run_id from ${tableOf(edits)} e
      where e.entity_type = ${literal(type)} and not exists (select 1 from ${tableOf(table)} t where ${key} = ${subject})`
  }),
  " union all "
)

/** Edits that would be without their row now: what was done can't be taken back from under them (I8). */
export const refuseOrphans = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const before = yield* database.rows(orphans, Orphan)
    const outcome = yield* work
    const known = new Set(before.map(({ field, id }) => `${id} ${field}`))
    const [first, ...more] = (yield* database.rows(orphans, Orphan)).filter(
      ({ field, id }) => !known.has(`${id} ${field}`)
    )
    if (first !== undefined) {
      return yield* sourceError(
        "edit-depends",
        `A later edit depends on it: ${first.field} of ${first.type} ${first.id}, by run ${first.run_id}${more.length === 0 ? "" : `, and ${more.length} more`}.`,
        `Undo the edit first: keepsake undo ${first.run_id}`,
        { fault: "pipeline" }
      )
    }
    return outcome
  })

const EditKey = Schema.Struct({ type: Schema.String, id: Schema.String, field: Schema.String })

/** Takes a run's rows, changes and deletions back, in every table; and its edits, whose rows get what imports gave. */
export const takeBackLife = (run: Uuid, change: Change, unravel: boolean) =>
  Effect.gen(function* () {
    const database = yield* Database
    const own = yield* database.rows(
      sql`select entity_type as type, entity_id::varchar as id, field from (${decidedBy(run)})`,
      EditKey
    )
    for (const table of lifeTables) {
      yield* takeBack(
        versioned(table),
        table === edits || table === masked ? { run, unravel } : { run, unravel, amending }
      )
    }
    for (const key of own) yield* unmask(key, change)
    // Imports since then were sorted by the edit.
    if (own.some(({ field }) => [MERGED_INTO, MEMORY_ID, SPLIT_FROM].includes(field)))
      yield* database.execute(renewSinks)
  })

/** Edits that a run wrote, replaced or took away. */
export const decidedBy = (run: Uuid): Sql =>
  sql`select entity_type, entity_id, field from ${tableOf(edits)} where run_id = ${literal(run)}
    union select entity_type, entity_id, field from ${imagesOf(edits)} where _undo_run = ${literal(run)}`

/**
 * Makes rows what they would be if runs of edits had never been, as a change of another run: each can be taken back, in
 * any order. The latest run comes first.
 */
export const reverse = (runs: ReadonlyArray<Uuid>, change: Change): Effect.Effect<void, DatabaseError, Database> =>
  runs.length === 0
    ? Effect.void
    : Effect.forEach(lifeTables, (table) => reverseRows(table, runs, change), { discard: true })

/** The runs are taken out of a copy of the rows that they touched; what is different then is the change. */
const reverseRows = (table: LifeTable, runs: ReadonlyArray<Uuid>, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const { key, values } = versioned(table)
    const [rows, images] = [tableOf(table), imagesOf(table)]
    const ids = sql`(${join(runs.map((run) => sql`${literal(run)}::uuid`))})`
    const by = sql`${literal(change.runId)}::uuid`
    const keys = names(key)
    const same = (a: string, b: string): Sql =>
      join(
        key.map((column) => sql`${name(a, column)} = ${name(b, column)}`),
        " and "
      )
    yield* database.execute(sql`
      create or replace temp table _touched as
        select ${keys} from ${rows} where run_id in ${ids}
        union select ${keys} from ${images} where run_id in ${ids} or _undo_run in ${ids};
      create or replace temp table _then as from ${rows} semi join _touched using (${keys});
      create or replace temp table _then_images as from ${images} semi join _touched using (${keys});`)
    const copy = { ...versioned(table), rows: sql`_then`, images: sql`_then_images` }
    for (const run of runs) yield* takeBack(copy, { run, unravel: true, amending })
    const differs = join(
      values.map((column) => sql`t.${name(column)} is distinct from w.${name(column)}`),
      " or "
    )
    const gone = sql`where exists (select 1 from _different d where ${same("d", "t")})`
    yield* database.execute(sql`
      create or replace temp table _different as
        select ${join(key.map((column) => sql`coalesce(${name("t", column)}, ${name("w", column)}) as ${name(column)}`))},
          t.revision, t.created_run_id
        from (from ${rows} semi join _touched using (${keys})) t full join _then w on ${same("t", "w")}
        where t.revision is null or w.revision is null or ${differs};
      ${remove(table, by, gone)}
      insert into ${rows} (${names([...key, ...values, ...bookkeeping])})
        select ${join([...key, ...values].map((column) => name("w", column)))}, coalesce(d.revision, 0) + 1, ${by},
          coalesce(d.created_run_id, ${by}), make_timestamptz(${literal(change.now * 1000)})
        from _then w join _different d on ${same("d", "w")};
      drop table _touched; drop table _then; drop table _then_images; drop table _different;`)
  })

/** Edits change what imports brought, and so does taking one back. */
const amending: Sql = sql`select run_id from state.runs where command in ('edit', 'merge', 'split', 'hide', 'unhide', 'undo')`

const unmask = (
  { field, id, type }: typeof EditKey.Type,
  change: Change
): Effect.Effect<void, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const table = tablesByType.get(type)
    if (table === undefined || !(field in table.columns)) return
    const [key = ""] = table.key
    const which = sql`entity_type = ${literal(type)} and entity_id = ${literal(id)} and field = ${literal(field)}`
    const value = sql`(select ${typed(table, field, sql`coalesce(e.value, m.value)`)} from
      (select any_value(value) as value, count(*) as n from ${tableOf(edits)} where ${which}) e,
      (select any_value(value) as value from ${tableOf(masked)} where ${which}) m)`
    yield* upsert(
      table,
      {
        query: sql`select ${name(key)}, ${value} as ${name(field)} from ${tableOf(table)} where ${name(key)} = ${literal(id)}
          and exists (select 1 from ${tableOf(masked)} where ${which})`,
        columns: [key, field]
      },
      change,
      { own: true }
    )
    yield* database.execute(sql`
      delete from ${tableOf(masked)} where ${which} and not exists (select 1 from ${tableOf(edits)} where ${which})`)
  })
