/** How a CSV file is written: what DuckDB's sniffer says of it, or of those records in it that are whole. */
import { Effect, Schema, Stream } from "effect"
import { Database } from "../../src/component/database.ts"
import { type Sql, empty, literal, sql } from "../../src/component/sql.ts"
import type { Types } from "./columns.ts"
import { type CsvRecord, type Marks, csvLine, makeCsvSplitter } from "./csv-split.ts"
import { type Found, bytesOf, pathList } from "./find.ts"
import { isOfInput, split } from "./salvage.ts"
import { foreignOf } from "./foreign.ts"
import { type Reading, unreadable } from "./survey.ts"
import { temporaryFile } from "./temporary.ts"
import type { TimeFormats } from "./text-value.ts"

export interface Dialect extends Marks {
  /** Starts a line that is no record; empty where none does. */
  readonly comment: string
  /** Lines above the header. */
  readonly skip: number
  readonly header: boolean
  readonly types: Types
  readonly formats: TimeFormats
}

const Sniffed = Schema.Struct({
  Delimiter: Schema.String,
  Quote: Schema.String,
  Escape: Schema.String,
  Comment: Schema.String,
  SkipRows: Schema.Number,
  HasHeader: Schema.Boolean,
  Columns: Schema.Array(Schema.Struct({ name: Schema.String, type: Schema.String })),
  DateFormat: Schema.NullOr(Schema.String),
  TimestampFormat: Schema.NullOr(Schema.String)
})

const NONE = "(empty)"
const mark = (text: string): string => (text === NONE ? "" : text)

/** Null: it isn't as CSV should be. */
const sniff = (path: string, options: Sql): Reading<Dialect | null> =>
  Effect.gen(function* () {
    const database = yield* Database
    const [found] = yield* database.rows(sql`from sniff_csv(${pathList([path])}[1]${options})`, Sniffed)
    if (found === undefined) return null
    return {
      delimiter: found.Delimiter,
      quote: mark(found.Quote),
      escape: mark(found.Escape),
      comment: mark(found.Comment),
      skip: found.SkipRows,
      header: found.HasHeader,
      types: new Map(found.Columns.map(({ name, type }) => [name, type])),
      formats: { date: found.DateFormat, timestamp: found.TimestampFormat }
    }
  }).pipe(Effect.catchTag("DatabaseError", (error) => (isOfInput(error) ? Effect.succeed(null) : Effect.fail(error))))

const DELIMITERS = [",", ";", "\t", "|"]

// No text holds it: a line is one value.
const UNDIVIDED = "\u001f"

const HEAD = 64 * 1024

/** What stands between the columns of the first line, most often; null: nothing does. */
export const delimiterOf = (head: string): string | null => {
  const [first = ""] = head
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/[\r\n]/, 1)
  const bare = first.replaceAll(/"[^"]*"/g, "")
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: bare.split(delimiter).length - 1 }))
  const best = counted.reduce((most, each) => (each.count > most.count ? each : most))
  return best.count > 0 ? best.delimiter : null
}

const headOf = (file: Found): Reading<Buffer> =>
  Effect.tryPromise({
    try: async () => {
      for await (const bytes of bytesOf(file.path, HEAD)) return bytes
      return Buffer.alloc(0)
    },
    catch: (cause) => unreadable(file, cause)
  })

/** So Excel is told what stands between the columns, above the header. */
const SEPARATOR = /^\uFEFF?sep=([^\r\n])\r?\n/i

const QUOTED = sql`, quote = '"', escape = '"'`

/**
 * The sniffer by itself takes a file with a damaged line for one of a single column, or a stray quote for text: so it is
 * told what stands between values, and that quotes are quotes.
 */
export const dialectOf = (file: Found): Reading<{ readonly dialect: Dialect; readonly whole: boolean }> =>
  Effect.gen(function* () {
    const head = yield* headOf(file)
    const foreign = foreignOf(head)
    if (foreign !== null) return yield* unreadable(file, foreign.what, foreign.hint)
    const said = SEPARATOR.exec(head.toString("utf8"))?.[1]
    const delimiter = said ?? delimiterOf(head.toString("utf8"))
    if (delimiter === null) {
      const guessed = yield* sniff(file.path, empty)
      // Words above the header have no delimiters.
      if (guessed !== null && guessed.skip > 0 && guessed.header && guessed.types.size > 1) {
        return { dialect: guessed, whole: true }
      }
    }
    const marks = { delimiter: delimiter ?? UNDIVIDED, quote: '"', escape: '"' }
    const told = sql`, delim = ${literal(marks.delimiter)}${said === undefined ? empty : sql`, skip = 1`}`
    const standard = yield* sniff(file.path, sql`${told}${QUOTED}`)
    if (standard !== null) return { dialect: standard, whole: true }
    const other = yield* sniff(file.path, told)
    if (other !== null && other.quote !== "" && (other.quote !== '"' || other.escape === "\\")) {
      return { dialect: other, whole: true }
    }
    const dialect = yield* dialectOfWhole(file, marks)
    return dialect === null
      ? yield* unreadable(file, "its first line is no CSV in UTF-8", NO_UTF_8)
      : { dialect, whole: false }
  })

const NO_UTF_8 =
  "Save the file as UTF-8 (Excel calls it CSV UTF-8), or get it anew; or say with `format` how it is written."

// As many as DuckDB looks at.
const SAMPLE = 20_480

/** The dialect of the records that are whole. Null: there are none, or the first isn't. */
const dialectOfWhole = (file: Found, marks: Marks): Reading<Dialect | null> =>
  Effect.gen(function* () {
    const pieces = split(file.path, makeCsvSplitter(marks))
    const records = yield* Stream.fromAsyncIterable(pieces, (cause) => unreadable(file, cause)).pipe(
      Stream.flatMap(Stream.fromIterable),
      Stream.take(SAMPLE),
      Stream.runCollect
    )
    // Without the header, no other line can be understood.
    if (records[0]?.fields === null) return null
    const width = usualWidth(records)
    const whole = records.filter((record) => record.fields?.length === width)
    const [first] = whole
    if (first === undefined) return null
    const lines = whole.map(({ fields }) => csvLine(fields ?? []))
    const sample = yield* temporaryFile("sample.csv", lines.join(""))
    const dialect = yield* sniff(sample, sql`, delim = ',', comment = ''${QUOTED}`)
    return dialect === null ? null : { ...dialect, ...marks, comment: "", skip: first.line - 1 }
  })

/** How many values most records have; of equals, as many as the first has. */
const usualWidth = (records: ReadonlyArray<CsvRecord>): number => {
  const counts = new Map<number, number>()
  for (const { fields } of records) if (fields !== null) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1)
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])[0]
}
