/** The CSV files of a privacy export: details of pictures, and lists of the names in an album. DuckDB parses them. */
import { Effect, Schema } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import type { Reject } from "../../src/component/batch.ts"
import type { EpochMillis } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { type Broken, readSidecars } from "../media/sidecars.ts"
import { appleDate } from "./date.ts"

/** What Apple knows of a picture. Its `fileChecksum` is an opaque id that proves nothing, so that it isn't read. */
export interface Details {
  readonly name: string
  /** To the minute; null: none is stated, or none that can be read. */
  readonly takenAt: EpochMillis | null
  readonly deleted: boolean
}

type Content =
  | { readonly kind: "details"; readonly rows: ReadonlyArray<Details> }
  | { readonly kind: "list"; readonly names: ReadonlyArray<string> }
  /** 0 bytes: Apple had nothing to say. */
  | { readonly kind: "empty" }
  | { readonly kind: "other" }

export type Table = (Content & { readonly rejects: ReadonlyArray<Reject> }) | Broken

/** Another CSV than Apple's may be of any size, and isn't read. */
export const LARGEST_TABLE = 8 * 1024 * 1024

/** What the first line says of a file. */
type Head =
  | { readonly kind: "details"; readonly columns: ReadonlyArray<string> }
  | { readonly kind: "list" }
  | { readonly kind: "empty" }
  | { readonly kind: "other" }

const LIST_COLUMNS = new Set(["images", "imagename", "imgname"])

// Apple's tables have eight.
const MOST_COLUMNS = 32

const decoder = new TextDecoder()

// `TextDecoder` takes the byte-order mark away.
const headOf = (bytes: Uint8Array): Head => {
  const [line = ""] = decoder.decode(bytes).split(/\r\n?|\n/, 1)
  if (bytes.length === 0) return { kind: "empty" }
  const columns = line.split(",").map((column) =>
    column
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .toLowerCase()
  )
  if (columns.length > MOST_COLUMNS) return { kind: "other" }
  if (columns.includes("imgname") && columns.includes("originalcreationdate")) return { kind: "details", columns }
  return columns.length === 1 && LIST_COLUMNS.has(columns[0] ?? "") ? { kind: "list" } : { kind: "other" }
}

/** The tables in the order of the entries. */
export const readTables = (
  entries: ReadonlyArray<Entry>
): Effect.Effect<ReadonlyArray<Table>, SourceError, Archives | Database> =>
  Effect.gen(function* () {
    const heads = yield* readSidecars(entries, headOf)
    return yield* Effect.forEach(entries, (entry, index) => {
      const head = heads[index] ?? { kind: "other" }
      if (head.kind === "details" || head.kind === "list") return parse(entry, head)
      return Effect.succeed<Table>(head.kind === "broken" ? head : { kind: head.kind, rejects: [] })
    })
  })

const parse = (
  entry: Entry,
  head: Extract<Head, { kind: "details" | "list" }>
): Effect.Effect<Table, SourceError, Archives | Database> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const file = yield* archives.asFile(entry)
    return yield* (head.kind === "list" ? readList(entry, file) : readDetails(entry, file, head.columns)).pipe(
      Effect.catch(({ message }: DatabaseError) => Effect.succeed<Broken>({ kind: "broken", reason: message }))
    )
  }).pipe(Effect.scoped)

const Text = Schema.NullOr(Schema.String)

// A name may hold a comma, and a list has one column: there is no character that separates.
const NO_SEPARATOR = "\u001f"

const readList = (entry: Entry, file: string) =>
  Effect.map(
    readRows(
      entry,
      { file, separator: NO_SEPARATOR, columns: 1, wanted: sql`c0 as name` },
      Schema.Struct({ name: Text })
    ),
    ({ rows, rejects }): Table => ({ kind: "list", names: rows.flatMap((row) => row.name?.trim() || []), rejects })
  )

const readDetails = (entry: Entry, file: string, columns: ReadonlyArray<string>) => {
  const at = (column: string): Sql => {
    const index = columns.indexOf(column)
    return index < 0 ? sql`null` : name(`c${index}`)
  }
  const wanted = sql`${at("imgname")} as name, ${at("originalcreationdate")} as taken, ${at("deleted")} as deleted`
  const schema = Schema.Struct({ name: Text, taken: Text, deleted: Text })
  return Effect.map(
    readRows(entry, { file, separator: ",", columns: columns.length, wanted }, schema),
    ({ rows, rejects }): Table => ({
      kind: "details",
      rows: rows.flatMap(({ name: found, taken, deleted }) => {
        const row = { takenAt: appleDate(taken ?? ""), deleted: deleted?.trim().toLowerCase() === "yes" }
        return found === null || found.trim() === "" ? [] : [{ name: found.trim(), ...row }]
      }),
      rejects
    })
  )
}

interface Reading {
  readonly file: string
  readonly separator: string
  readonly columns: number
  readonly wanted: Sql
}

const Refused = Schema.Struct({ line: Schema.Number, raw: Text, reason: Text })

/** The rows below the head, and those that DuckDB refuses. One at a time: its tables of refused rows have one name each. */
const readRows = <A>(entry: Entry, { file, separator, columns, wanted }: Reading, schema: Schema.Decoder<A>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const types = Array.from({ length: columns }, (_, index) => sql`${literal(`c${index}`)}: 'VARCHAR'`)
    const rows = yield* database.rows(
      sql`select ${wanted} from read_csv(${literal(file)}, auto_detect = false, header = true,
        delim = ${literal(separator)}, quote = '"', escape = '"', columns = {${join(types)}},
        null_padding = true, strict_mode = false, parallel = false,
        store_rejects = true, rejects_table = 'apple_photos_refused', rejects_scan = 'apple_photos_read')`,
      schema
    )
    const refused = yield* database.rows(
      sql`select line, csv_line as raw, error_message as reason from apple_photos_refused order by line`,
      Refused
    )
    yield* database.execute(sql`drop table apple_photos_refused; drop table apple_photos_read`)
    return { rows, rejects: refused.map((row) => rejectOf(entry, row)) }
  }).pipe((reading) => Effect.flatMap(Database, ({ transaction }) => transaction(reading)))

const LONGEST_RAW = 64 * 1024

const rejectOf = ({ archive, path }: Entry, { line, raw, reason }: typeof Refused.Type): Reject => ({
  code: "csv-row-broken",
  reason: `Line ${line} can't be read: ${reason ?? "it is damaged"} The rest of the file is read: export it again for this line.`,
  origin: { archive, member: path },
  position: line,
  ...(raw === null ? {} : { raw: Buffer.from(raw).subarray(0, LONGEST_RAW) })
})

/** The reject of a CSV file that can't be read at all. */
export const brokenTable = ({ archive, path }: Entry, { reason, raw }: Broken): Reject => ({
  code: "csv-broken",
  reason: `It can't be read (${reason}). Its pictures are kept without it: export it again to have what it says of them.`,
  origin: { archive, member: path },
  ...(raw === undefined ? {} : { raw: raw.subarray(0, LONGEST_RAW) })
})
