import { Effect, Schema } from "effect"
import { sink } from "../../src/component/sink.ts"
import { ConfigProblem } from "../../src/component/error.ts"
import { oneOrMore } from "../../src/component/fields.ts"
import { nearest } from "../../src/component/nearest.ts"
import { visibleColumns } from "../../src/component/relation.ts"
import { kindOf } from "./disk.ts"
import { FORMATS, formatOf } from "./format.ts"
import { writeFile } from "./write.ts"

/** Writes a relation to a file that other programs read. */
export const file = sink({
  type: "file",
  summary: "Writes a relation to a Parquet, Arrow, CSV or NDJSON file.",
  description: [
    "The file is written under a temporary name and then renamed: it is never half there.",
    "With `partition_by`, a folder is written with one folder for each value; one that holds anything else is left as it is.",
    "Columns that begin with _ are left out. In Arrow, nested values are JSON text."
  ].join(" "),
  config: {
    path: Schema.NonEmptyString.annotate({ description: "The file to write; with partition_by, the folder." }),
    format: Schema.optionalKey(Schema.Literals(FORMATS).annotate({ description: "Default: by the extension." })),
    partition_by: Schema.optionalKey(
      oneOrMore(Schema.NonEmptyString).annotate({ description: "Columns to make folders of." })
    )
  },
  examples: [
    { title: "One Parquet file", yaml: "type: file\nfrom: memories\npath: out/memories.parquet" },
    {
      title: "A folder for each year",
      yaml: "type: file\nfrom: memories\npath: out/memories\nformat: csv\npartition_by: [year]"
    }
  ],
  check: (settings, relations) =>
    Effect.gen(function* () {
      const [relation, second] = relations
      if (second !== undefined) {
        yield* new ConfigProblem({
          code: "one-relation",
          path: ["from"],
          message: "A file holds one relation, but several are named.",
          hint: "Join them with a union, or write one sink for each."
        })
      }
      if (formatOf(settings) === null) {
        yield* new ConfigProblem({
          code: "unknown-format",
          path: ["path"],
          message: `The extension of ${settings.path} doesn't say how to write it.`,
          hint: `Add \`format:\`, one of ${FORMATS.join(", ")}.`
        })
      }
      const by = new Set(settings.partition_by)
      if (
        relation !== undefined &&
        relation.columns.size > 0 &&
        by.size > 0 &&
        visibleColumns(relation).every((column) => by.has(column))
      ) {
        yield* new ConfigProblem({
          code: "no-columns-left",
          path: ["partition_by"],
          message: "All columns make folders, and none is left for the files.",
          hint: "Leave out at least one column."
        })
      }
      for (const [index, column] of (settings.partition_by ?? []).entries()) {
        if (relation === undefined || relation.columns.size === 0 || relation.columns.has(column)) continue
        const near = nearest(column, relation.columns.keys())
        yield* new ConfigProblem({
          code: "unknown-column",
          path: ["partition_by", index],
          message: `"${relation.name}" has no column "${column}".`,
          hint: near === null ? `It has: ${[...relation.columns.keys()].join(", ")}.` : `Did you mean "${near}"?`
        })
      }
    }),
  intact: (settings) => Effect.map(kindOf(settings.path), (kind) => kind !== null),
  load: (settings, [relation]) =>
    relation === undefined
      ? Effect.die(new Error("the file sink was loaded without its relation"))
      : writeFile(settings, relation)
})
