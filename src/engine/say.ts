/** What a person says is kept, or refused in words. */
import { Effect } from "effect"
import type { Uuid } from "../component/column.ts"
import type { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { join, literal, sql } from "../component/sql.ts"
import { edits } from "../life/table.ts"
import { type Change, upsert } from "../life/upsert.ts"

export const refuse = (code: string, message: string, hint: string): SourceError =>
  sourceError(code, message, hint, { fault: "pipeline" })

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
