import { Effect, Schema } from "effect"
import { ColumnName } from "../src/component/fields.ts"
import { authored, join, name, sql } from "../src/component/sql.ts"
import { transform } from "../src/component/transform.ts"
import { namedColumns, requireColumns } from "./columns.ts"

/** What later steps need to know of a row: its lineage, and what joins and moments said of it. */
const ALWAYS = /^(_|link_|moment_|right_id$|right_entity$)/

/** Keeps, renames and computes columns. */
export const select = transform({
  type: "select",
  summary: "Keeps, renames and computes columns.",
  description:
    "`columns` lists the columns to keep, or maps each new name to a SQL expression. Columns that say what a row is and what it is linked to (`_…`, `right_id`, `right_entity`, `link_…`, `moment_…`) stay in any case.",
  config: {
    columns: Schema.Union([
      Schema.Array(ColumnName).check(Schema.isMinLength(1)),
      Schema.Record(Schema.NonEmptyString, Schema.NonEmptyString)
    ]).annotate({ description: "Columns to keep, or a map from new name to SQL expression." })
  },
  examples: [
    {
      title: "New names, and a computed column",
      yaml: "type: select\nfrom: photos\ncolumns:\n  file: file_name\n  megapixels: width * height / 1e6",
      given: { photos: [{ file_name: "a.jpg", width: 4000, height: 3000, camera: "X100" }] },
      expect: [{ file: "a.jpg", megapixels: 12 }]
    },
    {
      title: "Some columns as they are",
      yaml: "type: select\nfrom: photos\ncolumns: [file_name]",
      given: { photos: [{ _key: 1, file_name: "a.jpg", width: 4000 }] },
      expect: [{ _key: 1, file_name: "a.jpg" }]
    }
  ],
  build: Effect.fnUntraced(function* ({ columns }, { from }) {
    if (isList(columns)) yield* requireColumns(from, namedColumns(columns, ["columns"]))
    const chosen = new Map(
      isList(columns)
        ? columns.map((column) => [column, name(column)])
        : Object.entries(columns).map(([column, expression]) => [column, sql`(${authored(expression)})`])
    )
    const kept = [...from.columns.keys()].filter((column) => ALWAYS.test(column) && !chosen.has(column))
    const selected = [
      ...kept.map((column) => name(column)),
      ...[...chosen].map(([column, expression]) => sql`${expression} as ${name(column)}`)
    ]
    return { query: sql`select ${join(selected)} from ${from.table}` }
  })
})

const isList = (
  columns: ReadonlyArray<string> | { readonly [column: string]: string }
): columns is ReadonlyArray<string> => Array.isArray(columns)
