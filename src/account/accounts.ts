/** Hands out access tokens: with consent only, refreshed ahead of their end, one refresh at a time. */
import { Clock, Duration, Effect, Layer, Redacted } from "effect"
import { Accounts, type Connection, type TokenOptions, endpointProblem } from "../component/account.ts"
import { Database } from "../component/database.ts"
import type { SourceError } from "../component/error.ts"
import { consentsOf, consentsUnreadable } from "./consent.ts"
import {
  consentMissing,
  consentWithdrawn,
  ended,
  endedWords,
  endingSoon,
  keyMissing,
  neverConnected,
  otherClient,
  otherRefusal,
  scopeMissing
} from "./failure.ts"
import { grantOf, holdingGrant, keepGrant, tokensOf } from "./grant.ts"
import { type Authority, again, authorityOf, refresh } from "./oauth.ts"
import { type Provider, Providers, providerOf } from "./provider.ts"
import { grantedScopes, scopeName } from "./scope.ts"
import { fillSecrets } from "./secret.ts"
import { type Grant, Vault } from "./vault.ts"

type Access = Redacted.Redacted<string>
type Services = Vault | Database | Providers

/** Short-lived tokens are replaced in the last fifth of their life rather than all the time. */
const LAST_PART = 0.2

const isFresh = ({ expires_at, issued_at }: Grant, provider: Provider, now: number): boolean => {
  if (expires_at === null) return true
  const ahead = Math.min(Duration.toMillis(provider.oauth.refresh_ahead), (expires_at - issued_at) * LAST_PART)
  return now < expires_at - ahead
}

const isRefused = (access: Access, { refused }: TokenOptions): boolean =>
  refused !== undefined && Redacted.value(refused) === Redacted.value(access)

/** The grant of a connection; fails where it is of no use. */
const usable = (connection: Connection, provider: Provider): Effect.Effect<Grant, SourceError, Vault> =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const grant = grantOf(yield* vault.contents, connection)
    if (grant === null) return yield* neverConnected(connection, provider)
    if (grant.ended !== null) return yield* ended(connection, provider, grant.ended)
    if (connection.clientId !== null && grant.client_id !== connection.clientId) {
      return yield* otherClient(connection, provider)
    }
    return grant
  })

/** I6: fails unless the person has agreed to the scopes for this connection. */
const requireConsent = (
  connection: Connection,
  provider: Provider,
  scopes: ReadonlyArray<string>
): Effect.Effect<void, SourceError, Database | Vault> =>
  Effect.gen(function* () {
    const given = yield* Effect.mapError(consentsOf(connection), consentsUnreadable)
    if (given.withdrawn) return yield* consentWithdrawn(connection, provider)
    const missing = scopes.filter((scope) => !given.scopes.has(scope))
    if (missing.length === 0 && given.scopes.size > 0) return
    // Who was never connected is told that first.
    yield* usable(connection, provider)
    return yield* consentMissing(connection, provider, missing)
  })

/** The access token if it can still be used, else null. */
const current = (grant: Grant, provider: Provider, options: TokenOptions): Effect.Effect<Access | null> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    grant.access !== null && isFresh(grant, provider, now) && !isRefused(grant.access, options) ? grant.access : null
  )

const conclude = (connection: Connection, grant: Grant, why: string): Effect.Effect<void, SourceError, Vault> =>
  keepGrant(connection, { ...grant, access: null, refresh: null, ended: why })

