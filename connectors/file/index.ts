import { Effect, Schema } from "effect"
import { type Columns, type SqlType } from "../../src/component/column.ts"
import { connector, scanStream } from "../../src/component/connector.ts"
import { Database } from "../../src/component/database.ts"
import { ConfigProblem } from "../../src/component/error.ts"
import { PathGlob } from "../../src/component/fields.ts"
import { uuid5Sql } from "../../src/component/id.ts"
import { nearest } from "../../src/component/nearest.ts"
import { type Sql, join, name, sql } from "../../src/component/sql.ts"
import { type EntityName, recordColumns } from "../../src/life/entity.ts"
import { type Found, findFiles, fingerprintOf } from "./find.ts"
import { FORMATS, type Format, formatOf, reader } from "./format.ts"

const TYPES = [
  "VARCHAR",
  "BOOLEAN",
  "INTEGER",
  "BIGINT",
  "DOUBLE",
  "TIMESTAMPTZ",
  "TIMESTAMP",
  "DATE",
  "UUID",
  "JSON"
] as const
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

const rows = scanStream({
  type: "file.rows",
  summary: "Rows of CSV, JSON, NDJSON, Parquet and Arrow files.",
  description: [
    "DuckDB reads the files itself. A row is identified by the columns in `key`, else by all of it: then equal rows are duplicates.",
    "With `entity`, the columns that an entity has by the same name feed the memories sink.",
    "A file that is as it was at the last run is not read again."
  ].join(" "),
  config,
  entity: ({ entity }) => entity ?? null,
  columns: (settings) =>
    Effect.gen(function* () {
      const files = yield* Effect.option(findFiles(settings.path))
      const given = settings.columns === undefined ? null : withEntityTypes(declared(settings.columns), settings)
      if (files._tag === "None") return given === null ? null : yield* checkNames("key", settings.key, given)
      const present = yield* found(files.value, settings)
      // Keys of JSON may be missing from the rows that were looked at.
      if (given !== null && !formatOf(files.value, settings.format).endsWith("json")) {
        yield* checkNames("columns", Object.keys(given), present)
      }
      return yield* checkNames("key", settings.key, given ?? withEntityTypes(present, settings))
    }),
  time: null,
  recognises: /\.(csv|tsv|ndjson|jsonl|parquet)(\.gz)?$/i,
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
  scan: (settings, { account }) =>
    Effect.gen(function* () {
      const files = yield* findFiles(settings.path)
      const columns = withEntityTypes(
        settings.columns === undefined ? yield* found(files, settings) : declared(settings.columns),
        settings
      )
      const format = formatOf(files, settings.format)
      const sourceId = rowId(columns, settings.key)
      return {
        fingerprint: fingerprintOf(files),
        query: sql`
          select ${sourceId} as _source_id, ${entityId(columns, settings.entity, account, sql`_source_id`)} as _id,
            filename as _archive, null::varchar as _member,
            ${join(Object.entries(columns).map(([column, { type }]) => sql`${name(column)}::${name(type)} as ${name(column)}`))}
          from ${reader(files, format, settings.columns)}`,
        skipped: []
      }
    })
})

const declared = (types: { readonly [column: string]: SqlType }): Columns =>
  Object.fromEntries(Object.entries(types).map(([column, type]) => [column, { type, description: "" }]))

/** Refuses a name that isn't among the columns, which it gives back. */
const checkNames = (option: "key" | "columns", names: ReadonlyArray<string> = [], columns: Columns) =>
  Effect.gen(function* () {
    for (const [index, wanted] of names.entries()) {
      if (Object.hasOwn(columns, wanted)) continue
      const near = nearest(wanted, Object.keys(columns))
      return yield* new ConfigProblem({
        code: "unknown-column",
        path: [option, option === "key" ? index : wanted],
        message: `The file has no column "${wanted}".`,
        hint: near === null ? `It has: ${Object.keys(columns).join(", ")}.` : `Did you mean "${near}"?`
      })
    }
    return columns
  })

/** The types as DuckDB finds them; nested ones are kept as JSON. */
const found = (files: ReadonlyArray<Found>, settings: Config) =>
  Effect.gen(function* () {
    const database = yield* Database
    const format: Format = formatOf(files, settings.format)
    const types = yield* database.describe(sql`select * exclude (filename) from ${reader(files, format, undefined)}`)
    return declared(Object.fromEntries([...types].map(([column, type]) => [column, columnType(type)])))
  })

const columnType = (type: string): SqlType => {
  if (type === "TIMESTAMP WITH TIME ZONE") return "TIMESTAMPTZ"
  if (type.startsWith("TIMESTAMP")) return "TIMESTAMP"
  if (/^(TINYINT|SMALLINT|UTINYINT|USMALLINT)$/.test(type)) return "INTEGER"
  if (/^(UINTEGER|UBIGINT|HUGEINT)$/.test(type)) return "BIGINT"
  if (/^(FLOAT|DECIMAL)/.test(type)) return "DOUBLE"
  if (/\[|^STRUCT|^MAP/.test(type)) return "JSON"
  return TYPES.find((known) => known === type) ?? "VARCHAR"
}

/** A column that the entity has too takes the entity's type: a local TIMESTAMP of a file counts as UTC. */
const withEntityTypes = (columns: Columns, { entity }: Config): Columns => {
  if (entity === undefined) return columns
  const wanted = recordColumns(entity)
  return Object.fromEntries(Object.entries(columns).map(([column, found]) => [column, wanted[column] ?? found]))
}

/** The key's values as one text; of a single text column, that text. */
const rowId = (columns: Columns, key: ReadonlyArray<string> | undefined): Sql => {
  const [only, ...others] = key ?? []
  if (only !== undefined && others.length === 0 && columns[only]?.type === "VARCHAR") return name(only)
  const parts = (key ?? Object.keys(columns)).map((column) => sql`${name(column)} := ${name(column)}`)
  return sql`to_json(struct_pack(${join(parts)}))::varchar`
}

/** Pictures are identified by their content, where the file states it; all else by its key. */
const entityId = (columns: Columns, entity: EntityName | undefined, account: string, sourceId: Sql): Sql => {
  const own = uuid5Sql(["file", account, entity ?? "row"], sourceId)
  if (entity !== "media") return own
  const hashes = ["picture_hash", "content_hash"].filter((column) => Object.hasOwn(columns, column))
  return hashes.length === 0
    ? own
    : sql`coalesce(${join(hashes.map((column) => uuid5Sql(["media"], name(column))))}, ${own})`
}

/** Files of rows, as other programs write them. */
export const file = connector({
  name: "file",
  summary: "Rows from files.",
  description: "Tables that other programs wrote: CSV, JSON, NDJSON, Parquet, Arrow.",
  streams: [rows]
})
