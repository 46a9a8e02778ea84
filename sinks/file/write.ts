/** Writing beside the target, then renaming: readers see the old file or the new one. */
import { mkdir, rename, rm, stat } from "node:fs/promises"
import { dirname, extname } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../src/component/error.ts"
import { type Relation, visibleColumns } from "../../src/component/relation.ts"
import type { SinkCounts } from "../../src/component/sink.ts"
import { type Sql, empty, literal, names, sql } from "../../src/component/sql.ts"

export const FORMATS = ["parquet", "csv", "ndjson"] as const
export type Format = (typeof FORMATS)[number]

export interface Settings {
  readonly path: string
  readonly format?: Format
  readonly partition_by?: ReadonlyArray<string>
}

const EXTENSIONS = new Map<string, Format>([
  [".parquet", "parquet"],
  [".csv", "csv"],
  [".ndjson", "ndjson"],
  [".jsonl", "ndjson"]
])

export const formatOf = (settings: Settings): Format | null =>
  settings.format ??
  EXTENSIONS.get(extname(settings.path).toLowerCase()) ??
  (settings.partition_by === undefined ? null : "parquet")

const OPTIONS: { readonly [F in Format]: Sql } = {
  parquet: sql`format parquet, compression zstd`,
  csv: sql`format csv, header true`,
  ndjson: sql`format json`
}

export const isThere = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    stat(path).then(
      () => true,
      () => false
    )
  )

const onDisk = (path: string, work: () => Promise<unknown>): Effect.Effect<void, SourceError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      sourceError(
        "file-not-written",
        `${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
        "Check that the folder is writable and the disk has room."
      )
  }).pipe(Effect.asVoid)

export const writeFile = (
  settings: Settings,
  relation: Relation
): Effect.Effect<SinkCounts, SourceError | DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const target = settings.path.replace(/[\\/]+$/, "")
    const draft = `${target}.writing`
    const discard = onDisk(draft, () => rm(draft, { recursive: true, force: true }))
    yield* discard
    yield* onDisk(target, () => mkdir(dirname(target), { recursive: true }))
    const partition =
      settings.partition_by === undefined ? empty : sql`, partition_by (${names(settings.partition_by)})`
    // A settled order: the same rows make the same file.
    const columns = visibleColumns(relation)
    yield* database
      .execute(
        sql`copy (select ${names(columns)} from ${relation.table} order by all) to ${literal(draft)}
          (${OPTIONS[formatOf(settings) ?? "parquet"]}${partition})`
      )
      .pipe(Effect.onError(() => Effect.ignore(discard)))
    yield* onDisk(target, async () => {
      if (settings.partition_by !== undefined) await rm(target, { recursive: true, force: true })
      await rename(draft, target)
    })
    const [row] = yield* database.rows(
      sql`select count(*) as n from ${relation.table}`,
      Schema.Struct({ n: Schema.Number })
    )
    return { inserted: row?.n ?? 0, updated: 0, unchanged: 0, deleted: 0 }
  })
