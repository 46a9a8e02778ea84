/** Which format a file has. */
import type { Found } from "./find.ts"

export const FORMATS = ["csv", "json", "ndjson", "parquet", "arrow"] as const
export type Format = (typeof FORMATS)[number]

const EXTENSIONS: ReadonlyArray<readonly [RegExp, Format]> = [
  [/\.(csv|tsv|txt)(\.gz|\.zst)?$/i, "csv"],
  [/\.(ndjson|jsonl)(\.gz|\.zst)?$/i, "ndjson"],
  [/\.json(\.gz|\.zst)?$/i, "json"],
  [/\.(parquet|pq)$/i, "parquet"],
  [/\.(arrow|arrows|feather|ipc)$/i, "arrow"]
]

/** By the extension unless it is given; CSV where nothing tells. */
export const formatOf = (file: Found, given: Format | undefined): Format =>
  given ?? EXTENSIONS.find(([pattern]) => pattern.test(file.path))?.[1] ?? "csv"

/** What `inspect` takes for a file of rows: JSON and text may be anything. */
export const RECOGNISED = /\.((csv|tsv|ndjson|jsonl)(\.gz|\.zst)?|parquet|arrow|arrows|feather)$/i