/** A new access token, stored with a rotated refresh token before anybody uses either. */
const renew = (
  connection: Connection,
  provider: Provider,
  grant: Grant,
  options: TokenOptions
): Effect.Effect<Access, SourceError, Vault> =>
  Effect.gen(function* () {
    if (grant.refresh === null) {
      return yield* ended(connection, provider, "the access has run out, and the provider gave no refresh token for it")
    }
    const authority = yield* authorityOf(provider, { ...connection, clientId: grant.client_id })
    const access = yield* rotate(authority, connection, grant, grant.refresh).pipe(again(authority))
    const ending = endingSoon(connection, provider, grant, yield* Clock.currentTimeMillis)
    if (ending !== null) yield* Effect.logWarning(ending)
    return access
  }).pipe(
    Effect.catchTag("Refusal", ({ error }) =>
      Effect.gen(function* () {
        if (error !== "invalid_grant") return yield* otherRefusal(connection, provider, error)
        // It stays so: nobody asks the provider again until the person has connected anew.
        const why = endedWords(provider, grant.connected_at, yield* Clock.currentTimeMillis)
        yield* conclude(connection, grant, why)
        return yield* ended(connection, provider, why)
      })
    ),
    Effect.catchTag("SourceError", (error) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const { access, expires_at } = grant
        // Ahead of its end, a token still serves while the provider doesn't answer.
        const serves = access !== null && expires_at !== null && now < expires_at && !isRefused(access, options)
        return serves && error.retryable ? access : yield* error
      })
    )
  )

/** One request; what it answers is on disk when it returns. */
const rotate = (authority: Authority, connection: Connection, grant: Grant, token: Access) =>
  Effect.gen(function* () {
    const answer = yield* refresh(authority, token)
    const now = yield* Clock.currentTimeMillis
    const latest = { ...answer, refresh: answer.refresh ?? token }
    const scopes = grantedScopes(authority.provider, grant.scopes, latest)
    yield* keepGrant(connection, { ...grant, ...tokensOf(answer, now), refresh: latest.refresh, scopes })
    return answer.access
    // Between the provider's answer and the disk, a rotated token would be lost.
  }).pipe(Effect.uninterruptible)

const token = (
  connection: Connection,
  wanted: ReadonlyArray<string>,
  options: TokenOptions = {}
): Effect.Effect<Access, SourceError, Services> =>
  Effect.gen(function* () {
    const problem = connection.endpoint === null ? null : endpointProblem(connection.endpoint)
    if (problem !== null) return yield* problem
    const provider = yield* providerOf(connection)
    const scopes = wanted.map((scope) => scopeName(provider, scope))
    yield* requireConsent(connection, provider, scopes)
    const grant = yield* usable(connection, provider)
    const missing = scopes.filter((scope) => !grant.scopes.includes(scope))
    if (missing.length > 0) return yield* scopeMissing(connection, provider, missing, options.stream ?? null)
    const access = yield* current(grant, provider, options)
    if (access !== null) return access
    return yield* Effect.gen(function* () {
      // Meanwhile another fiber or process may have done it.
      const latest = yield* usable(connection, provider)
      return (yield* current(latest, provider, options)) ?? (yield* renew(connection, provider, latest, options))
    }).pipe(holdingGrant(connection))
  })

/** The API key, filled in. */
export const apiKeyOf = (
  connection: Connection
): Effect.Effect<Redacted.Redacted<string>, SourceError, Vault | Providers> =>
  Effect.gen(function* () {
    if (connection.apiKey === null) return yield* keyMissing(connection, yield* providerOf(connection))
    return yield* fillSecrets(connection.apiKey)
  })

const key = (
  connection: Connection,
  wanted: ReadonlyArray<string>
): Effect.Effect<Redacted.Redacted<string>, SourceError, Services> =>
  Effect.gen(function* () {
    const problem = connection.endpoint === null ? null : endpointProblem(connection.endpoint)
    if (problem !== null) return yield* problem
    const provider = yield* providerOf(connection)
    yield* requireConsent(
      connection,
      provider,
      wanted.map((scope) => scopeName(provider, scope))
    )
    return yield* apiKeyOf(connection)
  })

/** `Accounts` over a vault, the recorded consents and the providers' files. */
export const accountsLayer: Layer.Layer<Accounts, never, Services> = Layer.effect(
  Accounts,
  Effect.map(Effect.context<Services>(), (context) => ({
    token: (connection, scopes, options) => Effect.provideContext(token(connection, scopes, options), context),
    key: (connection, scopes) => Effect.provideContext(key(connection, scopes), context)
  }))
)
