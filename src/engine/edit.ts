/** A person's corrections: kept in `life.edits`, at work at once, and laid over every later import (I8). */
import { Effect, Schema } from "effect"
import { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { nearest } from "../component/nearest.ts"
import { join, literal, name, sql } from "../component/sql.ts"
import { MEMORY_ID, MERGED_INTO, MOMENT_KINDS, editable, merged } from "../life/edit.ts"
import type { Found } from "../life/find.ts"
import { type LifeTable, bookkeeping, edits, lifeTables, masked, memories, tableOf } from "../life/table.ts"
import { type Change, none, plus, remove, upsert } from "../life/upsert.ts"
import { checkValue } from "./edit-value.ts"
import { moveInto } from "./move.ts"
import { refuse, writeEdits } from "./say.ts"

/** Sets fields of one entity. A value is text, as it is written on the command line; empty text is no value. */
export const setFields = (
  { id, table, type }: Found,
  fields: ReadonlyArray<readonly [field: string, value: string]>,
  change: Change
) =>
  Effect.gen(function* () {
    const known = [...editable(table), ...(MEMBERS.has(type) ? [MEMORY_ID] : [])]
    for (const [field] of fields) {
      if (known.includes(field)) continue
      const near = nearest(field, known)
      return yield* refuse(
        field in table.columns ? "not-editable" : "unknown-field",
        field in table.columns
          ? `${field} can't be edited: it is what identifies the row.`
          : `${type} has no field "${field}".`,
        near === null || field in table.columns ? `There are: ${known.join(", ")}.` : `Did you mean "${near}"?`
      )
    }
    const values = yield* Effect.forEach(fields, ([field, value]) => checkValue(table, field, value))
    yield* mask(
      table,
      id,
      fields.map(([field]) => field),
      change
    )
    yield* writeEdits(
      values.map(({ field, json }) => ({ type, id, field, json })),
      change
    )
    const counts = yield* reapply(table, id, change)
    const target = values.find(({ field }) => field === MEMORY_ID)
    return target === undefined
      ? counts
      : plus(counts, yield* moveInto({ type, id }, Uuid(JSON.parse(target.json)), change))
  })

/** What may be a member of a moment. */
const MEMBERS: ReadonlySet<string> = new Set(["media", "events", "plays", "samples", "visits"])

/** Notes what imports gave, where no earlier edit has. */
const mask = (table: LifeTable, id: Uuid, fields: ReadonlyArray<string>, change: Change) =>
  Effect.gen(function* () {
    const columns = fields.filter((field) => field in table.columns)
    if (columns.length === 0) return none
    const rows = columns.map(
      (field) => sql`
        select ${literal(table.type)} as entity_type, ${literal(id)}::uuid as entity_id, ${literal(field)} as field,
          to_json(${name(field)}) as value from ${tableOf(table)} where ${name(table.key[0] ?? "")} = ${literal(id)}`
    )
    return yield* upsert(
      masked,
      {
        query: sql`select v.* from (${join(rows, " union all ")}) v anti join ${tableOf(edits)} e
          on e.entity_type = v.entity_type and e.entity_id = v.entity_id and e.field = v.field`,
        columns: [...masked.key, "value"]
      },
      change
    )
  })

/** Lays edits over a row as it is. */
const reapply = (table: LifeTable, id: Uuid, change: Change) =>
  upsert(
    table,
    {
      query: sql`from ${tableOf(table)} where ${name(table.key[0] ?? "")} = ${literal(id)}`,
      columns: ownColumns(table)
    },
    change,
    { own: true }
  )

const ownColumns = (table: LifeTable): ReadonlyArray<string> =>
  Object.keys(table.columns).filter((column) => !bookkeeping.includes(column))

/** Makes several of one type one: the first stays, and stands for all others from now on. */
export const mergeAll = (all: ReadonlyArray<Found>, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const [kept, ...others] = all
    if (kept === undefined || others.length === 0) {
      return yield* refuse("too-few-ids", "Merging takes two ids at least.", "Name the one that stays first.")
    }
    const stranger = others.find(({ type }) => type !== kept.type)
    if (stranger !== undefined) {
      return yield* refuse(
        "types-differ",
        `${kept.id} is of type ${kept.type}, ${stranger.id} of type ${stranger.type}: only equals can be merged.`,
        "An id may say its type, such as events:1b9f0f4b."
      )
    }
    const twin = others.find(({ id }, index) => id === kept.id || others.findIndex((other) => other.id === id) < index)
    if (twin !== undefined) return yield* refuse("same-id", `${twin.id} is named twice.`, "Name different ones.")
    if (kept.type === "memory") yield* refuseOtherKinds(all)
    yield* writeEdits(
      others.map(({ id, type }) => ({
        type,
        id,
        field: MERGED_INTO,
        json: JSON.stringify(kept.id)
      })),
      change
    )
    if (kept.type === "memory")
      yield* spanMembers(
        kept.id,
        others.map(({ id }) => id),
        change
      )
    let counts = none
    for (const table of lifeTables) counts = plus(counts, yield* redirectRows(table, change))
    yield* database.execute(sql`drop table if exists _stale`)
    return counts
  })

