/** `life` as files, and back: the same rows give the same bytes. */
import { mkdir } from "node:fs/promises"
import { join as path } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../component/error.ts"
import { type Sql, join, literal, name, names, sql } from "../../component/sql.ts"
import { type LifeTable, lifeTables, tableOf } from "../../life/table.ts"

export type RowCounts = { readonly [table: string]: number }

const Count = Schema.Struct({ n: Schema.Number })

const countOf = (table: LifeTable): Effect.Effect<number, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [row] = yield* database.rows(sql`select count(*) as n from ${tableOf(table)}`, Count)
    return row?.n ?? 0
  })

export const counts: Effect.Effect<RowCounts, DatabaseError, Database> = Effect.map(
  Effect.forEach(lifeTables, (table) => Effect.map(countOf(table), (n) => [table.name, n] as const)),
  Object.fromEntries
)

const FORMATS = { parquet: sql`format parquet, compression zstd`, ndjson: sql`format json` } as const

/** Every table of `life` as Parquet and NDJSON, in the order of its keys. */
export const writeTables = (directory: string): Effect.Effect<RowCounts, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    const folder = path(directory, "life")
    yield* onDisk(folder, () => mkdir(folder, { recursive: true }))
    // Rows in an order of their own, whatever the number of threads.
    yield* database.execute(sql`set preserve_insertion_order = true`)
    yield* Effect.gen(function* () {
      for (const table of lifeTables) {
        const rows = sql`select ${names(Object.keys(table.columns))} from ${tableOf(table)} order by ${names(table.key)}`
        for (const [extension, options] of Object.entries(FORMATS)) {
          const file = literal(path(folder, `${table.name}.${extension}`))
          yield* database.execute(sql`copy (${rows}) to ${file} (${options})`)
        }
      }
    }).pipe(Effect.ensuring(Effect.ignore(database.execute(sql`set preserve_insertion_order = false`))))
    return yield* counts
  })

/** Reads them back, in one transaction. */
export const readTables = (directory: string): Effect.Effect<RowCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.transaction(
      Effect.forEach(lifeTables, (table) => {
        const file = literal(path(directory, "life", `${table.name}.parquet`))
        const columns = Object.entries(table.columns)
        const values: Sql = join(columns.map(([column, { type }]) => sql`${name(column)}::${name(type)}`))
        return database.execute(sql`
          insert into ${tableOf(table)} (${names(Object.keys(table.columns))}) select ${values} from read_parquet(${file})`)
      })
    )
    return yield* counts
  })

/** A step on the file system. */
export const onDisk = <A>(where: string, step: () => Promise<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({
    try: step,
    catch: (cause) =>
      sourceError(
        "not-writable",
        `${where} can't be read or written: ${cause instanceof Error ? cause.message : String(cause)}`,
        "Choose another directory, free some space, or mend its permissions."
      )
  })
