/** Requests to a provider's OAuth endpoints, by `oauth4webapi`. Nothing of an answer's text gets into an error (I5). */
import { Clock, Duration, Effect, Redacted, Schedule, Schema } from "effect"
import * as oauth from "oauth4webapi"
import { type Connection, atEndpoint, endpointProblem } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import type { Provider } from "./provider.ts"
import { setupGuide } from "./provider.ts"
import { fillSecrets } from "./secret.ts"
import type { Vault } from "./vault.ts"

/** The provider answered with an OAuth error such as `invalid_grant`: asking the same again won't help. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", { error: Schema.String }) {}

/** A provider's authorization server as one connection reaches it, and who we are there. */
export interface Authority {
  readonly title: string
  readonly provider: Provider
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly authentication: oauth.ClientAuth
}

/** Fails where the client id is missing, with the guide to one that may ask for the scopes. */
export const authorityOf = (
  provider: Provider,
  connection: Connection,
  scopes: ReadonlyArray<string> = []
): Effect.Effect<Authority, SourceError, Vault> =>
  Effect.gen(function* () {
    const problem = connection.endpoint === null ? null : endpointProblem(connection.endpoint)
    if (problem !== null) return yield* problem
    if (connection.clientId === null) return yield* clientMissing(provider, connection, "client_id", scopes)
    const secret = connection.clientSecret === null ? null : yield* fillSecrets(connection.clientSecret)
    if (secret === null && provider.oauth.client_secret && connection.endpoint === null) {
      return yield* clientMissing(provider, connection, "client_secret", scopes)
    }
    const { authorize, device, issuer, revoke, token } = provider.oauth
    const at = (url: string) => atEndpoint(connection, url)
    return {
      title: provider.title,
      provider,
      server: {
        issuer: issuer ?? new URL(authorize).origin,
        authorization_endpoint: at(authorize),
        token_endpoint: at(token),
        ...(revoke === undefined ? {} : { revocation_endpoint: at(revoke) }),
        ...(device === undefined ? {} : { device_authorization_endpoint: at(device) })
      },
      client: { client_id: connection.clientId },
      authentication: secret === null ? oauth.None() : oauth.ClientSecretPost(Redacted.value(secret))
    }
  })

const clientMissing = (
  provider: Provider,
  connection: Connection,
  field: "client_id" | "client_secret",
  scopes: ReadonlyArray<string>
): SourceError =>
  sourceError(
    `${field.replace("_", "-")}-missing`,
    `The connection ${connection.name} has no ${field}: ${provider.title} has to know which program asks.`,
    [
      `Make one, which takes a few minutes, and write it into ${connection.pipeline}:`,
      ...setupGuide(
        provider,
        scopes.map((scope) => provider.scopes[scope]?.request ?? scope)
      )
    ].join("\n  "),
    { fault: "pipeline" }
  )

const PATIENCE = 30_000

/** The provider's own word on when to come back: seconds or a date; 0 and the past mean plain backoff. */
const retryAfterOf = (headers: Headers, now: number): Duration.Duration | null => {
  const text = headers.get("retry-after")
  if (text === null) return null
  const wait = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now
  return wait > 0 ? Duration.millis(wait) : null
}

const UNAVAILABLE = "provider-unavailable"
const UNREACHABLE = "provider-unreachable"

const unavailable = (title: string, what: string, retryAfter: Duration.Duration | null = null): SourceError =>
  sourceError(
    UNAVAILABLE,
    `${title} ${what}.`,
    "Nothing is lost: try again in a while.",
    retryAfter === null ? { retryable: true } : { retryable: true, retryAfter }
  )

const unreachable = (title: string, url: string): SourceError =>
  sourceError(
    UNREACHABLE,
    `${title} can't be reached at ${new URL(url).origin}.`,
    "Check the network connection and try again: nothing is lost.",
    { retryable: true }
  )

// Error words of OAuth are short and lower case; anything else may be an echo of what was sent.
const errorWord = (text: string): string => (/^[a-z_]{1,40}$/.test(text) ? text : "unknown_error")

