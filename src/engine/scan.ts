/** A source that DuckDB reads by itself: all of it, with checkpoint and ledger, in one transaction (I1). */
import { Effect, Schema } from "effect"
import type { Reading, Scan, ScanProgress, Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { type Sql, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { writeCheckpoint } from "./checkpoint.ts"
import { type Job, type Staged, finished, leaveUnchanged, noteChange, refuse, settle } from "./job.ts"
import { countOf, writeRejects } from "./ledger.ts"
import { merge } from "./merge.ts"
import { noteSightings } from "./past.ts"
import { report } from "./progress.ts"
import { supersede } from "./supersede.ts"

export const stageScan = (
  job: Job,
  reading: Extract<Reading<Services>, { kind: "scan" }>,
  complete: string | null
): Staged<void> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { source } = job
    const before = yield* reading.fingerprint(job.opening)
    if (before !== null && before === complete) return yield* leaveUnchanged(job)
    yield* report({ kind: "started", step: source.name, doing: `reading ${source.stream.type}` })
    const advance: ScanProgress = (done, total) =>
      report({ kind: "advanced", step: source.name, done, total, unit: "bytes" })
    const sparing = <A, E, R>(effect: Effect.Effect<A, E, R>) => (reading.holdsRows ? effect : database.lean(effect))
    const scan = yield* sparing(reading.scan(job.opening, advance))
    if (scan.fingerprint === complete) return yield* leaveUnchanged(job)
    const { salvaged } = scan
    yield* salvaged === undefined
      ? commit(job, scan, reading.holdsRows)
      : commit(job, scan, reading.holdsRows).pipe(
          Effect.catchIf(isOfInput, () =>
            Effect.flatMap(sparing(salvaged), (rest) => commit(job, rest, reading.holdsRows))
          )
        )
    yield* finished(job)
  })

const commit = (job: Job, scan: Scan, holdsRows: boolean) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { account, source, staging } = job
    yield* database.transaction(
      Effect.gen(function* () {
        const { touched, ...counts } = yield* merge(staging, {
          query: sql`select *, false as _gone${scan.ranked === true ? sql`` : sql`, 0 as _rank`} from (${scan.query})`,
          isAll: true,
          left: scan.copies ?? null,
          weighed: scan.weighed ?? false,
          again: "copy",
          held: holdsRows
        })
        const superseded = scan.supersedes === undefined ? 0 : yield* supersede(staging, account, scan.supersedes)
        const rejected = scan.rejects === undefined ? 0 : yield* keepRejects(job, scan.rejects)
        const skips = scan.skips === undefined ? [] : yield* database.rows(scan.skips, ScannedSkip)
        const left = [...scan.skipped, ...skips.map(({ example, ...skip }) => ({ ...skip, examples: [example] }))]
        const skipped = countOf(left)
        yield* settle(job, { ...counts, read: counts.read + skipped + rejected, skipped, rejected }, [], left)
        yield* noteSightings(staging, account)
        yield* noteChange(job, touched + superseded)
        yield* writeCheckpoint(account.pipeline, account.source, account.runId, {
          configHash: source.configHash,
          checkpoint: null,
          fingerprint: scan.fingerprint,
          complete: true
        })
      })
    )
  })

/** DuckDB refuses what a file holds, or that it is cut. */
const isOfInput = (error: SourceError | DatabaseError): error is DatabaseError =>
  error._tag === "DatabaseError" && (error.code === "sql" || error.code === "io" || error.code === "corrupt")

const ScannedSkip = Schema.Struct({ reason: Schema.String, count: Schema.Number, example: Schema.String })
const ScannedReject = Schema.Struct({
  code: Schema.String,
  reason: Schema.String,
  archive: Schema.String,
  member: Schema.NullOr(Schema.String),
  position: Schema.NullOr(Schema.Number)
})

/** There may be millions: they go from query to table, and only the first is looked at where it ends the run. */
const keepRejects = (job: Job, rejects: Sql) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    if (job.source.onError === "fail") {
      const found = yield* database.rows(
        sql`select code, reason, archive, member, position from (${rejects}) order by archive, member, position limit 1`,
        ScannedReject
      )
      yield* refuse(
        job,
        found.map(({ archive, code, member, position, reason }) => ({
          code,
          reason,
          origin: { archive, member },
          ...(position === null ? {} : { position })
        }))
      )
    }
    return yield* writeRejects(job.account, rejects)
  })
