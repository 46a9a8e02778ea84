/** How DuckDB reads each format. Every reader also gives the column `filename`. */
import type { SqlType } from "../../src/component/column.ts"
import { type Sql, empty, join, literal, sql } from "../../src/component/sql.ts"
import type { Found } from "./find.ts"

export const FORMATS = ["csv", "json", "ndjson", "parquet"] as const
export type Format = (typeof FORMATS)[number]

const EXTENSIONS: ReadonlyArray<readonly [RegExp, Format]> = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, "csv"],
  [/\.(ndjson|jsonl)(\.gz)?$/i, "ndjson"],
  [/\.json(\.gz)?$/i, "json"],
  [/\.(parquet|pq)$/i, "parquet"]
]

/** By the first file's extension unless it is given; CSV where nothing tells. */
export const formatOf = (files: ReadonlyArray<Found>, given: Format | undefined): Format =>
  given ?? EXTENSIONS.find(([pattern]) => files.some((file) => pattern.test(file.path)))?.[1] ?? "csv"

export const reader = (
  files: ReadonlyArray<Found>,
  format: Format,
  types: { readonly [column: string]: SqlType } | undefined
): Sql => {
  const paths = sql`[${join(files.map((file) => literal(file.path)))}]`
  const typed = (option: Sql): Sql =>
    types === undefined
      ? empty
      : sql`, ${option} = {${join(Object.entries(types).map(([column, type]) => sql`${literal(column)}: ${literal(type)}`))}}`
  switch (format) {
    case "csv":
      return sql`read_csv(${paths}, filename = true, union_by_name = true${typed(sql`types`)})`
    case "json":
      return sql`read_json(${paths}, filename = true, union_by_name = true, format = 'auto'${typed(sql`columns`)})`
    case "ndjson":
      return sql`read_json(${paths}, filename = true, union_by_name = true, format = 'newline_delimited'${typed(sql`columns`)})`
    case "parquet":
      return sql`read_parquet(${paths}, filename = true, union_by_name = true)`
  }
}
