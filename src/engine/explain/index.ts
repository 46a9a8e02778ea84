/** Why a row of `life` is there: its origins, its way, what it is linked to and by which rule, edits and runs. */
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import { type Sql, join, literal, name, names, sql } from "../../component/sql.ts"
import type { Found } from "../../life/find.ts"
import { labelOf } from "../../life/label.ts"
import { MERGED_INTO, SPLIT_FROM } from "../../life/edit.ts"
import { type LifeTable, imagesOf, tableOf, tablesByType } from "../../life/table.ts"
import { type Origin, originsOf } from "./origins.ts"
import { type Station, leadingTo, wayOf } from "./way.ts"

export interface Linked {
  /** Seen from what was asked: does the link lead away from it, or to it? */
  readonly direction: "to" | "from"
  readonly relation: string
  readonly type: string
  readonly id: string
  readonly label: string
  readonly confidence: number | null
  readonly rule: string | null
  readonly evidence: unknown
}

export interface Edit {
  readonly field: string
  readonly value: unknown
  /** What imports give in its place. */
  readonly imported: unknown
  readonly edited_at: string
}

export interface Separated {
  readonly id: string
  readonly from: string
  readonly as: string
  readonly edited_at: string
}

export interface Touch {
  readonly run_id: string
  readonly command: string | null
  readonly pipeline: string | null
  readonly at: string | null
  readonly did: string
}

export interface Explanation {
  readonly id: string
  readonly type: string
  readonly label: string
  readonly row: { readonly [column: string]: unknown }
  readonly origins: ReadonlyArray<Origin>
  /** What a memory is made of, a place or a person is known from, or an album holds: each with its own origins. */
  readonly members: ReadonlyArray<Linked & { readonly origins: ReadonlyArray<Origin> }>
  readonly way: ReadonlyArray<Station>
  readonly links: ReadonlyArray<Linked>
  /** Others that a person made one with it, with what they were called. */
  readonly merged: ReadonlyArray<{ readonly id: string; readonly label: string }>
  /** What a person said isn't one: addresses and names by their ids, whose they were taken for, and whose they are. */
  readonly separated: ReadonlyArray<Separated>
  readonly edits: ReadonlyArray<Edit>
  readonly runs: ReadonlyArray<Touch>
}

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

export const explain = ({ id, table, type }: Found) =>
  Effect.gen(function* () {
    const database = yield* Database
    const key = name(table.key[0] ?? "")
    const [row = {}] = yield* database.rows(sql`from ${tableOf(table)} where ${key} = ${literal(id)}`, AnyRow)
    const [named] = yield* database.rows(
      sql`select ${labelOf(type)} as label from ${tableOf(table)} t where ${key} = ${literal(id)}`,
      Schema.Struct({ label: Schema.String })
    )
    const all = yield* linksOf(type, id)
    const made = MADE_OF.get(type) ?? []
    const contained = [
      ...all.filter(({ direction, relation }) => direction === "to" && made.includes(relation)),
      ...(type === "albums" ? yield* heldBy(id) : [])
    ]
    const origins = yield* originsOf([{ type, id }, ...contained])
    const way = yield* wayOf([id, ...contained.map((member) => member.id)])
    const members = contained.map((member) => ({ ...member, origins: origins(member) }))
    return {
      id,
      type,
      label: named?.label ?? "",
      row,
      origins: origins({ type, id }),
      members,
      way: leadingTo(way, makerOf(type, row, way)),
      links: all.filter((link) => !contained.includes(link)),
      merged: yield* mergedInto(table, type, id),
      separated: yield* separatedFrom(type, id),
      edits: yield* editsOf(type, id),
      runs: yield* touchesOf(table, id)
    } satisfies Explanation
  })

/** Links that lead from what is derived to what it is derived from. */
const MADE_OF: ReadonlyMap<string, ReadonlyArray<string>> = new Map([
  ["memory", ["contains"]],
  ["places", ["hosts"]],
  ["people", ["attends", "appears_in", "shares"]]
])

/** Memories say which relation made them; people and places come of what resolves them. */
const makerOf = (type: string, row: Explanation["row"], way: ReadonlyArray<Station>): string => {
  const resolver = way.find((station) => station.type === RESOLVERS.get(type))
  const maker = row["made_by"]
  return typeof maker === "string" ? maker : resolver === undefined ? "" : `${resolver.pipeline}.${resolver.relation}`
}

const RESOLVERS: ReadonlyMap<string, string> = new Map([
  ["people", "resolve-people"],
  ["places", "resolve-places"]
])

