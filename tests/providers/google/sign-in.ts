/** Google's OAuth: `/o/oauth2/v2/auth`, `/token`, `/revoke`. */
import { type Authority, type Rotation, authorityOf } from "../oauth/authority.ts"
import { type SignIn, authorizeRoutes } from "../oauth/authorize.ts"
import { tokenRoute } from "../oauth/token.ts"
import { type Call, type Route, formOf, whoOf } from "../server/call.ts"
import type { ServerClock } from "../server/clock.ts"
import { json } from "../server/reply.ts"
import type { Secrets } from "../server/secrets.ts"
import { apiError } from "./error.ts"

const SCOPES = new Set([
  "openid",
  "email",
  "profile",
  "https://www.googleapis.com/auth/userinfo.email",
  "https://www.googleapis.com/auth/userinfo.profile",
  ...[
    "calendar",
    "calendar.readonly",
    "calendar.events",
    "calendar.events.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "photospicker.mediaitems.readonly",
    "photoslibrary.appendonly",
    "photoslibrary.readonly.appcreateddata",
    "photoslibrary.edit.appcreateddata",
    "maps-platform.places",
    "cloud-platform"
  ].map((name) => `https://www.googleapis.com/auth/${name}`)
])

const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"])

export interface GoogleSignIn {
  readonly authority: Authority
  readonly routes: ReadonlyArray<Route>
}

export const googleSignIn = (
  clock: ServerClock,
  secrets: Secrets,
  rotation: Rotation,
  users: () => ReadonlyArray<string>
): GoogleSignIn => {
  const authority = authorityOf(
    {
      prefixes: { code: "4/0A", access: "ya29.", refresh: "1//0" },
      accessMs: 3_599_000,
      codeMs: 600_000,
      refreshMs: null,
      rotation,
      // A desktop app always gets one.
      refreshable: () => true
    },
    clock,
    secrets
  )
  const signIn: SignIn = {
    provider: "Google",
    authority,
    authorizePath: /^\/o\/oauth2\/v2\/auth$/,
    tokenPath: /^\/token$/,
    redirectProblem: ({ protocol, hostname }) =>
      protocol === "http:" && LOOPBACK.has(hostname) ? null : "a desktop app returns to http://127.0.0.1 with any port",
    knows: (scope) => SCOPES.has(scope),
    users,
    returned: (scopes) => ({
      iss: "https://accounts.google.com",
      scope: scopes.join(" "),
      authuser: "0",
      prompt: "consent"
    }),
    // In no particular order.
    shownScopes: (scopes) => scopes.toReversed().join(" "),
    refused: (error, description) => ({ error, error_description: description })
  }
  const revoke = (call: Call) => {
    const token = call.query.get("token") ?? formOf(call).get("token") ?? ""
    return authority.revokeToken(token)
      ? json({})
      : json({ error: "invalid_token", error_description: "Token expired or revoked" }, 400)
  }
  const userInfo = (call: Call) => {
    const who = whoOf(call)
    return who === null
      ? apiError(401, "Request had invalid authentication credentials.")
      : json({ sub: Buffer.from(who.user).toString("hex"), email: who.user, email_verified: true })
  }
  return {
    authority,
    routes: [
      ...authorizeRoutes(signIn),
      tokenRoute(signIn, secrets),
      { method: "POST", path: /^\/revoke$/, area: "sign-in", handle: revoke },
      { method: "GET", path: /^\/(?:v1|oauth2\/v3)\/userinfo$/, area: "sign-in", handle: userInfo }
    ]
  }
}
