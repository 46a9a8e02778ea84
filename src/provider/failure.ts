/** What an API's answers mean for a person, in words that say what to do. */
import { Duration } from "effect"
import { atEndpoint } from "../component/account.ts"
import type { ApiRequest } from "../component/api.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import type { Provider } from "../account/provider.ts"

/** The codes of failures that may pass: they count against the provider's health. */
export const UNAVAILABLE = "provider-unavailable"
export const UNREACHABLE = "provider-unreachable"

const passing = (retryAfter: Duration.Duration | null) =>
  retryAfter === null ? { retryable: true } : { retryable: true, retryAfter }

/** I5: of an address, its origin alone. */
const at = (url: string | null, connection: ApiRequest["connection"]): string =>
  url === null ? "" : ` at ${new URL(atEndpoint(connection, url)).origin}`

const NOTHING_LOST = "Nothing is lost: run the same command again later, and it continues where it stopped."

export const unreachable = ({ apis, title }: Provider, { api, connection }: ApiRequest): SourceError =>
  sourceError(
    UNREACHABLE,
    `${title} can't be reached${at(apis[api]?.url ?? null, connection)}.`,
    `Check the network connection. ${NOTHING_LOST}`,
    { retryable: true }
  )

export const unavailable = ({ title }: Provider, what: string, retryAfter: Duration.Duration | null): SourceError =>
  sourceError(UNAVAILABLE, `${title} ${what}.`, NOTHING_LOST, passing(retryAfter))

/** Nobody asks for a while, after several failures in a row; `last`: what the last of them said. */
export const resting = (
  provider: Provider,
  last: SourceError | null,
  retryAfter: Duration.Duration | null
): SourceError =>
  last === null
    ? unavailable(provider, "has failed several times in a row", retryAfter)
    : sourceError(last.code, last.message, last.hint, passing(retryAfter))

export const busy = ({ title }: Provider, retryAfter: Duration.Duration | null): SourceError =>
  sourceError(
    "rate-limited",
    `${title} wants fewer requests.`,
    `${NOTHING_LOST} To ask less at a time, give the source a rate_limit.`,
    passing(retryAfter)
  )

/** `until`: milliseconds since 1970; null: the provider doesn't say. */
export const usedUp = ({ title }: Provider, api: string, until: number | null): SourceError =>
  sourceError(
    "quota-used-up",
    `The quota for ${title}'s ${api} API is used up${until === null ? "" : ` until ${new Date(until).toISOString().slice(0, 16).replace("T", " ")} UTC`}.`,
    `${until === null ? "It fills up again within a day" : "Run the same command again then"}: what is read so far is kept, and it continues where it stopped.`
  )

export const disabled = ({ apis, title }: Provider, { api, connection }: ApiRequest): SourceError =>
  sourceError(
    "api-disabled",
    `The ${api} API is not enabled in the project of the connection ${connection.name}'s ${apis[api]?.key === undefined ? "client_id" : "api_key"}.`,
    `Enable it at ${title}: ${title === "Google" ? "https://console.cloud.google.com/apis/library" : "in the app's settings"}. It takes a few minutes to take effect.`
  )

export const outsider = ({ title }: Provider, { connection }: ApiRequest): SourceError =>
  sourceError(
    "account-not-allowed",
    `${title} lets only people use this app whom its owner has entered, and ${connection.account} is not among them.`,
    `Add the account to the app's users at ${title} (the setup guide of keepsake connect says where), then run again.`
  )

export const tokenRefused = ({ title }: Provider, { connection }: ApiRequest): SourceError =>
  sourceError(
    "not-connected",
    `${title} takes neither the access token of the connection ${connection.name} (${connection.account}) nor a fresh one.`,
    `Run: keepsake connect ${connection.provider} --connection ${connection.name} --pipeline ${connection.pipeline}`
  )

export const keyRefused = ({ title }: Provider, { api, connection }: ApiRequest, reason: string | null): SourceError =>
  sourceError(
    "key-refused",
    `${title}'s ${api} API doesn't take the api_key of the connection ${connection.name}${reason === null ? "" : ` (${reason})`}.`,
    `Check at ${title} that the key exists, that its restrictions allow this API, that the API is enabled, and that its project has billing.`
  )

export const narrow = ({ title }: Provider, { connection, scopes, stream }: ApiRequest): SourceError =>
  sourceError(
    "scope-missing",
    `${stream} may not do this at ${title}: ${connection.account} has granted less than ${scopes.join(", ")}.`,
    `Connect again and leave all ticked. Run: keepsake connect ${connection.provider} --connection ${connection.name} --pipeline ${connection.pipeline}`
  )

/** For who can make nothing of a refusal. */
export const refused = ({ title }: Provider, { api, stream }: ApiRequest, status: number, reason: string | null) =>
  sourceError(
    "provider-refused",
    `${title}'s ${api} API refuses what ${stream} asks (${reason === null ? `status ${status}` : `${status}, ${reason}`}).`,
    status === 403
      ? "The account may lack the right to see it. Check at the provider that it can, then run again."
      : "Run it again; if it stays so, please report it with this line."
  )

/** `where`: the path of what has another shape, without its value (I5). */
export const changed = ({ title }: Provider, { api, stream }: ApiRequest, where: string): SourceError =>
  sourceError(
    "api-changed",
    `${title}'s ${api} API answers ${stream} in a shape that this version doesn't know (${where}).`,
    "Install the latest version of keepsake; if it stays so, please report it with this line.",
    { fault: "run" }
  )

export const cutShort = ({ title }: Provider): SourceError =>
  sourceError(UNAVAILABLE, `${title}'s answer was cut short.`, NOTHING_LOST, { retryable: true })

export const foreignLink = ({ title }: Provider, { api }: ApiRequest): SourceError =>
  sourceError(
    "foreign-link",
    `${title}'s ${api} API leads to an address that is not its own: no token is sent there.`,
    "Check the endpoint of the connection; if it stays so, please report it with this line."
  )

export const unknownApi = ({ title }: Provider, { api }: ApiRequest): SourceError =>
  sourceError("unknown-api", `configs/ describes no API "${api}" of ${title}.`, "Add it there.", { fault: "run" })
