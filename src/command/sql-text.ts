/** Rows as text. */
import { aligned, counted } from "./text.ts"

export type Cells = { readonly [column: string]: unknown }

export const TEXT_FORMATS = ["table", "csv", "json", "ndjson", "markdown"] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

const cell = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)

const csvCell = (value: unknown): string => {
  const text = cell(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const render = (rows: ReadonlyArray<Cells>, format: TextFormat): string => {
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
      return [head, "─".repeat([...head].length), ...body, "", counted(rows.length, "row")].join("\n")
    }
  }
}
