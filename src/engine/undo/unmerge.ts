/** Taking merges back, one part or all of them. */
import { Effect, Schema } from "effect"
import { Uuid } from "../../component/column.ts"
import { Database } from "../../component/database.ts"
import type { DatabaseError, SourceError } from "../../component/error.ts"
import { literal, sql } from "../../component/sql.ts"
import { MERGED_INTO } from "../../life/edit.ts"
import type { Found } from "../../life/find.ts"
import type { Change } from "../../life/upsert.ts"
import { mergeAll } from "../edit.ts"
import { reverse } from "./life.ts"

const Merged = Schema.Struct({ id: Schema.String, run_id: Schema.String })

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
    const all = yield* database.rows(
      sql`select entity_id::varchar as id, run_id::varchar as run_id from life.edits
        where field = ${literal(MERGED_INTO)} and entity_type = ${literal(whole.type)}
          and (value->>'$') = ${literal(whole.id)} order by edited_at desc`,
      Merged
    )
    const isPart = ({ id }: typeof Merged.Type) =>
      parts.length === 0 || parts.some((part) => id.startsWith(part.toLowerCase()))
    const runs = new Set(all.filter(isPart).map(({ run_id }) => run_id))
    for (const run of runs) yield* reverse(Uuid(run), change)
    // What was merged in the same go, and isn't to be separated.
    const rest = all.filter((row) => runs.has(row.run_id) && !isPart(row)).map(({ id }) => ({ ...whole, id: Uuid(id) }))
    if (rest.length > 0) yield* mergeAll([whole, ...rest], change)
    return all.filter(isPart).map(({ id }) => Uuid(id))
  })
