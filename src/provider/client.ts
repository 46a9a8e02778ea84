/** `ProviderApi` over HTTP: tokens, quotas, retries, and what a provider's answers mean. */
import { Clock, Duration, Effect, Layer, type Redacted, Schedule, Schema } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import { type Provider, Providers, providerOf } from "../account/provider.ts"
import { Accounts, atEndpoint } from "../component/account.ts"
import { ApiRefusal, type ApiRequest, CurrentAsker, ProviderApi } from "../component/api.ts"
import type { SourceError } from "../component/error.ts"
import { placeOf } from "../component/item.ts"
import { retrySchedule } from "../component/retry.ts"
import { type Verdict, retryAfterOf, verdictOn } from "./answer.ts"
import * as failure from "./failure.ts"
import { PATIENCE, type Quotas, makeQuotas } from "./quota.ts"

/** How long an answer may take, drop by drop. */
const LONGEST = { requests: Duration.minutes(1), media: Duration.minutes(10) } as const
type Kind = keyof typeof LONGEST

/** So many failures in a row, and nobody asks for a while: longer each time, up to a minute. */
const BREAKER = {
  tripPolicy: CircuitBreaker.consecutive(8),
  openDuration: "5 seconds",
  maxOpenDuration: "1 minute"
} as const

interface Tools {
  readonly client: HttpClient.HttpClient
  readonly accounts: Accounts["Service"]
  readonly quotas: Quotas
  readonly breaker: CircuitBreaker.CircuitBreaker
}

interface Answer {
  readonly status: number
  readonly retryAfter: Duration.Duration | null
  readonly bytes: Uint8Array
}

type Failed = SourceError | ApiRefusal

/** The address that a request goes to; I5: a token goes nowhere but to the API and where it says that it may. */
const addressOf = (provider: Provider, request: ApiRequest): Effect.Effect<URL, SourceError> => {
  const api = provider.apis[request.api]
  if (api === undefined) return Effect.fail(failure.unknownApi(provider, request))
  const { connection, path, query = {} } = request
  const absolute = /^https?:/i.test(path)
  const { endpoint } = connection
  const own = [api.url, ...api.links, ...(endpoint === null ? [] : [endpoint])].map((url) => new URL(url).origin)
  if (absolute && !(URL.canParse(path) && own.includes(new URL(path).origin))) {
    return Effect.fail(failure.foreignLink(provider, request))
  }
  const url = new URL(atEndpoint(connection, absolute ? path : `${api.url}${path}`))
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return Effect.succeed(url)
}

const requestTo = (url: URL, { body, headers = {}, method = "GET" }: ApiRequest, token: Redacted.Redacted<string>) =>
  HttpClientRequest.make(method)(url).pipe(
    HttpClientRequest.setHeaders({ accept: "application/json, */*;q=0.5", ...headers }),
    HttpClientRequest.bearerToken(token),
    body === undefined ? (request) => request : HttpClientRequest.setBody(HttpBody.jsonUnsafe(body))
  )

/** Sends it once, and reads all of the answer. */
const send = (
  { client }: Tools,
  provider: Provider,
  request: ApiRequest,
  kind: Kind,
  token: Redacted.Redacted<string>
): Effect.Effect<Answer, SourceError> =>
  Effect.gen(function* () {
    const url = yield* addressOf(provider, request)
    return yield* Effect.gen(function* () {
      const response = yield* client.execute(requestTo(url, request, token))
      const bytes = yield* response.arrayBuffer
      const now = yield* Clock.currentTimeMillis
      return {
        status: response.status,
        retryAfter: retryAfterOf(response.headers["retry-after"], now),
        bytes: new Uint8Array(bytes)
      }
    }).pipe(
      Effect.mapError((error) =>
        // I5: what the client says may hold the whole address.
        error.response === undefined ? failure.unreachable(provider, url.href) : failure.cutShort(provider)
      ),
      Effect.timeoutOrElse({
        duration: LONGEST[kind],
        orElse: () =>
          Effect.fail(
            failure.unavailable(provider, `did not finish its answer in ${Duration.format(LONGEST[kind])}`, null)
          )
      })
    )
  })

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const jsonIn = (bytes: Uint8Array): { readonly value: unknown } | null => {
  const decoded = decodeJson(new TextDecoder().decode(bytes))
  return decoded._tag === "Some" ? { value: decoded.value } : null
}

/** Fails unless the verdict is good. */
const heed = (
  provider: Provider,
  request: ApiRequest,
  status: number,
  verdict: Exclude<Verdict, { readonly kind: "unauthorised" }>
): Effect.Effect<void, Failed> =>
  Effect.gen(function* () {
    switch (verdict.kind) {
      case "fine":
        return
      case "busy":
      case "spent": {
        const { retryAfter } = verdict
        const long = retryAfter !== null && Duration.isGreaterThan(retryAfter, PATIENCE)
        if (verdict.kind === "busy" && !long) return yield* failure.busy(provider, retryAfter)
        const now = yield* Clock.currentTimeMillis
        return yield* failure.usedUp(
          provider,
          request.api,
          retryAfter === null ? null : now + Duration.toMillis(retryAfter)
        )
      }
      case "broken":
        return yield* failure.unavailable(provider, `answered with status ${status}`, verdict.retryAfter)
      case "narrow":
        return yield* failure.narrow(provider, request)
      case "disabled":
        return yield* failure.disabled(provider, request)
      case "outsider":
        return yield* failure.outsider(provider, request)
      case "refused":
        return yield* new ApiRefusal({
          status,
          reason: verdict.reason,
          error: failure.refused(provider, request, status, verdict.reason)
        })
    }
  })

