/** A first look at files of any format: their columns, what can't be read, and how to have the rows. */
import { Effect } from "effect"
import type { Columns } from "../../src/component/column.ts"
import { type Sql, join, name, sql } from "../../src/component/sql.ts"
import { columnsOf, unify } from "./columns.ts"
import { surveyCsv } from "./csv.ts"
import type { Found } from "./find.ts"
import { type Format, formatOf } from "./format.ts"
import { surveyJson } from "./json.ts"
import { rename, renamed } from "./own-names.ts"
import { surveyParquet } from "./parquet.ts"
import { partitionValue, partitionsOf } from "./partition.ts"
import type { Loaded, Reading, Survey, Unreadable } from "./survey.ts"

export interface Look extends Pick<Survey, "unreadable" | "skipped" | "load"> {
  readonly damaged: Reading<ReadonlyArray<Unreadable>>
  readonly formats: ReadonlyArray<Format>
  /** All columns, those of the folders' names too; none has the name of one that staged rows have. */
  readonly columns: Columns
}

const survey = (format: Format, files: ReadonlyArray<Found>): Reading<Survey> => {
  switch (format) {
    case "csv":
      return surveyCsv(files)
    case "json":
    case "ndjson":
      return surveyJson(files, format)
    case "parquet":
      return surveyParquet(files)
    case "arrow":
      return Effect.flatMap(
        Effect.promise(() => import("./arrow.ts")),
        ({ surveyArrow }) => surveyArrow(files)
      )
  }
}

export const look = (files: ReadonlyArray<Found>, given: Format | undefined): Reading<Look> =>
  Effect.gen(function* () {
    const groups = [...Map.groupBy(files, (file) => formatOf(file, given))]
    const surveys = yield* Effect.forEach(groups, ([format, some]) => survey(format, some))
    const unreadable = surveys.flatMap((each) => each.unreadable)
    const [first] = unreadable
    if (first !== undefined && unreadable.length === files.length) return yield* first.error
    const own = columnsOf(yield* unify(surveys.map(({ types }) => types)))
    const partitions = partitionsOf(files, own)
    const found = { ...own, ...partitions }
    const names = renamed(Object.keys(found))
    const shown = (column: string): string => names.get(column) ?? column
    return {
      formats: groups.map(([format]) => format),
      columns: Object.fromEntries(Object.entries(found).map(([column, type]) => [shown(column), type])),
      unreadable,
      skipped: (some) => surveys.flatMap(({ skipped }) => skipped(some)),
      damaged: Effect.map(
        Effect.forEach(surveys, ({ damaged = Effect.succeed([]) }) => damaged),
        (each) => each.flat()
      ),
      load: (wanted, some) =>
        Effect.gen(function* () {
          const asFound = new Map([...names].map(([column, other]) => [other, column]))
          const columns = Object.fromEntries(
            Object.entries(wanted).map(([column, type]) => [asFound.get(column) ?? column, type])
          )
          const inFiles = Object.fromEntries(
            Object.entries(columns).filter(([column]) => !Object.hasOwn(partitions, column))
          )
          const loaded = yield* Effect.forEach(surveys, ({ load }) => load(inFiles, some))
          return {
            rows: rename(
              withPartitions(
                join(
                  loaded.map(({ rows }) => sql`select * from ${rows}`),
                  " union all by name "
                ),
                columns,
                partitions
              ),
              new Map([...names].filter(([column]) => Object.hasOwn(columns, column)))
            ),
            rejects: loaded.flatMap(({ rejects }) => rejects)
          }
        })
    }
  })

const withPartitions = (rows: Sql, columns: Columns, partitions: Columns): Loaded["rows"] => {
  const values = Object.entries(columns).flatMap(([column, { type }]) =>
    Object.hasOwn(partitions, column) ? [sql`${partitionValue(column, type)} as ${name(column)}`] : []
  )
  return values.length === 0 ? sql`(${rows})` : sql`(select ${join([...values, sql`*`])} from (${rows}))`
}
