/** A source: its stream, its configuration, and the empty staging table that SQL is bound against. */
import { Effect, Schema } from "effect"
import type { Connection } from "../component/account.ts"
import { Catalogue } from "../component/catalogue.ts"
import type { Columns } from "../component/column.ts"
import type { BoundStream, Services } from "../component/connector.ts"
import type { Relation } from "../component/relation.ts"
import { connectionOf } from "./check-connections.ts"
import { type Checking, emptyRelation, hashOf, ownKeys, problemFinding, unknownType } from "./checking.ts"
import { findingsOf } from "./decode.ts"
import type { Source } from "./document.ts"
import type { Finding } from "./finding.ts"
import { type PlannedSource, stagingTable } from "./plan.ts"
import { type Pipeline, SourceFields } from "./spec.ts"

/** The columns that every staging table has beside its stream's own. */
export const STAGED_COLUMNS: ReadonlyArray<readonly [string, string]> = [
  ["_key", "UHUGEINT"],
  ["_entity", "VARCHAR"],
  ["_id", "UUID"],
  ["_source_id", "VARCHAR"],
  ["_archive", "VARCHAR"],
  ["_member", "VARCHAR"],
  ["_as_of", "TIMESTAMPTZ"],
  ["_rank", "INTEGER"],
  ["_run", "UUID"],
  ["_first_seen_at", "TIMESTAMPTZ"],
  ["_last_seen_at", "TIMESTAMPTZ"],
  ["_gone_at", "TIMESTAMPTZ"]
]

const SHARED_SOURCE_KEYS = ["type", ...Object.keys(SourceFields.fields)]

export const checkSource = (
  source: Source,
  pipeline: Pipeline,
  key: string,
  raw: Pipeline["sources"][string],
  connections: ReadonlyMap<string, Connection>,
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
    const { success: fields } = shared
    const connection = connectionOf(source, path, subject, fields.connection, stream.access, connections, report)
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
    const account = fields.account ?? connection?.account ?? "default"
    return {
      name: key,
      at: source.position([...path, stream.access === undefined ? "path" : "connection"], "value"),
      stream,
      bound: bound.success,
      account,
      connection,
      rateLimit: fields.rate_limit ?? null,
      timeZone: fields.time_zone ?? pipeline.time_zone ?? "UTC",
      onError: fields.on_error ?? "reject",
      retry: fields.retry ?? {},
      columns: columns.success,
      configHash: hashOf([raw.type, own, fields.account ?? null, fields.time_zone ?? pipeline.time_zone ?? null]),
      relation: yield* stagedRelation(pipeline.name, key, columns.success, bound.success, account)
    } satisfies PlannedSource
  })

const stagedRelation = (
  pipeline: string,
  key: string,
  columns: Columns | null,
  { entity, ids }: BoundStream<Services>,
  account: string
) =>
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
      entity,
      distinct: ids(account) !== null
    }
    yield* emptyRelation(relation, "view")
    return relation
  })
