/** Rows of files that are text, into a temporary table: all files at once, and those that aren't whole record by record. */
import { Effect } from "effect"
import type { Columns } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { type Sql, join, literal, name, names, sql } from "../../src/component/sql.ts"
import type { Types } from "./columns.ts"
import { type Found, endsWell } from "./find.ts"
import {
  type Splitter,
  isOfInput,
  misfits,
  recordsTable,
  rejectsIn,
  rejectsTable,
  salvage,
  valueColumn
} from "./salvage.ts"
import { type Loaded, type Reading, unreadable } from "./survey.ts"
import { temporaryTable } from "./temporary.ts"
import { type TimeFormats, parseText } from "./text-value.ts"

/** A format whose files are records one after the other. */
export interface TextFormat<F> {
  readonly fileOf: (file: F) => Found
  /** May it be read as it stands? */
  readonly whole: (file: F) => boolean
  readonly types: (file: F) => Types
  readonly formats: (file: F) => TimeFormats
  /** All rows, with the columns and `_row_file`; it fails where a record is broken or a value doesn't fit. */
  readonly strict: (files: ReadonlyArray<F>, columns: Columns) => Sql
  /** Gives a value for each of the columns. */
  readonly splitter: (file: F, columns: Columns) => Splitter
}

export const loadText = <F>(format: TextFormat<F>, files: ReadonlyArray<F>, columns: Columns): Reading<Loaded> =>
  Effect.gen(function* () {
    const database = yield* Database
    const rows = yield* temporaryTable("rows")
    const rejects = yield* temporaryTable("rejects")
    const all = [...Object.keys(columns), "_row_file"]
    yield* database.execute(sql`
      create temp table ${name(rows)} (${join([
        ...Object.entries(columns).map(([column, { type }]) => sql`${name(column)} ${name(type)}`),
        sql`_row_file varchar`
      ])});
      ${rejectsTable(rejects)}`)
    const insert = (query: Sql) => database.execute(sql`insert into ${name(rows)} select ${names(all)} from (${query})`)

    const isWhole = (file: F): Reading<boolean> => {
      const found = format.fileOf(file)
      return format.whole(file)
        ? Effect.tryPromise({ try: () => endsWell(found.path), catch: (cause) => unreadable(found, cause) })
        : Effect.succeed(false)
    }

    const strictly = (some: ReadonlyArray<F>): Reading<boolean> =>
      Effect.gen(function* () {
        const whole = yield* Effect.forEach(some, isWhole)
        if (!whole.every(Boolean)) return false
        return yield* insert(format.strict(some, columns)).pipe(
          Effect.as(true),
          Effect.catchIf(isOfInput, () => Effect.succeed(false))
        )
      })

    const recordByRecord = (file: F): Reading<void> =>
      Effect.scoped(
        Effect.gen(function* () {
          const records = yield* temporaryTable("records")
          const values = Object.keys(columns).length
          yield* database.execute(recordsTable(records, values))
          yield* salvage(format.fileOf(file), format.splitter(file, columns), { records, values, rejects })
          const read = yield* temporaryTable("read")
          const path = literal(format.fileOf(file).path)
          yield* database.execute(sql`
            create temp table ${name(read)} as
              select *, ${path} as _row_file from (${typed(records, columns, format.types(file), format.formats(file))});
            insert into ${name(rejects)}
              select 'value-unfit', _row_wrong, ${path}, _row_position, hex(encode(_row_raw)) from ${name(read)} where _row_wrong is not null`)
          yield* insert(sql`select * from ${name(read)} where _row_wrong is null`)
        })
      )

    if (files.length > 0 && !(yield* strictly(files))) {
      for (const file of files) {
        if (files.length > 1 && (yield* strictly([file]))) continue
        yield* recordByRecord(file)
      }
    }
    return { rows: name(rows), rejects: [rejectsIn(rejects)] }
  })

/** Records with the columns, `_row_position`, `_row_raw`, and `_row_wrong`: why a value doesn't fit. */
const typed = (records: string, columns: Columns, found: Types, formats: TimeFormats): Sql => {
  const values = Object.entries(columns).map(([column, { type }], index) => {
    const text = name(valueColumn(index))
    const value = parseText(text, found.get(column) ?? "VARCHAR", type, formats).lenient
    return { column, type, value, misfit: sql`${text} is not null and ${value} is null` }
  })
  return sql`select ${join(values.map(({ column, value }) => sql`${value} as ${name(column)}`))}, _row_position, _row_raw,
      ${misfits(values)} as _row_wrong
    from ${name(records)}`
}
