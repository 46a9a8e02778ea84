/** A person's corrections: kept in `life.edits`, at work at once, and laid over every later import (I8). */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { type DatabaseError, sourceError } from "../component/error.ts"
import { uuid5 } from "../component/id.ts"
import { nearest } from "../component/nearest.ts"
import { join, literal, name, sql } from "../component/sql.ts"
import { MEMORY_ID, MERGED_INTO, editable, merged } from "../life/edit.ts"
import type { Found } from "../life/find.ts"
import {
  MEMORY_COLUMNS,
  type LifeTable,
  bookkeeping,
  edits,
  lifeTables,
  links,
  masked,
  memories,
  tableOf
} from "../life/table.ts"
import { type Change, keepBefore, none, plus, upsert } from "../life/upsert.ts"
import { checkValue } from "./edit-value.ts"

const refuse = (code: string, message: string, hint: string) => sourceError(code, message, hint, { fault: "pipeline" })

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
    const target = values.find(({ field }) => field === MEMORY_ID)
    if (target !== undefined) {
      return yield* moveMembers([{ type, id }], target.json, change)
    }
    return yield* reapply(table, id, change)
  })

/** What may belong to a memory. */
const MEMBERS: ReadonlySet<string> = new Set(["media", "events", "plays", "samples", "visits"])

interface Edit {
  readonly type: string
  readonly id: Uuid
  readonly field: string
  /** The value as JSON text. */
  readonly json: string
}

/** Keeps what a person says; values are JSON text. */
export const writeEdits = (rows: ReadonlyArray<Edit>, change: Change): Effect.Effect<void, DatabaseError, Database> =>
  Effect.asVoid(
    upsert(
      edits,
      {
        query: sql`select * from (values ${join(
          rows.map(
            ({ field, id, json, type }) =>
              sql`(${literal(type)}, ${literal(id)}::uuid, ${literal(field)}, ${literal(json)}::json, make_timestamptz(${literal(change.now * 1000)}))`
          )
        )}) as v(entity_type, entity_id, field, value, edited_at)`,
        columns: ["entity_type", "entity_id", "field", "value", "edited_at"]
      },
      change
    )
  )

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
    yield* database.execute(
      sql`${keepBefore(table, sql`${literal(change.runId)}::uuid`, gone)} delete from ${tableOf(table)} t ${gone};`
    )
    return counts
  })

/** Takes members out of a memory: they become a memory of their own. */
export const splitMembers = (memory: Found, members: ReadonlyArray<Found>, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const held = yield* database.rows(
      sql`select to_type as type, to_id::varchar as id from ${tableOf(links)}
        where from_type = 'memory' and relation = 'contains' and from_id = ${literal(memory.id)}`,
      Schema.Struct({ type: Schema.String, id: Schema.String })
    )
    const wanted = members.map(({ id }) => held.find((member) => member.id === id))
    const stranger = members[wanted.findIndex((member) => member === undefined)]
    if (stranger !== undefined) {
      return yield* refuse(
        "not-a-member",
        `${stranger.id} isn't in the memory ${memory.id}.`,
        `See what is: keepsake explain ${memory.id}`
      )
    }
    if (members.length >= held.length) {
      return yield* refuse(
        "nothing-left",
        "That is all of the memory: nothing would be left of it.",
        "Name fewer members."
      )
    }
    const ids = members.map(({ id }) => id).toSorted()
    const into = uuid5(["split", memory.id, ...ids])
    const moved = wanted.flatMap((member, index) =>
      member === undefined ? [] : [{ type: member.type, id: members[index]?.id ?? into }]
    )
    const json = JSON.stringify(into)
    yield* writeEdits(
      moved.map(({ id, type }) => ({ type, id, field: MEMORY_ID, json })),
      change
    )
    return yield* moveMembers(moved, json, change)
  })

/** Links members to the memory that they were moved to, and to no other; a memory that isn't there yet is made of them. */
const moveMembers = (
  members: ReadonlyArray<{ readonly type: string; readonly id: Uuid }>,
  json: string,
  change: Change
) =>
  Effect.gen(function* () {
    const database = yield* Database
    const id = sql`(${literal(json)}::json->>'$')::uuid`
    const which = sql`(t.to_type, t.to_id) in (${join(members.map((member) => sql`(${literal(member.type)}, ${literal(member.id)}::uuid)`))})
      and t.from_type = 'memory' and t.relation = 'contains'`
    const run = sql`${literal(change.runId)}::uuid`
    yield* database.execute(sql`
      create or replace temp table _moving as from ${tableOf(links)} t where ${which} and t.from_id <> ${id};
      create or replace temp table _whence as
        select any_value(m) as m from ${tableOf(memories)} m where m.memory_id in (select from_id from _moving);`)
    const made = yield* upsert(
      memories,
      {
        query: sql`
          select ${id} as memory_id, 'moment' as kind,
            coalesce(arg_min(p.name, p.place_id), strftime(coalesce(min(x.local_date), m.local_date), '%-d %B %Y')) as title,
            coalesce(min(x.taken_at), m.starts_at) as starts_at, coalesce(max(x.taken_at), m.ends_at) as ends_at,
            coalesce(min(x.local_date), m.local_date) as local_date, coalesce(min(x.time_zone), m.time_zone) as time_zone,
            arg_min(x.latitude, (x.taken_at, x.media_id)) as latitude,
            arg_min(x.longitude, (x.taken_at, x.media_id)) as longitude, min(p.place_id) as place_id,
            arg_min(x.media_id, (x.taken_at, x.media_id)) as cover_media_id, m.confidence, m.made_by
          from _whence left join life.media x
              on x.media_id in (${join(members.map((member) => sql`${literal(member.id)}::uuid`))})
            left join ${tableOf(links)} l on l.from_type = 'media' and l.from_id = x.media_id and l.relation = 'taken_at'
            left join life.places p on p.place_id = l.to_id
          where not exists (select 1 from ${tableOf(memories)} t where t.memory_id = ${id}) group by m`,
        columns: MEMORY_COLUMNS
      },
      change
    )
    const moved = yield* upsert(
      links,
      {
        query: sql`select 'memory' as from_type, ${id} as from_id, 'contains' as relation, to_type, to_id, 1.0 as confidence,
          'edit/1' as rule, null::json as evidence, any_value(made_by) as made_by from _moving group by to_type, to_id`,
        columns: [...links.key, "confidence", "rule", "evidence", "made_by"]
      },
      change
    )
    const uncovered = yield* upsert(
      memories,
      {
        query: sql`
          select m.memory_id, arg_min(x.media_id, (x.taken_at, x.media_id)) as cover_media_id
          from ${tableOf(memories)} m join ${tableOf(links)} l on l.from_type = 'memory' and l.from_id = m.memory_id
              and l.relation = 'contains' and l.to_type = 'media'
            join life.media x on x.media_id = l.to_id
          where m.memory_id in (select from_id from _moving) and m.cover_media_id in (select to_id from _moving)
            and l.to_id not in (select to_id from _moving)
          group by m.memory_id`,
        columns: ["memory_id", "cover_media_id"]
      },
      change,
      { own: true }
    )
    const left = sql`where ${which} and t.from_id <> ${id}`
    yield* database.execute(sql`
      ${keepBefore(links, run, left)} delete from ${tableOf(links)} t ${left};
      drop table _moving; drop table _whence;`)
    return plus(plus(made, moved), uncovered)
  })
