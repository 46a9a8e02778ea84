/** Providers' APIs as components ask them. Tokens, quotas, retries and refusals are seen to behind it. */
import { Context, Duration, Effect, Schema, type Scope } from "effect"
import type { Connection } from "./account.ts"
import type { Json } from "./column.ts"
import { SourceError } from "./error.ts"
import type { Retry } from "./retry.ts"

export interface ApiRequest {
  readonly connection: Connection
  /** As `configs/` names it: `calendar`. */
  readonly api: string
  readonly method?: "GET" | "POST" | "DELETE"
  /** Below the API's address (`/users/me/calendarList`), or a link that the provider gave, as it is. */
  readonly path: string
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
  readonly scopes: ReadonlyArray<string>
  /** Who asks (`google-calendar.events`): named in what is said when a scope is missing. */
  readonly stream: string
}

/**
 * The provider understood, and says no for good. The connector makes something of it (a full resync after 410), or passes
 * on `error`, which says it in words.
 */
export class ApiRefusal extends Schema.TaggedError<ApiRefusal>()("ApiRefusal", {
  status: Schema.Int,
  /** The provider's own word, such as `fullSyncRequired`. */
  reason: Schema.NullOr(Schema.String),
  error: SourceError
}) {}

/**
 * Asks a provider: within its quotas, again after what may pass, with a token that is refreshed by itself. Fails with a
 * `SourceError` that says what to do, or with what the provider refuses.
 */
export class ProviderApi extends Context.Service<
  ProviderApi,
  {
    /** The answer decoded; one of another shape is the error `api-changed`. */
    readonly json: <A>(request: ApiRequest, schema: Schema.Decoder<A>) => Effect.Effect<A, SourceError | ApiRefusal>
    /** The answer as it is. */
    readonly bytes: (request: ApiRequest) => Effect.Effect<Uint8Array, SourceError | ApiRefusal>
    /** The answer in a temporary file that ends with the scope, however large it is (I9). */
    readonly file: (request: ApiRequest) => Effect.Effect<Downloaded, SourceError | ApiRefusal, Scope.Scope>
  }
>()("keepsake/component/ProviderApi") {}

export interface Downloaded {
  readonly path: string
  /** Its size. */
  readonly bytes: number
}

/** So many requests in any such stretch of time. */
export interface Rate {
  readonly requests: number
  readonly every: Duration.Duration
}

/** On whose behalf is asked: what the pipeline says about it, and who keeps count. */
export interface Asker {
  /** Names what the rate limit is for: `holiday.events`. */
  readonly name: string
  readonly rateLimit: Rate | null
  /** In place of what `configs/` says. */
  readonly retry: Retry
  /** Every request counts: none is made before it is needed. */
  readonly thrifty: boolean
  /** Called before each request, first or repeated; fails where no more may be made. */
  readonly admit: Effect.Effect<void, SourceError>
  /** Called before the wait that precedes a repeated request. */
  readonly retrying: (error: SourceError, wait: Duration.Duration) => Effect.Effect<void>
}

/** Nobody in particular, without limits, unless the engine says who. */
export const CurrentAsker = Context.Reference<Asker>("keepsake/component/CurrentAsker", {
  defaultValue: () => ({
    name: "",
    rateLimit: null,
    retry: {},
    thrifty: false,
    admit: Effect.void,
    retrying: () => Effect.void
  })
})

/** What a stream asks with: its connection, name and scopes are known. */
export interface Ask {
  readonly json: <A>(
    request: AskRequest,
    schema: Schema.Decoder<A>
  ) => Effect.Effect<A, SourceError | ApiRefusal, ProviderApi>
  readonly bytes: (request: AskRequest) => Effect.Effect<Uint8Array, SourceError | ApiRefusal, ProviderApi>
  readonly file: (request: AskRequest) => Effect.Effect<Downloaded, SourceError | ApiRefusal, ProviderApi | Scope.Scope>
}
export type AskRequest = Omit<ApiRequest, "connection" | "scopes" | "stream"> & Partial<Pick<ApiRequest, "scopes">>

export const askWith = (who: Pick<ApiRequest, "connection" | "scopes" | "stream">): Ask => ({
  json: (request, schema) => Effect.flatMap(ProviderApi, (api) => api.json({ ...who, ...request }, schema)),
  bytes: (request) => Effect.flatMap(ProviderApi, (api) => api.bytes({ ...who, ...request })),
  file: (request) => Effect.flatMap(ProviderApi, (api) => api.file({ ...who, ...request }))
})

/** For streams that can make nothing of a refusal. */
export const orWords = <A, R>(
  effect: Effect.Effect<A, SourceError | ApiRefusal, R>
): Effect.Effect<A, SourceError, R> => Effect.catchTag(effect, "ApiRefusal", ({ error }) => Effect.fail(error))