const heldBy = (album: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows(
      sql`select 'to' as direction, 'holds' as relation, 'media' as type, media_id::varchar as id, ${labelOf("media")} as label,
          null as confidence, null as rule, null as evidence
        from life.album_items join life.media t using (media_id) where album_id = ${literal(album)} order by position, label, id`,
      LinkRow
    )
  })

const LinkRow = Schema.Struct({
  direction: Schema.Literals(["to", "from"]),
  relation: Schema.String,
  type: Schema.String,
  id: Schema.String,
  label: Schema.String,
  confidence: Schema.NullOr(Schema.Number),
  rule: Schema.NullOr(Schema.String),
  evidence: Schema.NullOr(Schema.fromJsonString(Schema.Unknown))
})

const linksOf = (type: string, id: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const labels = join(
      [...tablesByType].map(
        ([other, table]) =>
          sql`when ${literal(other)} then (select ${labelOf(other)} from ${tableOf(table)} t where t.${name(table.key[0] ?? "")} = l.id)`
      ),
      " "
    )
    return yield* database.rows(
      sql`select direction, relation, type, id::varchar as id, coalesce(case type ${labels} end, '') as label, confidence,
          rule, evidence::varchar as evidence
        from (
          select 'to' as direction, relation, to_type as type, to_id as id, confidence, rule, evidence from life.links
          where from_type = ${literal(type)} and from_id = ${literal(id)}
          union all
          select 'from', relation, from_type, from_id, confidence, rule, evidence from life.links
          where to_type = ${literal(type)} and to_id = ${literal(id)}
        ) l order by direction desc, relation, type, label, id`,
      LinkRow
    )
  })

const mergedInto = (table: LifeTable, type: string, id: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const label = sql`(select any_value(${labelOf(type)}) from ${imagesOf(table)} t where t.${name(table.key[0] ?? "")} = e.entity_id)`
    return yield* database.rows(
      sql`select entity_id::varchar as id, coalesce(${label}, '') as label from life.edits e
        where entity_type = ${literal(type)} and field = ${literal(MERGED_INTO)} and (value->>'$') = ${literal(id)} order by 1`,
      Schema.Struct({ id: Schema.String, label: Schema.String })
    )
  })

const SeparatedRow = Schema.Struct({
  id: Schema.String,
  from: Schema.String,
  as: Schema.String,
  edited_at: Schema.String
})

const separatedFrom = (type: string, id: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows(
      sql`select entity_id::varchar as id, value->>'$.from' as "from", value->>'$.as' as "as", edited_at from life.edits
        where entity_type = ${literal(type)} and field = ${literal(SPLIT_FROM)}
          and ${literal(id)} in (entity_id::varchar, value->>'$.from', value->>'$.as') order by edited_at, id`,
      SeparatedRow
    )
  })

const Json = Schema.NullOr(Schema.fromJsonString(Schema.Unknown))
const EditRow = Schema.Struct({ field: Schema.String, value: Json, imported: Json, edited_at: Schema.String })

const editsOf = (type: string, id: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    return yield* database.rows(
      sql`select field, e.value::varchar as value, m.value::varchar as imported, edited_at
        from life.edits e left join life.masked m using (entity_type, entity_id, field)
        where entity_type = ${literal(type)} and entity_id = ${literal(id)} and field <> ${literal(SPLIT_FROM)}
        order by edited_at, field`,
      EditRow
    )
  })

const TouchRow = Schema.Struct({
  run_id: Schema.String,
  command: Schema.NullOr(Schema.String),
  pipeline: Schema.NullOr(Schema.String),
  at: Schema.NullOr(Schema.String),
  did: Schema.String
})

/** The runs that inserted or changed a row, and what they changed in it. */
const touchesOf = (table: LifeTable, id: string) =>
  Effect.gen(function* () {
    const database = yield* Database
    const columns = Object.keys(table.columns)
    const values = columns.filter((column) => !["revision", "run_id", "created_run_id", "updated_at"].includes(column))
    const versions = sql`
      select ${names(columns)} from ${imagesOf(table)} where ${name(table.key[0] ?? "")} = ${literal(id)}
      union all by name
      select ${names(columns)} from ${tableOf(table)} where ${name(table.key[0] ?? "")} = ${literal(id)}`
    const changed: Sql = join(
      values.map(
        (column) =>
          sql`case when ${name(column)} is distinct from lag(${name(column)}) over (order by revision) then ${literal(column)} end`
      )
    )
    return yield* database.rows(
      sql`select v.run_id::varchar as run_id, r.command, r.pipeline, r.started_at as "at",
          case when v.revision = 1 then 'added it' else 'changed ' || v.changed end as did
        from (select run_id, revision, concat_ws(', ', ${changed}) as changed from (${versions})) v left join state.runs r on r.run_id = v.run_id order by v.revision`,
      TouchRow
    )
  })
