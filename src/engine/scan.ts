/** A source that DuckDB reads by itself: all of it, with checkpoint and ledger, in one transaction (I1). */
import { Effect, Schema } from "effect"
import type { Checkpoint } from "../component/batch.ts"
import type { Files, Reading, Scan, ScanProgress, Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { type Sql, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { writeCheckpoint } from "./checkpoint.ts"
import { type Part, filesRead, identityOf, partOf } from "./files.ts"
import { type Job, type Staged, finished, leaveUnchanged, noteChange, refuse, settle } from "./job.ts"
import { countOf, writeRejects } from "./ledger.ts"
import { merge } from "./merge.ts"
import { hasStrays, noteSightings } from "./past.ts"
import { report } from "./progress.ts"
import { supersede } from "./supersede.ts"

/** Where the last read ended that came to its end. */
interface LastRead {
  readonly fingerprint: string | null
  /** What it left of its files; null where there is none, or what is staged has another shape now. */
  readonly checkpoint: Checkpoint | null
}

/** What of a scan is committed. */
interface Extent {
  readonly holdsRows: boolean
  readonly fingerprint: string | null
  readonly files: Files | null
  /** Null: all of it. */
  readonly part: Part | null
}

/** What a part comes to can't be told without the rest: all is to be read. */
class InDoubt extends Schema.TaggedError<InDoubt>()("InDoubt", {}) {}

/** Keys are staged of files that aren't read now: are they still in them? */
const judge = (part: Part) => (beside: number) => (part.strays && beside > 0 ? new InDoubt() : Effect.void)

export const stageScan = (
  job: Job,
  reading: Extract<Reading<Services>, { kind: "scan" }>,
  last: LastRead
): Staged<void> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { source } = job
    const { holdsRows } = reading
    // Before they are read: what becomes of a file meanwhile is seen the next time.
    const files = yield* reading.files(job.opening)
    const before = files === null ? yield* reading.fingerprint(job.opening) : identityOf(files)
    if (before !== null && before === last.fingerprint) return yield* leaveUnchanged(job)
    const part = files === null ? null : partOf(files, last.checkpoint)
    const extent = part === null || files === null ? "" : ` (${part.only.size} of ${files.size} files)`
    yield* report({ kind: "started", step: source.name, doing: `reading ${source.stream.type}${extent}` })
    const advance: ScanProgress = (done, total) =>
      report({ kind: "advanced", step: source.name, done, total, unit: "bytes" })
    const sparing = <A, E, R>(effect: Effect.Effect<A, E, R>) => (holdsRows ? effect : database.lean(effect))
    const scanned = (only: ReadonlySet<string> | null) => sparing(reading.scan(job.opening, advance, only))

    const whole = Effect.gen(function* () {
      const scan = yield* scanned(null)
      if (scan.fingerprint !== undefined && scan.fingerprint === last.fingerprint) return yield* leaveUnchanged(job)
      const { salvaged } = scan
      const all = { holdsRows, files, part: null, fingerprint: scan.fingerprint ?? before }
      yield* salvaged === undefined
        ? commit(job, scan, all, () => Effect.void)
        : commit(job, scan, all, () => Effect.void).pipe(
            Effect.catchIf(isOfInput, () =>
              Effect.flatMap(sparing(salvaged), (rest) => commit(job, rest, all, () => Effect.void))
            )
          )
      yield* finished(job)
    })
    if (part === null) return yield* whole
    yield* scanned(part.only).pipe(
      Effect.flatMap((scan) => commit(job, scan, { holdsRows, files, part, fingerprint: before }, judge(part))),
      Effect.andThen(finished(job)),
      Effect.catchIf(
        (error) => error._tag === "InDoubt" || isOfInput(error),
        () => whole
      )
    )
  })

const commit = <E>(
  job: Job,
  scan: Scan,
  { files, fingerprint, holdsRows, part }: Extent,
  judged: (beside: number) => Effect.Effect<void, E>
) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const { account, source, staging } = job
    yield* database.transaction(
      Effect.gen(function* () {
        const { beside, touched, ...counts } = yield* merge(staging, {
          query: sql`select *, false as _gone${scan.ranked === true ? sql`` : sql`, 0 as _rank`} from (${scan.query})`,
          isAll: true,
          left: scan.copies ?? null,
          weighed: scan.weighed ?? false,
          again: "copy",
          held: holdsRows,
          only: part?.only ?? null
        })
        yield* judged(beside)
        const superseded = scan.supersedes === undefined ? 0 : yield* supersede(staging, account, scan.supersedes)
        const rejected = scan.rejects === undefined ? 0 : yield* keepRejects(job, scan.rejects)
        const skips = scan.skips === undefined ? [] : yield* database.rows(scan.skips, ScannedSkip)
        const left = [...scan.skipped, ...skips.map(({ example, ...skip }) => ({ ...skip, examples: [example] }))]
        const skipped = countOf(left)
        yield* settle(job, { ...counts, read: counts.read + skipped + rejected, skipped, rejected }, [], left)
        const unseen = yield* noteSightings(staging, account)
        const strays = part === null ? unseen > 0 : part.strays || (yield* hasStrays(staging, part.only))
        yield* noteChange(job, touched + superseded)
        yield* writeCheckpoint(account.pipeline, account.source, account.runId, {
          configHash: source.configHash,
          checkpoint:
            files === null
              ? null
              : filesRead(files, { copies: (part?.copies ?? false) || counts.duplicate > 0, strays }),
          fingerprint,
          complete: true
        })
      })
    )
  })

/** DuckDB refuses what a file holds, or that it is cut. */
const isOfInput = (error: SourceError | DatabaseError | InDoubt): error is DatabaseError =>
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
