/** What became of every input (I4): read = new + changed + unchanged + duplicate + skipped + rejected. */
import { Effect, Schema } from "effect"
import type { Reject, Skip } from "../component/batch.ts"
import type { Uuid } from "../component/column.ts"
import type { DatabaseError } from "../component/error.ts"
import { type Sql, authored, empty, join, literal, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"

export interface Ledger {
  readonly read: number
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly duplicate: number
  readonly skipped: number
  readonly rejected: number
  readonly deleted: number
  readonly requests: number
  readonly retries: number
}

export const blank: Ledger = {
  read: 0,
  new: 0,
  changed: 0,
  unchanged: 0,
  duplicate: 0,
  skipped: 0,
  rejected: 0,
  deleted: 0,
  requests: 0,
  retries: 0
}

export const add = (a: Ledger, b: Partial<Ledger>): Ledger => ({
  read: a.read + (b.read ?? 0),
  new: a.new + (b.new ?? 0),
  changed: a.changed + (b.changed ?? 0),
  unchanged: a.unchanged + (b.unchanged ?? 0),
  duplicate: a.duplicate + (b.duplicate ?? 0),
  skipped: a.skipped + (b.skipped ?? 0),
  rejected: a.rejected + (b.rejected ?? 0),
  deleted: a.deleted + (b.deleted ?? 0),
  requests: a.requests + (b.requests ?? 0),
  retries: a.retries + (b.retries ?? 0)
})

export const addsUp = (ledger: Ledger): boolean =>
  ledger.read === ledger.new + ledger.changed + ledger.unchanged + ledger.duplicate + ledger.skipped + ledger.rejected

const SINGULAR: { readonly [what: string]: string } = { requests: "request", retries: "retry" }

/** `3 new, 1 request`: what there is of some counts. */
export const countsText = (counts: object, format: (count: number) => string = String): string =>
  Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `${format(Number(count))} ${count === 1 ? (SINGULAR[what] ?? what) : what}`)
    .join(", ")

/** Which source of which run. */
export interface Account {
  readonly runId: Uuid
  readonly pipeline: string
  readonly source: string
}

const owner = ({ runId, pipeline, source }: Account): Sql =>
  sql`${literal(runId)}::uuid, ${literal(pipeline)}, ${literal(source)}`

const rejectRow = (account: Account, reject: Reject): Sql => {
  const raw =
    reject.raw === undefined ? literal(null) : sql`from_hex(${literal(Buffer.from(reject.raw).toString("hex"))})`
  return sql`(${owner(account)}, ${literal(reject.code)}, ${literal(reject.reason)}, ${literal(reject.origin.archive)},
    ${literal(reject.origin.member)}, ${literal(reject.position ?? null)}, ${raw}, now())`
}

const skipRow = (account: Account, skip: Skip): Sql =>
  sql`(${owner(account)}, ${literal(skip.reason)}, ${literal(skip.count)}, ${literal(JSON.stringify(skip.examples ?? []))})`

/** As far as their number is known. */
export const countOf = (skips: ReadonlyArray<Skip>): number => skips.reduce((sum, { count }) => sum + (count ?? 0), 0)

/** Writes the ledger as it stands; called within the transaction of the batch that it counts (I1). */
export const writeLedger = (
  account: Account,
  ledger: Ledger,
  rejects: ReadonlyArray<Reject>,
  skipped: ReadonlyArray<Skip>
): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const counts = join(Object.values(ledger).map((count) => literal(count)))
    const columns = authored(Object.keys(ledger).join(", "))
    yield* database.execute(sql`
      delete from state.ledger where run_id = ${literal(account.runId)} and source = ${literal(account.source)};
      insert into state.ledger (run_id, pipeline, source, ${columns}) values (${owner(account)}, ${counts});
      ${rejects.length === 0 ? empty : sql`insert into state.rejects values ${join(rejects.map((reject) => rejectRow(account, reject)))};`}
      ${skipped.length === 0 ? empty : sql`insert into state.skips values ${join(skipped.map((skip) => skipRow(account, skip)))};`}`)
  })

/** Keeps the rejects of a scan, and says how many there are. */
export const writeRejects = (account: Account, rejects: Sql): Effect.Effect<number, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [inserted] = yield* database.rows(
      sql`insert into state.rejects
        select ${owner(account)}, code, reason, archive, member, position, raw, now() from (${rejects})`,
      Schema.Struct({ Count: Schema.Number })
    )
    return inserted?.Count ?? 0
  })
