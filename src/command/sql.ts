import { Effect, Option, Schema } from "effect"
import { Database } from "../component/database.ts"
import { DatabaseError } from "../component/error.ts"
import { type Sql, authored } from "../component/sql.ts"
import { bareDatabase } from "../warehouse/warehouse.ts"
import { type Reply, type Shared, answer, commandError } from "./reply.ts"
import { isHomeThere, noHome, storeLayer } from "./session.ts"
import {
  type OutputFormat,
  formatOf,
  isBinary,
  sizeOf,
  textToFile,
  toFile,
  toStream,
  writeBinary
} from "./sql-output.ts"
import { type TextFormat, render } from "./sql-text.ts"
import { counted } from "./text.ts"

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

export interface SqlInput {
  readonly query: string
  /** Default: by the extension of `output`; else a table on a terminal, and CSV elsewhere. */
  readonly format: Option.Option<OutputFormat>
  /** The file to write. */
  readonly output?: Option.Option<string>
}

/** Runs one query on the home's database. */
export const sql = (shared: Shared, { format, output = Option.none(), query }: SqlInput) =>
  answer(
    "sql",
    shared,
    Effect.gen(function* () {
      const statement = authored(query.replace(/;\s*$/, ""))
      const path = Option.getOrNull(output)
      const terminal = process.stdout.isTTY === true
      const as = Option.getOrElse(format, () => (path === null ? (terminal ? "table" : "csv") : formatOf(path)))
      const words = `--output rows.${as}`
      if (!isBinary(as)) return yield* text(statement, as, path)
      if (path !== null) return yield* binaryFile(path, (draft) => writeBinary(statement, as, draft))
      if (terminal) {
        return yield* commandError(
          "binary-to-terminal",
          `A terminal can't show ${as}.`,
          `Name a file: ${words}; or pipe it to a program.`,
          2
        )
      }
      if (shared.json) {
        return yield* commandError(
          "binary-in-json",
          `${as} doesn't fit into the JSON of --json.`,
          `Name a file: ${words}`,
          2
        )
      }
      const { bytes, made: rows } = yield* toStream(process.stdout, (draft) => writeBinary(statement, as, draft))
      return { summary: { rows, bytes }, result: null, text: "" }
    }).pipe(
      Effect.mapError((error) => (isOfHome(error, query) && !isHomeThere(shared) ? noHome(shared) : queryError(error))),
      Effect.provide(isHomeThere(shared) ? storeLayer(shared) : bareDatabase)
    )
  )

const text = (statement: Sql, as: TextFormat, path: string | null) =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* database.rows(statement, AnyRow)
    if (path === null) return { summary: { rows: rows.length }, result: rows, text: render(rows, as) }
    yield* textToFile(path, render(rows, as))
    return yield* written(path, rows.length)
  })

const binaryFile = <E, R>(path: string, make: (draft: string) => Effect.Effect<number, E, R>) =>
  Effect.flatMap(toFile(path, make), (rows) => written(path, rows))

const written = (path: string, rows: number) =>
  Effect.map(sizeOf(path), (bytes): Reply => {
    const summary = { rows, bytes, path }
    return { summary, result: summary, text: `Wrote ${counted(rows, "row")} to ${path}.` }
  })

/** Files can be queried without a home, but not what would be in one. */
const isOfHome = (error: unknown, query: string): boolean =>
  error instanceof DatabaseError &&
  error.message.startsWith("Catalog Error") &&
  /\b(life|state|staging)"?\s*\./i.test(query)

/** A query that DuckDB refuses is the person's to mend: DuckDB's own words, with what it would have known. */
const queryError = <E>(error: E) => {
  if (!(error instanceof DatabaseError) || error.code !== "sql") return error
  const [first = "", ...more] = error.message.split("\n").filter((line) => line.trim() !== "")
  const hint = more.filter((line) => !/^\s*(LINE \d+:|\^)/.test(line)).join(" ")
  return commandError("sql", first, hint || 'See the tables: keepsake sql "from duckdb_tables()"', 2)
}
