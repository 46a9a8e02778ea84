/** How a relation is written. */
import { extname } from "node:path"
import { type Sql, sql } from "../../src/component/sql.ts"

export const FORMATS = ["parquet", "csv", "ndjson", "arrow"] as const
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
  [".jsonl", "ndjson"],
  [".arrow", "arrow"],
  [".feather", "arrow"]
])

/** Null: neither the settings nor the extension say. */
export const formatOf = (settings: Settings): Format | null =>
  settings.format ??
  EXTENSIONS.get(extname(settings.path).toLowerCase()) ??
  (settings.partition_by === undefined ? null : "parquet")

/** What DuckDB writes by itself. */
export const COPY_OPTIONS: { readonly [F in Exclude<Format, "arrow">]: Sql } = {
  parquet: sql`format parquet, compression zstd`,
  csv: sql`format csv, header true`,
  ndjson: sql`format json`
}
