/** Full listings: what one of them no longer has is marked as gone, never removed (I7). */
import { Effect, Schema } from "effect"
import type { Batch, Listing } from "../component/batch.ts"
import type { Columns } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, literal, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import type { Job } from "./job.ts"
import type { Account } from "./ledger.ts"
import { unlistItems } from "./items.ts"
import { keepPast } from "./past.ts"
import { recordsOf } from "./staging.ts"

type Owner = Pick<Account, "pipeline" | "source">

const ownedBy = ({ pipeline, source }: Owner): Sql =>
  sql`pipeline = ${literal(pipeline)} and source = ${literal(source)}`

/** I10: what was seen belongs to the staging that it was seen for. */
export const forgetListings = (pipeline: string, source: string): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.flatMap(Warehouse, ({ database }) =>
    database.execute(sql`delete from state.seen where ${ownedBy({ pipeline, source })}`)
  )

/**
 * Notes what a batch of a listing has; when the listing ends, marks what it never had, and gives their number. Within the
 * batch's transaction (I1), so that a listing that was interrupted knows what it has seen.
 */
export const followListing = (
  job: Job,
  { listing, records }: Batch<Columns>
): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    if (listing === undefined) return 0
    const { database } = yield* Warehouse
    const { account } = job
    const { begins, ends, present = [], scope, unread } = listing
    const seen = sql`${ownedBy(account)} and scope = ${literal(scope)}`
    if (begins === true) {
      yield* database.execute(sql`delete from state.seen where ${seen}`)
      if (job.source.stream.keepsItems === true) yield* unlistItems(account, scope)
    }
    const ids = [...records.map(({ sourceId }) => sourceId), ...present, ...(unread === true ? [UNREAD] : [])]
    if (ids.length > 0) {
      yield* database.execute(sql`
        insert into state.seen select ${literal(account.pipeline)}, ${literal(account.source)}, ${literal(scope)},
          md5_number(unnest(${literal(JSON.stringify(ids))}::json::varchar[]))`)
    }
    if (ends !== true) return 0
    const gone = yield* markGone(job, listing, seen)
    yield* database.execute(sql`delete from state.seen where ${seen}`)
    return gone
  })

/** Stands among the ids for what can't be read; no record has it. */
const UNREAD = ""

const markGone = ({ source, staging }: Job, { among = sql`true`, scope }: Listing, seen: Sql) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const column = source.stream.scope
    const within = column === undefined ? sql`true` : sql`${name(column)} = ${literal(scope)}`
    const keys = sql`(select key from state.seen where ${seen})`
    const missed = sql`_gone_at is null and ${within} and (${among})
      and md5_number(_source_id) not in ${keys} and md5_number(${literal(UNREAD)}) not in ${keys}`
    yield* keepPast(staging, missed)
    const [updated] = yield* database.rows(
      sql`update ${recordsOf(staging)} set _gone_at = make_timestamptz(${literal(staging.now * 1000)}),
          _run = ${literal(staging.runId)}::uuid
        where ${missed}`,
      Schema.Struct({ Count: Schema.Number })
    )
    return updated?.Count ?? 0
  })
