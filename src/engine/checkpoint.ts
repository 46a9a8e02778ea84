/** Where each source continues. A checkpoint is written with the rows that it covers, and goes when they go (I1, I2, I10). */
import { Effect, Schema } from "effect"
import type { Checkpoint } from "../component/batch.ts"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export interface SavedCheckpoint {
  readonly configHash: string
  readonly checkpoint: Checkpoint | null
  readonly fingerprint: string | null
  /** The read that wrote it came to its end. */
  readonly complete: boolean
}

const Row = Schema.Struct({
  config_hash: Schema.String,
  checkpoint: Schema.NullOr(Schema.fromJsonString(Schema.Json)),
  fingerprint: Schema.NullOr(Schema.String),
  complete: Schema.Boolean
})

export const readCheckpoint = (
  pipeline: string,
  source: string
): Effect.Effect<SavedCheckpoint | null, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select config_hash, checkpoint::varchar as checkpoint, fingerprint, complete from state.checkpoints
        where pipeline = ${literal(pipeline)} and source = ${literal(source)}`,
      Row
    )
    return row === undefined
      ? null
      : {
          configHash: row.config_hash,
          checkpoint: row.checkpoint,
          fingerprint: row.fingerprint,
          complete: row.complete
        }
  })

export const writeCheckpoint = (
  pipeline: string,
  source: string,
  runId: Uuid,
  saved: SavedCheckpoint
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(sql`
      delete from state.checkpoints where pipeline = ${literal(pipeline)} and source = ${literal(source)};
      insert into state.checkpoints values (${literal(pipeline)}, ${literal(source)}, ${literal(saved.configHash)},
        ${literal(saved.checkpoint === null ? null : JSON.stringify(saved.checkpoint))}, ${literal(saved.fingerprint)},
        ${literal(saved.complete)}, ${literal(runId)}, now());`)
  })

export const dropCheckpoint = (pipeline: string, source: string): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(
      sql`delete from state.checkpoints where pipeline = ${literal(pipeline)} and source = ${literal(source)}`
    )
  })
