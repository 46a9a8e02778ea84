/** `ProviderApi` over HTTP: tokens, quotas, retries, and what a provider's answers mean. */
import { Clock, Duration, Effect, Layer, Redacted, Schema, Scope } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { type Provider, Providers, providerOf } from "../account/provider.ts"
import { Accounts, atEndpoint } from "../component/account.ts"
import { ApiRefusal, type ApiRequest, CurrentAsker, ProviderApi } from "../component/api.ts"
import type { SourceError } from "../component/error.ts"
import { placeOf } from "../component/item.ts"
import { type Verdict, retryAfterOf, verdictOn } from "./answer.ts"
import { sizeOf, temporaryFile, temporaryFolder, writeTo } from "./download.ts"
import * as failure from "./failure.ts"
import { type Failed, type Health, makeHealth } from "./health.ts"
import { PATIENCE, type Quotas, makeQuotas } from "./quota.ts"

type Kind = "requests" | "media"
type Api = Provider["apis"][string]
/** An account's token, or an API key. */
type Credential = Redacted.Redacted<string>

/** What is asked for: how its answer is taken in. */
interface Asked<A> {
  readonly kind: Kind
  /** How long an answer may take, drop by drop. */
  readonly longest: Duration.Duration
  /** The file that a good answer goes into, rather than into memory. */
  readonly target: string | null
  readonly read: (bytes: Uint8Array, provider: Provider) => Effect.Effect<A, SourceError>
}

interface Tools {
  readonly client: HttpClient.HttpClient
  readonly accounts: Accounts["Service"]
  readonly quotas: Quotas
  readonly health: Health
}

interface Answer {
  readonly status: number
  readonly retryAfter: Duration.Duration | null
  readonly bytes: Uint8Array
}

/** Where a request goes to. I5: a token goes nowhere but to the API and where it says that it may. */
interface Address {
  readonly url: URL
  /** Takes this address the token? */
  readonly trusted: boolean
}

const addressOf = (provider: Provider, request: ApiRequest): Effect.Effect<Address, SourceError> => {
  const api = provider.apis[request.api]
  if (api === undefined) return Effect.fail(failure.unknownApi(provider, request))
  const { connection, path, query = {} } = request
  if (!/^https?:/i.test(path)) {
    const url = new URL(atEndpoint(connection, `${api.url}${path}`))
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    return Effect.succeed({ url, trusted: true })
  }
  const address = linkOf(provider, request, path)
  return address?.trusted === true ? Effect.succeed(address) : Effect.fail(failure.foreignLink(provider, request))
}

/** A link that the provider gave; null where it is none that may be followed. */
const linkOf = (
  { apis }: Provider,
  { api: name, connection }: ApiRequest,
  link: string,
  base?: URL
): Address | null => {
  if (!URL.canParse(link, base?.href)) return null
  const url = new URL(link, base)
  const api = apis[name]
  const { endpoint } = connection
  const own = [api?.url ?? [], api?.links ?? [], endpoint ?? []].flat().map((known) => new URL(known).origin)
  if (own.includes(url.origin)) return { url: new URL(atEndpoint(connection, url.href)), trusted: true }
  return url.protocol === "https:" ? { url, trusted: false } : null
}

const requestTo = (
  { trusted, url }: Address,
  api: Api | undefined,
  { body, headers = {}, method = "GET" }: ApiRequest,
  credential: Credential
) =>
  trusted
    ? HttpClientRequest.make(method)(url).pipe(
        HttpClientRequest.setHeaders({ accept: "application/json, */*;q=0.5", ...headers }),
        authorized(api, credential),
        body === undefined ? (request) => request : HttpClientRequest.setBody(HttpBody.jsonUnsafe(body))
      )
    : HttpClientRequest.get(url)

/** I5: addresses are never told, so that a key may stand in one where the API takes it nowhere else. */
const authorized = (api: Api | undefined, credential: Credential) => {
  const key = api?.key
  if (key === undefined) return HttpClientRequest.bearerToken(credential)
  const value = Redacted.value(credential)
  return "header" in key
    ? HttpClientRequest.setHeader(key.header, value)
    : HttpClientRequest.setUrlParam(key.query, value)
}

const MOST_REDIRECTS = 3

/** The first answer that doesn't lead elsewhere: media are often kept at another address. */
const responseTo = ({ client }: Tools, provider: Provider, request: ApiRequest, token: Credential) =>
  Effect.gen(function* () {
    let address = yield* addressOf(provider, request)
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const response = yield* client.execute(requestTo(address, provider.apis[request.api], request, token))
      const { location } = response.headers
      if (response.status < 300 || response.status >= 400 || location === undefined) return response
      yield* response.arrayBuffer
      const next = linkOf(provider, request, location, address.url)
      if (next === null) break
      address = next
    }
    return yield* failure.foreignLink(provider, request)
  })

