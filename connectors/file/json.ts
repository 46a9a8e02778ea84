/** JSON: objects in lines of their own, in an array, or one after the other. */
import { Effect, Schema } from "effect"
import type { SqlType } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { join, literal, name, sql } from "../../src/component/sql.ts"
import { type Types, columnType } from "./columns.ts"
import { type Found, pathList } from "./find.ts"
import {
  type JsonFile,
  type Layout,
  SAMPLE,
  firstOf,
  hasVariants,
  lateSample,
  makeSplitter,
  sampleFile,
  sampleOf,
  shape
} from "./json-sample.ts"
import { type JsonRecord, membersOf } from "./json-split.ts"
import { type Piece, isOfInput } from "./salvage.ts"
import { type Reading, type Survey, leftOut, lookAtEach, unreadable } from "./survey.ts"
import { type TextFormat, loadText } from "./text-load.ts"
import { ISO, parseText } from "./text-value.ts"

export const surveyJson = (files: ReadonlyArray<Found>, layout: Layout): Reading<Survey> =>
  Effect.gen(function* () {
    const blank = files.filter(({ bytes }) => bytes === 0)
    const looked = yield* look(
      files.filter(({ bytes }) => bytes > 0),
      layout
    )
    const types = looked.readable.length === 0 ? new Map() : yield* allTypesOf(looked.readable, layout)
    return {
      types,
      unreadable: looked.unreadable,
      skipped: (wanted) => leftOut("an empty file", blank.filter(wanted)),
      load: (columns, wanted) =>
        Effect.gen(function* () {
          const some = looked.readable.filter(({ file }) => wanted(file))
          // DuckDB takes the values of one spelling, and nothing of the others: such files are read key by key.
          const varied = yield* hasVariants(some, Object.keys(columns), layout)
          const readable = varied ? some.map((file) => ({ ...file, whole: false })) : some
          return yield* loadText(formatOf(layout, types), readable, columns)
        })
    }
  })

/** All files at once; where that fails, one by one. */
const look = (files: ReadonlyArray<Found>, layout: Layout) =>
  Effect.gen(function* () {
    const asItIs = (file: Found): JsonFile => ({ file, sample: file.path, whole: true })
    if (yield* isPlain(files, layout)) return { readable: files.map(asItIs), unreadable: [] }
    const looked = yield* lookAtEach(files, (file) =>
      Effect.gen(function* () {
        if (files.length > 1 && (yield* isPlain([file], layout))) return [asItIs(file)]
        const records = yield* firstOf(file, layout)
        const objects = records.flatMap(({ text }) => (text === null ? [] : [sampleOf(text)]))
        if (records.length === 0) return []
        if (objects.length === 0) return yield* unreadable(file, "no JSON object in it is whole")
        return [{ file, sample: yield* sampleFile(objects), whole: false }]
      })
    )
    return { readable: looked.readable.flat(), unreadable: looked.unreadable }
  })

/** Does DuckDB find columns in them? It finds one, `json`, where values are no objects. */
const isPlain = (files: ReadonlyArray<Found>, layout: Layout): Reading<boolean> =>
  described(
    files.map(({ path }) => path),
    layout
  ).pipe(
    Effect.map((types) => types.size > 1 || types.get("json") !== "JSON"),
    Effect.catchTag("DatabaseError", (error) => (isOfInput(error) ? Effect.succeed(false) : Effect.fail(error)))
  )

const described = (paths: ReadonlyArray<string>, layout: Layout): Reading<Types> =>
  Effect.flatMap(Database, ({ describe }) =>
    describe(sql`from read_json(${pathList(paths)}, union_by_name = true, hive_partitioning = false, ${shape(layout)})`)
  )

/** Those of the first objects, and of keys that come later. */
const allTypesOf = (files: ReadonlyArray<JsonFile>, layout: Layout): Reading<Types> =>
  Effect.gen(function* () {
    const types = yield* typesOf(files, layout)
    const late = yield* lateSample(files, types, layout)
    return late.length === 0 ? types : new Map([...types, ...(yield* typesOf(late, layout))])
  })

const typesOf = (files: ReadonlyArray<JsonFile>, layout: Layout): Reading<Types> =>
  Effect.gen(function* () {
    const paths = files.map(({ sample }) => sample)
    // Samples have lines, which `auto` reads too.
    const inLines = files.some(({ whole }) => !whole) ? "json" : layout
    const found = yield* described(paths, inLines)
    const types = new Map([...found].map(([column, type]) => [column, columnType(type) === "JSON" ? "JSON" : type]))
    return yield* withTimes(types, paths, inLines)
  })

const Times = Schema.Array(Schema.Struct({ iso: Schema.NullOr(Schema.Boolean), zone: Schema.NullOr(Schema.Boolean) }))

