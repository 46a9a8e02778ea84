/** Where each entity came from: every staged record of it, also of copies that were dropped on the way. */
import { Effect } from "effect"
import type { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { SinkCounts, StagedSource } from "../../src/component/sink.ts"
import { literal, sql } from "../../src/component/sql.ts"
import type { EntityName } from "../../src/life/entity.ts"
import { provenance } from "../../src/life/table.ts"
import { type Change, none, upsert } from "../../src/life/upsert.ts"

const COLUMNS = [...provenance.key, "archive", "member", "content_hash", "first_seen_at", "last_seen_at", "gone_at"]

export const loadProvenance = (
  entity: EntityName,
  sources: ReadonlyArray<StagedSource>,
  change: Change
): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    for (const source of sources) {
      if (source.entity !== entity) continue
      const query = sql`
        select ${literal(entity)} as entity_type, _id as entity_id, ${literal(source.connector)} as connector,
          ${literal(source.stream)} as stream, ${literal(source.account)} as account, _source_id as source_id,
          _archive as archive, _member as member,
          ${source.columns.has("content_hash") ? sql`content_hash` : sql`null`} as content_hash,
          _first_seen_at as first_seen_at, _last_seen_at as last_seen_at, _gone_at as gone_at
        from ${source.table}`
      yield* upsert(provenance, { query, columns: COLUMNS }, change, {
        within: [
          sql`entity_type = ${literal(entity)} and connector = ${literal(source.connector)} and stream = ${literal(source.stream)} and account = ${literal(source.account)}`
        ]
      })
    }
    // Provenance is not what a sink is asked to count.
    return none
  })
