/** The device code flow, for machines without a browser: the person enters a short code on another one. */
import { Clock, Effect } from "effect"
import * as oauth from "oauth4webapi"
import type { Connection } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { denied } from "./browser.ts"
import { connectCommand, otherRefusal } from "./failure.ts"
import { type Answer, type Authority, again, pollDevice, request } from "./oauth.ts"
import { requestedScopes } from "./scope.ts"

/** What a person needs to know. */
export interface DeviceCode {
  readonly url: string
  readonly code: string
  /** Seconds. */
  readonly lifetime: number
}

/** RFC 8628: where the provider names no interval, and what `slow_down` adds to it. In seconds. */
const INTERVAL = 5
const SLOWER = 5

const unsupported = (connection: Connection, { title }: Authority): SourceError =>
  sourceError(
    "no-device-code",
    `${title} offers no device code for what is asked.`,
    `Connect with a browser on this machine: ${connectCommand(connection)}. With --no-browser it prints the address to open.`,
    { fault: "pipeline" }
  )

const expired = (connection: Connection): SourceError =>
  sourceError(
    "connect-timeout",
    "The code was not entered in time.",
    `Run it again for a new one: ${connectCommand(connection)}`
  )

/** Shows a code, and waits until the person has entered it. */
export const byDevice = (
  authority: Authority,
  connection: Connection,
  scopes: ReadonlyArray<string>,
  show: (code: DeviceCode) => Effect.Effect<void>
): Effect.Effect<Answer, SourceError> =>
  Effect.gen(function* () {
    const { authentication, client, provider, server } = authority
    if (server.device_authorization_endpoint === undefined) return yield* unsupported(connection, authority)
    const given = yield* request(
      authority,
      server.device_authorization_endpoint,
      (options) =>
        oauth.deviceAuthorizationRequest(
          server,
          client,
          authentication,
          { scope: requestedScopes(provider, scopes) },
          options
        ),
      (response) => oauth.processDeviceAuthorizationResponse(server, client, response)
    ).pipe(again(authority))
    const deadline = (yield* Clock.currentTimeMillis) + given.expires_in * 1000
    yield* show({ url: given.verification_uri, code: given.user_code, lifetime: given.expires_in })
    return yield* poll(authority, connection, given.device_code, given.interval ?? INTERVAL, deadline)
  }).pipe(
    Effect.catchTag("Refusal", ({ error }) => {
      if (error === "access_denied") return Effect.fail(denied(connection, authority))
      if (error === "expired_token" || error === "invalid_grant") return Effect.fail(expired(connection))
      return Effect.fail(otherRefusal(connection, authority.provider, error))
    })
  )

const poll = (authority: Authority, connection: Connection, code: string, seconds: number, deadline: number) =>
  Effect.gen(function* () {
    let interval = seconds
    while ((yield* Clock.currentTimeMillis) < deadline) {
      yield* Effect.sleep(interval * 1000)
      const answer = yield* pollDevice(authority, code).pipe(
        Effect.catchIf(
          (error) =>
            error._tag === "Refusal" && (error.error === "slow_down" || error.error === "authorization_pending"),
          (error) =>
            Effect.sync(() => {
              if (error._tag === "Refusal" && error.error === "slow_down") interval += SLOWER
              return null
            })
        ),
        // RFC 8628: while the network fails, it is asked less often, until the code ends.
        Effect.catchIf(
          (error) => error._tag === "SourceError" && error.retryable,
          () =>
            Effect.sync(() => {
              interval *= 2
              return null
            })
        )
      )
      if (answer !== null) return answer
    }
    return yield* expired(connection)
  })