/** One request, or two where the first token was refused. */
const attempt = <A>(
  tools: Tools,
  provider: Provider,
  request: ApiRequest,
  kind: Kind,
  read: (bytes: Uint8Array) => Effect.Effect<A, SourceError>
): Effect.Effect<A, Failed> =>
  Effect.gen(function* () {
    const { accounts, quotas } = tools
    const { connection, scopes, stream } = request
    const admitted = (token: Redacted.Redacted<string>) =>
      Effect.gen(function* () {
        const asker = yield* CurrentAsker
        yield* asker.admit
        return yield* send(tools, provider, request, kind, token)
      }).pipe(quotas.within(provider, request, kind))
    const token = yield* accounts.token(connection, scopes, { stream })
    let answer = yield* admitted(token)
    let verdict = judge(answer)
    if (verdict.kind === "unauthorised") {
      const fresh = yield* accounts.token(connection, scopes, { stream, refused: token })
      answer = yield* admitted(fresh)
      verdict = judge(answer)
    }
    if (verdict.kind === "unauthorised") return yield* failure.tokenRefused(provider, request)
    if (verdict.kind === "busy" && verdict.retryAfter !== null) {
      yield* quotas.pause(provider, request, kind, verdict.retryAfter)
    }
    yield* heed(provider, request, answer.status, verdict)
    return yield* read(answer.bytes)
  })

const judge = ({ bytes, retryAfter, status }: Answer): Verdict =>
  // Pictures are no JSON, and take long to try.
  verdictOn(status, status < 400 && bytes[0] !== 0x7b ? undefined : jsonIn(bytes)?.value, retryAfter)

/** The provider's health: its own failures count, and nothing else does. */
const outcomeOf = (error: Failed): CircuitBreaker.Outcome =>
  error._tag === "SourceError" && (error.code === failure.UNAVAILABLE || error.code === failure.UNREACHABLE)
    ? CircuitBreaker.failure()
    : CircuitBreaker.ignored

const guarded = <A>(
  { breaker }: Tools,
  provider: Provider,
  { api, connection }: ApiRequest,
  effect: Effect.Effect<A, Failed>
): Effect.Effect<A, Failed> =>
  breaker
    .execute(effect, {
      key: JSON.stringify([connection.provider, connection.endpoint, api]),
      classify: (exit) => {
        if (exit._tag === "Success") return CircuitBreaker.success
        const [reason] = exit.cause.reasons
        return reason?._tag === "Fail" ? outcomeOf(reason.error) : CircuitBreaker.ignored
      }
    })
    .pipe(
      Effect.catchTag("CircuitBreakerError", ({ reason }) =>
        Effect.fail(
          failure.unavailable(
            provider,
            "has failed several times in a row",
            reason._tag === "CircuitOpen" ? reason.retryAfter : null
          )
        )
      )
    )

const ask = <A>(
  tools: Tools,
  request: ApiRequest,
  kind: Kind,
  read: (bytes: Uint8Array, provider: Provider) => Effect.Effect<A, SourceError>
): Effect.Effect<A, Failed, Providers> =>
  Effect.gen(function* () {
    const provider = yield* providerOf(request.connection)
    const asker = yield* CurrentAsker
    return yield* guarded(
      tools,
      provider,
      request,
      attempt(tools, provider, request, kind, (bytes) => read(bytes, provider))
    ).pipe(
      Effect.retry(
        Schedule.tap(retrySchedule<Failed>(asker.retry, provider.retry), ({ duration, input }) =>
          input._tag === "SourceError" ? asker.retrying(input, duration) : Effect.void
        )
      )
    )
  }).pipe(
    Effect.withSpan("ProviderApi.ask", { attributes: { api: request.api, stream: request.stream } }),
    // I5: addresses hold keys and cursors, headers hold tokens: spans of the client itself would show them.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

/** `ProviderApi` over Effect's `HttpClient`; quotas are shared by all who use the layer. */
export const providerApiLayer: Layer.Layer<ProviderApi, never, Accounts | Providers | HttpClient.HttpClient> =
  Layer.effect(
    ProviderApi,
    Effect.gen(function* () {
      const tools: Tools = {
        client: yield* HttpClient.HttpClient,
        accounts: yield* Accounts,
        quotas: makeQuotas(),
        breaker: yield* CircuitBreaker.make(BREAKER)
      }
      const providers = yield* Providers
      const asked = <A>(
        request: ApiRequest,
        kind: Kind,
        read: (bytes: Uint8Array, provider: Provider) => Effect.Effect<A, SourceError>
      ) => Effect.provideService(ask(tools, request, kind, read), Providers, providers)
      return {
        json: (request, schema) =>
          asked(request, "requests", (bytes, provider) =>
            Effect.gen(function* () {
              const json = jsonIn(bytes)
              if (json === null) return yield* failure.cutShort(provider)
              return yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(json.value), (error) =>
                failure.changed(provider, request, placeOf(error))
              )
            })
          ),
        bytes: (request) => asked(request, "media", Effect.succeed)
      }
    })
  ).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
