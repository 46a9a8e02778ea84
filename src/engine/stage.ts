/** Extract: a source's batches into its staging table, each with its checkpoint and ledger in one transaction (I1). */
import { Effect, Ref, Schema, type Scope, Stream } from "effect"
import type { Batch, Checkpoint, Reject } from "../component/batch.ts"
import { type Columns, type EpochMillis, type Uuid, flag, text, uuid } from "../component/column.ts"
import type { LocalServices, Opening, Reading } from "../component/connector.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { type Sql, join, sql } from "../component/sql.ts"
import { type Plan, type PlannedSource, stagingTable } from "../pipeline/plan.ts"
import { fromInbox, inboxColumns } from "../warehouse/value.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { dropCheckpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts"
import { splitEqualPictures } from "./identity.ts"
import { type Account, type Ledger, add, addsUp, blank, writeLedger } from "./ledger.ts"
import { type Staging, beginMerge, merge, prepareStaging } from "./merge.ts"
import { report } from "./progress.ts"
import { retrySchedule } from "./retry.ts"
import { writeStep } from "./step.ts"

/** The step whose fingerprint changes whenever a source's staged rows do. */
export const sourceStep = (source: string): string => `source:${source}`

export interface RunContext {
  readonly runId: Uuid
  readonly now: EpochMillis
}

type Staged<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | LocalServices | Scope.Scope>

/** What stays the same while one source is read. */
interface Job {
  readonly account: Account
  readonly source: PlannedSource
  readonly staging: Staging
  readonly opening: Opening
  readonly ledger: Ref.Ref<Ledger>
}

export const stageSource = (plan: Plan, source: PlannedSource, run: RunContext): Staged<Ledger> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const columns = source.columns ?? (yield* columnsNow(source))
    const staging: Staging = {
      table: stagingTable(pipeline, source.name),
      columns,
      entity: source.bound.entity,
      runId: run.runId,
      now: run.now
    }
    const { existed } = yield* prepareStaging(staging, ["staging", `${pipeline}__${source.name}`])
    // I10: staging that had to be made anew has lost its rows, and with them the right to continue.
    if (!existed) yield* dropCheckpoint(pipeline, source.name)
    const saved = yield* readCheckpoint(pipeline, source.name)
    const usable = saved !== null && saved.configHash === source.configHash ? saved : null
    const job: Job = {
      account: { runId: run.runId, pipeline, source: source.name },
      source,
      staging,
      opening: {
        checkpoint: usable?.checkpoint ?? null,
        account: source.account,
        timeZone: source.timeZone,
        now: run.now
      },
      ledger: yield* Ref.make(blank)
    }
    yield* beginMerge
    const complete = usable?.complete === true ? usable.fingerprint : null
    const { reading } = source.bound
    yield* reading.kind === "scan" ? stageScan(job, reading, complete) : stageBatches(job, reading, complete)
    const ledger = yield* Ref.get(job.ledger)
    if (!addsUp(ledger)) {
      return yield* sourceError(
        "ledger",
        `The ledger of "${source.name}" doesn't add up: ${JSON.stringify(ledger)}.`,
        "This is a fault of Keepsake: please report it with this line.",
        { fault: "run" }
      )
    }
    return ledger
  })

const columnsNow = (source: PlannedSource): Staged<Columns> =>
  Effect.gen(function* () {
    const columns = yield* source.bound.columns.pipe(
      Effect.catchTag("ConfigProblem", (problem) =>
        Effect.fail(sourceError(problem.code, problem.message, problem.hint, { fault: "pipeline" }))
      )
    )
    return (
      columns ??
      (yield* sourceError(
        "file-not-found",
        `Source "${source.name}" finds no file to read.`,
        "Check `path`: it is relative to the directory in which you run keepsake."
      ))
    )
  })

/** Everything is as it was at the end of the last complete read: nothing is read, all rows are unchanged. */
const leaveUnchanged = (job: Job) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [row] = yield* database.rows(
      sql`select count(*) as n from ${job.staging.table}`,
      Schema.Struct({ n: Schema.Number })
    )
    yield* settle(job, { read: row?.n ?? 0, unchanged: row?.n ?? 0 }, [], [])
  })

const settle = (
  job: Job,
  counts: Partial<Ledger>,
  rejects: ReadonlyArray<Reject>,
  skipped: Batch<Columns>["skipped"]
) =>
  Effect.gen(function* () {
    const ledger = yield* Ref.updateAndGet(job.ledger, (before) => add(before, counts))
    yield* writeLedger(job.account, ledger, rejects, skipped)
  })

