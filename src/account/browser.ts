/** The authorization code flow: PKCE, a browser, and the way back over loopback. */
import { Duration, Effect } from "effect"
import * as oauth from "oauth4webapi"
import type { Connection } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { connectCommand, otherRefusal } from "./failure.ts"
import { listen } from "./loopback.ts"
import { type Answer, type Authority, again, exchange } from "./oauth.ts"
import { requestedScopes } from "./scope.ts"

export interface BrowserOptions {
  /** Shows the URL, or opens it. */
  readonly open: (url: string) => Effect.Effect<void>
  /** In place of the port in the provider's file. */
  readonly port: number | null
  readonly patience: Duration.Duration
}

export const denied = (connection: Connection, { title }: Authority): SourceError =>
  sourceError(
    "connect-denied",
    `${title} says that access for ${connection.account} was declined.`,
    `Nothing was connected or stored. To try again, run: ${connectCommand(connection)}`
  )

const tooLate = (connection: Connection, patience: Duration.Duration): SourceError =>
  sourceError(
    "connect-timeout",
    `No answer came from the browser within ${Duration.format(patience)}.`,
    `Run it again, and sign in in the browser of this same machine: ${connectCommand(connection)}`
  )

const codeRefused = (connection: Connection, { title }: Authority): SourceError =>
  sourceError(
    "code-refused",
    `${title} no longer takes the answer that the browser brought: each serves once, for a few minutes.`,
    `Run it again: ${connectCommand(connection)}`
  )

/** Where the person says yes. */
const authorizationUrl = (
  { client, provider, server }: Authority,
  connection: Connection,
  scopes: ReadonlyArray<string>,
  parameters: Readonly<Record<string, string>>
): string => {
  const url = new URL(server.authorization_endpoint ?? "")
  const { account_parameter: account } = provider.oauth
  const query = {
    response_type: "code",
    client_id: client.client_id,
    scope: requestedScopes(provider, scopes),
    ...provider.oauth.parameters,
    ...(account === undefined ? {} : { [account]: connection.account }),
    ...parameters
  }
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value)
  return url.href
}

/** Checks what the browser brought: our state, the right provider, a yes. */
const validated = (
  authority: Authority,
  connection: Connection,
  answer: URLSearchParams,
  state: string
): Effect.Effect<URLSearchParams, SourceError> => {
  const parameters = new URLSearchParams(answer)
  // A gateway doesn't change the provider's name in its answers, and some have none that could be compared.
  if (connection.endpoint !== null || authority.provider.oauth.issuer === undefined) parameters.delete("iss")
  return Effect.try({
    try: () => oauth.validateAuthResponse(authority.server, authority.client, parameters, state),
    catch: (cause) =>
      cause instanceof oauth.AuthorizationResponseError && cause.error === "access_denied"
        ? denied(connection, authority)
        : sourceError(
            "connect-refused",
            `${authority.title} didn't accept the question for access.`,
            `Check client_id, redirect URI and scopes against the setup guide, then run: ${connectCommand(connection)}`
          )
  })
}

/** Asks in a browser; gives the code's tokens. */
export const byBrowser = (
  authority: Authority,
  connection: Connection,
  scopes: ReadonlyArray<string>,
  options: BrowserOptions
): Effect.Effect<Answer, SourceError> =>
  Effect.gen(function* () {
    const state = oauth.generateRandomState()
    const verifier = oauth.generateRandomCodeVerifier()
    const challenge = yield* Effect.promise(() => oauth.calculatePKCECodeChallenge(verifier))
    const { answer, redirect } = yield* listen(authority.provider, options.port, state)
    yield* options.open(
      authorizationUrl(authority, connection, scopes, {
        redirect_uri: redirect,
        state,
        code_challenge: challenge,
        code_challenge_method: "S256"
      })
    )
    const brought = yield* Effect.timeoutOrElse(answer, {
      duration: options.patience,
      orElse: () => Effect.fail(tooLate(connection, options.patience))
    })
    const callback = yield* validated(authority, connection, brought, state)
    return yield* exchange(authority, callback, redirect, verifier).pipe(again(authority))
  }).pipe(
    Effect.catchTag("Refusal", ({ error }) =>
      Effect.fail(
        error === "invalid_grant"
          ? codeRefused(connection, authority)
          : otherRefusal(connection, authority.provider, error)
      )
    ),
    Effect.scoped
  )
