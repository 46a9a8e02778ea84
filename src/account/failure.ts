/** What a person has to mend about a connection, in words. */
import { Duration } from "effect"
import type { Connection } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import type { Provider } from "./provider.ts"
import { scopeWords } from "./scope.ts"
import type { Grant } from "./vault.ts"

const DAY = 86_400_000

/** The command that connects it (again). */
export const connectCommand = ({ name, pipeline, provider }: Connection): string =>
  `keepsake connect ${provider} --connection ${name} --pipeline ${pipeline}`

const who = ({ account, name }: Connection, provider: Provider): string =>
  `the connection ${name} (${provider.title}, ${account})`

const connect = (connection: Connection): string => `Run: ${connectCommand(connection)}`

/** Nothing was ever given for this account, or it was given back. */
export const neverConnected = (connection: Connection, provider: Provider): SourceError =>
  sourceError("not-connected", `Keepsake has no access for ${who(connection, provider)}.`, connect(connection))

/** An API wants a key, and the connection has none. */
export const keyMissing = ({ name }: Connection, provider: Provider): SourceError =>
  sourceError(
    "key-missing",
    `${provider.title} wants an API key for this, and the connection ${name} has none.`,
    `Write api_key: "\${secret:NAME}" into the connection, and store the key with: keepsake secret set NAME`,
    { fault: "pipeline" }
  )

/** It was connected, and no longer is. */
export const ended = (connection: Connection, provider: Provider, why: string): SourceError =>
  sourceError(
    "not-connected",
    `${provider.title} no longer gives access for ${who(connection, provider)}: ${why}.`,
    `What is stored stays. ${connect(connection)}`
  )

/** The tokens in the vault were given to another client id. */
export const otherClient = (connection: Connection, provider: Provider): SourceError =>
  sourceError(
    "not-connected",
    `The access for ${who(connection, provider)} was given to another client_id than the pipeline's.`,
    `Put the former client_id back, or connect again. ${connect(connection)}`
  )

/** The provider doesn't know the client id, or the secret is wrong. */
export const clientRefused = (connection: Connection, provider: Provider, error: string): SourceError =>
  sourceError(
    "client-refused",
    `${provider.title} refuses the program itself, not you (${error}).`,
    `Check client_id and client_secret of the connection ${connection.name}, and that the app still exists at ${provider.title}.`,
    { fault: "pipeline" }
  )

/** Any other refusal. */
export const refused = (provider: Provider, error: string): SourceError =>
  sourceError(
    "provider-refused",
    `${provider.title} refused the request (${error}).`,
    "Connect again; if it stays so, check the app's settings at the provider against the setup guide."
  )

/** A refusal of everything but the grant itself. */
export const otherRefusal = (connection: Connection, provider: Provider, error: string): SourceError =>
  error === "invalid_client" || error === "unauthorized_client"
    ? clientRefused(connection, provider, error)
    : refused(provider, error)

/** The person left out a scope that a stream needs. */
export const scopeMissing = (
  connection: Connection,
  provider: Provider,
  missing: ReadonlyArray<string>,
  stream: string | null
): SourceError =>
  sourceError(
    "scope-missing",
    `${stream ?? "A stream"} may not ${missing.map((scope) => scopeWords(provider, scope)).join(", or ")}: ${missing.join(", ")} was not granted to ${who(connection, provider)}.`,
    `Connect again and leave it ticked. ${connect(connection)}`
  )

export const consentMissing = (
  connection: Connection,
  provider: Provider,
  missing: ReadonlyArray<string>
): SourceError =>
  sourceError(
    "consent-missing",
    missing.length === 0
      ? `You have agreed to nothing for ${who(connection, provider)}.`
      : `You have not agreed that ${who(connection, provider)} may ${missing.map((scope) => scopeWords(provider, scope)).join(", and ")}.`,
    connect(connection)
  )

export const consentWithdrawn = (connection: Connection, provider: Provider): SourceError =>
  sourceError(
    "consent-withdrawn",
    `You have withdrawn your consent for ${who(connection, provider)}: nothing is asked of ${provider.title}.`,
    `To give it again, run: ${connectCommand(connection)}`
  )

/** The likeliest reason that a refresh token is refused, by its age. */
export const endedWords = (provider: Provider, connectedAt: number, now: number): string => {
  const { always, ends_after, words } = provider.oauth.refresh_token
  const days = Math.floor((now - connectedAt) / DAY)
  const removed = "access was removed in the account's settings, or the password was changed"
  // Providers' days and ours may begin at other hours.
  if (now - connectedAt < Duration.toMillis(ends_after) - DAY / 2) return removed
  const age = `consent was given ${days} days ago. ${words}`
  return always ? age : `${age}; or else ${removed}`
}

const WARN_AHEAD = 14 * DAY

/** What will end before long although it works today, or null. */
export const endingSoon = (connection: Connection, provider: Provider, grant: Grant, now: number): string | null => {
  const { always, ends_after, words } = provider.oauth.refresh_token
  const left = grant.connected_at + Duration.toMillis(ends_after) - now
  if (!always || left > WARN_AHEAD) return null
  const days = Math.max(0, Math.ceil(left / DAY))
  return `${words}: for ${who(connection, provider)} that is in ${days} days. ${connect(connection)}`
}
