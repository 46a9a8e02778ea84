/** Takes access back: at the provider where it can be asked to, and here in any case. */
import { Effect, Redacted } from "effect"
import * as oauth from "oauth4webapi"
import { type Connection, endpointProblem } from "../component/account.ts"
import type { Database } from "../component/database.ts"
import type { DatabaseError, SourceError } from "../component/error.ts"
import { withdrawAll } from "./consent.ts"
import { otherRefusal } from "./failure.ts"
import { dropGrant, grantOf, holdingGrant } from "./grant.ts"
import { again, authorityOf, request } from "./oauth.ts"
import { type Provider, type Providers, providerOf } from "./provider.ts"
import { type Grant, Vault } from "./vault.ts"

export interface Disconnected {
  /** Does the provider know? */
  readonly revoked: boolean
  /** What was done, and what is left to do by hand. */
  readonly words: string
}

export interface DisconnectOptions {
  /** Delete the tokens here even where the provider can't be told. */
  readonly force?: boolean
}

/** True once the provider has revoked; false where it offers no way to. */
const revoke = (connection: Connection, provider: Provider, grant: Grant): Effect.Effect<boolean, SourceError, Vault> =>
  Effect.gen(function* () {
    const token = grant.refresh ?? grant.access
    if (provider.oauth.revoke === undefined || token === null) return false
    // The client that it was given to, whatever the pipeline says by now.
    const authority = yield* authorityOf(provider, { ...connection, clientId: grant.client_id })
    const { authentication, client, server } = authority
    yield* request(
      authority,
      server.revocation_endpoint,
      (options) => oauth.revocationRequest(server, client, authentication, Redacted.value(token), options),
      (response) => oauth.processRevocationResponse(response)
    ).pipe(again(authority))
    return true
  }).pipe(
    Effect.catchTag("Refusal", ({ error }) =>
      // Revoked or run out before: that is what was wanted.
      error === "invalid_token" || error === "invalid_grant"
        ? Effect.succeed(true)
        : Effect.fail(otherRefusal(connection, provider, error))
    )
  )

/**
 * Disconnects an account. The consent is withdrawn first, so that nothing more is asked of the provider whatever happens
 * next; where the provider can't be told, the tokens stay until it can, or `force` is given. Data stays.
 */
export const disconnect = (
  connection: Connection,
  options: DisconnectOptions = {}
): Effect.Effect<Disconnected, SourceError | DatabaseError, Vault | Database | Providers> =>
  Effect.gen(function* () {
    const problem = connection.endpoint === null ? null : endpointProblem(connection.endpoint)
    if (problem !== null) return yield* problem
    const provider = yield* providerOf(connection)
    const vault = yield* Vault
    yield* withdrawAll(connection)
    return yield* Effect.gen(function* () {
      const grant = grantOf(yield* vault.contents, connection)
      if (grant === null)
        return { revoked: false, words: `There was no access for ${connection.account} to take back.` }
      const told = revoke(connection, provider, grant)
      const revoked = yield* options.force === true ? Effect.orElseSucceed(told, () => false) : told
      yield* dropGrant(connection)
      return { revoked, words: parting(connection, provider, revoked) }
    }).pipe(holdingGrant(connection))
  })

const parting = (connection: Connection, provider: Provider, revoked: boolean): string => {
  const done = `The access for ${connection.account} is deleted here; what was stored stays.`
  return revoked
    ? `${provider.title} has revoked it. ${done}`
    : `${done} To remove it at ${provider.title} too, open ${provider.oauth.manage}`
}
