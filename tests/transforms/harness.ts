/** Runs transforms in a warehouse in memory, as the engine would: relations are tables, lookups go through a cache. */
import { Effect, Layer, Schema } from "effect"
import * as fc from "fast-check"
import { parse } from "yaml"
import { Archives } from "../../src/component/archive.ts"
import type { Columns } from "../../src/component/column.ts"
import { Database } from "../../src/component/database.ts"
import { type ExampleRows, type RowsExample, exampleTable } from "../../src/component/example.ts"
import { MediaReader } from "../../src/component/media.ts"
import type { Relation } from "../../src/component/relation.ts"
import { type Sql, join, literal, name, sql } from "../../src/component/sql.ts"
import { DEFAULT_SETTING, type Lookup, type TransformSpec } from "../../src/component/transform.ts"
import type { Services } from "../../src/component/connector.ts"
import { noProviders } from "../../src/provider/none.ts"
import { memoryWarehouse } from "../../src/warehouse/warehouse.ts"

/** What transforms may ask for; none of them reads archives. */
export const services = Layer.mergeAll(
  memoryWarehouse,
  noProviders,
  Layer.mock(Archives, {}),
  Layer.mock(MediaReader, {})
)

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)
const Keys = Schema.Record(Schema.String, Schema.Number)

/** A table of rows, or of a query's. */
export const relation = (called: string, content: ExampleRows | Sql) =>
  Effect.gen(function* () {
    const database = yield* Database
    const table = name(called)
    const query = typeof content === "string" ? content : exampleTable(content)
    yield* database.execute(sql`create or replace table ${table} as ${query}`)
    const made: Relation = { name: called, table, columns: yield* database.describe(sql`from ${table}`), entity: null }
    return made
  })

export const query = (text: Sql) => Effect.flatMap(Database, (database) => database.rows(text, AnyRow))

/** Binds a transform from its YAML; yields the SQL of its result, its lookup's answers being in place. */
export const prepare = (
  spec: TransformSpec<Services>,
  yaml: string,
  relations: ReadonlyArray<Relation>,
  answers: RowsExample["answers"] = {}
) =>
  Effect.gen(function* () {
    const { type: _, ...config } = Schema.decodeUnknownSync(AnyRow)(parse(yaml))
    const bound = yield* spec.bind(config)
    const built = yield* bound.build(relations, DEFAULT_SETTING, null)
    const database = yield* Database
    for (const lookup of built.lookups ?? []) yield* answer(lookup, answers[lookup.name])
    for (const helper of built.helpers ?? [])
      yield* database.execute(sql`create or replace temp table ${name(helper.name)} as ${helper.query}`)
    return built.query
  })

/** The rows of a transform's result, in any order. */
export const run = (
  spec: TransformSpec<Services>,
  yaml: string,
  relations: ReadonlyArray<Relation>,
  answers: RowsExample["answers"] = {}
) => Effect.flatMap(prepare(spec, yaml, relations, answers), query)

const answer = (lookup: Lookup<Services>, given: ExampleRows | undefined) =>
  Effect.gen(function* () {
    const database = yield* Database
    const columns: Columns = { ...lookup.key, ...lookup.value }
    const answers = given ?? (yield* lookup.fetch(yield* database.rows(lookup.keys, Keys)))
    const cache = name("cache", lookup.name)
    const types = Object.entries(columns).map(([column, { type }]) => sql`${name(column)} ${name(type)}`)
    yield* database.execute(sql`create or replace table ${cache} (${join(types)})`)
    for (const row of answers) {
      const values = Object.keys(columns).map((column) => {
        const value = row[column] ?? null
        return literal(typeof value === "object" ? null : value)
      })
      yield* database.execute(sql`insert into ${cache} values (${join(values)})`)
    }
  })

/** Holds for all that an arbitrary makes; the effect fails where it doesn't. */
export const property = <A, E, R>(
  values: fc.Arbitrary<A>,
  holds: (value: A) => Effect.Effect<void, E, R>,
  numRuns: number
): Effect.Effect<void, never, R> =>
  Effect.flatMap(Effect.context<R>(), (context) =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(values, (value) => Effect.runPromiseWith(context)(holds(value))),
        { numRuns }
      )
    )
  )
