/** Objects from which columns are found: the first of a file, and those that have keys which the first ones lack. */
import { Effect, Schema, Stream } from "effect"
import { Database } from "../../src/component/database.ts"
import { type Sql, join, literal, sql } from "../../src/component/sql.ts"
import type { Types } from "./columns.ts"
import { type Found, pathList } from "./find.ts"
import { type JsonRecord, type JsonSplitter, makeElementSplitter, makeLineSplitter, membersOf } from "./json-split.ts"
import { isOfInput, split } from "./salvage.ts"
import { type Reading, unreadable } from "./survey.ts"
import { temporaryFile } from "./temporary.ts"

export type Layout = "json" | "ndjson"

export interface JsonFile {
  readonly file: Found
  /** What its columns are found in: itself, or objects of it that are whole. */
  readonly sample: string
  readonly whole: boolean
}

// As many as DuckDB looks at.
export const SAMPLE = 20_480

export const makeSplitter = (layout: Layout): JsonSplitter =>
  layout === "ndjson" ? makeLineSplitter() : makeElementSplitter()

export const shape = (layout: Layout): Sql =>
  layout === "ndjson" ? sql`format = 'newline_delimited'` : sql`format = 'auto'`

const recordsOf = (file: Found, layout: Layout) =>
  Stream.fromAsyncIterable(split(file.path, makeSplitter(layout)), (cause) => unreadable(file, cause)).pipe(
    Stream.flatMap(Stream.fromIterable)
  )

export const firstOf = (file: Found, layout: Layout): Reading<ReadonlyArray<JsonRecord>> =>
  recordsOf(file, layout).pipe(Stream.take(SAMPLE), Stream.runCollect)

/** A file of such objects, each with what `sampleOf` shows of it. */
export const sampleFile = (objects: ReadonlyArray<string>): Reading<string> =>
  temporaryFile("sample.ndjson", objects.join(""))

/** An object on a line, without what is nested in it: that is JSON whatever it holds, and DuckDB stumbles over some of it. */
export const sampleOf = (text: string, wanted: (key: string) => boolean = () => true): string => {
  const members = [...membersOf(text)].flatMap(([key, value]) => {
    if (!wanted(key)) return []
    const shown = value.startsWith("{") ? "{}" : value.startsWith("[") ? "[]" : value
    return [`${JSON.stringify(key)}:${shown}`]
  })
  return `{${members.join(",")}}\n`
}

/** Objects with keys that aren't among the columns, with nothing but those; empty where there are none. */
export const lateSample = (
  files: ReadonlyArray<JsonFile>,
  types: Types,
  layout: Layout
): Reading<ReadonlyArray<JsonFile>> =>
  Effect.gen(function* () {
    const columns = new Set([...types.keys()].map((column) => column.toLowerCase()))
    const isLate = (key: string): boolean => !columns.has(key.toLowerCase())
    const whole = files.filter((file) => file.whole)
    const plain = whole.length === 0 ? [] : yield* lateOfPlain(whole, [...columns], layout)
    const others = plain === null ? files : files.filter((file) => !file.whole)
    const found = yield* Effect.forEach(others, ({ file }) => lateOfBroken(file, layout, isLate))
    const texts = [...(plain ?? []), ...found.flat()]
    const [first] = files
    if (first === undefined || texts.length === 0) return []
    return [{ ...first, sample: yield* sampleFile(texts.map((text) => sampleOf(text, isLate))), whole: false }]
  })

/** Is a column spelled otherwise in some object, with other capitals? */
export const hasVariants = (files: ReadonlyArray<JsonFile>, columns: ReadonlyArray<string>, layout: Layout) =>
  Effect.gen(function* () {
    const whole = files.filter((file) => file.whole)
    if (whole.length === 0) return false
    const database = yield* Database
    const exact = sql`[${join(columns.map((column) => literal(column)))}]::varchar[]`
    const lower = sql`[${join(columns.map((column) => literal(column.toLowerCase())))}]::varchar[]`
    const variants = yield* database.rows(
      sql`select key from (select distinct unnest(json_keys(json)) as key
          from read_json_objects(${pathList(whole.map(({ file }) => file.path))}, ${shape(layout)}))
        where list_contains(${lower}, lower(key)) and not list_contains(${exact}, key) limit 1`,
      Schema.Struct({ key: Schema.String })
    )
    return variants.length > 0
  }).pipe(Effect.catchTag("DatabaseError", (error) => (isOfInput(error) ? Effect.succeed(false) : Effect.fail(error))))

/** Null: DuckDB can't read them all. */
const lateOfPlain = (files: ReadonlyArray<JsonFile>, columns: ReadonlyArray<string>, layout: Layout) =>
  Effect.gen(function* () {
    const database = yield* Database
    const objects = sql`read_json_objects(${pathList(files.map(({ file }) => file.path))}, ${shape(layout)})`
    const known = sql`[${join(columns.map((column) => literal(column)))}]::varchar[]`
    const keys = yield* database.rows(
      sql`select key from (select distinct unnest(json_keys(json)) as key from ${objects})
        where not list_contains(${known}, lower(key))`,
      Schema.Struct({ key: Schema.String })
    )
    if (keys.length === 0) return []
    const rows = yield* database.rows(
      sql`select json::varchar as text from ${objects}
        where list_has_any(json_keys(json), [${join(keys.map(({ key }) => literal(key)))}]) limit ${literal(SAMPLE)}`,
      Schema.Struct({ text: Schema.String })
    )
    return rows.map(({ text }) => text)
  }).pipe(Effect.catchTag("DatabaseError", (error) => (isOfInput(error) ? Effect.succeed(null) : Effect.fail(error))))

const lateOfBroken = (file: Found, layout: Layout, isLate: (key: string) => boolean) =>
  recordsOf(file, layout).pipe(
    Stream.flatMap(({ text }) =>
      text !== null && [...membersOf(text).keys()].some(isLate) ? Stream.make(text) : Stream.empty
    ),
    Stream.take(SAMPLE),
    Stream.runCollect
  )
