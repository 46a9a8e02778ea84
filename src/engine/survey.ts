/** Reads sources as a run would, into a database that is thrown away, to say what they hold. */
import { randomUUID } from "node:crypto"
import { Clock, Effect, Schema } from "effect"
import { EpochMillis, Uuid } from "../component/column.ts"
import { literal, name, sql } from "../component/sql.ts"
import { type Plan, type PlannedSource, stagingTable } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Ledger } from "./ledger.ts"
import { type LeftOut, leftOut } from "./left-out.ts"
import { stageSource } from "./stage.ts"

/** Records by what they are and the year in which they were. */
export interface Count {
  readonly what: string
  readonly year: number | null
  readonly records: number
}

export interface Survey {
  readonly ledger: Ledger
  readonly counts: ReadonlyArray<Count>
  readonly left: ReadonlyArray<LeftOut>
}

/** Columns that say of what kind a record is. */
const KINDS = ["type", "kind", "calendar", "source_name"]

const Counted = Schema.Struct({
  what: Schema.NullOr(Schema.String),
  year: Schema.NullOr(Schema.Number),
  records: Schema.Number
})

export const survey = (plan: Plan, source: PlannedSource) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const run = { runId: Uuid(randomUUID()), now: EpochMillis(yield* Clock.currentTimeMillis) }
    const { ledger } = yield* Effect.scoped(stageSource(plan, source, run))
    const table = stagingTable(plan.pipeline.name, source.name)
    const { time } = source.stream
    const kind = KINDS.find((column) => source.relation.columns.has(column))
    const counts = yield* database.rows(
      sql`select ${kind === undefined ? literal(null) : name(kind)}::varchar as what,
          ${time === null ? literal(null) : sql`year(${name(time)})`}::integer as year, count(*) as records
        from ${table} group by all order by what, year`,
      Counted
    )
    const left = yield* leftOut(run.runId)
    const unnamed = source.bound.entity ?? "records"
    return {
      ledger,
      counts: counts.map(({ what, ...count }) => ({ ...count, what: what ?? unnamed })),
      left
    } satisfies Survey
  })
