/** What a provider's answer means, whichever way the provider says it. */
import { Duration, Option, Schema } from "effect"

/** What to make of an answer. */
export type Verdict =
  | { readonly kind: "fine" }
  /** Too many requests: the same may be asked again. */
  | { readonly kind: "busy"; readonly retryAfter: Duration.Duration | null }
  /** A quota of days is used up. */
  | { readonly kind: "spent"; readonly retryAfter: Duration.Duration | null }
  /** The provider's own fault. */
  | { readonly kind: "broken"; readonly retryAfter: Duration.Duration | null }
  /** The token is no longer good. */
  | { readonly kind: "unauthorised" }
  /** The token is good, for less than this. */
  | { readonly kind: "narrow" }
  /** The API is switched off in the app's project. */
  | { readonly kind: "disabled" }
  /** The app is in development, and the person is not among its users. */
  | { readonly kind: "outsider" }
  | { readonly kind: "refused"; readonly reason: string | null }

const Words = Schema.Struct({ reason: Schema.optionalKey(Schema.String) })

/** All that any provider says in an error body. */
const Body = Schema.Struct({
  error: Schema.Struct({
    code: Schema.optionalKey(Schema.Union([Schema.String, Schema.Number])),
    status: Schema.optionalKey(Schema.Union([Schema.String, Schema.Number])),
    message: Schema.optionalKey(Schema.String),
    errors: Schema.optionalKey(Schema.Array(Words)),
    details: Schema.optionalKey(
      Schema.Array(
        Schema.Struct({
          reason: Schema.optionalKey(Schema.String),
          metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
        })
      )
    )
  })
})
const decodeBody = Schema.decodeUnknownOption(Body)

/** Geocoding answers 200 with its status inside. */
const decodeInside = Schema.decodeUnknownOption(
  Schema.Struct({
    status: Schema.Literals([
      "OVER_QUERY_LIMIT",
      "OVER_DAILY_LIMIT",
      "REQUEST_DENIED",
      "INVALID_REQUEST",
      "UNKNOWN_ERROR"
    ])
  })
)

interface Said {
  /** Is there an error at all? */
  readonly error: boolean
  /** The status inside of the answer. */
  readonly status: number | null
  /** The provider's own words for what is wrong, the most special first. */
  readonly words: ReadonlyArray<string>
  readonly message: string
  /** Of the limit that was reached. */
  readonly limit: string
}

const NOTHING: Said = { error: false, status: null, words: [], message: "", limit: "" }

const saidIn = (body: unknown): Said => {
  const inside = Option.getOrNull(decodeInside(body))
  if (inside !== null) return { ...NOTHING, error: true, words: [inside.status] }
  const error = Option.getOrNull(decodeBody(body))?.error
  if (error === undefined) return NOTHING
  const { code, details = [], errors = [], message = "", status } = error
  const words = [...details.map(({ reason }) => reason), ...errors.map(({ reason }) => reason), code, status]
  return {
    error: true,
    status: [code, status].find((value) => typeof value === "number") ?? null,
    // I5: words are short; anything else may be an echo of what was sent.
    words: words.flatMap((word) => (typeof word === "string" && /^[A-Za-z][A-Za-z_]{0,60}$/.test(word) ? [word] : [])),
    message,
    limit: details.map(({ metadata }) => metadata?.["quota_limit"] ?? "").join(" ")
  }
}

const KINDS = [
  ["disabled", new Set(["accessNotConfigured", "SERVICE_DISABLED", "CONSUMER_INVALID"])],
  ["narrow", new Set(["insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"])],
  ["spent", new Set(["quotaExceeded", "dailyLimitExceeded", "OVER_DAILY_LIMIT"])],
  [
    "busy",
    new Set([
      "rateLimitExceeded",
      "userRateLimitExceeded",
      "RATE_LIMIT_EXCEEDED",
      "RESOURCE_EXHAUSTED",
      "OVER_QUERY_LIMIT",
      "ApplicationThrottled",
      "TooManyRequests",
      "activityLimitReached"
    ])
  ],
  [
    "broken",
    new Set(["backendError", "internalError", "UNKNOWN_ERROR", "UNAVAILABLE", "INTERNAL", "serviceNotAvailable"])
  ],
  ["unauthorised", new Set(["authError", "InvalidAuthenticationToken", "UNAUTHENTICATED"])]
] as const

type Kind = Exclude<Verdict["kind"], "fine" | "refused">

/** Spotify says these in sentences only. */
const SENTENCES = [
  { kind: "narrow", sentence: /insufficient (client )?scope/i },
  { kind: "outsider", sentence: /not registered in the developer dashboard/i }
] as const

const byWords = ({ message, words }: Said): Kind | null => {
  for (const word of words) {
    const [kind] = KINDS.find(([, known]) => known.has(word)) ?? []
    if (kind !== undefined) return kind
  }
  return SENTENCES.find(({ sentence }) => sentence.test(message))?.kind ?? null
}

const byStatus = (status: number): Kind | null => {
  if (status === 401) return "unauthorised"
  if (status === 429) return "busy"
  return status >= 500 || status === 408 ? "broken" : null
}

/** The provider's own word on when to come back: seconds or a date; 0 and the past mean plain backoff. */
export const retryAfterOf = (text: string | undefined, now: number): Duration.Duration | null => {
  if (text === undefined) return null
  const wait = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - now
  return wait > 0 ? Duration.millis(wait) : null
}

/** `body`: the JSON, or undefined where it is none. */
export const verdictOn = (status: number, body: unknown, retryAfter: Duration.Duration | null): Verdict => {
  const said = saidIn(body)
  if (status < 400 && !said.error) return { kind: "fine" }
  const real = status < 400 ? (said.status ?? status) : status
  // A server that is broken may say anything.
  const kind = real >= 500 ? "broken" : (byWords(said) ?? byStatus(real))
  switch (kind) {
    case "busy":
      return { kind: /PerDay/i.test(said.limit) ? "spent" : "busy", retryAfter }
    case "spent":
    case "broken":
      return { kind, retryAfter }
    case null:
      return { kind: "refused", reason: said.words[0] ?? null }
    default:
      return { kind }
  }
}
