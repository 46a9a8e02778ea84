/** What the rows of relations are, and where they aren't what they were: by version. */
import { Effect } from "effect"
import { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import type { Relation } from "../component/relation.ts"
import { type Changes, extentOf } from "../component/slice.ts"
import { type Sql, join, literal, sql } from "../component/sql.ts"
import { type PlannedSource, stagingName } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { EVERYWHERE, NOWHERE, changesAt, timesOf } from "./changes.ts"
import { sourceStep } from "./job.ts"
import { pastOf } from "./past.ts"
import { ordered } from "./runs.ts"
import { recordsOf } from "./staging.ts"
import { type Since, readStep } from "./step.ts"
import { hasTable } from "./table.ts"

/** What the rows of a relation are, and where they aren't what they were. */
export interface State {
  readonly version: string
  readonly since: Since | null
}

/** Where a relation has changed since a version of it was read. */
export const changesSince = (state: State | undefined, read: string | undefined): Changes => {
  if (state === undefined || read === undefined) return EVERYWHERE
  if (state.version === read) return NOWHERE
  return state.since !== null && state.since.version === read ? state.since.changes : EVERYWHERE
}

/** Where its records changed in the last run that changed any. */
export const sourceState = (pipeline: string, { name: source, relation }: PlannedSource) =>
  Effect.gen(function* () {
    const step = yield* readStep(pipeline, sourceStep(source))
    if (step === null) return { version: "empty", since: null }
    const { fingerprint, since } = step
    if (since === null) return { version: fingerprint, since }
    const table = stagingName(pipeline, source)
    const past = yield* hasTable("undo", `staging.${table}`)
    const tables = { records: recordsOf({ name: table }), past: past ? pastOf({ name: table }) : null }
    const changes = yield* sourceChanges(relation, tables, Uuid(since.version))
    return { version: fingerprint, since: { ...since, changes } }
  })

/**
 * Of a source's records in the runs after one: also in those that found them in another archive and nothing else, which is
 * no reason to make anything again. Not known where records don't say when they were.
 */
const sourceChanges = (
  source: Relation,
  table: { readonly records: Sql; readonly past: Sql | null },
  after: Uuid
): Effect.Effect<Changes, DatabaseError, Warehouse> => {
  const times = extentOf(source)
  if (times.length === 0) return Effect.succeed(EVERYWHERE)
  const runs = sql`(select run_id from ${ordered}
    where ord > coalesce((select ord from ${ordered} where run_id = ${literal(after)}::uuid), -1))`
  return changesAt(
    join(
      [
        timesOf(times, sql`(select * from ${table.records} where _run in ${runs})`),
        ...(table.past === null ? [] : [timesOf(times, sql`(select * from ${table.past} where _undo_run in ${runs})`)])
      ],
      " union all "
    )
  )
}
