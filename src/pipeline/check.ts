/**
 * Everything that can be known before a run: keys, names, cycles, and all SQL bound against empty tables of the right
 * types. It needs no secrets, data or network, and `run` begins with it.
 */
import { createHash } from "node:crypto"
import { Effect, Schema, type Scope } from "effect"
import { Catalogue } from "../component/catalogue.ts"
import type { Columns } from "../component/column.ts"
import type { LocalServices } from "../component/connector.ts"
import type { ConfigProblem, DatabaseError } from "../component/error.ts"
import { nearest } from "../component/nearest.ts"
import type { Relation } from "../component/relation.ts"
import { type Sql, authored, join, name, sql } from "../component/sql.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { findingsOf } from "./decode.ts"
import { type Path, type Source, readDocument } from "./document.ts"
import type { Finding } from "./finding.ts"
import type { Environment } from "./interpolate.ts"
import {
  type Plan,
  type PlannedSink,
  type PlannedSource,
  type PlannedTransform,
  buildTable,
  stagingTable
} from "./plan.ts"
import { Pipeline, SourceFields } from "./spec.ts"
import { type Wish, arrange } from "./arrange.ts"
import { sqlFinding } from "./binding.ts"

export interface Checked {
  /** Null when there are errors. */
  readonly plan: Plan | null
  readonly findings: ReadonlyArray<Finding>
}

export interface PipelineText {
  readonly text: string
  readonly file: string
  readonly environment: Environment
}

/** The columns that every staging table has beside its stream's own. */
export const STAGED_COLUMNS: ReadonlyArray<readonly [string, string]> = [
  ["_key", "UHUGEINT"],
  ["_entity", "VARCHAR"],
  ["_id", "UUID"],
  ["_hash", "UHUGEINT"],
  ["_source_id", "VARCHAR"],
  ["_archive", "VARCHAR"],
  ["_member", "VARCHAR"],
  ["_as_of", "TIMESTAMPTZ"],
  ["_run", "UUID"],
  ["_first_seen_at", "TIMESTAMPTZ"],
  ["_last_seen_at", "TIMESTAMPTZ"],
  ["_gone_at", "TIMESTAMPTZ"]
]

export const hashOf = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex")

type Checking<A> = Effect.Effect<A, DatabaseError, Warehouse | Catalogue | LocalServices | Scope.Scope>

export const check = ({ text, file, environment }: PipelineText): Checking<Checked> =>
  Effect.gen(function* () {
    const source = readDocument(text, file, environment)
    if (source.findings.length > 0) return { plan: null, findings: source.findings }
    const decoded = yield* Effect.result(
      Schema.decodeUnknownEffect(Pipeline, { errors: "all", onExcessProperty: "error" })(source.value)
    )
    if (decoded._tag === "Failure") {
      const findings = findingsOf(source, [], Pipeline, decoded.failure, { subject: "The pipeline" })
      return { plan: null, findings }
    }
    const pipeline = decoded.success
    const report: Array<Finding> = []
    const names = new Map<string, Path>()
    for (const section of ["sources", "transforms"] as const) {
      for (const key of Object.keys(pipeline[section] ?? {})) {
        if (names.has(key)) {
          report.push(
            source.finding([section, key], "key", {
              severity: "error",
              code: "duplicate-name",
              message: `"${key}" names both a source and a transform.`,
              hint: "Give one of them another name: SQL could not tell them apart."
            })
          )
        } else names.set(key, [section, key])
      }
    }
    const sources = yield* Effect.forEach(Object.entries(pipeline.sources), ([key, raw]) =>
      checkSource(source, pipeline, key, raw, report)
    )
    const relations = new Map<string, Relation>()
    for (const planned of sources) if (planned !== null) relations.set(planned.name, planned.relation)
    const transforms = yield* checkTransforms(source, pipeline, relations, report)
    const sinks = yield* Effect.forEach(Object.entries(pipeline.sinks), ([key, raw]) =>
      checkSink(source, key, raw, relations, names, report)
    )
    const findings = report.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    if (findings.some((finding) => finding.severity === "error")) return { plan: null, findings }
    return {
      plan: {
        file,
        pipeline,
        sources: sources.filter((planned) => planned !== null),
        transforms,
        sinks: sinks.filter((planned) => planned !== null)
      },
      findings
    }
  })

/** The component's own keys, apart from those that belong to its section. */
const ownKeys = (raw: { readonly [key: string]: unknown }, shared: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(raw).filter(([key]) => !shared.includes(key)))

