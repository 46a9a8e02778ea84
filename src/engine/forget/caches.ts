/** What lookups keep says where somebody was: what is still needed by what stays is kept, and all else goes. */
import { Effect, Schema } from "effect"
import type { Services } from "../../component/connector.ts"
import type { DatabaseError } from "../../component/error.ts"
import { ALL } from "../../component/slice.ts"
import { join, literal, name, sql } from "../../component/sql.ts"
import type { Lookup } from "../../component/transform.ts"
import { type Plan, buildName, stagingName } from "../../pipeline/plan.ts"
import { Warehouse } from "../../warehouse/warehouse.ts"
import { cacheOf, sameKey, stepOf } from "../lookup.ts"
import { within } from "../make.ts"

const Table = Schema.Struct({ schema: Schema.String, table: Schema.String })

/** Erases from the caches the answers that none of the pipelines asks for, as they are made now. */
export const pruneCaches = (plans: ReadonlyMap<string, Plan>): Effect.Effect<void, DatabaseError, Warehouse> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const tables = yield* database.rows(
      sql`select table_schema as schema, table_name as "table" from information_schema.tables`,
      Table
    )
    const isThere = (schema: string, table: string) =>
      tables.some((one) => one.schema === schema && one.table === table)
    const asking = Map.groupBy(
      [...plans.values()].flatMap(({ pipeline, transforms }) =>
        transforms.flatMap(({ built: { lookups = [] }, inputs }) =>
          inputs.every(
            (input) =>
              isThere("staging", stagingName(pipeline.name, input)) || isThere("build", buildName(pipeline.name, input))
          )
            ? lookups
            : []
        )
      ),
      (lookup) => lookup.name
    )
    for (const { schema, table } of tables) {
      if (schema !== "cache") continue
      const lookups = asking.get(table)
      if (lookups === undefined) yield* drop(table)
      else yield* prune(lookups)
    }
  })

/** Nobody can say what of it is needed. */
const drop = (table: string) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    yield* database.execute(sql`
      drop table ${name("cache", table)};
      delete from state.steps where pipeline = '' and step = ${literal(stepOf({ name: table }))};`)
  })

const prune = (lookups: ReadonlyArray<Lookup<Services>>) =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const [lookup] = lookups
    if (lookup === undefined) return
    const needed = join(
      lookups.map(({ keys }) => keys),
      " union all by name "
    )
    yield* within([ALL], () => database.execute(sql`create or replace temp table _needed as ${needed}`))
    yield* database.execute(sql`
      delete from ${cacheOf(lookup)} c where not exists (select 1 from _needed k where ${sameKey(lookup, "c", "k")});
      drop table _needed;`)
  })
