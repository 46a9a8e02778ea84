/** What a connector is: a provider or an export format, with the streams that it offers. */
import { Effect, Schema, type Scope, type Stream } from "effect"
import type { EntityName } from "../life/entity.ts"
import type { Connection, ProviderName, Secrets } from "./account.ts"
import type { ProviderApi } from "./api.ts"
import type { Archives } from "./archive.ts"
import type { Batch, Checkpoint, KeptItems, Skip } from "./batch.ts"
import type { Columns, EpochMillis } from "./column.ts"
import type { Database } from "./database.ts"
import type { ConfigProblem, DatabaseError, SourceError } from "./error.ts"
import type { ConfigExample } from "./example.ts"
import type { Name } from "./id.ts"
import type { MediaReader } from "./media.ts"
import type { Sql } from "./sql.ts"

/** All that a stream of archives may ask for. There is no HTTP client in it: *local only* is a type. */
export type LocalServices = Archives | MediaReader | Database

/** All that any component may ask for. */
export type Services = LocalServices | ProviderApi | Secrets

/** What a stream of an API asks of a person before it can be read. */
export interface Access {
  readonly provider: ProviderName
  /** As `configs/` names them. */
  readonly scopes: ReadonlyArray<string>
  /** What is kept, after "stores …": `events, places and people`. */
  readonly stores: string
  /** It is asked with the API key of the connection, and not on behalf of the account. */
  readonly key?: true
}

/** What the engine says when it opens a stream. */
export interface Opening {
  /** Where the last committed batch ended; null: from the beginning. */
  readonly checkpoint: Checkpoint | null
  /** Whose data it is: part of every id. */
  readonly account: string
  /** The account at a provider that the source names; null: none. */
  readonly connection: Connection | null
  /** What earlier batches have kept. */
  readonly items: KeptItems
  /** Assumed where the data states no zone (IANA name). */
  readonly timeZone: string
  /** The time of the run: horizons are counted from here. */
  readonly now: EpochMillis
  /** What earlier runs have staged, as a relation: `_source_id`, `_rank`, `_archive`, `_member` and the stream's columns. */
  readonly staged: Sql
}

/**
 * A source that DuckDB reads by itself. The query yields `_source_id`, `_archive` and `_member` (VARCHAR) beside the
 * stream's columns, and `_id` (UUID) where the stream has no `ids`.
 */
export interface Scan {
  /**
   * Identity of the files behind the query (path, size, time, quick hash): unchanged means nothing is new. Left out by
   * streams that list their `files`.
   */
  readonly fingerprint?: string
  readonly query: Sql
  /**
   * The query also yields `_rank` (INTEGER): of records with one source id the one with the highest counts, also before
   * one of a newer export; ranks below that of a staged record change nothing.
   */
  readonly ranked?: boolean
  /** How many copies of records the query leaves out: then no source id is in it twice. Left out: it may have copies. */
  readonly copies?: number
  /** The query has weighed what is staged: its records, `_rank` included, are staged as it gives them, however old their export. */
  readonly weighed?: boolean
  /**
   * Staged records that others stand for now: `_source_id`, and `_by`, the source id of the one that tells the same, or
   * null where all that the scan gives does. Run after the query.
   */
  readonly supersedes?: Sql
  /** Rows that can't be used: `code`, `reason`, `archive`, `member` (VARCHAR), `position` (BIGINT), `raw` (BLOB). Run after the query. */
  readonly rejects?: Sql
  readonly skipped: ReadonlyArray<Skip>
  /** Where the query fails over what the files hold: the same, without those that can't be read, which are rejected. */
  readonly salvaged?: Effect.Effect<Scan, SourceError | DatabaseError, Database | Scope.Scope>
  /** What only the rows can tell: `reason` (VARCHAR), `count` (BIGINT), `example` (VARCHAR). Run after the query. */
  readonly skips?: Sql
}

/** What files look like (size, time), by their path, which is the `_archive` of their rows. */
export type Files = ReadonlyMap<string, string>

