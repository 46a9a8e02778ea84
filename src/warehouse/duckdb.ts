/** DuckDB behind Effect: one connection, statements one at a time, errors with a code, queries that can be interrupted. */
import { rm, stat } from "node:fs/promises"
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  StatementType,
  VARCHAR
} from "@duckdb/node-api"
import { Context, Effect, Schema, Scope, Semaphore } from "effect"
import type { Columns, Row } from "../component/column.ts"
import { DatabaseError } from "../component/error.ts"
import { Database, type Vectors } from "../component/database.ts"
import { type Sql, literal, sql } from "../component/sql.ts"
import { describeError } from "./fault.ts"
import { INBOX_TYPES, columnValues, fillColumn, plain, vectorType } from "./value.ts"

export interface OpenOptions {
  /** `:memory:` or the path of the file. */
  readonly path: string
  /** Bytes. */
  readonly memory: number
  /** Bytes for what only passes through; null: no less. */
  readonly lean: number | null
  readonly threads: number
  /** Where DuckDB spills what the limit doesn't hold (I9). */
  readonly spillDirectory: string | null
}

/** A connection with what only the engine needs beside `Database`. */
export interface Connection {
  readonly database: Database["Service"]
  /** Appends rows by columns to a table made by `inboxTable`. */
  readonly append: (
    table: string,
    columns: Columns,
    rows: ReadonlyArray<Row<Columns>>
  ) => Effect.Effect<void, DatabaseError>
  /** Another connection that only reads, for someone whose relative paths start in `directory`. */
  readonly guest: (directory: string) => Effect.Effect<Database["Service"], DatabaseError, Scope.Scope>
  /** Names of the tables that a query reads; CTEs excluded. Fails where it does not parse. */
  readonly tableNames: (query: Sql) => Effect.Effect<ReadonlyArray<string>, DatabaseError>
}

/** Is the current fiber inside a transaction, and so the holder of the connection? */
const Holding = Context.Reference<boolean>("keepsake/warehouse/Holding", { defaultValue: () => false })

/** Opens a database; it is closed, after pending work, with the scope. */
export const open = (options: OpenOptions): Effect.Effect<Connection, DatabaseError, Scope.Scope> =>
  Effect.gen(function* () {
    const create = attempt("open", () =>
      DuckDBInstance.create(options.path, {
        memory_limit: sizeOf(options.memory),
        threads: String(options.threads),
        preserve_insertion_order: "false",
        // Texts take a fifth less time to write than in the oldest format, and DuckDB from 1.3 on reads it.
        storage_compatibility_version: "v1.3.0",
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
        allow_community_extensions: "false",
        ...(options.spillDirectory === null ? {} : { temp_directory: options.spillDirectory })
      })
    )
    const anew = Effect.flatMap(removeUnborn(options.path), (removed) => (removed ? create : Effect.fail(null)))
    const instance = yield* Effect.acquireRelease(
      Effect.catchIf(
        create,
        ({ code }) => code === "io" || code === "corrupt",
        (error) => Effect.mapError(anew, (again) => again ?? error)
      ),
      (opened) => Effect.sync(() => opened.closeSync())
    )
    const another = Effect.acquireRelease(
      attempt("connect", () => instance.connect()),
      (opened) => Effect.sync(() => opened.closeSync())
    )
    const settings = yield* another
    const connect = Effect.gen(function* () {
      const connection = yield* another
      const made = fromConnection(connection, settings, yield* Semaphore.make(1), options)
      yield* made.database.execute(sql`set TimeZone = 'UTC'`) // I3
      return { connection, made }
    })
    const guest: Connection["guest"] = (directory) =>
      Effect.gen(function* () {
        const { connection, made } = yield* connect
        yield* made.database.execute(sql`set file_search_path = ${literal(directory)}`)
        return readOnly(connection, made.database)
      })
    // As the query writes them: where a view is in reach, DuckDB would tell what it is made of instead.
    const tableNames: Connection["tableNames"] = (query) =>
      Effect.flatMap(connect, ({ connection }) =>
        Effect.try({ try: () => connection.getTableNames(query, false), catch: (cause) => describeError(cause, query) })
      ).pipe(Effect.scoped)
    const { made } = yield* connect
    // Whoever only looks something up has a connection beside, opened when it is first wanted.
    const scope = yield* Effect.scope
    const beside = yield* Effect.cached(Effect.provideService(connect, Scope.Scope, scope))
    const committed: Database["Service"]["committed"] = (query, schema) =>
      Effect.provideService(
        Effect.flatMap(beside, (other) => other.made.database.rows(query, schema)),
        Holding,
        false
      )
    return { ...made, database: { ...made.database, committed }, guest, tableNames }
  })

