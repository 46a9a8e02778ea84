/** A pipeline that has passed all checks: components bound, relations in the order in which they are built. */
import type { Connection } from "../component/account.ts"
import type { Rate } from "../component/api.ts"
import type { Columns } from "../component/column.ts"
import type { Access, BoundStream, LocalServices, Services, StreamSpec } from "../component/connector.ts"
import type { Relation } from "../component/relation.ts"
import type { Retry } from "../component/retry.ts"
import type { BoundSink } from "../component/sink.ts"
import type { Built } from "../component/transform.ts"
import { type Sql, name } from "../component/sql.ts"
import type { Position } from "./finding.ts"
import type { Pipeline } from "./spec.ts"

export interface PlannedSource {
  readonly name: string
  readonly stream: StreamSpec<Services>
  readonly bound: BoundStream<Services>
  readonly account: string
  readonly connection: Connection | null
  readonly rateLimit: Rate | null
  readonly timeZone: string
  readonly onError: "reject" | "fail"
  readonly retry: Retry
  /** Null: not known before the files are there. */
  readonly columns: Columns | null
  /** Of everything that decides which records come out. */
  readonly configHash: string
  readonly relation: Relation
  /** Where the pipeline says what it reads. */
  readonly at: Position
}

export interface PlannedTransform {
  readonly name: string
  readonly type: string
  readonly inputs: ReadonlyArray<string>
  /** Those of the inputs whose rows are transformed; the others are only looked into. */
  readonly counted: ReadonlyArray<string>
  readonly built: Built<Services>
  readonly relation: Relation
  /** What it asks of a provider, and through which connection; null: nothing. */
  readonly access: Access | null
  readonly connection: Connection | null
  /** Where the pipeline says so. */
  readonly at: Position
}

export interface PlannedSink {
  readonly name: string
  readonly type: string
  readonly from: ReadonlyArray<string>
  readonly bound: BoundSink<LocalServices>
  readonly configHash: string
}

export interface Plan {
  readonly file: string
  /** What the file says, with nothing filled in. */
  readonly text: string
  readonly pipeline: Pipeline
  readonly connections: ReadonlyMap<string, Connection>
  readonly sources: ReadonlyArray<PlannedSource>
  /** Each after all that it reads. */
  readonly transforms: ReadonlyArray<PlannedTransform>
  readonly sinks: ReadonlyArray<PlannedSink>
}

/** The table of a source's records, in the schema `staging`. */
export const stagingName = (pipeline: string, source: string): string => `${pipeline}__${source}`

/** Where a source's records are staged. */
export const stagingTable = (pipeline: string, source: string): Sql => name("staging", stagingName(pipeline, source))

/** The table of a transform's rows, in the schema `build`. */
export const buildName = (pipeline: string, transform: string): string => `${pipeline}__${transform}`

/** Where a transform's rows are kept between runs. */
export const buildTable = (pipeline: string, transform: string): Sql => name("build", buildName(pipeline, transform))

/** The sources from which a relation is made, directly or through others. */
export const sourcesOf = (
  plan: Pick<Plan, "sources" | "transforms">,
  relation: string
): ReadonlyArray<PlannedSource> => {
  const seen = new Set<string>()
  const visit = (current: string): void => {
    if (seen.has(current)) return
    seen.add(current)
    plan.transforms.find((transform) => transform.name === current)?.inputs.forEach(visit)
  }
  visit(relation)
  return plan.sources.filter((source) => seen.has(source.name))
}
