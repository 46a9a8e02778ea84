/** Writing beside the target, then renaming: readers see what was there before, or what is new. */
import { mkdir, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { sourceError } from "../../src/component/error.ts"
import { type Relation, visibleColumns } from "../../src/component/relation.ts"
import type { SinkCounts } from "../../src/component/sink.ts"
import { type Sql, empty, literal, names, sql } from "../../src/component/sql.ts"
import { type Writing, holdsPartitions, kindOf, onDisk, sync } from "./disk.ts"
import { writeParts } from "./parts.ts"
import { COPY_OPTIONS, type Format, type Settings, formatOf } from "./format.ts"

export const writeFile = (settings: Settings, relation: Relation): Writing<SinkCounts> =>
  Effect.gen(function* () {
    const target = settings.path.replace(/[\\/]+$/, "")
    const draft = `${target}.writing`
    const before = `${target}.before`
    // A folder can't be replaced in one step: here the last run ended between two.
    if ((yield* kindOf(target)) === null && (yield* kindOf(before)) !== null) {
      yield* onDisk(target, () => rename(before, target))
    }
    if ((yield* kindOf(target)) === "folder") yield* refuseForeign(target)
    const discard = onDisk(draft, () => rm(draft, { recursive: true, force: true }))
    yield* discard
    yield* onDisk(target, () => mkdir(dirname(target), { recursive: true }))
    const inserted = yield* writeDraft(settings, relation, draft).pipe(Effect.onError(() => Effect.ignore(discard)))
    yield* (yield* kindOf(target)) === "folder" || (yield* kindOf(draft)) === "folder"
      ? replaceFolder({ target, draft, before })
      : onDisk(target, async () => {
          await sync(draft)
          await rename(draft, target)
        })
    return { inserted, updated: 0, unchanged: 0, deleted: 0 }
  })

const refuseForeign = (folder: string): Writing<void> =>
  Effect.flatMap(
    onDisk(folder, () => holdsPartitions(folder)),
    (ours) =>
      ours
        ? Effect.void
        : sourceError(
            "folder-in-use",
            `${folder} holds other files than those that this sink writes: it is left as it is.`,
            "Choose a `path` where nothing is yet, or empty the folder.",
            { fault: "pipeline" }
          )
  )

const replaceFolder = ({ before, draft, target }: Readonly<Record<"target" | "draft" | "before", string>>) =>
  Effect.gen(function* () {
    const there = (yield* kindOf(target)) !== null
    yield* onDisk(target, async () => {
      await rm(before, { recursive: true, force: true })
      if (there) await rename(target, before)
      await rename(draft, target)
      await rm(before, { recursive: true, force: true })
    })
  })

/** A settled order: the same rows make the same file. Gives their number. */
const writeDraft = (settings: Settings, relation: Relation, draft: string): Writing<number> =>
  Effect.gen(function* () {
    const rows = sql`select ${names(visibleColumns(relation))} from ${relation.table} order by all`
    const format = formatOf(settings) ?? "parquet"
    const by = settings.partition_by
    if (by === undefined) return yield* writeOne(format)(rows, draft)
    // Of no rows, DuckDB makes no folder.
    yield* onDisk(draft, () => mkdir(draft, { recursive: true }))
    return yield* format === "parquet" || format === "csv"
      ? copy(format, sql`, partition_by (${names(by)}), overwrite_or_ignore`)(rows, draft)
      : writeParts(rows, by, draft, format, writeOne(format))
  })

const writeOne = (format: Format): ((rows: Sql, path: string) => Writing<number>) =>
  format === "arrow"
    ? (rows, path) =>
        Effect.flatMap(
          Effect.promise(() => import("./arrow.ts")),
          ({ writeArrow }) => writeArrow(rows, path)
        )
    : copy(format)

const copy =
  (format: Exclude<Format, "arrow">, options = empty) =>
  (rows: Sql, path: string): Writing<number> =>
    Effect.gen(function* () {
      const database = yield* Database
      const [written] = yield* database.rows(
        sql`copy (${rows}) to ${literal(path)} (${COPY_OPTIONS[format]}${options})`,
        Schema.Struct({ Count: Schema.Number })
      )
      return written?.Count ?? 0
    })