/** A trip is made of other things than a day is: they can't be one. */
const refuseOtherKinds = (all: ReadonlyArray<Found>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const kinds = yield* database.rows(
      sql`select kind, any_value(memory_id)::varchar as id from ${tableOf(memories)}
        where memory_id in (${join(all.map(({ id }) => literal(id)))})
        group by kind order by min(list_position([${join(all.map(({ id }) => sql`${literal(id)}::uuid`))}], memory_id))`,
      Schema.Struct({ kind: Schema.String, id: Schema.String })
    )
    const [first, ...others] = kinds
    const other = others.find(({ kind }) => !(MOMENT_KINDS.includes(kind) && MOMENT_KINDS.includes(first?.kind ?? "")))
    if (first !== undefined && other !== undefined) {
      return yield* refuse(
        "kinds-differ",
        `${first.id} is a ${first.kind}, ${other.id} a ${other.kind}: they are made of different things, and can't be one.`,
        "Events and moments can be merged with each other; trips with trips, days with days."
      )
    }
  })

/** A memory made of several lasts from the first to the last. */
const spanMembers = (kept: Uuid, others: ReadonlyArray<Uuid>, change: Change) => {
  const all = join([kept, ...others].map((id) => literal(id)))
  return upsert(
    memories,
    {
      query: sql`select ${literal(kept)}::uuid as memory_id, min(starts_at) as starts_at, max(ends_at) as ends_at
        from ${tableOf(memories)} where memory_id in (${all})`,
      columns: ["memory_id", "starts_at", "ends_at"]
    },
    change,
    { own: true }
  )
}

/** Rows that name a merged id become rows that name the one that stands for it. */
const redirectRows = (table: LifeTable, change: Change) =>
  Effect.gen(function* () {
    if (table.references.length === 0) return none
    const database = yield* Database
    const names = (alias: string) =>
      join(
        table.references.map((reference) => {
          const type = "type" in reference ? literal(reference.type) : name(alias, reference.typeColumn)
          return sql`(${type}, ${name(alias, reference.column)}) in (select (type, old) from ${merged})`
        }),
        " or "
      )
    const [key = ""] = table.key
    const survivors =
      table.type === null
        ? sql`false`
        : sql`(${literal(table.type)}, t.${name(key)}) in (select (type, id) from ${merged})`
    yield* database.execute(
      sql`create or replace temp table _stale as from ${tableOf(table)} t where ${names("t")} or ${survivors}`
    )
    const counts = yield* upsert(table, { query: sql`from _stale`, columns: ownColumns(table) }, change, {
      own: true,
      keepKnown: true
    })
    const replaced = join(
      table.references.flatMap((reference) => {
        if (!table.key.includes(reference.column)) return []
        const type = "type" in reference ? literal(reference.type) : name("t", reference.typeColumn)
        return [sql`(${type}, ${name("t", reference.column)}) in (select (type, old) from ${merged})`]
      }),
      " or "
    )
    if (replaced === "") return counts
    const gone = sql`where ${replaced}`
    yield* database.execute(remove(table, sql`${literal(change.runId)}::uuid`, gone))
    return counts
  })
