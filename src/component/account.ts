/** Accounts at providers as connectors see them: which one, and the service that hands out tokens for it. */
import { Context, type Effect, Redacted } from "effect"
import { type SourceError, sourceError } from "./error.ts"

export const PROVIDERS = ["google", "microsoft", "spotify"] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** An account at a provider, as a pipeline names it. Its tokens are in the vault. */
export interface Connection {
  /** Its name in the pipeline. */
  readonly name: string
  readonly provider: ProviderName
  /** As the provider knows the person: `ana@example.com`. */
  readonly account: string
  readonly clientId: string | null
  /** Where the provider wants one; `${secret:NAME}` in it is still to be filled in from the vault. */
  readonly clientSecret: Redacted.Redacted<string> | null
  /** For APIs that are asked with a key; `${secret:NAME}` in it is still to be filled in. */
  readonly apiKey: Redacted.Redacted<string> | null
  /** What to ask for; null: what its streams need. */
  readonly scopes: ReadonlyArray<string> | null
  /** Scheme and host that stand in for the provider's own (`https://gateway.example`). */
  readonly endpoint: string | null
  /** The pipeline's file, for messages that say what to run. */
  readonly pipeline: string
}

/** A connection as it is written below `connections`. */
export interface WrittenConnection {
  readonly provider: ProviderName
  readonly account: string
  readonly client_id?: string
  readonly client_secret?: string
  readonly api_key?: string
  readonly scopes?: ReadonlyArray<string>
  readonly endpoint?: string
}

/** The connection `name` of the pipeline in `file`. */
export const connectionFrom = (name: string, file: string, written: WrittenConnection): Connection => ({
  name,
  provider: written.provider,
  account: written.account,
  clientId: written.client_id ?? null,
  clientSecret: written.client_secret === undefined ? null : Redacted.make(written.client_secret),
  apiKey: written.api_key === undefined ? null : Redacted.make(written.api_key),
  scopes: written.scopes ?? null,
  endpoint: written.endpoint ?? null,
  pipeline: file
})

export interface TokenOptions {
  /** Who asks (`google-calendar.events`): named in what is said when a scope is missing. */
  readonly stream?: string
  /** The token that the provider has just refused (401): another one is asked for, unless that has happened already. */
  readonly refused?: Redacted.Redacted<string>
}

/**
 * Hands out access tokens, refreshed by themselves, each valid for a while. Ask before every request: it costs next to
 * nothing. Fails with `not-connected`, `scope-missing`, `consent-missing` or `consent-withdrawn`, which the person has to
 * mend, and with `provider-unreachable` or `provider-unavailable`, which may pass.
 */
export class Accounts extends Context.Service<
  Accounts,
  {
    /** Scopes are named as in `configs/`: `calendar.events.readonly`. */
    readonly token: (
      connection: Connection,
      scopes: ReadonlyArray<string>,
      options?: TokenOptions
    ) => Effect.Effect<Redacted.Redacted<string>, SourceError>
    /** The connection's API key, under the same conditions. */
    readonly key: (
      connection: Connection,
      scopes: ReadonlyArray<string>
    ) => Effect.Effect<Redacted.Redacted<string>, SourceError>
  }
>()("keepsake/component/Accounts") {}

/** Secrets by name. */
export class Secrets extends Context.Service<
  Secrets,
  {
    /** A text with every `${secret:NAME}` in it filled in; what comes out stays redacted. */
    readonly fill: (text: Redacted.Redacted<string>) => Effect.Effect<Redacted.Redacted<string>, SourceError>
  }
>()("keepsake/component/Secrets") {}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What is wrong with an `endpoint`, or null: it is scheme and host only, and plain http only on loopback. */
export const endpointProblem = (endpoint: string): SourceError | null => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  const hint = "Write scheme and host only, such as https://gateway.example; plain http works on loopback only."
  const refuse = (message: string) => sourceError("endpoint-invalid", message, hint, { fault: "pipeline" })
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return refuse("The endpoint is no web address.")
  // Without its value: it may hold a password.
  if (url.username !== "" || url.password !== "") return refuse("The endpoint holds a user name or password.")
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return refuse(`The endpoint ${url.origin} has more than scheme and host.`)
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    return refuse(`The endpoint ${url.origin} is not encrypted: tokens would be readable on the way.`)
  }
  return null
}

/** A provider's URL as this connection reaches it: `endpoint` replaces scheme and host, the rest stays. */
export const atEndpoint = ({ endpoint }: Pick<Connection, "endpoint">, url: string): string => {
  if (endpoint === null) return url
  const { hash, pathname, search } = new URL(url)
  return `${new URL(endpoint).origin}${pathname}${search}${hash}`
}