/** Sends it once, and takes in all of the answer. */
const send = <A>(
  tools: Tools,
  provider: Provider,
  request: ApiRequest,
  { longest, target }: Asked<A>,
  token: Credential
): Effect.Effect<Answer, SourceError> =>
  Effect.gen(function* () {
    const response = yield* responseTo(tools, provider, request, token)
    const bytes =
      target !== null && response.status < 300
        ? yield* Effect.as(writeTo(target, response.stream), new Uint8Array())
        : new Uint8Array(yield* response.arrayBuffer)
    const now = yield* Clock.currentTimeMillis
    return { status: response.status, retryAfter: retryAfterOf(response.headers["retry-after"], now), bytes }
  }).pipe(
    Effect.catchTag("HttpClientError", (error) =>
      Effect.fail(
        // I5: what the client says may hold the whole address.
        error.response === undefined ? failure.unreachable(provider, request) : failure.cutShort(provider)
      )
    ),
    Effect.timeoutOrElse({
      duration: longest,
      orElse: () =>
        Effect.fail(failure.unavailable(provider, `did not finish its answer in ${Duration.format(longest)}`, null))
    })
  )

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const jsonIn = (bytes: Uint8Array): { readonly value: unknown } | null => {
  const decoded = decodeJson(new TextDecoder().decode(bytes))
  return decoded._tag === "Some" ? { value: decoded.value } : null
}

const isKeyed = ({ apis }: Provider, { api }: ApiRequest): boolean => apis[api]?.key !== undefined

const KEY_REFUSED = /^(?:REQUEST_DENIED|PERMISSION_DENIED|API_KEY_[A-Z_]+)$/

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
        if (isKeyed(provider, request) && KEY_REFUSED.test(verdict.reason ?? "")) {
          return yield* failure.keyRefused(provider, request, verdict.reason)
        }
        return yield* new ApiRefusal({
          status,
          reason: verdict.reason,
          error: failure.refused(provider, request, status, verdict.reason)
        })
    }
  })

/** One request, or two where the first token was refused. */
const attempt = <A>(tools: Tools, provider: Provider, request: ApiRequest, asked: Asked<A>): Effect.Effect<A, Failed> =>
  Effect.gen(function* () {
    const { accounts, quotas } = tools
    const { connection, scopes, stream } = request
    const { kind } = asked
    const admitted = (token: Credential) =>
      Effect.gen(function* () {
        const asker = yield* CurrentAsker
        yield* asker.admit
        return yield* send(tools, provider, request, asked, token)
      }).pipe(quotas.within(provider, request, kind))
    const keyed = isKeyed(provider, request)
    const token = yield* keyed ? accounts.key(connection, scopes) : accounts.token(connection, scopes, { stream })
    let answer = yield* admitted(token)
    let verdict = judge(answer)
    if (verdict.kind === "unauthorised" && keyed) return yield* failure.keyRefused(provider, request, null)
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
    return yield* asked.read(answer.bytes, provider)
  })

const judge = ({ bytes, retryAfter, status }: Answer): Verdict =>
  // Pictures are no JSON, and take long to try.
  verdictOn(status, status < 400 && bytes[0] !== 0x7b ? undefined : jsonIn(bytes)?.value, retryAfter)

const ask = <A>(tools: Tools, request: ApiRequest, asked: Asked<A>): Effect.Effect<A, Failed, Providers> =>
  Effect.gen(function* () {
    const provider = yield* providerOf(request.connection)
    return yield* tools.health.hopefully(provider, request, attempt(tools, provider, request, asked))
  }).pipe(
    Effect.withSpan("ProviderApi.ask", { attributes: { api: request.api, stream: request.stream } }),
    // I5: addresses hold keys and cursors, headers hold tokens: spans of the client itself would show them.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

const jsonOf = <A>(request: ApiRequest, schema: Schema.Decoder<A>): Asked<A> => ({
  kind: "requests",
  longest: Duration.minutes(1),
  target: null,
  read: (bytes, provider) =>
    Effect.gen(function* () {
      const json = jsonIn(bytes)
      if (json === null) return yield* failure.cutShort(provider)
      return yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(json.value), (error) =>
        failure.changed(provider, request, placeOf(error))
      )
    })
})

const BYTES: Asked<Uint8Array> = {
  kind: "media",
  longest: Duration.minutes(10),
  target: null,
  read: Effect.succeed
}

/** An hour of video over a slow line; where nothing comes at all, undici gives up after five minutes. */
const LONGEST_FILE = Duration.hours(6)

/** `ProviderApi` over Effect's `HttpClient`; quotas are shared by all who use the layer. */
export const providerApiLayer: Layer.Layer<ProviderApi, never, Accounts | Providers | HttpClient.HttpClient> =
  Layer.effect(
    ProviderApi,
    Effect.gen(function* () {
      const tools: Tools = {
        client: yield* HttpClient.HttpClient,
        accounts: yield* Accounts,
        quotas: makeQuotas(),
        health: yield* makeHealth
      }
      const providers = yield* Providers
      // One folder for all that is downloaded, made when something is.
      const folder = yield* Effect.cached(Effect.provideService(temporaryFolder, Scope.Scope, yield* Effect.scope))
      const asking = <A>(request: ApiRequest, asked: Asked<A>) =>
        Effect.provideService(ask(tools, request, asked), Providers, providers)
      return {
        json: (request, schema) => asking(request, jsonOf(request, schema)),
        bytes: (request) => asking(request, BYTES),
        file: (request) =>
          Effect.flatMap(Effect.flatMap(folder, temporaryFile), (path) =>
            Effect.map(
              asking(request, { ...BYTES, longest: LONGEST_FILE, target: path, read: () => sizeOf(path) }),
              (bytes) => ({ path, bytes })
            )
          )
      }
    })
  )
