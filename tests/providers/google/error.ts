/** How Google's APIs say no: Calendar in its older form, the others in the newer one. */
import { type Call, whoOf } from "../server/call.ts"
import { type Json, compact } from "../server/json.ts"
import type { Area } from "../server/area.ts"
import type { Limit } from "../server/listen.ts"
import { type Reply, bare, json } from "../server/reply.ts"

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED"
}

/** Calendar's: a list of errors with domain and reason. */
export const calendarError = (code: number, domain: string, reason: string, message: string): Reply =>
  json({ error: { errors: [{ domain, reason, message }], code, message } }, code)

interface Detail {
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
}

/** The others': one status, and details where there is more to say. */
export const apiError = (code: number, message: string, status?: string, detail?: Detail): Reply => {
  const details: Json | undefined =
    detail === undefined
      ? undefined
      : [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: detail.reason,
            domain: "googleapis.com",
            metadata: detail.metadata
          }
        ]
  return json({ error: compact({ code, message, status: status ?? STATUSES[code] ?? "UNKNOWN", details }) }, code)
}

const withHeader = (reply: Reply, name: string, value: string): Reply => ({
  ...reply,
  headers: { ...reply.headers, [name]: value }
})

/** An API of the project, by the name under which it can be switched off. */
export interface Api {
  readonly service: string
  readonly disabled: () => boolean
}

const disabledError = (area: Area, { service }: Api, project: string): Reply => {
  const message =
    `${service} has not been used in project ${project} before or it is disabled. Enable it by visiting ` +
    `https://console.developers.google.com/apis/api/${service}/overview?project=${project} then retry.`
  return area === "calendar"
    ? calendarError(403, "usageLimits", "accessNotConfigured", message)
    : apiError(403, message, "PERMISSION_DENIED", { reason: "SERVICE_DISABLED", metadata: { service } })
}

/** Why the call may not be made with its token, or null if it may: one of the scopes is enough. */
export const denied = (call: Call, area: Area, api: Api, scopes: ReadonlyArray<string>): Reply | null => {
  const who = whoOf(call)
  const older = area === "calendar"
  if (who === null) {
    const message = "Request had invalid authentication credentials."
    const reply = older ? calendarError(401, "global", "authError", message) : apiError(401, message)
    return withHeader(reply, "www-authenticate", 'Bearer realm="https://accounts.google.com/", error="invalid_token"')
  }
  if (api.disabled()) return disabledError(area, api, who.project)
  if (scopes.some((scope) => who.scopes.has(scope))) return null
  const message = "Request had insufficient authentication scopes."
  const reply = older
    ? calendarError(403, "global", "insufficientPermissions", message)
    : apiError(403, message, "PERMISSION_DENIED", {
        reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        metadata: { service: api.service }
      })
  const wanted = `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${scopes.join(" ")}"`
  return withHeader(reply, "www-authenticate", wanted)
}

const geocodingStatus = (status: string, message: string): Reply =>
  json({ error_message: message, results: [], status })

/** Too many requests. Calendar says so in four ways, which `dice` in [0, 1) chooses from; geocoding with a 200. */
export const rateLimited = (area: Area, limit: Limit, dice: number): Reply => {
  switch (area) {
    case "calendar":
      return calendarError(
        dice < 0.5 ? 403 : 429,
        "usageLimits",
        limit === "user" ? "userRateLimitExceeded" : "rateLimitExceeded",
        limit === "user" ? "User Rate Limit Exceeded" : "Rate Limit Exceeded"
      )
    case "geocoding":
      return geocodingStatus("OVER_QUERY_LIMIT", "You have exceeded your rate-limit for this API.")
    case "picker-bytes":
    case "library-bytes":
      return bare(429)
    default:
      return apiError(429, "Quota exceeded for quota metric.", "RESOURCE_EXHAUSTED", {
        reason: "RATE_LIMIT_EXCEEDED",
        metadata: { quota_limit: limit === "user" ? "PerMinutePerUser" : "PerProject" }
      })
  }
}

/** The server's own fault. */
export const broken = (area: Area, status: number): Reply => {
  switch (area) {
    case "calendar":
      return calendarError(status, "global", "backendError", "Backend Error")
    case "geocoding":
      return geocodingStatus("UNKNOWN_ERROR", "The server could not process the request.")
    case "picker-bytes":
    case "library-bytes":
      return bare(status)
    default:
      return apiError(status, "Internal error encountered.")
  }
}
