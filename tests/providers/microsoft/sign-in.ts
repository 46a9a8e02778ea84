/** Microsoft's OAuth: `/{tenant}/oauth2/v2.0/authorize`, `…/token` and `…/devicecode`. */
import { type Authority, type Rotation, authorityOf } from "../oauth/authority.ts"
import { type SignIn, authorizeRoutes } from "../oauth/authorize.ts"
import { type DeviceSettings, type Devices, devicesOf } from "../oauth/device.ts"
import { tokenRoute } from "../oauth/token.ts"
import type { Route } from "../server/call.ts"
import type { Common } from "../server/common.ts"

/** Said in the request, but not in the answer. */
const UNSAID = new Set(["offline_access", "openid", "profile", "email"])
const GRAPH = "https://graph.microsoft.com/"
const SCOPES = new Set([...UNSAID, "User.Read", "Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite"])

/** The short name of a scope that may be given as a URL. */
export const shortScope = (scope: string): string => (scope.startsWith(GRAPH) ? scope.slice(GRAPH.length) : scope)

const NUMBERS: Readonly<Record<string, number>> = {
  invalid_grant: 70000,
  invalid_client: 7000218,
  invalid_scope: 70011,
  authorization_pending: 70016,
  expired_token: 70020,
  access_denied: 65004
}

export interface MicrosoftSignIn {
  readonly authority: Authority
  readonly routes: ReadonlyArray<Route>
  readonly devices: Devices
}

export const microsoftSignIn = (
  common: Common,
  rotation: Rotation,
  device: DeviceSettings,
  users: () => ReadonlyArray<string>
): MicrosoftSignIn => {
  const { clock, secrets } = common
  const authority = authorityOf(
    {
      prefixes: { code: "M.C5_BAY.2.U.", access: "EwB4A8l6BAAU", refresh: "M.C5_BAY.0.U.-" },
      accessMs: 3_599_000,
      codeMs: 600_000,
      refreshMs: null,
      rotation,
      refreshable: (scopes) => scopes.has("offline_access")
    },
    clock,
    secrets
  )
  const signIn: SignIn = {
    provider: "Microsoft",
    authority,
    authorizePath: /^\/[^/]+\/oauth2\/v2\.0\/authorize$/,
    tokenPath: /^\/[^/]+\/oauth2\/v2\.0\/token$/,
    redirectProblem: ({ protocol, hostname }) =>
      protocol === "http:" && hostname === "localhost"
        ? null
        : "AADSTS50011: the redirect URI is not among those registered: http://localhost with any port",
    knows: (scope) => SCOPES.has(shortScope(scope)),
    users,
    returned: () => ({ session_state: "5c2a1a52-7e39-4f0e-9d3e-0a5a0f0b6d11" }),
    shownScopes: (scopes) =>
      scopes
        .map(shortScope)
        .filter((scope) => !UNSAID.has(scope))
        .join(" "),
    refused: (error, description, at) => {
      const number = NUMBERS[error] ?? 900144
      return {
        error,
        error_description: `AADSTS${number}: ${description}`,
        error_codes: [number],
        timestamp: `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`,
        trace_id: "0f7c3e52-6e14-4a6e-8a51-0e2b7d2a3300",
        correlation_id: "3a1d9c0e-0a7a-4a63-9f0b-1d6f0f3c8e21"
      }
    }
  }
  const devices = devicesOf(signIn, /^\/[^/]+\/oauth2\/v2\.0\/devicecode$/, device, common)
  return {
    authority,
    devices,
    routes: [...authorizeRoutes(signIn), tokenRoute(signIn, secrets, devices.grantTypes), ...devices.routes]
  }
}
