/** A pipeline's own tests: rows in, the same SQL, rows out. */
import { Effect, Schema, type Scope } from "effect"
import type { Services } from "../component/connector.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { exampleTable } from "../component/example.ts"
import { authored, empty, join, name, sql } from "../component/sql.ts"
import { type Plan, buildTable, stagingName } from "../pipeline/plan.ts"
import type { PipelineTest } from "../pipeline/spec.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { nameRelations } from "./build.ts"
import { lookUp } from "./lookup.ts"

export interface TestOutcome {
  readonly name: string
  /** Empty: it passed. */
  readonly differences: ReadonlyArray<string>
}

type Testing<A> = Effect.Effect<A, SourceError | DatabaseError, Warehouse | Services | Scope.Scope>

export const runTests = (plan: Plan): Testing<ReadonlyArray<TestOutcome>> =>
  Effect.forEach(plan.pipeline.tests ?? [], (test) => runTest(plan, test))

const runTest = (plan: Plan, test: PipelineTest): Testing<TestOutcome> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const differences: Array<string> = []
    const given = new Set(Object.keys(test.given))
    const sources = plan.sources.map(({ relation }) => {
      const records = name("records", stagingName(plan.pipeline.name, relation.name))
      return {
        relation,
        table: records,
        over: sql`create or replace view ${relation.table} as select * from ${records}`
      }
    })
    const transforms = plan.transforms.map(({ relation }) => ({ relation, table: relation.table, over: empty }))
    for (const { over, relation, table } of [...sources, ...transforms]) {
      const rows = test.given[relation.name]
      if (rows === undefined) continue
      // With all of the relation's columns: those that a test doesn't name are null.
      const columns = join([...relation.columns].map(([column, type]) => sql`${name(column)} ${authored(type)}`))
      yield* database.execute(sql`create or replace table ${table} (${columns})`)
      if (rows.length > 0) yield* database.execute(sql`insert into ${table} by name ${exampleTable(rows)}`)
      yield* database.execute(over)
      yield* nameRelations([relation])
    }
    // Only what the test asks for is built: a relation that is given is taken as given.
    const wanted = upstream(plan, Object.keys(test.expect), given)
    for (const transform of plan.transforms) {
      if (given.has(transform.name) || !wanted.has(transform.name)) continue
      for (const lookup of transform.built.lookups ?? []) yield* lookUp(lookup, true)
      for (const helper of transform.built.helpers ?? []) {
        const table = buildTable(plan.pipeline.name, `${transform.name}:${helper.name}`)
        yield* database.execute(sql`
          create or replace table ${table} as ${helper.query};
          create or replace temp view ${name(helper.name)} as from ${table}`)
      }
      yield* database.execute(sql`create or replace table ${transform.relation.table} as ${transform.built.query}`)
      yield* nameRelations([transform.relation])
    }
    for (const [relation, rows] of Object.entries(test.expect)) {
      const found = yield* database.rows(
        sql`select * from ${name(relation)}`,
        Schema.Record(Schema.String, Schema.Unknown)
      )
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
      const shown = (row: { readonly [column: string]: unknown }) =>
        JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
      const left = rows.map(shown)
      for (const row of found.map(shown)) {
        const at = left.indexOf(row)
        if (at < 0) differences.push(`${relation}: not expected: ${row}`)
        else left.splice(at, 1)
      }
      differences.push(...left.map((row) => `${relation}: missing: ${row}`))
    }
    return { name: test.name, differences }
  })

const upstream = (plan: Plan, relations: ReadonlyArray<string>, given: ReadonlySet<string>): ReadonlySet<string> => {
  const wanted = new Set<string>()
  const visit = (relation: string): void => {
    if (wanted.has(relation) || given.has(relation)) return
    wanted.add(relation)
    plan.transforms.find((transform) => transform.name === relation)?.inputs.forEach(visit)
  }
  relations.forEach(visit)
  return wanted
}
