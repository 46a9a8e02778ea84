import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { Effect, Schema } from "effect"
import { look } from "../../../connectors/file/look.ts"
import { declared } from "../../../connectors/file/columns.ts"
import { findFiles } from "../../../connectors/file/find.ts"
import { writeFile } from "../../../sinks/file/write.ts"
import { Database } from "../../../src/component/database.ts"
import { type Sql, join as joined, literal, name, sql } from "../../../src/component/sql.ts"
import { scratch, temporaryDirectory } from "../../support/engine.ts"
import { runs } from "../../support/runs.ts"

const TYPES = {
  flag: "BOOLEAN",
  whole: "BIGINT",
  small: "INTEGER",
  real: "DOUBLE",
  text: "VARCHAR",
  at: "TIMESTAMPTZ",
  local: "TIMESTAMP",
  day: "DATE",
  id: "UUID",
  more: "JSON"
} as const

const MOST_MICROS = 10_000_000_000_000_000n
const micros = fc.bigInt({ min: -MOST_MICROS, max: MOST_MICROS })
const letters = fc.string({
  unit: fc.constantFrom("a", "é", "🎈", " ", ",", '"', "'", "\n", "\r", "\\", ";", "{", "7")
})

/** One value for each column, as SQL. CSV can't tell an empty text from none. */
const row = fc.record({
  flag: fc.boolean().map((value) => literal(value)),
  whole: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => literal(value.toString())),
  small: fc.integer().map((value) => literal(String(value))),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => literal(String(value))),
  text: letters.map((value) => literal(`x${value}`)),
  at: micros.map((value) => sql`make_timestamptz(${literal(value)})`),
  local: micros.map((value) => sql`make_timestamp(${literal(value)})`),
  day: fc.integer({ min: -100_000, max: 100_000 }).map((value) => sql`(date '1970-01-01' + ${literal(value)})`),
  id: fc.uuid().map((value) => literal(value)),
  more: fc
    .jsonValue({ maxDepth: 2 })
    .filter((value) => value !== null && !JSON.stringify(value).includes("\\ud"))
    .map((value) => literal(JSON.stringify(value)))
})
type SqlRow = Readonly<Record<keyof typeof TYPES, Sql>>
const rows = fc.array(
  fc.tuple(row, fc.subarray(Object.keys(TYPES))).map(([values, missing]) => ({ values, missing: new Set(missing) })),
  { minLength: 1, maxLength: 12 }
)
interface Given {
  readonly values: SqlRow
  readonly missing: ReadonlySet<string>
}

const columns = Object.entries(TYPES)

const WRITTEN = sql`_round_trip`

const write = (given: ReadonlyArray<Given>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const tuples = given.map(({ missing, values }) => {
      const all = new Map<string, Sql>(Object.entries(values))
      return sql`select ${joined(
        columns.map(
          ([column, type]) =>
            sql`${missing.has(column) ? literal(null) : (all.get(column) ?? literal(null))}::${name(type)} as ${name(column)}`
        )
      )}`
    })
    yield* database.execute(sql`create or replace temp table ${WRITTEN} as ${joined(tuples, " union all ")}`)
  })

/** Rows of the table that aren't among the rows read, and the other way round. */
const differences = (read: Sql) =>
  Effect.gen(function* () {
    const database = yield* Database
    const values = joined(
      columns.map(([column, type]) =>
        type === "JSON" ? sql`json_extract(${name(column)}, '$')::varchar` : name(column)
      )
    )
    const only = (a: Sql, b: Sql) => sql`(select ${values} from ${a} except all select ${values} from ${b})`
    return yield* database.rows(
      sql`select * from ${only(WRITTEN, read)} union all select * from ${only(read, WRITTEN)}`,
      Schema.Record(Schema.String, Schema.Unknown)
    )
  })

const read = (path: string, typed: boolean) =>
  Effect.gen(function* () {
    const files = yield* findFiles([path])
    const seen = yield* look(files, undefined)
    return yield* seen.load(typed ? declared(TYPES) : seen.columns, () => true)
  })

const relation = { name: "rows", table: WRITTEN, columns: new Map<string, string>(columns), entity: null }

/** Runs a property many times over one database. */
const property = (everyday: number, body: (given: ReadonlyArray<Given>) => Effect.Effect<void, unknown, Database>) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(rows, (given) => Effect.runPromise(Effect.provideService(body(given), Database, database))),
        { numRuns: runs(everyday) }
      )
    )
  }).pipe(Effect.scoped, Effect.provide(scratch))

describe("rows that the file sink writes are the rows that file.rows reads", () => {
  it.live.each(["parquet", "arrow", "ndjson", "csv"] as const)("%s", (format) =>
    Effect.flatMap(temporaryDirectory, (directory) =>
      property(20, (given) =>
        Effect.gen(function* () {
          yield* write(given)
          const path = join(directory, `rows.${format}`)
          const counts = yield* writeFile({ path }, relation)
          assert.strictEqual(counts.inserted, given.length)
          // Parquet says what its columns are; Arrow has no type for JSON and ids; the others are text.
          const found = yield* read(path, format !== "parquet")
          assert.deepEqual(yield* differences(found.rows), [])
        }).pipe(Effect.scoped)
      )
    ).pipe(Effect.scoped)
  )

  it.live.each(["parquet", "arrow", "ndjson", "csv"] as const)("%s, in a folder for each value", (format) =>
    Effect.flatMap(temporaryDirectory, (directory) =>
      property(8, (given) =>
        Effect.gen(function* () {
          yield* write(given)
          const path = join(directory, "rows")
          yield* writeFile({ path, format, partition_by: ["flag", "day"] }, relation)
          const found = yield* read(join(path, "**", "*.*"), true)
          assert.deepEqual(yield* differences(found.rows), [])
        }).pipe(Effect.scoped)
      )
    ).pipe(Effect.scoped)
  )
})

const BROKEN = { csv: '"broken\n', ndjson: '{"broken"\n' }

describe("rows beside a broken one are those that a whole file has", () => {
  it.live.each(["csv", "ndjson"] as const)("%s", (format) =>
    Effect.flatMap(temporaryDirectory, (directory) =>
      property(15, (given) =>
        Effect.gen(function* () {
          yield* write(given)
          const path = join(directory, `rows.${format}`)
          yield* writeFile({ path }, relation)
          appendFileSync(path, BROKEN[format])
          const { rejects, rows: found } = yield* read(path, true)
          assert.deepEqual(yield* differences(found), [])
          const database = yield* Database
          const [count] = yield* database.rows(
            sql`select count(*) as n from (${joined(rejects, " union all ")})`,
            Schema.Struct({ n: Schema.Number })
          )
          assert.deepEqual(count, { n: 1 })
        }).pipe(Effect.scoped)
      )
    ).pipe(Effect.scoped)
  )

  it.live("json", () =>
    Effect.flatMap(temporaryDirectory, (directory) =>
      property(15, (given) =>
        Effect.gen(function* () {
          yield* write(given)
          const path = join(directory, "rows.ndjson")
          yield* writeFile({ path }, relation)
          const array = join(directory, "rows.json")
          const objects = readFileSync(path, "utf8").trim().split("\n")
          writeFileSync(array, `[${objects.join(",\n")},\n{"cut`)
          assert.isAbove(statSync(array).size, 0)
          const { rows: found } = yield* read(array, true)
          assert.deepEqual(yield* differences(found), [])
        }).pipe(Effect.scoped)
      )
    ).pipe(Effect.scoped)
  )
})
