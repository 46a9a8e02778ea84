/** CSV and its relatives. */
import { Effect } from "effect"
import type { Skip } from "../../src/component/batch.ts"
import type { Columns, SqlType } from "../../src/component/column.ts"
import { type Sql, empty, join, literal, name, sql } from "../../src/component/sql.ts"
import { isNameable, noRowsOf, unify } from "./columns.ts"
import { type Dialect, dialectOf } from "./csv-dialect.ts"
import { type CsvRecord, makeCsvSplitter } from "./csv-split.ts"
import { type Found, pathList } from "./find.ts"
import type { Piece, Splitter } from "./salvage.ts"
import { type Reading, type Survey, leftOut, lookAtEach, unreadable } from "./survey.ts"
import { type TextFormat, loadText } from "./text-load.ts"
import { parseText } from "./text-value.ts"

interface CsvFile {
  readonly file: Found
  readonly dialect: Dialect
  readonly whole: boolean
}

export const surveyCsv = (files: ReadonlyArray<Found>): Reading<Survey> =>
  Effect.gen(function* () {
    const blank = files.filter(({ bytes }) => bytes === 0)
    const looked = yield* lookAtEach(
      files.filter(({ bytes }) => bytes > 0),
      (file) =>
        Effect.flatMap(dialectOf(file), (found) =>
          isNameable(found.dialect.types)
            ? Effect.succeed<CsvFile>({ file, ...found })
            : Effect.fail(unreadable(file, "the name of a column holds a NUL"))
        )
    )
    const { readable } = looked
    return {
      types: yield* unify(readable.map(({ dialect }) => dialect.types)),
      unreadable: looked.unreadable,
      skipped: (wanted) => [
        ...leftOut("an empty file", blank.filter(wanted)),
        ...above(readable.filter(({ file }) => wanted(file)))
      ],
      load: (columns, wanted) => {
        const some = readable.filter(({ file }) => wanted(file))
        return loadText(format, some, columns)
      }
    }
  })

const above = (files: ReadonlyArray<CsvFile>): ReadonlyArray<Skip> => {
  const some = files.filter(({ dialect }) => dialect.skip > 0)
  const count = some.reduce((sum, { dialect }) => sum + dialect.skip, 0)
  return leftOut(
    "a line above the header",
    some.map(({ file }) => file),
    count
  )
}

/** Types that DuckDB's reader of CSV takes as they are. */
const NATIVE = new Set<SqlType>(["VARCHAR", "BOOLEAN", "DOUBLE"])

const strict: TextFormat<CsvFile>["strict"] = (files, columns) => {
  const groups = Map.groupBy(files, ({ dialect: { types, ...marks } }) => JSON.stringify([marks, [...types]]))
  const queries = [...groups.values()].map((group) => strictGroup(group, columns))
  return join([noRowsOf(columns), ...queries], " union all by name ")
}

/** Files that are written in the same way. */
const strictGroup = (files: ReadonlyArray<CsvFile>, columns: Columns): Sql => {
  const [first] = files
  if (first === undefined) return noRowsOf(columns)
  const { dialect } = first
  const own = [...dialect.types].map(([column, found]) => {
    const to = columns[column]?.type
    const native = to !== undefined && NATIVE.has(to)
    const value =
      to === undefined || native
        ? name(column)
        : sql`${parseText(name(column), found, to, dialect.formats).strict} as ${name(column)}`
    return { column, value, wanted: to !== undefined, read: native ? to : "VARCHAR" }
  })
  const values = own.filter(({ wanted }) => wanted).map(({ value }) => value)
  const types = own.map(({ column, read }) => sql`${literal(column)}: ${literal(read)}`)
  const comment = dialect.comment === "" ? empty : sql`, comment = ${literal(dialect.comment)}`
  return sql`select ${join([...values, sql`_row_file`])} from read_csv(${pathList(files.map(({ file }) => file.path))},
    auto_detect = false, delim = ${literal(dialect.delimiter)}, quote = ${literal(dialect.quote)},
    escape = ${literal(dialect.escape)}${comment}, skip = ${literal(dialect.skip)}, header = ${literal(dialect.header)},
    columns = {${join(types)}}, filename = '_row_file', hive_partitioning = false)`
}

const splitter: TextFormat<CsvFile>["splitter"] = ({ dialect }, columns): Splitter => {
  const split = makeCsvSplitter(dialect)
  const found = [...dialect.types.keys()]
  const wanted = Object.keys(columns).map((column) => found.indexOf(column))
  let header = dialect.header
  const judge = (record: CsvRecord): ReadonlyArray<Piece> => {
    const { fields, line, problem, raw } = record
    if (line <= dialect.skip || isComment(raw, dialect)) return []
    if (header) {
      header = false
      return []
    }
    if (fields === null) return [{ ...REASONS[problem ?? "quotes"], position: line, raw }]
    // Some programs end every line with a delimiter.
    const more = fields.slice(found.length)
    if (fields.length < found.length || more.some((field) => field !== "")) {
      const reason = `The line has ${fields.length} values for ${found.length} columns. ${MEND}`
      return [{ code: "csv-columns", reason, position: line, raw }]
    }
    return [{ position: line, text: raw.toString("utf8"), values: wanted.map((index) => fields[index] || null) }]
  }
  return (bytes, final) => {
    const { pieces, used } = split(bytes, final)
    return { pieces: pieces.flatMap(judge), used }
  }
}

const isComment = (raw: Buffer, { comment }: Dialect): boolean => comment !== "" && raw.indexOf(comment) === 0

const MEND = "The other lines are read: mend this one, and run again."

const REASONS = {
  quotes: { code: "csv-quotes", reason: `A quote in the line isn't closed, or stands where none may. ${MEND}` },
  encoding: { code: "csv-encoding", reason: "The line isn't UTF-8. Save the file as UTF-8, and run again." }
} as const

const format: TextFormat<CsvFile> = {
  fileOf: ({ file }) => file,
  whole: ({ whole }) => whole,
  types: ({ dialect }) => dialect.types,
  formats: ({ dialect }) => dialect.formats,
  strict,
  splitter
}
