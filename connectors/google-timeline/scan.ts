/** A set of files as one scan: each history read into a table, all else accounted for. */
import { randomUUID } from "node:crypto"
import { Effect, Ref, Scope } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject, Skip } from "../../src/component/batch.ts"
import type { Opening, Scan, ScanProgress } from "../../src/component/connector.ts"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { loadFile } from "./load.ts"
import { pieceFolder } from "./piece.ts"
import { type Told, recall } from "./recall.ts"
import { elseReason, isElse, readShape } from "./shape.ts"
import { type Target, createTable, filesRelation, selectRejects, selectSkips } from "./table.ts"

// Raise when the same files would give other rows.
const VERSION = 2

/** Files whose beginnings are read at once. */
const GLANCES = 8

/** A temporary table's name, free of others'; the table goes with the scope. */
export type NewTable = (label: string) => Effect.Effect<Sql>

export interface Wanted {
  readonly target: Target
  /** Why a history without any of the target's arrays is left out. */
  readonly without: string
  /** Of what is staged, what the rows may tell of too, as rows. */
  readonly recall: (rows: Sql, staged: Sql) => Sql
  /** From the rows to the scan's query, with `_rank`, and to what it supersedes. */
  readonly query: (told: Told, newTable: NewTable) => Effect.Effect<Weighed, DatabaseError, Database>
}

export type Weighed = Required<Pick<Scan, "query" | "copies" | "supersedes">>

interface Sorted {
  readonly histories: ReadonlyArray<Entry>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

type Judged =
  | { readonly kind: "history"; readonly entry: Entry }
  | { readonly kind: "reject"; readonly reject: Reject }
  | { readonly kind: "skip"; readonly reason: string; readonly path: string }

const judge = Effect.fnUntraced(function* (entry: Entry, { target, without }: Wanted, alone: boolean) {
  const skip = (reason: string): Judged => ({ kind: "skip", reason, path: entry.path })
  const reject = (code: string, reason: string): Judged => ({
    kind: "reject",
    reject: { code, reason, origin: { archive: entry.archive, member: entry.path } }
  })
  if (!alone && isElse(entry)) return skip(elseReason)
  return yield* readShape(entry).pipe(
    Effect.map((shape): Judged => {
      if (shape.kind === "other") return skip(shape.reason)
      if (shape.kind === "broken") return reject(shape.code, shape.reason)
      return [...shape.arrays].some((array) => target.arrays.has(array)) ? { kind: "history", entry } : skip(without)
    }),
    // One damaged member doesn't keep the others from being read.
    Effect.catch((error) =>
      error.retryable ? Effect.fail(error) : Effect.succeed(reject(error.code, `${error.message} ${error.hint}`))
    )
  )
})

const EXAMPLES = 2

const sort = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>, wanted: Wanted) {
  const alone = entries.length === 1
  const judged = yield* Effect.forEach(entries, (entry) => judge(entry, wanted, alone), { concurrency: GLANCES })
  const left = Map.groupBy(
    judged.flatMap((one) => (one.kind === "skip" ? [one] : [])),
    ({ reason }) => reason
  )
  const sorted: Sorted = {
    histories: judged.flatMap((one) => (one.kind === "history" ? [one.entry] : [])),
    rejects: judged.flatMap((one) => (one.kind === "reject" ? [one.reject] : [])),
    skipped: [...left].map(([reason, files]) => ({
      reason,
      count: files.length,
      examples: files.slice(0, EXAMPLES).map(({ path }) => path)
    }))
  }
  return sorted
})

const rejectRows = (rejects: ReadonlyArray<Reject>): Sql =>
  join(
    rejects.map(
      ({ code, origin, reason }) => sql`
        union all select ${literal(code)}, ${literal(reason)}, ${literal(origin.archive)}, ${literal(origin.member)},
          null::bigint, null::blob`
    ),
    ""
  )

const identityOf = ({ fingerprint }: ArchiveSet, { account }: Opening): string => `${VERSION} ${account} ${fingerprint}`

/** Files that are as they were are not read again. */
export const fingerprintFiles = Effect.fnUntraced(function* (path: ReadonlyArray<string>, opening: Opening) {
  const archives = yield* Archives
  return identityOf(yield* archives.open(path), opening)
})

/** Reads all that `path` names. */
export const scanFiles = Effect.fnUntraced(function* (
  path: ReadonlyArray<string>,
  wanted: Wanted,
  opening: Opening,
  progress: ScanProgress
) {
  const archives = yield* Archives
  const database = yield* Database
  const set = yield* archives.open(path)
  const { histories, rejects, skipped } = yield* sort(set.entries, wanted)

  const newTable = Effect.fnUntraced(function* (label: string) {
    const table = name("temp", `timeline_${label}_${randomUUID()}`)
    yield* Effect.addFinalizer(() => Effect.ignore(database.execute(sql`drop table if exists ${table}`)))
    return table
  })
  const scope = yield* Effect.scope
  const makeTable: NewTable = (label) => Effect.provideService(newTable(label), Scope.Scope, scope)

  const rows = yield* makeTable("rows")
  yield* database.execute(createTable(rows, wanted.target))
  let lots = 0
  const loading = { table: rows, target: wanted.target, folder: yield* pieceFolder, nextLot: () => lots++ }
  const total = histories.reduce((sum, entry) => sum + entry.size, 0)
  const done = yield* Ref.make(0)
  const advance = (bytes: number) =>
    Effect.flatMap(
      Ref.updateAndGet(done, (sum) => sum + bytes),
      (sum) => progress(sum, total)
    )
  const damaged: Array<Reject> = []
  for (const [file, entry] of histories.entries()) {
    const failure = yield* loadFile(loading, entry, file, advance)
    if (failure === null) continue
    damaged.push({
      code: failure.code,
      reason: `${failure.message} What could be read of it is stored. ${failure.hint}`,
      origin: { archive: entry.archive, member: entry.path }
    })
  }
  const files = filesRelation(histories)
  const told = yield* recall(rows, histories, opening.staged, wanted.recall, yield* makeTable("recalled"))
  const scan: Scan = {
    fingerprint: identityOf(set, opening),
    ...(yield* wanted.query(told, makeTable)),
    // What Google's servers knew counts before what a phone told, also where the phone's file is the newer.
    ranked: true,
    weighed: true,
    rejects: sql`${selectRejects(rows, wanted.target, files)} ${rejectRows([...set.rejects, ...rejects, ...damaged])}`,
    skipped: [...set.skipped, ...skipped],
    skips: selectSkips(rows, wanted.target, files)
  }
  return scan
})