const unknownType = (source: Source, path: Path, type: string, known: Iterable<string>, kind: string): Finding => {
  const types = [...known]
  const near = nearest(type, types)
  return source.finding([...path, "type"], "value", {
    severity: "error",
    code: "unknown-type",
    message: `There is no ${kind} of type "${type}".`,
    hint: near === null ? `There are: ${types.join(", ")}.` : `Did you mean "${near}"? See: keepsake list`
  })
}

const problemFinding = (source: Source, base: Path, problem: ConfigProblem): Finding =>
  source.finding([...base, ...problem.path], "value", {
    severity: "error",
    code: problem.code,
    message: problem.message,
    hint: problem.hint
  })

const SHARED_SOURCE_KEYS = ["type", ...Object.keys(SourceFields.fields)]

const checkSource = (
  source: Source,
  pipeline: Pipeline,
  key: string,
  raw: Pipeline["sources"][string],
  report: Array<Finding>
): Checking<PlannedSource | null> =>
  Effect.gen(function* () {
    const path = ["sources", key]
    const { streams } = yield* Catalogue
    const stream = streams.get(raw.type)
    if (stream === undefined) {
      report.push(unknownType(source, path, raw.type, streams.keys(), "source"))
      return null
    }
    const own = ownKeys(raw, SHARED_SOURCE_KEYS)
    const sharedRaw = Object.fromEntries(Object.entries(raw).filter(([field]) => field !== "type" && !(field in own)))
    const subject = `Source "${key}" (${raw.type})`
    const shared = yield* Effect.result(Schema.decodeUnknownEffect(SourceFields, { errors: "all" })(sharedRaw))
    if (shared._tag === "Failure") report.push(...findingsOf(source, path, SourceFields, shared.failure, { subject }))
    const bound = yield* Effect.result(stream.bind(own))
    if (bound._tag === "Failure") {
      report.push(
        ...findingsOf(source, path, stream.config, bound.failure, {
          subject,
          type: raw.type,
          alsoAllowed: SHARED_SOURCE_KEYS
        })
      )
    }
    if (shared._tag === "Failure" || bound._tag === "Failure") return null
    if (shared.success.connection !== undefined && pipeline.connections?.[shared.success.connection] === undefined) {
      const known = Object.keys(pipeline.connections ?? {})
      const near = nearest(shared.success.connection, known)
      report.push(
        source.finding([...path, "connection"], "value", {
          severity: "error",
          code: "unknown-connection",
          message: `There is no connection "${shared.success.connection}".`,
          hint: near === null ? "Declare it under connections." : `Did you mean "${near}"?`
        })
      )
    }
    const columns = yield* Effect.result(bound.success.columns)
    if (columns._tag === "Failure") {
      const failure = columns.failure
      report.push(
        failure._tag === "ConfigProblem"
          ? problemFinding(source, path, failure)
          : source.finding(path, "key", {
              severity: "error",
              code: failure.code,
              message: failure.message,
              hint: failure._tag === "SourceError" ? failure.hint : ""
            })
      )
      return null
    }
    if (columns.success === null) {
      report.push(
        source.finding([...path, "path"], "value", {
          severity: "warning",
          code: "columns-unknown",
          message: `${subject}: the file isn't there yet, so its columns, and what is made of them, were not checked.`,
          hint: "Put the file in place, or declare its columns: `columns: { name: VARCHAR }`."
        })
      )
    }
    return {
      name: key,
      stream,
      bound: bound.success,
      account: shared.success.account ?? pipeline.connections?.[shared.success.connection ?? ""]?.account ?? "default",
      timeZone: shared.success.time_zone ?? pipeline.time_zone ?? "UTC",
      onError: shared.success.on_error ?? "reject",
      retry: shared.success.retry ?? {},
      columns: columns.success,
      configHash: hashOf([
        raw.type,
        own,
        shared.success.account ?? null,
        shared.success.time_zone ?? pipeline.time_zone ?? null
      ]),
      relation: yield* stagedRelation(pipeline.name, key, columns.success, bound.success.entity)
    } satisfies PlannedSource
  })

const stagedRelation = (pipeline: string, key: string, columns: Columns | null, entity: Relation["entity"]) =>
  Effect.gen(function* () {
    const relation: Relation = {
      name: key,
      table: stagingTable(pipeline, key),
      columns:
        columns === null
          ? new Map()
          : new Map([
              ...STAGED_COLUMNS,
              ...Object.entries(columns).map(([column, { type }]) => [column, type] as const)
            ]),
      entity
    }
    yield* emptyTable(relation)
    return relation
  })

