/** Where each source continues. A checkpoint is written with the rows that it covers, and goes when they go (I1, I2, I10). */
import { Effect, Schema } from "effect"
import type { Checkpoint } from "../component/batch.ts"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, literal, sql } from "../component/sql.ts"
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
      ${leave(pipeline, source, runId)}
      insert into state.checkpoints values (${literal(pipeline)}, ${literal(source)}, ${literal(saved.configHash)},
        ${literal(saved.checkpoint === null ? null : JSON.stringify(saved.checkpoint))}, ${literal(saved.fingerprint)},
        ${literal(saved.complete)}, ${literal(runId)}, now());`)
  })

export const dropCheckpoint = (
  pipeline: string,
  source: string,
  runId: Uuid
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.flatMap(Warehouse, ({ database }) => database.execute(leave(pipeline, source, runId)))

/** Removes a checkpoint; what an earlier run left is kept as this run's before-image (I7). */
const leave = (pipeline: string, source: string, runId: Uuid): Sql => {
  const which = sql`pipeline = ${literal(pipeline)} and source = ${literal(source)}`
  const run = sql`${literal(runId)}::uuid`
  return sql`
    insert into undo.checkpoints select *, ${run} from state.checkpoints where ${which} and run_id is distinct from ${run};
    delete from state.checkpoints where ${which};`
}
