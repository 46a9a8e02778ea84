/** A table of what was read, good and bad, and how each array of a file gets there. */
import { type Columns, type SqlType } from "../../src/component/column.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import type { ArrayName } from "./shape.ts"

/** The members of a record that are read; JSON is looked into by `select`. */
export type Members = { readonly [member: string]: "BIGINT" | "DOUBLE" | "VARCHAR" | "JSON" }

/** How the records of one array become rows. */
export interface ArrayReading {
  readonly members: Members
  /**
   * From a relation with the members, `_position` and `_text`, to the target's columns beside `_outcome`, `_position` and
   * `_text`. `_outcome` is null for a row to keep, else a key of `outcomes`.
   */
  readonly select: (records: Sql) => Sql
}

/** What became of a record that is no row. */
export interface Outcome {
  /** Rejected, or skipped as it is none of this stream's. */
  readonly kind: "rejected" | "skipped"
  readonly reason: string
}

/** What a stream wants of the files. */
export interface Target {
  /** What `select` of every array gives, in any order. */
  readonly columns: Columns
  readonly arrays: ReadonlyMap<ArrayName, ArrayReading>
  readonly outcomes: { readonly [code: string]: Outcome }
}

/** Told by the bytes alone, whatever the stream. */
export const BYTE_OUTCOMES = {
  "timeline-json": { kind: "rejected", reason: "Its JSON can't be read: download the export again." },
  "timeline-not-a-record": { kind: "rejected", reason: "It stands where a record should, and is none." },
  "timeline-cut": {
    kind: "rejected",
    reason: "The file ends in the middle: what could be read is stored; download the export again for the rest."
  }
} as const satisfies Target["outcomes"]

const HIDDEN: { readonly [column: string]: SqlType | "SMALLINT" | "BLOB" } = {
  _lot: "INTEGER",
  _file: "INTEGER",
  _outcome: "VARCHAR",
  /** What it is staged as; null: it was read now. */
  _known: "VARCHAR",
  _position: "BIGINT",
  _raw: "BLOB"
}

const typed = (columns: { readonly [column: string]: string }): Sql =>
  join(Object.entries(columns).map(([column, type]) => sql`${name(column)} ${name(type)}`))

export const createTable = (table: Sql, target: Target): Sql => {
  const own = Object.fromEntries(Object.entries(target.columns).map(([column, { type }]) => [column, type]))
  return sql`create temp table ${table} (${typed({ ...own, ...HIDDEN })})`
}

const struct = (members: Members): Sql =>
  sql`{${join(Object.entries(members).map(([member, type]) => sql`${literal(member)}: ${literal(type)}`))}}`

const list = (values: ReadonlyArray<string>): Sql => sql`[${join(values.map((value) => literal(value)))}]`

/** Rejects keep so many bytes of what was rejected. */
export const MAX_RAW = 65_536

/** Rows that were inserted together, from one file. */
export interface Lot {
  readonly number: number
  readonly file: number
}

const insert = (table: Sql, { number, file }: Lot, rows: Sql): Sql => sql`
  insert into ${table} by name
    select * exclude (_text), case when _outcome is not null then encode(_text[:${literal(MAX_RAW)}]) end as _raw,
      ${literal(number)} as _lot, ${literal(file)} as _file
    from (${rows})`

/** DuckDB reads files that each hold a JSON array of records. Any record that isn't one is an error. */
export const insertPieces = (table: Sql, lot: Lot, reading: ArrayReading, files: ReadonlyArray<string>): Sql =>
  insert(
    table,
    lot,
    reading.select(sql`
      select *, null::bigint as _position, null::varchar as _text
      from read_json(${list(files)}, format = 'array', columns = ${struct(reading.members)})`)
  )

const LINE = { position: "BIGINT", record: "JSON", code: "VARCHAR", raw: "VARCHAR" } as const

