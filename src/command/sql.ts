import { Effect, Option, Schema } from "effect"
import { Database } from "../component/database.ts"
import type { DatabaseError } from "../component/error.ts"
import { authored } from "../component/sql.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { SqlInput } from "./root.ts"
import { storeLayer } from "./session.ts"
import { aligned } from "./text.ts"

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)
type Cells = typeof AnyRow.Type

/** Runs one query on the home's database. */
export const sql = (shared: Shared, { format, query }: SqlInput) =>
  answer(
    "sql",
    shared,
    Effect.gen(function* () {
      const database = yield* Database
      const rows = yield* database.rows(authored(query.replace(/;\s*$/, "")), AnyRow).pipe(Effect.mapError(queryError))
      const as = Option.getOrElse(format, () => (process.stdout.isTTY === true ? "table" : "csv"))
      return { summary: { rows: rows.length }, result: rows, text: render(rows, as) }
    }).pipe(Effect.provide(storeLayer(shared)))
  )

/** A query that DuckDB refuses is the person's to mend: DuckDB's own words, with what it would have known. */
const queryError = (error: DatabaseError) => {
  if (error.code !== "sql") return error
  const [first = "", ...more] = error.message.split("\n").filter((line) => line.trim() !== "")
  const hint = more.filter((line) => !/^\s*(LINE \d+:|\^)/.test(line)).join(" ")
  return commandError("sql", first, hint || 'See the tables: keepsake sql "from duckdb_tables()"', 2)
}

type Format = "table" | "csv" | "json" | "ndjson" | "markdown"

const cell = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)

const csvCell = (value: unknown): string => {
  const text = cell(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const render = (rows: ReadonlyArray<Cells>, format: Format): string => {
  const columns = Object.keys(rows[0] ?? {})
  switch (format) {
    case "json":
      return JSON.stringify(rows)
    case "ndjson":
      return rows.map((row) => JSON.stringify(row)).join("\n")
    case "csv":
      return [columns.join(","), ...rows.map((row) => columns.map((column) => csvCell(row[column])).join(","))].join(
        "\n"
      )
    case "markdown":
      return [
        `| ${columns.join(" | ")} |`,
        `| ${columns.map(() => "---").join(" | ")} |`,
        ...rows.map((row) => `| ${columns.map((column) => cell(row[column]).replaceAll("|", "\\|")).join(" | ")} |`)
      ].join("\n")
    case "table": {
      if (columns.length === 0) return "no rows"
      const [head = "", ...body] = aligned([columns, ...rows.map((row) => columns.map((column) => cell(row[column])))])
      return [head, "─".repeat([...head].length), ...body, "", `${rows.length} rows`].join("\n")
    }
  }
}