/** Bytes of the headers with which a database file begins: a shorter one never held anything. */
const HEADERS = 3 * 4096

/** As DuckDB writes it. */
const sizeOf = (bytes: number): string => `${Math.round(bytes / 1e6)}MB`

/** A file that its maker didn't come to finish, for want of space or of life, is no database. Was it one, and is it gone? */
const removeUnborn = (path: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    const { size } = await stat(path).catch(() => ({ size: HEADERS }))
    if (size >= HEADERS) return false
    await rm(path, { force: true })
    return true
  })

/** What neither changes a row nor a setting. */
const READING: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.EXPLAIN,
  StatementType.RELATION,
  StatementType.LOGICAL_PLAN
])

/** Refuses what would change the database under the hands of its owner. */
const readOnly = (connection: DuckDBConnection, database: OneConnection["database"]): Database["Service"] => {
  const refusal = (statement: string) =>
    new DatabaseError({
      code: "locked",
      message: "Another process is changing the database: it can only be read now.",
      statement
    })
  const reads = async (statement: string): Promise<boolean> => {
    const extracted = await connection.extractStatements(statement)
    for (let index = 0; index < extracted.count; index++) {
      const { statementType } = await extracted.prepare(index)
      // `copy (query) to file` reads; `copy table from file` doesn't.
      const copiesOut = statementType === StatementType.COPY && /^\s*copy\s*\(/i.test(statement)
      if (!READING.has(statementType) && !copiesOut) return false
    }
    return true
  }
  const checked = (statement: Sql) =>
    Effect.flatMap(
      attempt(statement, () => reads(statement)),
      (allowed) => (allowed ? Effect.void : Effect.fail(refusal(statement)))
    )
  const rows: Database["Service"]["rows"] = (query, schema) =>
    Effect.andThen(checked(query), database.rows(query, schema))
  return {
    execute: (statements) => Effect.andThen(checked(statements), database.execute(statements)),
    rows,
    committed: rows,
    describe: database.describe,
    append: (table) => Effect.fail(refusal(`append to ${table}`)),
    lean: (effect) => effect,
    transaction: database.transaction
  }
}

const attempt = <A>(statement: string, call: () => Promise<A>): Effect.Effect<A, DatabaseError> =>
  Effect.tryPromise({ try: call, catch: (cause) => describeError(cause, statement) })

/** What a single connection offers. */
interface OneConnection {
  readonly database: Omit<Database["Service"], "committed">
  readonly append: Connection["append"]
}

const fromConnection = (
  connection: DuckDBConnection,
  /** A failure here doesn't end a transaction there. */
  settings: DuckDBConnection,
  turn: Semaphore.Semaphore,
  options: OpenOptions
): OneConnection => {
  const exclusively = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.service(Holding), (holding) => (holding ? effect : turn.withPermit(effect)))

  // An interrupted statement is awaited to its end: closing before that hangs the process.
  const call = <A>(statement: string, run: () => Promise<A>): Effect.Effect<A, DatabaseError> =>
    exclusively(
      Effect.callback<A, DatabaseError>((resume) => {
        const pending = run()
        pending.then(
          (value) => resume(Effect.succeed(value)),
          (cause: unknown) => resume(Effect.fail(describeError(cause, statement)))
        )
        return Effect.promise(() => {
          connection.interrupt()
          return pending.then(
            () => undefined,
            () => undefined
          )
        })
      })
    )

  const execute = (statements: Sql) => Effect.asVoid(call(statements, () => connection.run(statements)))

  const rows = <A>(query: Sql, schema: Schema.Decoder<A>) =>
    call(query, async () => {
      const reader = await connection.runAndReadAll(query)
      return reader.convertRowObjects(plain)
    }).pipe(
      Effect.flatMap((found) => Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(schema))(found))),
      Effect.withSpan("Database.rows")
    )

  const describe = (query: Sql) =>
    Effect.map(
      rows(sql`describe ${query}`, Schema.Struct({ column_name: Schema.String, column_type: Schema.String })),
      (columns) => new Map(columns.map((column) => [column.column_name, column.column_type]))
    )

  const transaction = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Effect.service(Holding), (holding) =>
      holding
        ? effect
        : turn.withPermit(
            Effect.uninterruptibleMask((restore) =>
              Effect.provideService(
                execute(sql`begin`).pipe(
                  Effect.andThen(Effect.onError(restore(effect), () => Effect.ignore(execute(sql`rollback`)))),
                  Effect.tap(() => Effect.onError(execute(sql`commit`), () => Effect.ignore(execute(sql`rollback`))))
                ),
                Holding,
                true
              )
            )
          )
    )

  const append: Connection["append"] = (table, columns, records) =>
    call(`append to ${table}`, async () => {
      const appender = await connection.createAppender(table)
      const names = Object.keys(columns)
      const types: ReadonlyArray<DuckDBType> = names.map((column) => INBOX_TYPES[columns[column]?.type ?? "VARCHAR"])
      for (let start = 0; start < records.length; start += CHUNK) {
        const part = records.slice(start, start + CHUNK)
        const chunk = DuckDBDataChunk.create(types, part.length)
        chunk.setColumns(names.map((column): ReadonlyArray<DuckDBValue> => columnValues(columns[column], column, part)))
        appender.appendDataChunk(chunk)
      }
      appender.closeSync()
    })

  const appendVectors = (table: string, vectors: Vectors) =>
    call(`append to ${table}`, async () => {
      const appender = await connection.createAppender(table)
      const types = vectors.map(vectorType)
      const rows = vectors[0]?.length ?? 0
      // Of numbers, one chunk serves all but the last rows: new ones would be most of the work. Texts stay in theirs.
      const reusable = !types.includes(VARCHAR)
      let chunk = DuckDBDataChunk.create(types, Math.min(CHUNK, rows))
      for (let start = 0; start < rows; start += CHUNK) {
        const end = Math.min(start + CHUNK, rows)
        if (!reusable || end - start !== chunk.rowCount) chunk = DuckDBDataChunk.create(types, end - start)
        for (const [index, vector] of vectors.entries()) fillColumn(chunk.getColumnVector(index), vector, start, end)
        appender.appendDataChunk(chunk)
      }
      appender.closeSync()
    })

  // Where what is held doesn't fit into less, it stays as it is.
  const limit = (bytes: number) => {
    const statement = sql`set memory_limit = ${literal(sizeOf(bytes))}`
    return Effect.ignore(attempt(statement, () => settings.run(statement)))
  }
  /** So many do with little memory now: the last of them gives it back. */
  let leaning = 0
  const lean: Database["Service"]["lean"] = (effect) => {
    const { lean: less, memory } = options
    return less === null
      ? effect
      : Effect.acquireUseRelease(
          Effect.suspend(() => (leaning++ === 0 ? limit(less) : Effect.void)),
          () => effect,
          () => Effect.suspend(() => (--leaning === 0 ? limit(memory) : Effect.void))
        )
  }

  return { database: { execute, rows, describe, append: appendVectors, lean, transaction }, append }
}

/** DuckDB's vector size: an appended chunk holds no more rows. */
const CHUNK = 2048