const refusalOf = (title: string, cause: unknown): SourceError | Refusal => {
  if (cause instanceof oauth.ResponseBodyError) return new Refusal({ error: errorWord(cause.error) })
  if (cause instanceof oauth.WWWAuthenticateChallengeError) return new Refusal({ error: "invalid_client" })
  return unavailable(title, "gave an answer that was cut short or isn't OAuth")
}

export interface RequestOptions {
  readonly signal: () => AbortSignal
  readonly [oauth.allowInsecureRequests]: boolean
}

/** Tries again what may pass, as the provider's file says; where it names a time to come back, the caller decides. */
export const again =
  ({ provider }: Pick<Authority, "provider">) =>
  <A, E extends SourceError | Refusal, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.retry(effect, {
      // Of the provider's failures only: what it has answered once must not be asked for twice.
      while: (error) =>
        error._tag === "SourceError" &&
        (error.code === UNAVAILABLE || error.code === UNREACHABLE) &&
        error.retryAfter === undefined,
      times: 2,
      schedule: Schedule.jittered(Schedule.exponential(provider.retry.base))
    })

/** Sends a request once, and reads its answer. */
export const request = <A>(
  { server, title }: Authority,
  url: string | undefined,
  send: (options: RequestOptions) => Promise<Response>,
  read: (response: Response) => Promise<A>
): Effect.Effect<A, SourceError | Refusal> =>
  Effect.gen(function* () {
    const target = url ?? server.token_endpoint ?? ""
    const response = yield* Effect.tryPromise({
      try: (interrupted) =>
        send({
          signal: () => AbortSignal.any([interrupted, AbortSignal.timeout(PATIENCE)]),
          // Endpoints without TLS are on loopback: `endpointProblem` has seen to it.
          [oauth.allowInsecureRequests]: target.startsWith("http:")
        }),
      catch: () => unreachable(title, target)
    })
    if (response.status >= 500 || response.status === 429) {
      yield* Effect.ignore(Effect.tryPromise(async () => response.body?.cancel()))
      const after = retryAfterOf(response.headers, yield* Clock.currentTimeMillis)
      return yield* unavailable(title, `answered with status ${response.status}`, after)
    }
    return yield* Effect.tryPromise({ try: () => read(response), catch: (cause) => refusalOf(title, cause) })
  })

/** What a token endpoint gave. */
export interface Answer {
  readonly access: Redacted.Redacted<string>
  readonly refresh: Redacted.Redacted<string> | null
  /** Seconds. */
  readonly lifetime: number | null
  readonly scope: string | undefined
}

const answerOf = ({ access_token, expires_in, refresh_token, scope }: oauth.TokenEndpointResponse): Answer => ({
  access: Redacted.make(access_token),
  refresh: refresh_token === undefined ? null : Redacted.make(refresh_token),
  lifetime: expires_in ?? null,
  scope
})

/** A new access token for a refresh token. */
export const refresh = (authority: Authority, token: Redacted.Redacted<string>) =>
  Effect.map(
    request(
      authority,
      authority.server.token_endpoint,
      (options) =>
        oauth.refreshTokenGrantRequest(
          authority.server,
          authority.client,
          authority.authentication,
          Redacted.value(token),
          options
        ),
      (response) => oauth.processRefreshTokenResponse(authority.server, authority.client, response)
    ),
    answerOf
  )

/** The tokens for the code that a browser brought back. */
export const exchange = (authority: Authority, callback: URLSearchParams, redirect: string, verifier: string) =>
  Effect.map(
    request(
      authority,
      authority.server.token_endpoint,
      (options) =>
        oauth.authorizationCodeGrantRequest(
          authority.server,
          authority.client,
          authority.authentication,
          callback,
          redirect,
          verifier,
          options
        ),
      (response) => oauth.processAuthorizationCodeResponse(authority.server, authority.client, response)
    ),
    answerOf
  )

/** The tokens for a device code, once the person has entered it; until then the refusal is `authorization_pending`. */
export const pollDevice = (authority: Authority, code: string) =>
  Effect.map(
    request(
      authority,
      authority.server.token_endpoint,
      (options) =>
        oauth.deviceCodeGrantRequest(authority.server, authority.client, authority.authentication, code, options),
      (response) => oauth.processDeviceCodeResponse(authority.server, authority.client, response)
    ),
    answerOf
  )
