/** Extract: a source into its staging table, batch by batch or by a scan. */
import { Effect, Ref } from "effect"
import { CurrentAsker } from "../component/api.ts"
import { Archives } from "../component/archive.ts"
import type { Columns, EpochMillis } from "../component/column.ts"
import { NOTHING_CHOSEN, type SourceError, sourceError } from "../component/error.ts"
import { Person } from "../component/person.ts"
import { join, literal, sql } from "../component/sql.ts"
import { type Plan, type PlannedSource, stagingTable } from "../pipeline/plan.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { stageBatches } from "./batches.ts"
import { dropCheckpoint, readCheckpoint } from "./checkpoint.ts"
import { type Job, type RunContext, type Staged, finished, leaveUnchanged, noteChange, settle } from "./job.ts"
import { type Ledger, addsUp, blank } from "./ledger.ts"
import { keptItems, prepareItems } from "./items.ts"
import { forgetListings } from "./listing.ts"
import { NONE_ASKED, askerOf, isBudgetSpent } from "./requests.ts"
import { stageScan } from "./scan.ts"
import { beginSeeing } from "./seen.ts"
import { type Staging, prepareStaging, stagingOf } from "./staging.ts"
import { preparePast } from "./past.ts"
import { report } from "./progress.ts"

export interface Extracted {
  readonly ledger: Ledger
  /** Why reading ended early, though the run goes on: a scope that was not granted, or the budget. */
  readonly left: SourceError | null
}

/** I6: what the person has not granted, or not chosen, is left out; the rest is read. */
const UP_TO_THE_PERSON = new Set(["scope-missing", NOTHING_CHOSEN])

const mayBeLeft = (error: SourceError): boolean => UP_TO_THE_PERSON.has(error.code) || isBudgetSpent(error)

export const stageSource = (plan: Plan, source: PlannedSource, run: RunContext): Staged<Extracted> =>
  Effect.gen(function* () {
    const pipeline = plan.pipeline.name
    const columns = source.columns ?? (yield* columnsNow(source))
    const archives = yield* Archives
    const exports = yield* Ref.make<ReadonlyMap<string, EpochMillis>>(new Map())
    const noting = noteExports(archives, exports)
    const staging: Staging = { ...stagingOf(pipeline, { ...source, columns }, run), exports: Ref.get(exports) }
    const prepared = yield* prepareStaging(staging)
    // I10: staging that had to be made anew has lost its rows, and with them the right to continue.
    if (prepared !== "kept") yield* preparePast(staging, prepared)
    if (prepared === "made") {
      yield* dropCheckpoint(pipeline, source.name, run.runId)
      yield* forgetListings(pipeline, source.name)
    }
    if (source.stream.keepsItems === true) yield* prepareItems(pipeline, source.name, prepared === "made")
    const saved = yield* readCheckpoint(pipeline, source.name)
    const usable = saved !== null && saved.configHash === source.configHash ? saved : null
    const job: Job = {
      account: { runId: run.runId, pipeline, source: source.name },
      source,
      staging,
      opening: {
        checkpoint: usable?.checkpoint ?? null,
        account: source.account,
        connection: source.connection,
        items: yield* keptItems(pipeline, source.name),
        timeZone: source.timeZone,
        now: run.now,
        staged: stagingTable(pipeline, source.name)
      },
      ledger: yield* Ref.make(blank),
      asked: yield* Ref.make(NONE_ASKED)
    }
    yield* noteSource(pipeline, source)
    if (prepared === "changed") yield* noteChange(job, 1, true)
    yield* beginSeeing(staging)
    const complete = usable?.complete === true ? usable.fingerprint : null
    const { reading } = source.bound
    const read =
      run.offline === true && source.stream.access !== undefined
        ? leaveUnchanged(job)
        : reading.kind === "scan"
          ? stageScan(job, reading, {
              fingerprint: complete,
              checkpoint: prepared === "kept" ? job.opening.checkpoint : null
            })
          : stageBatches(job, reading, complete)
    const left = yield* read.pipe(
      Effect.as(null),
      Effect.provideService(Archives, noting),
      Effect.provideService(CurrentAsker, yield* askerOf({ ...source, name: `${pipeline}.${source.name}` }, job.asked)),
      Effect.provideService(Person, {
        tell: (text) => report({ kind: "note", text: `${source.name}: ${text}`, needed: true })
      }),
      Effect.catchIf(
        (error): error is SourceError => error._tag === "SourceError" && mayBeLeft(error),
        (error) => settle(job, {}, [], []).pipe(Effect.andThen(finished(job, "left out")), Effect.as(error))
      )
    )
    const ledger = yield* Ref.get(job.ledger)
    if (!addsUp(ledger)) {
      return yield* sourceError(
        "ledger",
        `The ledger of "${source.name}" doesn't add up: ${JSON.stringify(ledger)}.`,
        "This is a fault of Keepsake: please report it with this line.",
        { fault: "run" }
      )
    }
    return { ledger, left }
  })

/** Who it is that fills the staging table: `explain` and `forget` ask without the pipeline's file. */
const noteSource = (pipeline: string, { account, bound, connection, name, stream }: PlannedSource) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [connector = "", streamName = ""] = stream.type.split(".")
    const values = [pipeline, name, connector, streamName, account, connection?.name ?? null, bound.entity, stream.time]
    yield* database.execute(sql`
      delete from state.sources where pipeline = ${literal(pipeline)} and source = ${literal(name)};
      insert into state.sources values (${join(values.map(literal))})`)
  })

/** The same archives; whenever some are opened, it is noted of when their content is. */
const noteExports = (
  archives: Archives["Service"],
  exports: Ref.Ref<ReadonlyMap<string, EpochMillis>>
): Archives["Service"] => ({
  ...archives,
  open: (path, options) =>
    Effect.tap(archives.open(path, options), (set) => {
      const times = set.archives.flatMap(({ exportedAt, path: archive }) =>
        exportedAt === null ? [] : [[archive, exportedAt] as const]
      )
      return Ref.update(exports, (known) => new Map([...known, ...times]))
    })
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