/** How far a long preparation is, in bytes; for the progress bar. */
export type ScanProgress = (done: number, total: number) => Effect.Effect<void>

/** How a stream gets its records. */
export type Reading<R> =
  | {
      readonly kind: "extract"
      /**
       * Identity of everything the stream would read. When it equals that of the last complete read, nothing is read.
       * Null: always read (APIs ask the provider what changed).
       */
      readonly fingerprint: (opening: Opening) => Effect.Effect<string | null, SourceError, R | Scope.Scope>
      readonly batches: (opening: Opening) => Stream.Stream<Batch<Columns>, SourceError | DatabaseError, R>
    }
  | {
      readonly kind: "scan"
      /** Rows are held while it reads, to be compared as a whole: it has as much memory as joins do, not as what passes through. */
      readonly holdsRows: boolean
      /** As above, where it can be had before the scan is prepared; null: only the scan itself tells. */
      readonly fingerprint: (
        opening: Opening
      ) => Effect.Effect<string | null, SourceError | DatabaseError, R | Scope.Scope>
      /** All files behind the scan, where some of them may be read by themselves; else null. */
      readonly files: (opening: Opening) => Effect.Effect<Files | null, SourceError, R | Scope.Scope>
      /** `only`: the files that are wanted; null: all. */
      readonly scan: (
        opening: Opening,
        progress: ScanProgress,
        only: ReadonlySet<string> | null
      ) => Effect.Effect<Scan, SourceError | DatabaseError, R | Scope.Scope>
    }

/** A stream put to use: its configuration is decoded and held inside. */
export interface BoundStream<R> {
  /** The columns of its records. Null: unknown until the files are there (a warning of `validate`). */
  readonly columns: Effect.Effect<
    Columns | null,
    ConfigProblem | SourceError | DatabaseError,
    LocalServices | Scope.Scope
  >
  readonly entity: EntityName | null
  /** The entities' ids, where they follow from `_source_id`: what stands before it in the name (UUIDv5). Else null. */
  readonly ids: (account: string) => Name | null
  readonly reading: Reading<R>
}

/** A stream as the catalogue holds it. */
export interface StreamSpec<R = LocalServices> {
  /** `google-takeout.photos` */
  readonly type: string
  readonly summary: string
  readonly description: string
  /** What its records are; null when the configuration decides. */
  readonly entity: EntityName | null
  readonly config: Schema.Struct<Schema.Struct.Fields>
  /** Null when the configuration decides. */
  readonly columns: Columns | null
  /** The column that places a record in time. */
  readonly time: string | null
  readonly examples: ReadonlyArray<ConfigExample>
  /** Paths of files, within archives too, that it reads: for `inspect`. */
  readonly recognises?: RegExp
  /** Of streams of an API alone. */
  readonly access?: Access
  /** The column that says what is listed together; without it, a listing is of all. */
  readonly scope?: string
  /** Its batches have items, which are read again: one batch is committed before the next is made. */
  readonly keepsItems?: true
  readonly bind: (config: unknown) => Effect.Effect<BoundStream<R>, Schema.SchemaError>
}

export interface ConnectorSpec<R = LocalServices> {
  /** `google-takeout` */
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly streams: ReadonlyArray<StreamSpec<R>>
}

/** Configuration fields that need no services to be decoded. */
export type ConfigFields = { readonly [field: string]: Schema.ConstraintCodec<unknown, unknown> }

export interface Described<F extends ConfigFields> {
  readonly recognises?: RegExp
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly config: F
  readonly examples: ReadonlyArray<ConfigExample>
}

interface ExtractDefinition<F extends ConfigFields, C extends Columns, R> extends Described<F> {
  readonly entity: EntityName | null
  readonly columns: C
  readonly time: (keyof C & string) | null
  readonly fingerprint: (
    config: Schema.Struct<F>["Type"],
    opening: Opening
  ) => Effect.Effect<string | null, SourceError, R | Scope.Scope>
  readonly batches: (config: Schema.Struct<F>["Type"], opening: Opening) => Stream.Stream<Batch<C>, SourceError, R>
}

