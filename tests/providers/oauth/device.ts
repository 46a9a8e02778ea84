/** Device codes (RFC 8628): a code on one machine, consent on another. */
import { stream } from "../../../src/sample/random.ts"
import { type Call, type Route, formOf } from "../server/call.ts"
import type { ServerClock } from "../server/clock.ts"
import { type Reply, json } from "../server/reply.ts"
import type { Secrets } from "../server/secrets.ts"
import type { SignIn } from "./authorize.ts"
import type { Client } from "./authority.ts"
import { page } from "./consent-page.ts"
import { type GrantTypes, clientOf, refusal, tokens } from "./token.ts"

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

export interface DeviceSettings {
  readonly lifeMs: number
  readonly intervalSeconds: number
}

interface Pending {
  readonly client: Client
  readonly scopes: ReadonlyArray<string>
  readonly expiresAt: number
  lastPoll: number
  intervalSeconds: number
  /** Null until the person has decided. */
  decision: { readonly user: string; readonly allowed: boolean } | null
}

export interface Devices {
  readonly routes: ReadonlyArray<Route>
  readonly grantTypes: GrantTypes
  /** The person enters the code and decides; false if there is no such code. */
  readonly decide: (userCode: string, user: string, allowed: boolean) => boolean
}

const LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

export const devicesOf = (
  signIn: SignIn,
  path: RegExp,
  settings: DeviceSettings,
  { seed, clock, secrets }: { readonly seed: number; readonly clock: ServerClock; readonly secrets: Secrets }
): Devices => {
  const random = stream("device", seed)
  const pending = new Map<string, Pending>()
  const byUserCode = new Map<string, Pending>()

  const start = (call: Call): Reply => {
    const client = clientOf(signIn, call)
    if (typeof client === "string") return refusal(signIn, call, "invalid_client", client, 401)
    const scopes = (formOf(call).get("scope") ?? "").split(" ").filter((scope) => scope !== "")
    const odd = scopes.find((scope) => !signIn.knows(scope))
    if (odd !== undefined || scopes.length === 0)
      return refusal(signIn, call, "invalid_scope", `No such scope: ${odd ?? ""}`)
    const deviceCode = secrets.issue("device code", "D", 60)
    const userCode = Array.from({ length: 9 }, () => LETTERS.charAt(random.integer(0, LETTERS.length - 1))).join("")
    const one: Pending = {
      client,
      scopes,
      expiresAt: call.at + settings.lifeMs,
      lastPoll: -Infinity,
      intervalSeconds: settings.intervalSeconds,
      decision: null
    }
    pending.set(deviceCode, one)
    byUserCode.set(userCode, one)
    const verification = `${call.origin}/devicelogin`
    return json({
      user_code: userCode,
      device_code: deviceCode,
      verification_uri: verification,
      expires_in: settings.lifeMs / 1000,
      interval: settings.intervalSeconds,
      message: `To sign in, use a web browser to open the page ${verification} and enter the code ${userCode} to authenticate.`
    })
  }

  const poll = (call: Call, client: Client): Reply => {
    const refuse = (error: string, description: string) => refusal(signIn, call, error, description)
    const code = formOf(call).get("device_code") ?? ""
    const one = pending.get(code)
    if (one === undefined || one.client.id !== client.id) return refuse("invalid_grant", "No such device code.")
    if (clock.now() > one.expiresAt) return refuse("expired_token", "The device code has expired.")
    const early = clock.now() < one.lastPoll + one.intervalSeconds * 1000
    one.lastPoll = clock.now()
    if (early) {
      one.intervalSeconds += 5
      return refuse("slow_down", "Polled too soon.")
    }
    if (one.decision === null) return refuse("authorization_pending", "The person has not decided yet.")
    pending.delete(code)
    if (!one.decision.allowed) return refuse("access_denied", "The person said no.")
    const grant = signIn.authority.grant(client, one.decision.user, new Set(one.scopes))
    return tokens(signIn, signIn.authority.issue(grant))
  }

  const decide: Devices["decide"] = (userCode, user, allowed) => {
    const one = byUserCode.get(userCode.trim().toUpperCase())
    if (one === undefined || !signIn.users().includes(user)) return false
    one.decision = { user, allowed }
    return true
  }

  const entry = () =>
    page(
      `${signIn.provider} (a test server)`,
      `<form method="post"><label>Code <input name="code"></label><label>Account <select name="user">` +
        `${signIn
          .users()
          .map((user) => `<option>${user}</option>`)
          .join("")}</select></label>` +
        `<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`
    )
  const entered = (call: Call): Reply => {
    const form = formOf(call)
    const known = decide(form.get("code") ?? "", form.get("user") ?? "", form.get("decision") === "allow")
    return known ? page("Done", "<p>You can close this page.</p>") : page("No such code", "", 400)
  }

  return {
    routes: [
      { method: "POST", path, area: "sign-in", handle: start },
      { method: "GET", path: /^\/devicelogin$/, area: "page", handle: entry },
      { method: "POST", path: /^\/devicelogin$/, area: "page", handle: entered }
    ],
    grantTypes: { [DEVICE_GRANT]: poll },
    decide
  }
}