/** DuckDB guesses whether the day or the month comes first, and lets offsets go: only ISO 8601 is taken for a time. */
const withTimes = (types: Types, paths: ReadonlyArray<string>, layout: Layout): Reading<Types> =>
  Effect.gen(function* () {
    const times = [...types].filter(([, type]) => type === "DATE" || type.startsWith("TIMESTAMP"))
    if (times.length === 0) return types
    const database = yield* Database
    const tests = times.map(([column, type]) => {
      const text = name(column)
      const iso =
        type === "DATE"
          ? sql`regexp_full_match(${text}, '\\d{4}-\\d\\d-\\d\\d')`
          : sql`try_cast(${text} as timestamptz) is not null`
      return sql`{iso: bool_and(${iso}), zone: bool_or(regexp_matches(${text}, '\\d(Z|z| ?[+-]\\d\\d(:?\\d\\d)?)$') and strlen(${text}) > 10)}`
    })
    const columns = times.map(([column]) => sql`${literal(column)}: 'VARCHAR'`)
    const [row] = yield* database.rows(
      sql`select [${join(tests)}] as times from (from read_json(${pathList(paths)}, columns = {${join(columns)}},
        hive_partitioning = false, ${shape(layout)}) limit ${literal(SAMPLE)})`,
      Schema.Struct({ times: Times })
    )
    const told = new Map(
      times.map(([column, type], index) => {
        const { iso, zone } = row?.times[index] ?? { iso: false, zone: false }
        return [
          column,
          iso !== true ? "VARCHAR" : type === "DATE" ? type : zone === true ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP"
        ]
      })
    )
    return new Map([...types].map(([column, type]) => [column, told.get(column) ?? type]))
  })

/** Types that DuckDB's reader of JSON takes as they are. */
const NATIVE = new Set<SqlType>(["VARCHAR", "BOOLEAN", "DOUBLE", "UUID", "JSON"])

const formatOf = (layout: Layout, types: Types): TextFormat<JsonFile> => ({
  fileOf: ({ file }) => file,
  whole: ({ whole }) => whole,
  formats: () => ISO,
  types: () => types,
  strict: (files, columns) => {
    const values = Object.entries(columns).map(([column, { type }]) =>
      NATIVE.has(type)
        ? name(column)
        : sql`${parseText(name(column), types.get(column) ?? "VARCHAR", type, ISO).strict} as ${name(column)}`
    )
    const read = Object.entries(columns).map(
      ([column, { type }]) => sql`${literal(column)}: ${literal(NATIVE.has(type) ? type : "VARCHAR")}`
    )
    return sql`select ${join([...values, sql`_row_file`])} from read_json(${pathList(files.map(({ file }) => file.path))},
      columns = {${join(read)}}, ${shape(layout)}, filename = '_row_file', hive_partitioning = false)`
  },
  splitter: (_, columns) => {
    const pieces = makeSplitter(layout)
    const wanted = Object.entries(columns).map(([column, { type }]) => ({ column, asWritten: type === "JSON" }))
    return (bytes, final) => {
      const { pieces: records, used } = pieces(bytes, final)
      return { pieces: records.map((record) => judge(record, wanted)), used }
    }
  }
})

const judge = (
  { position, problem, raw, text }: JsonRecord,
  wanted: ReadonlyArray<{ readonly column: string; readonly asWritten: boolean }>
): Piece => {
  if (text === null) return { ...REASONS[problem ?? "syntax"], position, raw }
  const members = membersOf(text)
  const spellings = Map.groupBy(members.keys(), (key) => key.toLowerCase())
  const twice = wanted.find(({ column }) => (spellings.get(column.toLowerCase())?.length ?? 0) > 1)
  if (twice !== undefined) {
    const keys = (spellings.get(twice.column.toLowerCase()) ?? []).map((key) => `"${key}"`).join(" and ")
    return {
      code: "json-keys-alike",
      reason: `Its keys ${keys} differ only in case, as columns can't. ${MEND}`,
      position,
      raw
    }
  }
  const values = wanted.map(({ asWritten, column }) => {
    const value = members.get(spellings.get(column.toLowerCase())?.[0] ?? column)
    if (value === undefined || value === "null") return null
    return value.startsWith('"') && !asWritten ? String(JSON.parse(value)) : value
  })
  return { position, text, values }
}

const MEND = "All else in the file is read: mend this, and run again."

const REASONS = {
  syntax: { code: "json-syntax", reason: `It is no JSON. ${MEND}` },
  encoding: { code: "json-encoding", reason: `It isn't UTF-8. ${MEND}` },
  cut: { code: "json-cut", reason: "The file ends in the middle of an object. Get the file anew, and run again." },
  "not-object": {
    code: "json-not-object",
    reason: `A row is an object with a value for each column, and this is none. ${MEND}`
  }
} as const