/** Defines a stream whose records pass through the program, batch by batch. */
export const extractStream = <const F extends ConfigFields, C extends Columns, R>(
  definition: ExtractDefinition<F, C, R>
): StreamSpec<R> => {
  const config = Schema.Struct(definition.config)
  const decode = Schema.decodeUnknownEffect(config, STRICT)
  return {
    ...definition,
    config,
    bind: (raw) =>
      Effect.map(decode(raw), (decoded) => ({
        columns: Effect.succeed(definition.columns),
        entity: definition.entity,
        ids: () => null,
        reading: {
          kind: "extract",
          fingerprint: (opening) => definition.fingerprint(decoded, opening),
          batches: (opening) => definition.batches(decoded, opening)
        }
      }))
  }
}

interface ScanDefinition<F extends ConfigFields, R> extends Described<F> {
  readonly entity: EntityName | null | ((config: Schema.Struct<F>["Type"]) => EntityName | null)
  readonly columns:
    | Columns
    | ((
        config: Schema.Struct<F>["Type"]
      ) => Effect.Effect<Columns | null, ConfigProblem | SourceError | DatabaseError, LocalServices | Scope.Scope>)
  readonly time: string | null
  /** What stands before `_source_id` in the name of every entity's id; null: the query yields `_id`. */
  readonly ids: (config: Schema.Struct<F>["Type"], account: string) => Name | null
  /** Rows are held while it reads, to be compared as a whole. */
  readonly holdsRows?: true
  /** Identity of everything the scan would read, where preparing it takes long. The scan's own must be the same. */
  readonly fingerprint?: (
    config: Schema.Struct<F>["Type"],
    opening: Opening
  ) => Effect.Effect<string, SourceError | DatabaseError, R | Scope.Scope>
  /**
   * All files that the scan reads, where each is a part of its own: no row of one depends on another, and of rows with one
   * source id any may count. Where files were added, `scan` is asked for those alone, with the columns of all.
   */
  readonly files?: (
    config: Schema.Struct<F>["Type"],
    opening: Opening
  ) => Effect.Effect<Files, SourceError, R | Scope.Scope>
  readonly scan: (
    config: Schema.Struct<F>["Type"],
    opening: Opening,
    progress: ScanProgress,
    only: ReadonlySet<string> | null
  ) => Effect.Effect<Scan, SourceError | DatabaseError, R | Scope.Scope>
}

/** Defines a stream that DuckDB reads by itself. */
export const scanStream = <const F extends ConfigFields, R>(definition: ScanDefinition<F, R>): StreamSpec<R> => {
  const config = Schema.Struct(definition.config)
  const decode = Schema.decodeUnknownEffect(config, STRICT)
  const { columns, entity } = definition
  return {
    ...definition,
    config,
    entity: typeof entity === "function" ? null : entity,
    columns: typeof columns === "function" ? null : columns,
    bind: (raw) =>
      Effect.map(decode(raw), (decoded) => ({
        columns: typeof columns === "function" ? columns(decoded) : Effect.succeed(columns),
        entity: typeof entity === "function" ? entity(decoded) : entity,
        ids: (account) => definition.ids(decoded, account),
        reading: {
          kind: "scan",
          holdsRows: definition.holdsRows === true,
          fingerprint: (opening) => definition.fingerprint?.(decoded, opening) ?? Effect.succeed(null),
          files: (opening) => definition.files?.(decoded, opening) ?? Effect.succeed(null),
          scan: (opening, progress, only) => definition.scan(decoded, opening, progress, only)
        }
      }))
  }
}

/** Options are all known, and all mistakes are told at once. */
export const STRICT = { errors: "all", onExcessProperty: "error" } as const

export const connector = <R>(spec: ConnectorSpec<R>): ConnectorSpec<R> => spec
