/** A source whose records pass through the program: batch by batch, each with its checkpoint and ledger (I1). */
import { Effect, Ref, Schedule, Stream, identity } from "effect"
import type { Batch, Checkpoint } from "../component/batch.ts"
import { type Columns, flag, text, uuid } from "../component/column.ts"
import type { Services, Reading } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { retrySchedule } from "../component/retry.ts"
import { type Sql, join, sql } from "../component/sql.ts"
import { fromInbox, inboxColumns } from "../warehouse/value.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { writeCheckpoint } from "./checkpoint.ts"
import { splitEqualPictures } from "./identity.ts"
import { type Job, type Staged, finished, leaveUnchanged, noteChange, refuse, settle } from "./job.ts"
import { add, blank, countOf } from "./ledger.ts"
import { keepItems } from "./items.ts"
import { followListing } from "./listing.ts"
import { merge } from "./merge.ts"
import { noteSightings } from "./past.ts"
import { report } from "./progress.ts"

/** A retry continues after the last committed batch. */
export const stageBatches = (
  job: Job,
  reading: Extract<Reading<Services>, { kind: "extract" }>,
  complete: string | null
): Staged<void> =>
  Effect.gen(function* () {
    const { account, source } = job
    const fingerprint = yield* reading.fingerprint(job.opening)
    if (fingerprint !== null && fingerprint === complete) return yield* leaveUnchanged(job)
    yield* report({ kind: "started", step: source.name, doing: `reading ${source.stream.type}` })
    const inbox = inboxOf(job.staging.columns)
    // A complete read ended where it ended: what changed since is read from the beginning, and merged.
    const last = yield* Ref.make<Checkpoint | null>(complete === null ? job.opening.checkpoint : null)
    const read = Effect.gen(function* () {
      const checkpoint = yield* Ref.get(last)
      yield* reading.batches({ ...job.opening, checkpoint }).pipe(
        // While one batch is committed, the next is read: at most these two are held (I9).
        source.stream.keepsItems === true ? identity : Stream.buffer({ capacity: 1 }),
        Stream.runForEach((batch) => Effect.andThen(commit(job, inbox, batch), Ref.set(last, batch.checkpoint)))
      )
    })
    const { database } = yield* Warehouse
    // A provider has been asked again, request by request, before the stream fails. What comes from it is little, and
    // others are read meanwhile, who may need the memory.
    yield* source.stream.access === undefined
      ? database.lean(
          Effect.retry(
            read,
            Schedule.tap(retrySchedule<SourceError | DatabaseError>(source.retry), () =>
              Ref.update(job.asked, ({ retries, ...rest }) => ({ ...rest, retries: retries + 1 }))
            )
          )
        )
      : read
    const checkpoint = yield* Ref.get(last)
    yield* database.transaction(
      Effect.gen(function* () {
        if (job.staging.entity === "media") yield* noteChange(job, yield* splitEqualPictures(job.staging))
        yield* noteSightings(job.staging, account)
        yield* settle(job, {}, [], [])
        yield* writeCheckpoint(account.pipeline, account.source, account.runId, {
          configHash: source.configHash,
          checkpoint,
          fingerprint,
          complete: true
        })
      })
    )
    yield* finished(job)
  })

const RECORD_COLUMNS: Columns = {
  _source_id: text("The record's own id."),
  _id: uuid("The entity's id."),
  _archive: text("The archive."),
  _member: text("The member."),
  _gone: flag("Gone upstream.")
}

/** The way in for a batch's records: a table that is there as long as they need it. */
interface Inbox {
  readonly columns: Columns
  readonly table: Sql
  readonly query: Sql
}

const inboxOf = (columns: Columns): Inbox => {
  const all = { ...RECORD_COLUMNS, ...columns }
  const values = Object.entries(all).map(([column, { type }]) => fromInbox(column, type))
  return { columns: all, table: sql`(${inboxColumns(all)})`, query: sql`select ${join(values)} from _inbox` }
}

/** Rows, checkpoint and ledger, or nothing (I1). */
const commit = (job: Job, inbox: Inbox, batch: Batch<Columns>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { account, source } = job
    yield* refuse(job, batch.rejects)
    const before = yield* Ref.get(job.ledger)
    yield* database
      .transaction(
        Effect.gen(function* () {
          const skipped = countOf(batch.skipped)
          const merged = batch.records.length === 0 ? null : yield* mergeRecords(job, inbox, batch.records)
          const gone = yield* followListing(job, batch)
          yield* keepItems(account, batch)
          const counts = add(add(blank, merged ?? {}), {
            read: skipped + batch.rejects.length + gone,
            changed: gone,
            deleted: gone,
            skipped,
            rejected: batch.rejects.length
          })
          yield* settle(job, counts, batch.rejects, batch.skipped)
          yield* noteChange(job, (merged?.touched ?? 0) + gone)
          yield* writeCheckpoint(account.pipeline, account.source, account.runId, {
            configHash: source.configHash,
            checkpoint: batch.checkpoint,
            fingerprint: null,
            complete: false
          })
        })
      )
      .pipe(Effect.onError(() => Ref.set(job.ledger, before)))
    if (batch.progress !== undefined) {
      const { done, total, unit } = batch.progress
      yield* report({ kind: "advanced", step: source.name, done, total: total ?? null, unit })
    }
  })

const mergeRecords = (job: Job, inbox: Inbox, records: Batch<Columns>["records"]) =>
  Effect.gen(function* () {
    const { append, database } = yield* Warehouse
    yield* database.execute(sql`create or replace temp table _inbox ${inbox.table}`)
    yield* append(
      "_inbox",
      inbox.columns,
      records.map((record) => ({
        ...record.row,
        _source_id: record.sourceId,
        _id: record.id,
        _archive: record.origin.archive,
        _member: record.origin.member,
        _gone: record.gone ?? false
      }))
    )
    const merged = yield* merge(job.staging, {
      query: sql`select *, 0 as _rank from (${inbox.query})`,
      isAll: false,
      left: null,
      weighed: false,
      again: job.source.stream.access === undefined ? "copy" : "newer"
    })
    yield* database.execute(sql`drop table _inbox`)
    return merged
  })
