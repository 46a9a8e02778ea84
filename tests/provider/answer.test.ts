/** Error bodies as providers write them, and what is made of each. */
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { type Verdict, verdictOn } from "../../src/provider/answer.ts"

const calendar = (code: number, reason: string) => ({
  error: { errors: [{ domain: "usageLimits", reason, message: "No." }], code, message: "No." }
})
const photos = (code: number, status: string, reason: string, quota_limit?: string) => ({
  error: {
    code,
    status,
    message: "No.",
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason,
        metadata: quota_limit === undefined ? {} : { quota_limit }
      }
    ]
  }
})
const graph = (code: string) => ({ error: { code, message: "No.", innerError: { "request-id": "1" } } })
const spotify = (status: number, message: string) => ({ error: { status, message } })

const BODIES: ReadonlyArray<readonly [kind: Verdict["kind"], status: number, body: unknown]> = [
  ["busy", 403, calendar(403, "rateLimitExceeded")],
  ["busy", 403, calendar(403, "userRateLimitExceeded")],
  ["spent", 403, calendar(403, "quotaExceeded")],
  ["unauthorised", 401, calendar(401, "authError")],
  ["disabled", 403, calendar(403, "accessNotConfigured")],
  ["narrow", 403, calendar(403, "insufficientPermissions")],
  ["refused", 404, calendar(404, "notFound")],
  ["refused", 410, calendar(410, "fullSyncRequired")],
  ["broken", 500, calendar(500, "backendError")],
  ["disabled", 403, photos(403, "PERMISSION_DENIED", "SERVICE_DISABLED")],
  ["narrow", 403, photos(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")],
  ["busy", 429, photos(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "ReadsPerMinutePerProject")],
  ["spent", 429, photos(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "ReadsPerDayPerProject")],
  ["unauthorised", 401, graph("InvalidAuthenticationToken")],
  ["refused", 403, graph("ErrorAccessDenied")],
  ["busy", 429, graph("ApplicationThrottled")],
  ["broken", 503, graph("serviceNotAvailable")],
  ["refused", 410, graph("SyncStateNotFound")],
  ["unauthorised", 401, spotify(401, "The access token expired")],
  ["narrow", 403, spotify(403, "Insufficient client scope")],
  ["outsider", 403, spotify(403, "User not registered in the Developer Dashboard")],
  ["busy", 429, undefined],
  ["broken", 502, undefined],
  ["refused", 403, undefined],
  // A 200 with an error inside.
  ["busy", 200, { results: [], status: "OVER_QUERY_LIMIT" }],
  ["spent", 200, { results: [], status: "OVER_DAILY_LIMIT" }],
  ["refused", 200, { results: [], status: "REQUEST_DENIED" }],
  ["broken", 200, { results: [], status: "UNKNOWN_ERROR" }],
  ["fine", 200, { results: [], status: "ZERO_RESULTS" }],
  ["fine", 200, { items: [{ status: "cancelled" }] }],
  ["fine", 204, undefined]
]

describe("what an answer means", () => {
  it.each(BODIES)("%s: %i %j", (kind, status, body) => {
    assert.strictEqual(verdictOn(status, body, null).kind, kind)
  })

  it("the provider's word on when to come back stays with it", () => {
    const wait = Duration.seconds(30)
    assert.deepEqual(verdictOn(429, undefined, wait), { kind: "busy", retryAfter: wait })
  })
})
