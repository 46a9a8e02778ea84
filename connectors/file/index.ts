import { Effect, Schema } from "effect"
import type { Columns } from "../../src/component/column.ts"
import { type Scan, connector, scanStream } from "../../src/component/connector.ts"
import { sourceError } from "../../src/component/error.ts"
import { PathGlob } from "../../src/component/fields.ts"
import { TYPES, checkNames, declared, withEntityTypes } from "./columns.ts"
import { type Found, findFiles } from "./find.ts"
import { FORMATS, RECOGNISED } from "./format.ts"
import { rowIds } from "./identity.ts"
import { rejectsOf, rowsOf } from "./rows.ts"
import { type Look, look } from "./look.ts"
import type { Reading, Unreadable } from "./survey.ts"

const ENTITIES = ["media", "events", "plays", "samples", "visits"] as const

const config = {
  path: PathGlob,
  format: Schema.optionalKey(
    Schema.Literals(FORMATS).annotate({ description: "How the files are written; default: by their extension." })
  ),
  key: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString)
      .check(Schema.isMinLength(1))
      .annotate({ description: "The columns that identify a row; default: the whole row." })
  ),
  columns: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Literals(TYPES)).annotate({
      description: "Types by column; default: as found in the file."
    })
  ),
  entity: Schema.optionalKey(
    Schema.Literals(ENTITIES).annotate({ description: "What a row is, to feed the memories sink." })
  )
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same files would give other rows.
const VERSION = 5

const rows = scanStream({
  type: "file.rows",
  summary: "Rows of CSV, JSON, NDJSON, Parquet and Arrow files.",
  description: [
    "A row is identified by the columns in `key`, else by all of it: then equal rows are duplicates.",
    "With `entity`, the columns that an entity has by the same name feed the memories sink.",
    "Types are those of the first 20,480 rows that have the column, unless `columns` declares them; folders such as `year=2023` are columns too. Of a column `_id` the name is `id`, as rows have an `_id` of their own.",
    "A line that can't be read, or a value that doesn't fit its column, is rejected with its line or place, and all else is read.",
    "A file that can't be read at all ends the run where it is the only one; among several, it is rejected and the others are read.",
    "A file that is as it was at the last run is not read again, unless another is gone, or some rows came twice."
  ].join(" "),
  config,
  entity: ({ entity }) => entity ?? null,
  // Pictures are identified by their content, where the file states it.
  ids: ({ entity }, account) => (entity === "media" ? null : rowIds(account, entity)),
  columns: (settings) =>
    Effect.gen(function* () {
      const files = yield* Effect.option(findFiles(settings.path))
      const given = settings.columns === undefined ? null : withEntityTypes(declared(settings.columns), settings.entity)
      if (files._tag === "None") return given === null ? null : yield* checkNames("key", settings.key, given)
      const seen = yield* look(files.value, settings.format)
      // Keys of JSON may be missing from the rows that were looked at.
      if (given !== null && !seen.formats.some((format) => format.endsWith("json"))) {
        yield* checkNames("columns", Object.keys(given), seen.columns)
      }
      return yield* checkNames("key", settings.key, columnsOf(seen, settings))
    }),
  time: null,
  recognises: RECOGNISED,
  examples: [
    {
      title: "Photos listed in a Parquet file",
      yaml: "type: file.rows\npath: photos/*.parquet\nkey: [path]\nentity: media"
    },
    {
      title: "A CSV with given types",
      yaml: "type: file.rows\npath: runs.csv\ncolumns: { day: DATE, kilometres: DOUBLE }"
    }
  ],
  // DuckDB's reader of JSON takes 32 MB for each thread at once.
  holdsRows: true,
  files: ({ path }) =>
    Effect.map(
      findFiles(path),
      (files) => new Map(files.map(({ bytes, modified, path: file }) => [file, `${VERSION}:${bytes}:${modified}`]))
    ),
  scan: (settings, { account }, _, only) =>
    Effect.gen(function* () {
      const wanted = ({ path }: Found): boolean => only === null || only.has(path)
      const files = yield* findFiles(settings.path)
      const scanOf = (some: ReadonlyArray<Found>, damaged: ReadonlyArray<Unreadable>, known?: Columns): Reading<Scan> =>
        Effect.gen(function* () {
          const seen = yield* look(some, settings.format)
          const columns = known ?? columnsOf(seen, settings)
          if (Object.keys(columns).length === 0) {
            return yield* sourceError(
              "file-empty",
              `There are no columns in ${settings.path.join(", ")}.`,
              "Check that the file is the right one; or declare its columns: `columns: { name: VARCHAR }`."
            )
          }
          const loaded = yield* seen.load(columns, wanted)
          const keyed = { account, columns, entity: settings.entity, key: settings.key }
          return {
            query: rowsOf(loaded, keyed),
            rejects: rejectsOf(loaded, keyed, [...seen.unreadable.filter(({ file }) => wanted(file)), ...damaged]),
            skipped: seen.skipped(wanted),
            salvaged: Effect.flatMap(seen.damaged, (found) => without(some, found, columns))
          }
        })
      const without = (
        some: ReadonlyArray<Found>,
        damaged: ReadonlyArray<Unreadable>,
        columns: Columns
      ): Reading<Scan> => {
        const sound = some.filter((file) => !damaged.some((each) => each.file === file))
        const [first] = damaged
        return sound.length === 0 && first !== undefined ? Effect.fail(first.error) : scanOf(sound, damaged, columns)
      }
      return yield* scanOf(files, [])
    })
})

const columnsOf = (seen: Look, { columns, entity }: Config): Columns =>
  withEntityTypes(columns === undefined ? seen.columns : declared(columns), entity)

/** Files of rows, as other programs write them. */
export const file = connector({
  name: "file",
  summary: "Rows from files.",
  description: "Tables that other programs wrote: CSV, JSON, NDJSON, Parquet, Arrow.",
  streams: [rows]
})
