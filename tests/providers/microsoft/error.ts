/** How Graph says no. */
import { type Call, whoOf } from "../server/call.ts"
import { json, type Reply } from "../server/reply.ts"
import { shortScope } from "./sign-in.ts"

export const graphError = (status: number, code: string, message: string): Reply =>
  json(
    {
      error: {
        code,
        message,
        innerError: {
          date: "2026-09-01T00:00:00",
          "request-id": "8f0a7b7e-33d5-4f6a-9a0e-0d9c0f4b7a10",
          "client-request-id": "8f0a7b7e-33d5-4f6a-9a0e-0d9c0f4b7a10"
        }
      }
    },
    status
  )

/** Why the call may not be made with its token; null if it may. */
export const denied = (call: Call, scopes: ReadonlyArray<string>): Reply | null => {
  const who = whoOf(call)
  if (who === null) {
    const message =
      call.identity === "expired"
        ? "Lifetime validation failed, the token is expired."
        : "Access token is empty or invalid."
    return graphError(401, "InvalidAuthenticationToken", message)
  }
  const held = new Set([...who.scopes].map(shortScope))
  return scopes.some((scope) => held.has(scope))
    ? null
    : graphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}

export const rateLimited = (): Reply =>
  graphError(429, "ApplicationThrottled", "Application is over its MailboxConcurrency or request limit.")

const CODES: Readonly<Record<number, string>> = {
  500: "InternalServerError",
  502: "BadGateway",
  503: "ServiceUnavailable",
  504: "GatewayTimeout"
}

export const broken = (status: number): Reply =>
  graphError(status, CODES[status] ?? "UnknownError", "The server could not answer the request.")
