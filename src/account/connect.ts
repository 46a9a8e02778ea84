/** Connects an account: what will be asked is shown and recorded first, then the provider is asked, then tokens are kept. */
import { join } from "node:path"
import { Clock, Duration, Effect } from "effect"
import type { Connection } from "../component/account.ts"
import type { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import type { Home } from "../warehouse/home.ts"
import { byBrowser } from "./browser.ts"
import { apiKeyOf } from "./accounts.ts"
import { type ConsentRequest, type Want, consentText, recordConsent, withdrawOne } from "./consent.ts"
import { type DeviceCode, byDevice } from "./device.ts"
import { connectCommand } from "./failure.ts"
import { grantOf, holdingGrant, keepGrant, tokensOf } from "./grant.ts"
import { type Answer, type Authority, authorityOf } from "./oauth.ts"
import { type Provider, type Providers, providerOf } from "./provider.ts"
import { grantedScopes, scopeName, scopeWords } from "./scope.ts"
import { Vault } from "./vault.ts"

/** How to talk with the person. */
export interface Interaction {
  /** Shows what will be asked for, and asks whether that is right. */
  readonly agree: (lines: ReadonlyArray<string>) => Effect.Effect<boolean>
  /** Shows the provider's page, or opens it in a browser. */
  readonly open: (url: string) => Effect.Effect<void>
  /** Shows where to enter which code. */
  readonly device: (code: DeviceCode) => Effect.Effect<void>
}

export interface ConnectRequest {
  readonly connection: Connection
  /** The pipeline's name. */
  readonly pipeline: string
  /** Its streams that use the connection. */
  readonly wants: ReadonlyArray<Want>
  readonly home: Home
  readonly flow: "browser" | "device"
  /** Where the browser comes back to, in place of the port in the provider's file. */
  readonly port?: number
  /** How long to wait for the person. */
  readonly patience?: Duration.Duration
}

/** A scope that was asked for and not granted, and the streams that go without. */
export interface Missing {
  readonly scope: string
  readonly words: string
  readonly streams: ReadonlyArray<string>
}

export interface Connected {
  readonly granted: ReadonlyArray<string>
  readonly missing: ReadonlyArray<Missing>
}

const PATIENCE = Duration.minutes(10)

const nothingToAsk = (connection: Connection): SourceError =>
  sourceError(
    "nothing-to-ask",
    `No source of the pipeline needs the connection ${connection.name}.`,
    `Name it in a source of ${connection.pipeline}: connection: ${connection.name}`,
    { fault: "pipeline" }
  )

const declined = (connection: Connection): SourceError =>
  sourceError(
    "consent-declined",
    "You did not agree, so nothing was asked of the provider.",
    `To be asked again, run: ${connectCommand(connection)}`
  )

/** Is a scope one of those that the API key opens, for which the provider itself needs not be asked? */
const isKeyed = (wants: ReadonlyArray<Want>, provider: Provider) => {
  const keyed = new Set(
    wants.flatMap(({ key, scopes }) => (key === true ? scopes.map((scope) => scopeName(provider, scope)) : []))
  )
  return (scope: string): boolean => keyed.has(scope)
}

/** What the connection says, else what its streams need; and what the account has granted already, for other pipelines. */
const scopesOf = (
  { connection, wants }: ConnectRequest,
  provider: Provider,
  granted: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const wanted = (connection.scopes ?? wants.flatMap(({ scopes }) => scopes)).map((scope) => scopeName(provider, scope))
  if (wanted.every((scope) => isKeyed(wants, provider)(scope))) return [...new Set(wanted)]
  return [...new Set([...wanted, ...granted, ...[provider.oauth.offline_scope ?? []].flat()])]
}

const ask = (
  authority: Authority,
  { connection, flow, patience, port }: ConnectRequest,
  scopes: ReadonlyArray<string>,
  { device, open }: Interaction
): Effect.Effect<Answer, SourceError> =>
  flow === "device"
    ? byDevice(authority, connection, scopes, device)
    : byBrowser(authority, connection, scopes, { open, port: port ?? null, patience: patience ?? PATIENCE })

const connected = (
  provider: Provider,
  { scopes, wants }: ConsentRequest,
  granted: ReadonlyArray<string>
): Connected => ({
  granted,
  missing: scopes
    .filter((scope) => !granted.includes(scope))
    .map((scope) => ({
      scope,
      words: scopeWords(provider, scope),
      streams: wants.filter((want) => want.scopes.includes(scope)).map(({ stream }) => stream)
    }))
})

/** Connects the account; fails with what to do, and then leaves neither consent nor tokens behind. */
export const connect = (
  request: ConnectRequest,
  interaction: Interaction
): Effect.Effect<Connected, SourceError | DatabaseError, Vault | Database | Providers> =>
  Effect.gen(function* () {
    const { connection, home, pipeline } = request
    const provider = yield* providerOf(connection)
    const vault = yield* Vault
    const before = grantOf(yield* vault.contents, connection)
    const scopes = scopesOf(request, provider, before === null || before.ended !== null ? [] : before.scopes)
    if (scopes.length === 0) return yield* nothingToAsk(connection)
    const keyed = isKeyed(request.wants, provider)
    const ofAccount = scopes.filter((scope) => !keyed(scope))
    const authority = ofAccount.length === 0 ? null : yield* authorityOf(provider, connection, ofAccount)
    if (scopes.some(keyed)) yield* apiKeyOf(connection)
    const wants = request.wants.map((want) => ({
      ...want,
      scopes: want.scopes.map((scope) => scopeName(provider, scope))
    }))
    const asked: ConsentRequest = {
      connection,
      pipeline,
      wants,
      scopes,
      database: home.database,
      vault: join(home.directory, "vault.age")
    }
    if (!(yield* interaction.agree(consentText(asked, provider)))) return yield* declined(connection)
    const givenAt = yield* recordConsent(asked, provider) // I6
    return yield* Effect.gen(function* () {
      const granted = authority === null ? [] : yield* grantedBy(authority, request, ofAccount, interaction)
      return connected(provider, asked, [...granted, ...scopes.filter(keyed)])
    }).pipe(Effect.onError(() => Effect.ignore(withdrawOne(connection, givenAt))))
  })

/** Asks the provider, and keeps the tokens; gives the scopes that the person has granted. */
const grantedBy = (
  authority: Authority,
  request: ConnectRequest,
  scopes: ReadonlyArray<string>,
  interaction: Interaction
) =>
  Effect.gen(function* () {
    const { connection } = request
    const answer = yield* ask(authority, request, scopes, interaction)
    const now = yield* Clock.currentTimeMillis
    const granted = grantedScopes(authority.provider, scopes, answer)
    yield* keepGrant(connection, {
      ...tokensOf(answer, now),
      refresh: answer.refresh,
      scopes: granted,
      client_id: authority.client.client_id,
      connected_at: now,
      ended: null
    }).pipe(holdingGrant(connection))
    return granted
  })
