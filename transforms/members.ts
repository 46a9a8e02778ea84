/** Records of any kind as what memories are made of: narrow rows with when and where they were, as SQL. */
import { Effect } from "effect"
import type { ConfigProblem } from "../src/component/error.ts"
import type { EntityName } from "../src/life/entity.ts"
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, literal, name, sql } from "../src/component/sql.ts"
import { columnOrNull, requireColumns } from "./columns.ts"

/** What the rows of a relation are: by what the checks know, else by their columns. */
export const entityOf = ({ columns, entity }: Relation): EntityName => {
  if (entity !== null && entity !== "memory" && entity !== "mixed") return entity
  if (columns.has("taken_at")) return "media"
  if (columns.has("played_ms") || columns.has("started_at")) return "plays"
  return columns.has("all_day") || columns.has("attendees") || columns.has("uid") ? "events" : "visits"
}

const TIMES: { readonly [E in EntityName]?: readonly [start: string, end: string] } = {
  media: ["taken_at", "taken_at"],
  plays: ["started_at", "ended_at"]
}

const timesOf = (relation: Relation): readonly [start: string, end: string] =>
  TIMES[entityOf(relation)] ?? ["starts_at", "ends_at"]

/** Each must say which records its rows are, and when they were. */
export const requireMembers = (
  relations: ReadonlyArray<Relation>,
  option = "from"
): Effect.Effect<void, ConfigProblem> =>
  Effect.forEach(
    relations,
    (relation, index) =>
      requireColumns(
        relation,
        ["_id", timesOf(relation)[0]].map((column) => ({
          column,
          path: relations.length === 1 ? [option] : [option, index]
        }))
      ),
    { discard: true }
  )

/**
 * `entity`, `id`, `starts`, `ends` (microseconds), `latitude`, `longitude`, `place_id`, `place_name`, `place_country_code`
 * (as `reverse-geocode` gives them), `local_date`, `last_date`. Cancelled events are left out.
 */
export const membersOf = (relation: Relation): Sql => {
  const entity = entityOf(relation)
  const [start, end] = timesOf(relation)
  const { columns, table } = relation
  const city = columns.has("place_city_id")
    ? columnOrNull(relation, "place_city_id", "UUID")
    : columnOrNull(relation, "place_id", "UUID")
  const [first, last] = entity === "events" ? ["local_start_date", "local_end_date"] : ["local_date", "local_date"]
  const ending = columns.has(end)
    ? sql`greatest(t.${name(start)}, coalesce(t.${name(end)}, t.${name(start)}))`
    : sql`t.${name(start)}`
  return sql`
    select ${literal(entity)} as entity, _id as id, epoch_us(t.${name(start)}) as starts, epoch_us(${ending}) as ends,
      ${columnOrNull(relation, "latitude", "DOUBLE")} as latitude, ${columnOrNull(relation, "longitude", "DOUBLE")} as longitude,
      ${columns.has("place_name") || columns.has("place_locality") ? city : sql`null::uuid`} as place_id,
      ${columns.has("place_locality") ? sql`t.place_locality` : columnOrNull(relation, "place_name", "VARCHAR")} as place_name,
      ${columnOrNull(relation, "place_country_code", "VARCHAR")} as place_country_code,
      ${columnOrNull(relation, first, "DATE")} as local_date, ${columnOrNull(relation, last, "DATE")} as last_date
    from ${table} t where isfinite(t.${name(start)}) ${relation.distinct === true ? empty : sql`and _id is not null`}
      ${entity === "events" && columns.has("status") ? sql`and status is distinct from 'cancelled'` : empty}`
}
