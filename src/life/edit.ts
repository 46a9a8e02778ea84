/** What a person has edited, laid over what imports bring (I8). */
import { Effect, Schema } from "effect"
import { Database } from "../component/database.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../component/sql.ts"
import { type LifeTable, type Reference, bookkeeping, edits, masked, tableOf } from "./table.ts"

/**
 * Fields of edits that aren't columns: an entity that is another one, a memory that a member is moved to, and an address
 * or name that isn't the person's whom the rules take it for (`{"from", "as"}`: ids of both persons).
 */
export const MERGED_INTO = "merged_into"
export const MEMORY_ID = "memory_id"
export const SPLIT_FROM = "split_from"

/** Kinds of memories whose members a person may move: all others are made of whatever happened then. */
export const MOMENT_KINDS: ReadonlyArray<string> = ["event", "moment"]

/** What a person has said of entities of a type, as `entity_id`, `field` and `value`. */
export const edited = (type: string, fields: ReadonlyArray<string>): Sql =>
  sql`select entity_id, field, value from ${tableOf(edits)}
    where entity_type = ${literal(type)} and field in (${join(fields.map((field) => literal(field)))})`

/** What concerns one table. */
export interface Edited {
  /** Columns of which some rows have a value of a person's. */
  readonly fields: ReadonlyArray<string>
  /** References whose targets may have become others. */
  readonly moved: ReadonlyArray<Reference>
}

const Kind = Schema.Struct({ entity_type: Schema.String, field: Schema.String })

export const readEdited = (table: LifeTable): Effect.Effect<Edited, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const kinds = yield* database.rows(sql`select distinct entity_type, field from ${tableOf(edits)}`, Kind)
    const merged = new Set(kinds.filter(({ field }) => field === MERGED_INTO).map(({ entity_type }) => entity_type))
    return {
      fields: kinds
        .filter(
          ({ entity_type, field }) => entity_type === table.type && field in table.columns && !table.key.includes(field)
        )
        .map(({ field }) => field),
      moved: table.references.filter((reference) =>
        "type" in reference ? merged.has(reference.type) : merged.size > 0
      )
    }
  })

/** Every id that was merged, with the one that stands for it: `type`, `old`, `id`. */
export const merged: Sql = sql`(
  with recursive step as (
    select entity_type as type, entity_id as old, (value->>'$')::uuid as id from ${tableOf(edits)}
    where field = ${literal(MERGED_INTO)}
    union
    select step.type, step.old, (e.value->>'$')::uuid from step
      join ${tableOf(edits)} e on e.entity_type = step.type and e.entity_id = step.id and e.field = ${literal(MERGED_INTO)}
  )
  from step where not exists (
    select 1 from ${tableOf(edits)} e where e.entity_type = step.type and e.entity_id = step.id and e.field = ${literal(MERGED_INTO)}
  ))`

const survivors = (column: Sql): Sql => sql`arg_min(${column}, _lent)`

/** What of several that are one is all of theirs: everybody's addresses, and from the first to the last. */
const TOGETHER: { readonly [table: string]: { readonly [column: string]: (column: Sql) => Sql } } = {
  people: {
    addresses: (column) =>
      sql`to_json(list_sort(list_distinct(flatten(list(from_json(${column}, '["VARCHAR"]') order by _lent)))))`
  },
  memories: { starts_at: (column) => sql`min(${column})`, ends_at: (column) => sql`max(${column})` }
}

/**
 * The rows of `query` with merged ids replaced, and one row for each key. Of rows that became one, the survivor's own
 * values count; what it lacks is filled. `_lent` tells rows of which none is the survivor's own.
 */
export const redirected = (
  table: LifeTable,
  query: Sql,
  columns: ReadonlyArray<string>,
  moved: Edited["moved"]
): Sql => {
  const targets = moved.filter(({ column }) => columns.includes(column))
  const joins = targets.map((reference, index) => {
    const type = "type" in reference ? literal(reference.type) : sql`q.${name(reference.typeColumn)}`
    const alias = name(`m${index}`)
    return sql`left join _merged ${alias} on ${alias}.type = ${type} and ${alias}.old = q.${name(reference.column)}`
  })
  const value = (column: string): Sql => {
    const index = targets.findIndex((target) => target.column === column)
    return index < 0
      ? sql`q.${name(column)}`
      : sql`coalesce(${name(`m${index}`)}.id, q.${name(column)}) as ${name(column)}`
  }
  const lent = targets
    .map((target, index) => (table.key.includes(target.column) ? sql`${name(`m${index}`)}.id is not null` : null))
    .filter((part) => part !== null)
  const [keys, values] = [names(table.key), columns.filter((column) => !table.key.includes(column))]
  const moving = sql`
    select ${join(columns.map(value))}, ${lent.length === 0 ? sql`false` : join(lent, " or ")} as _lent
    from (${query}) q ${join(joins, " ")}`
  const each = (of: (column: string) => Sql) =>
    join(
      values.map((column) => sql`, ${of(column)}`),
      ""
    )
  if (lent.length === 0) return sql`with _merged as materialized (from ${merged}) ${moving}`
  const shared = sql`(${keys}) in (select ${keys} from _shared)`
  return sql`
    with _merged as materialized (from ${merged}), _moved as materialized (${moving}),
      -- Of rows that have their key for themselves, which are nearly all, nothing has to be put together.
      _shared as materialized (select distinct ${keys} from _moved where _lent)
    select ${keys}, false as _lent ${each(name)} from _moved where not (${shared})
    union all
    select ${keys}, bool_and(_lent) ${each((column) => (TOGETHER[table.name]?.[column] ?? survivors)(name(column)))}
    from _moved where ${shared} group by ${keys}`
}

/** The rows of `query` beside what a person set, and what imports gave last: `_has_<field>`, `_set_<field>`, `_was_<field>`. */
export const withEdits = (table: LifeTable, query: Sql, fields: ReadonlyArray<string>): Sql => {
  const [key = ""] = table.key
  const value = (from: LifeTable, field: string, alias: Sql) => sql`
    left join ${tableOf(from)} ${alias} on ${alias}.entity_type = ${literal(table.type)}
      and ${alias}.entity_id = q.${name(key)} and ${alias}.field = ${literal(field)}`
  const parts = fields.map((field) => {
    const [set, was] = [name(`e_${field}`), name(`m_${field}`)]
    return {
      joins: sql`${value(edits, field, set)} ${value(masked, field, was)}`,
      columns: sql`, ${set}.field is not null as ${name(`_has_${field}`)},
        ${typed(table, field, sql`${set}.value`)} as ${name(`_set_${field}`)}, ${typed(table, field, sql`${was}.value`)} as ${name(`_was_${field}`)}`
    }
  })
  return sql`select q.* ${join(
    parts.map(({ columns }) => columns),
    ""
  )} from (${query}) q ${join(
    parts.map(({ joins }) => joins),
    " "
  )}`
}

/** A value as edits keep it, in its column's type. */
export const typed = (table: LifeTable, field: string, value: Sql): Sql => {
  const type = table.columns[field]?.type ?? "VARCHAR"
  return type === "JSON" ? value : sql`(${value}->>'$')::${name(type)}`
}

/** Columns that a person may set. */
export const editable = (table: LifeTable): ReadonlyArray<string> =>
  Object.keys(table.columns).filter(
    (column) =>
      !table.key.includes(column) &&
      !bookkeeping.includes(column) &&
      !["made_by", "content_hash", "picture_hash", "bytes", "mime_type"].includes(column)
  )