/** An empty table in the scratch database to bind against, and its name as SQL in pipelines knows it. */
const emptyTable = (relation: Relation) =>
  Effect.gen(function* () {
    if (relation.columns.size === 0) return
    const { database } = yield* Warehouse
    const columns = join([...relation.columns].map(([column, type]) => sql`${name(column)} ${authored(type)}`))
    yield* database.execute(sql`
      create or replace table ${relation.table} (${columns});
      create or replace temp view ${name(relation.name)} as select * from ${relation.table};`)
  })

const checkTransforms = (
  source: Source,
  pipeline: Pipeline,
  relations: Map<string, Relation>,
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
      if (bound._tag === "Failure") {
        const subject = `Transform "${key}" (${raw.type})`
        report.push(
          ...findingsOf(source, path, spec.config, bound.failure, {
            subject,
            type: raw.type,
            alsoAllowed: ["type", "description"]
          })
        )
        continue
      }
      const wants = bound.success.wants
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
        wishes.push({ name: key, raw, bound: bound.success, inputs })
      } else {
        const inputs = wants.names.flatMap((wanted) => {
          const named = wanted.name ?? before
          return named === null ? [] : [{ ...wanted, name: named }]
        })
        wishes.push({ name: key, raw, bound: bound.success, inputs })
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
    const built = yield* Effect.result(wish.bound.build(inputs))
    if (built._tag === "Failure") {
      report.push(problemFinding(source, path, built.failure))
      return null
    }
    const { lookup, query } = built.success
    if (lookup !== undefined) yield* database.execute(cacheTable(lookup))
    // Below a source whose columns aren't known yet, nothing can be bound.
    const blind = inputs.some((input) => input.columns.size === 0)
    const described = blind
      ? { _tag: "Success" as const, success: new Map<string, string>() }
      : yield* Effect.result(database.describe(query))
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
        entity === undefined || (!blind && !columns.has("_id"))
          ? null
          : entities.size === 1 || columns.has("right_id")
            ? (inputs[0]?.entity ?? entity)
            : columns.has("_entity")
              ? "mixed"
              : null
    }
    yield* emptyTable(relation)
    relations.set(wish.name, relation)
    return {
      name: wish.name,
      type: wish.raw.type,
      inputs: inputs.map((input) => input.name),
      counted,
      built: built.success,
      relation
    }
  })

/** DDL of a lookup's cache, keyed by its version. */
export const cacheTable = (lookup: { readonly name: string; readonly key: Columns; readonly value: Columns }): Sql =>
  sql`create table if not exists ${name("cache", lookup.name)} (${join(
    Object.entries({ ...lookup.key, ...lookup.value }).map(([column, { type }]) => sql`${name(column)} ${name(type)}`)
  )});`

const checkSink = (
  source: Source,
  key: string,
  raw: Pipeline["sinks"][string],
  relations: ReadonlyMap<string, Relation>,
  names: ReadonlyMap<string, Path>,
  report: Array<Finding>
): Checking<PlannedSink | null> =>
  Effect.gen(function* () {
    const path = ["sinks", key]
    const { sinks } = yield* Catalogue
    const spec = sinks.get(raw.type)
    if (spec === undefined) {
      report.push(unknownType(source, path, raw.type, sinks.keys(), "sink"))
      return null
    }
    const own = ownKeys(raw, ["type", "description"])
    const bound = yield* Effect.result(spec.bind(own))
    if (bound._tag === "Failure") {
      const subject = `Sink "${key}" (${raw.type})`
      report.push(
        ...findingsOf(source, path, spec.config, bound.failure, {
          subject,
          type: raw.type,
          alsoAllowed: ["type", "description"]
        })
      )
      return null
    }
    const unknown = bound.success.from.filter((relation) => !names.has(relation))
    for (const relation of unknown) {
      const near = nearest(relation, names.keys())
      report.push(
        source.finding([...path, "from"], "value", {
          severity: "error",
          code: "unknown-relation",
          message: `Sink "${key}" reads "${relation}", which is neither a source nor a transform here.`,
          hint: near === null ? `There are: ${[...names.keys()].join(", ")}.` : `Did you mean "${near}"?`
        })
      )
    }
    const inputs = bound.success.from.flatMap((relation) => relations.get(relation) ?? [])
    if (inputs.length < bound.success.from.length) return null
    const checked = yield* Effect.result(bound.success.check(inputs))
    if (checked._tag === "Failure") {
      report.push(problemFinding(source, path, checked.failure))
      return null
    }
    return {
      name: key,
      type: raw.type,
      from: bound.success.from,
      bound: bound.success,
      configHash: hashOf([raw.type, own])
    }
  })
