/** Streams of a provider's API: what they may read is agreed to first, and how they ask is not their affair. */
import { Effect, Schema, Stream } from "effect"
import type { EntityName } from "../life/entity.ts"
import type { Connection } from "./account.ts"
import { type Ask, type ProviderApi, askWith } from "./api.ts"
import type { Batch } from "./batch.ts"
import type { Columns } from "./column.ts"
import type { Access, ConfigFields, Described, LocalServices, Opening, StreamSpec } from "./connector.ts"
import { STRICT } from "./connector.ts"
import type { DatabaseError, SourceError } from "./error.ts"
import { sourceError } from "./error.ts"
import { TimeBound } from "./fields.ts"

/** The options that every stream of an API has. */
const PERIOD = {
  since: Schema.optionalKey(
    TimeBound.annotate({ description: "Nothing before this date (2015-01-01) or time is read." })
  ),
  until: Schema.optionalKey(
    TimeBound.annotate({ description: "Nothing from this date (2020-01-01) or time on is read." })
  )
}

export interface ApiOpening extends Opening {
  readonly connection: Connection
  readonly ask: Ask
}

interface ApiDefinition<F extends ConfigFields, C extends Columns, R> extends Described<F>, Access {
  readonly entity: EntityName | null
  readonly columns: C
  readonly time: (keyof C & string) | null
  readonly scope?: keyof C & string
  readonly keepsItems?: true
  readonly batches: (
    config: Schema.Struct<F & typeof PERIOD>["Type"],
    opening: ApiOpening
  ) => Stream.Stream<Batch<C>, SourceError | DatabaseError, R>
}

export const unconnected = (type: string): SourceError =>
  sourceError(
    "missing-connection",
    `${type} needs a connection, and names none.`,
    "Declare one under connections, and name it: connection: NAME",
    { fault: "pipeline" }
  )

/** Defines a stream of an API. Its checkpoint says where it continues; there is no fingerprint: it asks what changed. */
export const apiStream = <const F extends ConfigFields, C extends Columns, R extends LocalServices | ProviderApi>(
  definition: ApiDefinition<F, C, R>
): StreamSpec<R> => {
  const { provider, scopes, stores, type } = definition
  const config = Schema.Struct({ ...definition.config, ...PERIOD })
  const decode = Schema.decodeUnknownEffect(config, STRICT)
  return {
    ...definition,
    config,
    access: { provider, scopes, stores },
    bind: (raw) =>
      Effect.map(decode(raw), (decoded) => ({
        columns: Effect.succeed(definition.columns),
        entity: definition.entity,
        ids: () => null,
        reading: {
          kind: "extract",
          fingerprint: () => Effect.succeed(null),
          batches: (opening) => {
            const { connection } = opening
            return connection === null
              ? Stream.fail(unconnected(type))
              : definition.batches(decoded, {
                  ...opening,
                  connection,
                  ask: askWith({ connection, scopes, stream: type })
                })
          }
        }
      }))
  }
}
