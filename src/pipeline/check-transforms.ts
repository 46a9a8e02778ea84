/** Transforms: in the order in which they can be built, each bound against what it reads. */
import { Effect } from "effect"
import type { Connection } from "../component/account.ts"
import { Catalogue } from "../component/catalogue.ts"
import { instant } from "../component/column.ts"
import type { Relation } from "../component/relation.ts"
import { type Sql, authored, join, name, sql } from "../component/sql.ts"
import { DEFAULT_SETTING, type Lookup } from "../component/transform.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { connectionOf } from "./check-connections.ts"
import { type Wish, arrange } from "./arrange.ts"
import { sqlFinding } from "./binding.ts"
import { type Checking, emptyRelation, ownKeys, problemFinding, unknownType } from "./checking.ts"
import { findingsOf } from "./decode.ts"
import type { Source } from "./document.ts"
import type { Finding } from "./finding.ts"
import { type PlannedTransform, buildTable } from "./plan.ts"
import type { Pipeline } from "./spec.ts"

export const checkTransforms = (
  source: Source,
  pipeline: Pipeline,
  relations: Map<string, Relation>,
  connections: ReadonlyMap<string, Connection>,
  report: Array<Finding>
): Checking<ReadonlyArray<PlannedTransform>> =>
  Effect.gen(function* () {
    const { transforms } = yield* Catalogue
    const { tableNames } = yield* Warehouse
    const wishes: Array<Wish> = []
    let previous: string | null = Object.keys(pipeline.sources).at(-1) ?? null
    for (const [key, raw] of Object.entries(pipeline.transforms ?? {})) {
      const path = ["transforms", key]
      const spec = transforms.get(raw.type)
      const before = previous
      previous = key
      if (spec === undefined) {
        report.push(unknownType(source, path, raw.type, transforms.keys(), "transform"))
        continue
      }
      const bound = yield* Effect.result(spec.bind(ownKeys(raw, ["type", "description"])))
      const subject = `Transform "${key}" (${raw.type})`
      if (bound._tag === "Failure") {
        report.push(
          ...findingsOf(source, path, spec.config, bound.failure, {
            subject,
            type: raw.type,
            alsoAllowed: ["type", "description"]
          })
        )
        continue
      }
      const { access, wants } = bound.success
      const named = bound.success.connection ?? undefined
      const connection = connectionOf(source, path, subject, named, access ?? undefined, connections, report)
      if (wants.kind === "query") {
        const read = yield* Effect.result(tableNames(authored(wants.query)))
        if (read._tag === "Failure") {
          report.push(sqlFinding(source, path, raw, read.failure.message, relations.keys()))
          continue
        }
        // Only names that the query needs and that aren't files or functions can be relations; binding says the rest.
        const known = new Set([...Object.keys(pipeline.sources), ...Object.keys(pipeline.transforms ?? {})])
        const inputs = read.success
          .filter((table) => known.has(table))
          .map((table) => ({ name: table, path: ["query"] }))
        wishes.push({ name: key, raw, bound: bound.success, connection, inputs })
      } else {
        const inputs = wants.names.flatMap((wanted) => {
          const named = wanted.name ?? before
          return named === null ? [] : [{ ...wanted, name: named }]
        })
        wishes.push({ name: key, raw, bound: bound.success, connection, inputs })
      }
    }
    // Sources that can't be used are named too: what is wrong with them has been said.
    const declared = [...Object.keys(pipeline.sources), ...Object.keys(pipeline.transforms ?? {})]
    const { ordered, findings } = arrange(source, wishes, relations, declared)
    report.push(...findings)
    const planned = yield* Effect.forEach(ordered, (wish) => buildTransform(source, pipeline, wish, relations, report))
    return planned.filter((transform) => transform !== null)
  })

const buildTransform = (
  source: Source,
  pipeline: Pipeline,
  wish: Wish,
  relations: Map<string, Relation>,
  report: Array<Finding>
): Checking<PlannedTransform | null> =>
  Effect.gen(function* () {
    const { database } = yield* Warehouse
    const path = ["transforms", wish.name]
    const inputs = wish.inputs.flatMap((input) => relations.get(input.name) ?? [])
    if (inputs.length < wish.inputs.length) return null
    const built = yield* Effect.result(
      wish.bound.build(
        inputs,
        {
          locale: pipeline.locale ?? DEFAULT_SETTING.locale,
          timeZone: pipeline.time_zone ?? DEFAULT_SETTING.timeZone
        },
        wish.connection
      )
    )
    if (built._tag === "Failure") {
      report.push(problemFinding(source, path, built.failure))
      return null
    }
    const { helpers = [], lookups = [], query } = built.success
    for (const lookup of lookups) yield* database.execute(cacheTable(lookup))
    // Below a source whose columns aren't known yet, nothing can be bound.
    const blind = inputs.some((input) => input.columns.size === 0)
    const described = blind
      ? { _tag: "Success" as const, success: new Map<string, string>() }
      : yield* Effect.result(
          Effect.andThen(
            // As tables, not as what they are made by: each would be bound again by all that read it.
            Effect.forEach(helpers, (helper) =>
              Effect.flatMap(database.describe(helper.query), (columns) =>
                emptyRelation({ name: helper.name, table: name("build", helper.name), columns, entity: null }, "table")
              )
            ),
            database.describe(query)
          )
        )
    if (described._tag === "Failure") {
      report.push(
        sqlFinding(source, path, wish.raw, described.failure.message, [
          ...Object.keys(pipeline.sources),
          ...Object.keys(pipeline.transforms ?? {})
        ])
      )
      return null
    }
    const columns = described.success
    const counted = wish.inputs.flatMap(({ aside, name: input }) => (aside === true ? [] : [input]))
    const entities = new Set(
      inputs.filter((input) => counted.includes(input.name)).flatMap(({ entity }) => entity ?? [])
    )
    const [entity] = entities
    const relation: Relation = {
      name: wish.name,
      table: buildTable(pipeline.name, wish.name),
      columns,
      entity:
        !blind && !columns.has("_id")
          ? null
          : (built.success.entity ??
            (entity === undefined
              ? null
              : entities.size === 1 || columns.has("right_id")
                ? (inputs[0]?.entity ?? entity)
                : columns.has("_entity")
                  ? "mixed"
                  : null))
    }
    yield* emptyRelation(relation, "table")
    relations.set(wish.name, relation)
    return {
      name: wish.name,
      type: wish.raw.type,
      inputs: inputs.map((input) => input.name),
      counted,
      built: built.success,
      relation,
      access: wish.bound.access,
      connection: wish.connection,
      at: source.position([...path, "connection"], "value")
    }
  })

/** DDL of a lookup's cache, keyed by its version. */
export const cacheTable = ({ expires, key, name: table, value }: Omit<Lookup<never>, "fetch">): Sql => {
  const columns = { ...key, ...value, ...(expires === undefined ? {} : ANSWERED) }
  const definitions = Object.entries(columns).map(([column, { type }]) => sql`${name(column)} ${name(type)}`)
  return sql`create table if not exists ${name("cache", table)} (${join(definitions)});`
}

/** When an answer that expires was given; null: it has expired. */
export const ANSWERED = { _answered_at: instant("When the answer was given.") }
