/** Taking merges back, one part or all of them. */
import { Effect, Schema } from "effect"
import { Uuid } from "../../component/column.ts"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { join, literal, sql } from "../../component/sql.ts"
import { MERGED_INTO } from "../../life/edit.ts"
import type { Found } from "../../life/find.ts"
import { edits, imagesOf, tableOf } from "../../life/table.ts"
import type { Change } from "../../life/upsert.ts"
import { mergeAll } from "../edit.ts"
import { ordered } from "../runs.ts"
import { reverse } from "./life.ts"

const Merged = Schema.Struct({ id: Schema.String })
const Run = Schema.Struct({ run_id: Schema.String })

/**
 * Separates what was merged into a whole: the parts whose ids begin as given, or all. Gives the ids of the parts; none
 * where nothing of the kind was merged into it.
 */
export const unmerge = (
  whole: Found,
  parts: ReadonlyArray<string>,
  change: Change
): Effect.Effect<ReadonlyArray<Uuid>, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const isMerged = sql`field = ${literal(MERGED_INTO)} and entity_type = ${literal(whole.type)} and (value->>'$') = ${literal(whole.id)}`
    const merged = Effect.map(
      database.rows(
        sql`select entity_id::varchar as id from ${tableOf(edits)} where ${isMerged} order by edited_at desc`,
        Merged
      ),
      (rows) => rows.map(({ id }) => Uuid(id))
    )
    const before = yield* merged
    const isPart = (id: Uuid) => parts.length === 0 || parts.some((part) => id.startsWith(part.toLowerCase()))
    const separated = before.filter(isPart)
    if (separated.length === 0) return []
    // A part may have been merged with others, which were split off since: all of this is taken out.
    const runs = yield* database.rows(
      sql`select distinct run_id::varchar as run_id, o.ord from (
          select run_id, entity_id from ${tableOf(edits)} where ${isMerged}
          union select run_id, entity_id from ${imagesOf(edits)} where ${isMerged}
        ) join ${ordered} o using (run_id)
        where entity_id in (${join(separated.map((id) => literal(id)))}) order by o.ord desc`,
      Run
    )
    yield* reverse(
      runs.map(({ run_id }) => Uuid(run_id)),
      change
    )
    // What went with it, and isn't to be separated.
    const after = new Set(yield* merged)
    const rest = before.filter((id) => !after.has(id) && !isPart(id)).map((id) => ({ ...whole, id }))
    if (rest.length > 0) yield* mergeAll([whole, ...rest], change)
    return separated
  })
