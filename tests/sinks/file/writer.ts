/** Writes a large file, so that a test can kill it while it does. */
import { Effect } from "effect"
import { writeFile } from "../../../sinks/file/write.ts"
import type { Format } from "../../../sinks/file/format.ts"
import { authored } from "../../../src/component/sql.ts"
import { memoryWarehouse } from "../../../src/warehouse/warehouse.ts"

const [, , path = "", format = "csv", ...partitions] = process.argv

const FORMATS: ReadonlyArray<Format> = ["parquet", "csv", "ndjson", "arrow"]

await Effect.runPromise(
  writeFile(
    {
      path,
      format: FORMATS.find((known) => known === format) ?? "csv",
      ...(partitions.length === 0 ? {} : { partition_by: partitions })
    },
    {
      name: "large",
      table: authored("(select range as n, range % 3 as part, md5(range::varchar) as text from range(3000000))"),
      columns: new Map([
        ["n", "BIGINT"],
        ["part", "BIGINT"],
        ["text", "VARCHAR"]
      ]),
      entity: null
    }
  ).pipe(Effect.provide(memoryWarehouse))
)