const lines = (file: string): Sql =>
  sql`read_json(${literal(file)}, format = 'newline_delimited', columns = ${struct(LINE)})`

/** A line of the file that `insertLines` reads: a record, or what is wrong with the bytes in its place. */
export const recordLine = (position: number, text: string): string =>
  `{"position":${position},"record":${text.replaceAll(/[\r\n]+/g, " ")}}\n`

export const spoiltLine = (position: number, code: string, raw: Buffer): string =>
  `${JSON.stringify({ position, code, raw: raw.subarray(0, MAX_RAW).toString("base64") })}\n`

/** Records one by one, each known to be JSON; what a member should be and isn't is null. */
export const insertLines = (table: Sql, lot: Lot, reading: ArrayReading, file: string): Sql =>
  insert(
    table,
    lot,
    reading.select(sql`
      select position as _position, record::varchar as _text,
        unnest(from_json(record, ${literal(JSON.stringify(reading.members))}))
      from ${lines(file)}`)
  )

export const insertSpoilt = (table: Sql, { number, file }: Lot, path: string): Sql => sql`
  insert into ${table} by name
    select code as _outcome, position as _position, from_base64(raw) as _raw, ${literal(number)} as _lot,
      ${literal(file)} as _file
    from ${lines(path)}`

const codesOf = (target: Target, kind: Outcome["kind"]): Sql =>
  list(
    Object.entries({ ...BYTE_OUTCOMES, ...target.outcomes })
      .filter(([, outcome]) => outcome.kind === kind)
      .map(([code]) => code)
  )

export const countRejected = (table: Sql, target: Target, { number }: Lot): Sql => sql`
  select count(*) as n from ${table}
  where _lot = ${literal(number)} and list_contains(${codesOf(target, "rejected")}, _outcome)`

export const takeBack = (table: Sql, { number }: Lot): Sql => sql`delete from ${table} where _lot = ${literal(number)}`

const reasons = (target: Target): Sql =>
  sql`(values ${join(
    Object.entries({ ...BYTE_OUTCOMES, ...target.outcomes }).map(
      ([code, { kind, reason }]) => sql`(${literal(code)}, ${literal(kind)}, ${literal(reason)})`
    )
  )}) as o(_outcome, kind, reason)`

/** Where a file is; in a set, it goes by its number. */
export interface File {
  readonly archive: string
  readonly path: string
}

/** The files of a set by their number, with columns `archive` and `member`. */
export const filesRelation = (files: ReadonlyArray<File>): Sql =>
  files.length === 0
    ? sql`(select null::integer as _file, null::varchar as archive, null::varchar as member where false)`
    : sql`(select _file, archive, member from (values ${join(
        files.map(({ archive, path }, index) => sql`(${literal(index)}, ${literal(archive)}, ${literal(path)})`)
      )}) as f(_file, archive, member))`

/** Rows with `archive` and `member` of their files; where there is but one, there is nothing to join. */
export const rowsPlaced =
  (files: ReadonlyArray<File>) =>
  (rows: Sql): Sql => {
    const [first, second] = files
    return first === undefined || second !== undefined
      ? sql`(select * from ${rows} join ${filesRelation(files)} using (_file))`
      : sql`(select *, ${literal(first.archive)} as archive, ${literal(first.path)} as member from ${rows})`
  }

export const selectRejects = (table: Sql, target: Target, files: Sql): Sql => sql`
  select _outcome as code, o.reason, f.archive, f.member, t._position as position, t._raw as raw
  from ${table} t join ${reasons(target)} using (_outcome) join ${files} f using (_file)
  where o.kind = 'rejected'`

export const selectSkips = (table: Sql, target: Target, files: Sql): Sql => sql`
  select o.reason, count(*) as count, any_value(f.member) as example
  from ${table} t join ${reasons(target)} using (_outcome) join ${files} f using (_file)
  where o.kind = 'skipped' group by o.reason`