const stageScan = (
  job: Job,
  reading: Extract<Reading<LocalServices>, { kind: "scan" }>,
  complete: string | null
): Staged<void> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { account, source, staging } = job
    const scan = yield* reading.scan(job.opening)
    if (scan.fingerprint === complete) return yield* leaveUnchanged(job)
    yield* report({ kind: "started", step: source.name, doing: `reading ${source.stream.type}` })
    yield* database.transaction(
      Effect.gen(function* () {
        const merged = yield* merge(staging, sql`select *, false as _gone from (${scan.query})`)
        const skipped = scan.skipped.reduce((sum, skip) => sum + skip.count, 0)
        yield* settle(job, { ...merged, read: merged.read + skipped, skipped }, [], scan.skipped)
        yield* noteChange(job, merged.new + merged.changed)
        yield* writeCheckpoint(account.pipeline, account.source, account.runId, {
          configHash: source.configHash,
          checkpoint: null,
          fingerprint: scan.fingerprint,
          complete: true
        })
      })
    )
    yield* finished(job)
  })

/** A retry continues after the last committed batch. */
const stageBatches = (
  job: Job,
  reading: Extract<Reading<LocalServices>, { kind: "extract" }>,
  complete: string | null
): Staged<void> =>
  Effect.gen(function* () {
    const { account, source } = job
    const fingerprint = yield* reading.fingerprint(job.opening)
    if (fingerprint !== null && fingerprint === complete) return yield* leaveUnchanged(job)
    yield* report({ kind: "started", step: source.name, doing: `reading ${source.stream.type}` })
    const inbox = yield* makeInbox(job.staging.columns)
    // A complete read ended where it ended: what changed since is read from the beginning, and merged.
    const last = yield* Ref.make<Checkpoint | null>(complete === null ? job.opening.checkpoint : null)
    const read = Effect.gen(function* () {
      const checkpoint = yield* Ref.get(last)
      // While one batch is committed, the next is read: at most these two are held (I9).
      yield* reading.batches({ ...job.opening, checkpoint }).pipe(
        Stream.buffer({ capacity: 1 }),
        Stream.runForEach((batch) => Effect.andThen(commit(job, inbox, batch), Ref.set(last, batch.checkpoint)))
      )
    })
    const counted = read.pipe(
      Effect.tapError((error) =>
        error._tag === "SourceError" && error.retryable
          ? Ref.update(job.ledger, (ledger) => add(ledger, { retries: 1 }))
          : Effect.void
      )
    )
    yield* Effect.retry(counted, retrySchedule(source.retry))
    const { database } = yield* Warehouse
    const checkpoint = yield* Ref.get(last)
    yield* database.transaction(
      Effect.gen(function* () {
        if (job.staging.entity === "media") yield* noteChange(job, yield* splitEqualPictures(job.staging))
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

interface Inbox {
  readonly columns: Columns
  readonly query: Sql
}

const makeInbox = (columns: Columns): Effect.Effect<Inbox, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const all = { ...RECORD_COLUMNS, ...columns }
    yield* database.execute(sql`create or replace temp table _inbox (${inboxColumns(all)})`)
    const values = Object.entries(all).map(([column, { type }]) => fromInbox(column, type))
    return { columns: all, query: sql`select ${join(values)} from _inbox` }
  })

/** Rows, checkpoint and ledger, or nothing (I1). */
const commit = (job: Job, inbox: Inbox, batch: Batch<Columns>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { account, source } = job
    if (source.onError === "fail" && batch.rejects[0] !== undefined) {
      const [first] = batch.rejects
      return yield* sourceError(
        first.code,
        `${first.reason} (${[first.origin.archive, first.origin.member].filter((part) => part !== null).join(", ")})`,
        "Mend the input, or let such records be kept aside with `on_error: reject`.",
        { fault: "run" }
      )
    }
    const before = yield* Ref.get(job.ledger)
    yield* database
      .transaction(
        Effect.gen(function* () {
          const skipped = batch.skipped.reduce((sum, skip) => sum + skip.count, 0)
          const merged = batch.records.length === 0 ? {} : yield* mergeRecords(job, inbox, batch.records)
          const counts = add(add(blank, merged), {
            read: skipped + batch.rejects.length,
            skipped,
            rejected: batch.rejects.length
          })
          yield* settle(job, counts, batch.rejects, batch.skipped)
          yield* noteChange(job, counts.new + counts.changed)
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
    const merged = yield* merge(job.staging, inbox.query)
    yield* database.execute(sql`delete from _inbox`)
    return merged
  })

/** What is made of the source is made again. */
const noteChange = (job: Job, changes: number): Effect.Effect<void, DatabaseError, Warehouse> =>
  changes === 0
    ? Effect.void
    : writeStep(job.account.pipeline, sourceStep(job.account.source), job.account.runId, {
        fingerprint: job.account.runId,
        counts: {}
      })

const finished = (job: Job) =>
  Effect.flatMap(Ref.get(job.ledger), (ledger) =>
    report({
      kind: "finished",
      step: job.account.source,
      outcome: Object.entries(ledger)
        .filter(([, count]) => count > 0)
        .map(([what, count]) => `${count} ${what}`)
        .join(", ")
    })
  )
