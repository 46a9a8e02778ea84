/** Parquet: DuckDB reads it where it lies. */
import { Effect } from "effect"
import type { Columns } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { type Sql, empty, sql } from "../../src/component/sql.ts"
import { castRows } from "./cast.ts"
import { type Types, noRows, noRowsOf } from "./columns.ts"
import { type Found, pathList } from "./find.ts"
import { isOfInput } from "./salvage.ts"
import { type Loaded, type Reading, type Survey, type Unreadable, lookAtEach, unreadable } from "./survey.ts"

export const surveyParquet = (files: ReadonlyArray<Found>): Reading<Survey> =>
  Effect.gen(function* () {
    const all = yield* described(files)
    if (all !== null) return survey(files, all, [])
    const looked = yield* lookAtEach(files, (file) =>
      Effect.flatMap(described([file]), (types) =>
        types === null ? Effect.fail(unreadable(file, "it is cut, or no Parquet file")) : Effect.succeed(file)
      )
    )
    const types = looked.readable.length === 0 ? null : yield* described(looked.readable)
    return survey(looked.readable, types ?? new Map(), looked.unreadable)
  })

/** Which of the files have a sound end, and can't be read all the same: every value is looked at. */
const damagedOf = (files: ReadonlyArray<Found>): Reading<ReadonlyArray<Unreadable>> =>
  Effect.gen(function* () {
    const { execute } = yield* Database
    const judged = yield* lookAtEach(files, (file) =>
      execute(sql`select bit_xor(hash(t)) from ${reader([file], empty)} t`).pipe(
        Effect.catchTag("DatabaseError", (error) =>
          Effect.fail(isOfInput(error) ? unreadable(file, "it is damaged") : error)
        )
      )
    )
    return judged.unreadable
  })

const survey = (files: ReadonlyArray<Found>, types: Types, broken: ReadonlyArray<Unreadable>): Survey => ({
  types,
  unreadable: broken,
  skipped: () => [],
  load: (columns, wanted) => {
    const some = files.filter(wanted)
    return Effect.succeed(load(some, types, columns, some.length < files.length))
  },
  damaged: damagedOf(files)
})

/** The columns, told by the files' ends. Null: one of the files has no such end. */
const described = (files: ReadonlyArray<Found>): Reading<Types | null> =>
  Effect.flatMap(Database, ({ describe }) => describe(sql`from ${reader(files, empty)}`)).pipe(
    Effect.catchTag("DatabaseError", (error) => (isOfInput(error) ? Effect.succeed(null) : Effect.fail(error)))
  )

const reader = (files: ReadonlyArray<Found>, options: Sql): Sql =>
  sql`read_parquet(${pathList(files.map(({ path }) => path))}, union_by_name = true, hive_partitioning = false${options})`

const load = (files: ReadonlyArray<Found>, types: Types, columns: Columns, fewer: boolean): Loaded => {
  if (files.length === 0) return { rows: sql`(${noRowsOf(columns)})`, rejects: [] }
  const options = sql`, filename = '_row_file'`
  // The columns of all files: of some, their own may be fewer, narrower, or spelled otherwise.
  const among = (read: Sql) => (fewer ? sql`(${noRows(types)} union all by name select * from ${read})` : read)
  const rows = among(reader(files, options))
  const numbered = among(reader(files, sql`${options}, file_row_number = true`))
  return castRows({ rows, numbered, number: sql`file_row_number + 1` }, types, columns)
}
