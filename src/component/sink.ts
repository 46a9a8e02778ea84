/** What a sink is: where relations are upserted. */
import { Effect, Schema } from "effect"
import type { EntityName } from "../life/entity.ts"
import type { EpochMillis, Uuid } from "./column.ts"
import type { ConfigFields, LocalServices } from "./connector.ts"
import type { ConfigProblem, DatabaseError, SourceError } from "./error.ts"
import type { ConfigExample } from "./example.ts"
import { RelationNames } from "./fields.ts"
import type { Relation } from "./relation.ts"
import type { Changes } from "./slice.ts"
import type { Sql } from "./sql.ts"

/** A source as its staging table holds it: provenance and memberships are read from here. */
export interface StagedSource {
  /** The source's name in the pipeline. */
  readonly name: string
  readonly table: Sql
  /** The same, of those records for which a condition holds over what is stored: their ids are computed, and no others. */
  readonly where: (condition: Sql) => Sql
  readonly columns: ReadonlyMap<string, string>
  readonly entity: EntityName | null
  /** `google-takeout` and `photos`. */
  readonly connector: string
  readonly stream: string
  readonly account: string
  /** Ids that records of it had, before others came to stand for them: `id`, and the `successor`, if it is a single one. */
  readonly superseded: Sql
}

export interface Loading {
  readonly pipeline: string
  readonly runId: Uuid
  readonly now: EpochMillis
  /** The sources from which each relation is made, by relation name. */
  readonly sourcesOf: ReadonlyMap<string, ReadonlyArray<StagedSource>>
  /** Where each relation, and each source, is not what it was at the last load, by their names. */
  readonly changes: ReadonlyMap<string, Changes>
}

export interface SinkCounts {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
}

/** A sink put to use. */
export interface BoundSink<R> {
  readonly from: ReadonlyArray<string>
  /** Refuses relations that it can't take. */
  readonly check: (relations: ReadonlyArray<Relation>) => Effect.Effect<void, ConfigProblem>
  /** Is what the last load left still there? If not, it loads again although nothing is new. */
  readonly intact: Effect.Effect<boolean, never, R>
  /** Upserts all, or leaves all as it was (I3). */
  readonly load: (
    relations: ReadonlyArray<Relation>,
    loading: Loading
  ) => Effect.Effect<SinkCounts, SourceError | DatabaseError, R>
}

export interface SinkSpec<R = LocalServices> {
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly config: Schema.Struct<Schema.Struct.Fields>
  readonly examples: ReadonlyArray<ConfigExample>
  readonly bind: (config: unknown) => Effect.Effect<BoundSink<R>, Schema.SchemaError>
}

interface Definition<F extends ConfigFields, R> {
  readonly type: string
  readonly summary: string
  readonly description: string
  /** Beside `from`, which every sink has. */
  readonly config: F
  readonly examples: ReadonlyArray<ConfigExample>
  readonly check: (
    config: Schema.Struct<F>["Type"],
    relations: ReadonlyArray<Relation>
  ) => Effect.Effect<void, ConfigProblem>
  readonly intact: (config: Schema.Struct<F>["Type"]) => Effect.Effect<boolean, never, R>
  readonly load: (
    config: Schema.Struct<F>["Type"],
    relations: ReadonlyArray<Relation>,
    loading: Loading
  ) => Effect.Effect<SinkCounts, SourceError | DatabaseError, R>
}

const FROM = Schema.Struct({ from: RelationNames })

export const sink = <const F extends ConfigFields, R = never>(definition: Definition<F, R>): SinkSpec<R> => {
  const config = Schema.Struct({ ...FROM.fields, ...definition.config })
  const check = Schema.decodeUnknownEffect(config, { errors: "all", onExcessProperty: "error" })
  const decodeFrom = Schema.decodeUnknownEffect(FROM)
  const decodeOwn = Schema.decodeUnknownEffect(Schema.Struct(definition.config))
  return {
    ...definition,
    config,
    bind: Effect.fnUntraced(function* (raw) {
      yield* check(raw)
      const { from } = yield* decodeFrom(raw)
      const own = yield* decodeOwn(raw)
      return {
        from,
        check: (relations) => definition.check(own, relations),
        intact: definition.intact(own),
        load: (relations, loading) => definition.load(own, relations, loading)
      }
    })
  }
}
