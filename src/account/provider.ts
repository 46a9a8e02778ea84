/** What is known of each provider: endpoints, scopes in plain words, quotas and a guide, read from `configs/`. */
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { Context, Effect, Layer, Schema } from "effect"
import { parse } from "yaml"
import { type Connection, type ProviderName } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { DurationText, withDefault } from "../component/fields.ts"

const Url = Schema.String.check(Schema.makeFilter((text) => URL.canParse(text) || "expected a URL"))
const Words = Schema.NonEmptyString

const Scope = Schema.Struct({
  /** As the provider writes it; default: its name. */
  request: Schema.optionalKey(Schema.NonEmptyString),
  /** What it allows, after "may …". */
  words: Words
})

const Quota = Schema.Struct({
  /** Bytes of media are counted apart from other requests. */
  of: Schema.Literals(["requests", "media"]).pipe(withDefault("requests")),
  requests: Schema.Int,
  every: DurationText,
  per: Schema.Literals(["user", "project"])
})

const Api = Schema.Struct({
  url: Url,
  version: Schema.NonEmptyString,
  /** Where else its links lead to, with the same token. */
  links: Schema.Array(Url).pipe(withDefault<ReadonlyArray<string>>([])),
  /** How it is asked where it wants an API key, and no account's token. */
  key: Schema.optionalKey(
    Schema.Union([Schema.Struct({ header: Schema.NonEmptyString }), Schema.Struct({ query: Schema.NonEmptyString })])
  ),
  /** Requests under way at the same time. */
  at_once: Schema.optionalKey(Schema.Int),
  quotas: Schema.Array(Quota)
})

const OAuth = Schema.Struct({
  /** What the provider calls itself in its answers; without one, it isn't compared. */
  issuer: Schema.optionalKey(Url),
  authorize: Url,
  token: Url,
  revoke: Schema.optionalKey(Url),
  device: Schema.optionalKey(Url),
  /** Where the browser comes back to; without a port, to any free one. */
  redirect: Schema.Struct({
    host: Schema.Literals(["127.0.0.1", "localhost"]),
    port: Schema.optionalKey(Schema.Int)
  }),
  /** Sent along with the question for consent. */
  parameters: Schema.Record(Schema.String, Schema.String),
  /** The parameter that tells which account is meant. */
  account_parameter: Schema.optionalKey(Schema.NonEmptyString),
  /** Does it want a secret even from programs that can't keep one? */
  client_secret: Schema.Boolean,
  /** The scope that stands for a refresh token. */
  offline_scope: Schema.optionalKey(Schema.NonEmptyString),
  /** How long before its end an access token is replaced. */
  refresh_ahead: DurationText,
  refresh_token: Schema.Struct({
    /** Since consent. */
    ends_after: DurationText,
    /** Is that so for everybody? */
    always: Schema.Boolean,
    words: Words
  }),
  /** Where a person sees and removes what has access. */
  manage: Words
})

/** A provider, as its file in `configs/` describes it. */
export const Provider = Schema.Struct({
  title: Words,
  oauth: OAuth,
  scopes: Schema.Record(Schema.String, Scope),
  apis: Schema.Record(Schema.String, Api),
  /** How to try again what may pass: first after `base`, doubled up to `cap`. */
  retry: Schema.Struct({ base: DurationText, cap: DurationText, times: Schema.Int }),
  /** How to get a client id, step by step; `{redirect}` is the redirect URI. */
  setup: Schema.Array(Words)
})
export type Provider = typeof Provider.Type

// From source, `configs` is two folders up; from the bundle in `dist`, one.
const FOLDER = new URL(import.meta.url.endsWith(".ts") ? "../../configs/" : "../configs/", import.meta.url)

const unreadable = (path: string) => (cause: unknown) =>
  sourceError(
    "provider-config-invalid",
    `${path} can't be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    "Install keepsake again, or undo what was changed in that file."
  )

/** Reads a provider's file. */
export const readProvider = (name: ProviderName): Effect.Effect<Provider, SourceError> => {
  const path = fileURLToPath(new URL(`${name}.yaml`, FOLDER))
  return Effect.tryPromise({
    try: async (): Promise<unknown> => parse(await readFile(path, "utf8")),
    catch: unreadable(path)
  }).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(Provider, { errors: "all", onExcessProperty: "error" })),
    Effect.catchTag("SchemaError", (error) => Effect.fail(unreadable(path)(error)))
  )
}

/** All providers, read once. */
export class Providers extends Context.Service<Providers, Readonly<Record<ProviderName, Provider>>>()(
  "keepsake/account/Providers"
) {
  static readonly layer: Layer.Layer<Providers, SourceError> = Layer.effect(
    Providers,
    Effect.all({
      google: readProvider("google"),
      microsoft: readProvider("microsoft"),
      spotify: readProvider("spotify")
    })
  )
}

/** The provider of a connection. */
export const providerOf = ({ provider }: Pick<Connection, "provider">): Effect.Effect<Provider, never, Providers> =>
  Effect.map(Providers, (providers) => providers[provider])

/** The redirect URI, with the port that is in use or `<port>` for any. */
export const redirectUri = ({ oauth }: Provider, port: number | null): string =>
  `http://${oauth.redirect.host}:${port ?? oauth.redirect.port ?? "<port>"}`

/** The guide to a client id that may ask for some scopes, one step per line. */
export const setupGuide = (provider: Provider, scopes: ReadonlyArray<string>): ReadonlyArray<string> => {
  const asked = scopes.length === 0 ? "the scopes that your pipeline needs" : scopes.join(", ")
  return provider.setup.map(
    (step, index) =>
      `${index + 1}. ${step.replaceAll("{redirect}", redirectUri(provider, null)).replaceAll("{scopes}", asked)}`
  )
}
