/** Which moment a picture belongs to, as a person says. When, where and what it is by now, the next load says. */
import { Effect, Schema } from "effect"
import type { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { uuid5 } from "../component/id.ts"
import { join, literal, sql } from "../component/sql.ts"
import { MEMORY_ID, MOMENT_KINDS } from "../life/edit.ts"
import type { Found } from "../life/find.ts"
import { MEMORY_COLUMNS, links, memories, tableOf } from "../life/table.ts"
import { type Change, plus, remove, upsert } from "../life/upsert.ts"
import { refuse, writeEdits } from "./say.ts"

export interface Member {
  readonly type: string
  readonly id: Uuid
}

/** The links that a person may change: a memory's own event is what it is about. */
const MOVABLE = sql`l.from_type = 'memory' and l.relation = 'contains' and l.rule in ('member/1', 'edit/1')`

const Held = Schema.Struct({ type: Schema.String, id: Schema.String })

/** Takes members out of a memory of an event or moment: they become a memory of their own. */
export const splitMembers = (memory: Found, members: ReadonlyArray<Found>, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const [found] = yield* database.rows(
      sql`select kind from ${tableOf(memories)} where memory_id = ${literal(memory.id)}`,
      Schema.Struct({ kind: Schema.String })
    )
    if (memory.type !== "memory" || found === undefined || !MOMENT_KINDS.includes(found.kind)) {
      return yield* refuse(
        "not-divisible",
        found === undefined
          ? `${memory.id} is of type ${memory.type}: nothing was merged into it that could be split off.`
          : `A ${found.kind} is all that happened then: nothing can be split off.`,
        "Memories of events and moments can be split, and people."
      )
    }
    const held = yield* database.rows(
      sql`select to_type as type, to_id::varchar as id from ${tableOf(links)} l
        where ${MOVABLE} and from_id = ${literal(memory.id)}`,
      Held
    )
    const stranger = members.find(({ id, type }) => !held.some((member) => member.id === id && member.type === type))
    if (stranger !== undefined) {
      return yield* refuse(
        "not-a-member",
        stranger.type === "events"
          ? `${stranger.id} is the event that the memory is of: it can't be taken out.`
          : `${stranger.id} isn't in the memory ${memory.id}.`,
        `See what is: keepsake explain ${memory.id}`
      )
    }
    if (members.length === 0) return yield* refuse("too-few-ids", "Split off what?", "Name the members that go.")
    if (members.length >= held.length) {
      return yield* refuse(
        "nothing-left",
        "That is all of the memory: nothing would be left of it.",
        "Name fewer members."
      )
    }
    const into = uuid5(["split", memory.id, ...members.map(({ id }) => id).toSorted()])
    yield* writeEdits(
      members.map(({ id, type }) => ({ type, id, field: MEMORY_ID, json: JSON.stringify(into) })),
      change
    )
    return yield* moveMembers(members, into, change)
  })

/** Moves a picture, or what else moments are made of, into one that is there. */
export const moveInto = (member: Member, into: Uuid, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const held = yield* database.rows(
      sql`select to_type as type, to_id::varchar as id from ${tableOf(links)} l
        where ${MOVABLE} and to_type = ${literal(member.type)} and to_id = ${literal(member.id)}`,
      Held
    )
    if (member.type !== "media" && held.length === 0) {
      return yield* refuse(
        "not-a-member",
        `${member.id} of type ${member.type} is in no moment, and so can't be moved to another.`,
        member.type === "events" ? "A memory of its own can be merged: keepsake merge" : SEE
      )
    }
    return yield* moveMembers([member], into, change)
  })

const SEE = "See where it belongs: keepsake explain ID"

/** Links members to the memory that they were moved to, and to no other; a memory that isn't there yet is made of them. */
const moveMembers = (members: ReadonlyArray<Member>, into: Uuid, change: Change) =>
  Effect.gen(function* () {
    const database = yield* Database
    const id = sql`${literal(into)}::uuid`
    const target = sql`(select any_value(made_by) from ${tableOf(memories)} where memory_id = ${id})`
    yield* database.execute(sql`
      create or replace temp table _moving as
        select m.type, m.id, l.from_id as whence, coalesce(l.made_by, ${target} || '.contains') as made_by
        from (values ${join(members.map((member) => sql`(${literal(member.type)}, ${literal(member.id)}::uuid)`))}) m(type, id)
          left join ${tableOf(links)} l on ${MOVABLE} and l.to_type = m.type and l.to_id = m.id;`)
    const made = yield* upsert(
      memories,
      {
        query: sql`
          select ${id} as memory_id, 'moment' as kind,
            coalesce(arg_min(p.name, p.place_id), strftime(coalesce(min(x.local_date), w.local_date), '%-d %B %Y')) as title,
            coalesce(min(x.taken_at), w.starts_at) as starts_at, coalesce(max(x.taken_at), w.ends_at) as ends_at,
            coalesce(min(x.local_date), w.local_date) as local_date,
            coalesce(min(x.time_zone), w.time_zone) as time_zone, arg_min(x.latitude, (x.taken_at, x.media_id)) as latitude,
            arg_min(x.longitude, (x.taken_at, x.media_id)) as longitude, min(p.place_id) as place_id,
            arg_min(x.media_id, (x.taken_at, x.media_id)) as cover_media_id, w.confidence, w.made_by
          from (select any_value(m) as w from ${tableOf(memories)} m where memory_id in (select whence from _moving)) whole
            left join life.media x on x.media_id in (select id from _moving)
            left join ${tableOf(links)} l on l.from_type = 'media' and l.from_id = x.media_id and l.relation = 'taken_at'
            left join life.places p on p.place_id = l.to_id
          where not exists (select 1 from ${tableOf(memories)} t where t.memory_id = ${id}) group by w`,
        columns: MEMORY_COLUMNS
      },
      change
    )
    const moved = yield* upsert(
      links,
      {
        query: sql`select 'memory' as from_type, ${id} as from_id, 'contains' as relation, type as to_type, id as to_id,
          1.0 as confidence, 'edit/1' as rule, null::json as evidence, any_value(made_by) as made_by from _moving group by type, id`,
        columns: [...links.key, "confidence", "rule", "evidence", "made_by"]
      },
      change
    )
    const run = sql`${literal(change.runId)}::uuid`
    yield* database.execute(
      remove(
        links,
        run,
        sql`where t.rowid in (select l.rowid from ${tableOf(links)} l
          where ${MOVABLE} and l.from_id <> ${id} and (l.to_type, l.to_id) in (select (type, id) from _moving))`
      )
    )
    yield* database.execute(sql`
      create or replace temp table _emptied as
        select memory_id as id from ${tableOf(memories)} where memory_id in (select whence from _moving)
          and memory_id not in (select from_id from ${tableOf(links)} l where ${MOVABLE});
      ${remove(links, run, sql`where t.from_type = 'memory' and t.relation = 'contains' and t.from_id in (from _emptied)`)}
      ${remove(memories, run, sql`where t.memory_id in (from _emptied)`)}`)
    yield* database.execute(sql`drop table _moving; drop table _emptied`)
    return plus(made, moved)
  })
