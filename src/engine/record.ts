/** The record of a run: when, which command, and what came of it. */
import { randomUUID } from "node:crypto"
import { Cause, Clock, Effect, Exit } from "effect"
import { EpochMillis, Uuid } from "../component/column.ts"
import { type DatabaseError, SourceError } from "../component/error.ts"
import { literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { RunContext } from "./job.ts"

export interface Recorded {
  readonly command: string
  /** Null: it concerns the home as a whole. */
  readonly pipeline: string | null
  /** The pipeline's text as it is in the file: nothing is filled in, so that it holds no secret (I5). */
  readonly definition: string | null
}

/** Does the work under a run of its own, and records how it ended. What it gives is the run's summary. */
export const recorded = <A, E, R>(
  what: Recorded,
  work: (context: RunContext) => Effect.Effect<A, E, R>,
  statusOf: (summary: A) => string = () => "done"
): Effect.Effect<A, E | DatabaseError, R | Warehouse> =>
  Effect.gen(function* () {
    const context: RunContext = { runId: Uuid(randomUUID()), now: EpochMillis(yield* Clock.currentTimeMillis) }
    yield* begin(what, context)
    return yield* work(context).pipe(Effect.onExit((exit) => Effect.ignore(end(context, exit, statusOf))))
  })

const begin = ({ command, definition, pipeline }: Recorded, { now, runId }: RunContext) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(sql`
      update state.runs set status = 'killed', ended_at = now() where status = 'running';
      insert into state.runs (run_id, pipeline, command, status, started_at, definition) values (${literal(runId)},
        ${literal(pipeline)}, ${literal(command)}, 'running', make_timestamptz(${literal(now * 1000)}), ${literal(definition)})`)
  })

const end = <A, E>({ runId }: RunContext, exit: Exit.Exit<A, E>, statusOf: (summary: A) => string) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const status = Exit.isSuccess(exit)
      ? statusOf(exit.value)
      : Cause.hasInterruptsOnly(exit.cause)
        ? "interrupted"
        : "failed"
    const error = Exit.isSuccess(exit) || status === "interrupted" ? null : wordsOf(exit.cause)
    yield* database.execute(sql`
      update state.runs set status = ${literal(status)}, ended_at = now(),
        summary = ${literal(Exit.isSuccess(exit) ? JSON.stringify(exit.value) : null)},
        error = ${literal(error === null ? null : JSON.stringify(error))}
      where run_id = ${literal(runId)}`)
  })

const wordsOf = <E>(cause: Cause.Cause<E>) => {
  const [reason] = cause.reasons
  if (reason?._tag === "Fail" && reason.error instanceof SourceError) {
    const { code, hint, message } = reason.error
    return { code, message, hint }
  }
  return { message: Cause.pretty(cause).split("\n")[0] }
}
