/** The rows of `life` that an id names. */
import { Effect, Schema } from "effect"
import { Uuid } from "../component/column.ts"
import { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { type Sql, join, literal, name, sql } from "../component/sql.ts"
import { nearest } from "../component/nearest.ts"
import { MERGED_INTO } from "./edit.ts"
import { type LifeTable, edits, tableOf, tablesByType } from "./table.ts"

export interface Found {
  /** `memory`, `media`, `events`… */
  readonly type: string
  readonly table: LifeTable
  readonly id: Uuid
}

const WHOLE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** As few letters of an id as are taken for it. */
const SHORT = /^[0-9a-f][0-9a-f-]{5,}$/
const MOST_SHOWN = 5

const Row = Schema.Struct({ type: Schema.String, id: Schema.String })

/**
 * What an id names: the memory before the event that it shares its id with. An id may be cut short, and may say of which
 * type it is: `events:1b9f0f4b`.
 */
export const find = (wanted: string): Effect.Effect<Found, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const { id, types } = yield* parse(wanted)
    const matches = yield* lookUp(id, types)
    const [first] = matches
    if (first === undefined) {
      const [merged] = yield* mergedAway(id, types)
      return merged === undefined
        ? yield* sourceError("unknown-id", `Nothing has the id ${id}.`, SEE, { fault: "pipeline" })
        : yield* sourceError(
            "merged",
            `${merged.id} was merged by you into ${merged.into}.`,
            `Name that: ${merged.type}:${merged.into}`,
            { fault: "pipeline" }
          )
    }
    const ids = new Set(matches.map((match) => match.id))
    if (ids.size > 1) {
      return yield* sourceError(
        "ambiguous-id",
        `${id} may be ${[...ids].slice(0, MOST_SHOWN).join(", ")}${ids.size > MOST_SHOWN ? "…" : ""}.`,
        "Write more of the id.",
        { fault: "pipeline" }
      )
    }
    return first
  })

const Merged = Schema.Struct({ type: Schema.String, id: Schema.String, into: Schema.String })

/** What has no row of its own any more, because a person said that it is another. */
const mergedAway = (id: string, types: ReadonlyArray<string>) =>
  Effect.flatMap(Database, (database) =>
    database.rows(
      sql`select entity_type as type, entity_id::varchar as id, value->>'$' as "into" from ${tableOf(edits)}
        where field = ${literal(MERGED_INTO)} and starts_with(entity_id::varchar, ${literal(id)})
          and entity_type in (${join(types.map((type) => literal(type)))}) limit 1`,
      Merged
    )
  )

const SEE = 'Ids are in life.*, such as: keepsake sql "select memory_id, title from life.memories"'

const parse = (wanted: string) =>
  Effect.gen(function* () {
    const text = wanted.trim().toLowerCase()
    const colon = text.indexOf(":")
    const [said, id] = colon < 0 ? [null, text] : [text.slice(0, colon), text.slice(colon + 1)]
    // `memories` as well as `memory`: people name the table.
    const type = said === "memories" ? "memory" : said
    if (type !== null && !tablesByType.has(type)) {
      const near = nearest(type, tablesByType.keys())
      return yield* sourceError(
        "unknown-type",
        `There is no type "${type}".`,
        near === null ? `There are: ${[...tablesByType.keys()].join(", ")}.` : `Did you mean "${near}"?`,
        { fault: "pipeline" }
      )
    }
    if (!SHORT.test(id)) return yield* sourceError("not-an-id", `"${wanted}" is no id.`, SEE, { fault: "pipeline" })
    return { id, types: type === null ? ORDER : [type] }
  })

/** A memory may have the id of its event. */
const ORDER: ReadonlyArray<string> = ["memory", ...[...tablesByType.keys()].filter((type) => type !== "memory")]

const lookUp = (id: string, types: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const queries = types.flatMap((type): ReadonlyArray<Sql> => {
      const table = tablesByType.get(type)
      const key = name(table?.key[0] ?? "")
      const matches = WHOLE.test(id) ? sql`${key} = ${literal(id)}` : sql`starts_with(${key}::varchar, ${literal(id)})`
      return table === undefined
        ? []
        : [
            sql`(select ${literal(type)} as type, ${key}::varchar as id from ${tableOf(table)} where ${matches} limit 10)`
          ]
    })
    const rows = yield* database.rows(join(queries, " union all "), Row)
    return types.flatMap((type) =>
      rows.flatMap((row): ReadonlyArray<Found> => {
        const table = tablesByType.get(type)
        return row.type === type && table !== undefined ? [{ type, table, id: Uuid(row.id) }] : []
      })
    )
  })
