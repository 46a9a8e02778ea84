/** The token endpoint: codes and refresh tokens for access tokens. */
import { type Call, type Route, formOf } from "../server/call.ts"
import { type JsonObject, compact } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import type { Secrets } from "../server/secrets.ts"
import type { Client, Denial, Issued } from "./authority.ts"
import type { SignIn } from "./authorize.ts"

const NO_STORE = { "cache-control": "no-store", pragma: "no-cache" }

export const refusal = (signIn: SignIn, call: Call, error: string, description: string, status = 400): Reply =>
  json(signIn.refused(error, description, call.at), status, NO_STORE)

export const tokens = (signIn: SignIn, { grant, access, refresh, expiresInSeconds }: Issued): Reply => {
  const body: JsonObject = compact({
    access_token: access,
    expires_in: expiresInSeconds,
    refresh_token: refresh ?? undefined,
    scope: signIn.shownScopes([...grant.scopes]),
    token_type: "Bearer"
  })
  return json(body, 200, NO_STORE)
}

const basicOf = ({ headers }: Call): readonly [id: string, secret: string] | null => {
  const found = /^Basic +(\S+)$/i.exec(headers.authorization ?? "")
  if (found === null) return null
  const [id = "", secret = ""] = Buffer.from(found[1] ?? "", "base64")
    .toString()
    .split(":", 2)
  return [decodeURIComponent(id), decodeURIComponent(secret)]
}

/** The client that calls, or why it is none. */
export const clientOf = ({ authority }: SignIn, call: Call): Client | string => {
  const form = formOf(call)
  const basic = basicOf(call)
  const client = authority.clients.get(basic?.[0] ?? form.get("client_id") ?? "")
  if (client === undefined) return "The client was not found."
  const secret = basic?.[1] ?? form.get("client_secret")
  if (client.secret !== null && secret === null) return "client_secret is missing."
  if (client.secret === null && secret !== null && secret !== "") return "A public client has no client_secret."
  return client.secret === null || client.secret === secret ? client : "The client_secret is wrong."
}

const WORDS: Readonly<Record<Denial, string>> = {
  unknown: "The code or token is malformed or unknown.",
  used: "The code or token has been used.",
  expired: "The code or token has expired.",
  revoked: "Token has been expired or revoked.",
  "other client": "The code or token was issued to another client.",
  "wrong redirect": "redirect_uri is not that of the authorization request.",
  "wrong verifier": "Invalid code verifier."
}

/** Further ways to get tokens, by `grant_type`. */
export type GrantTypes = Readonly<Record<string, (call: Call, client: Client) => Reply>>

const token = (signIn: SignIn, secrets: Secrets, others: GrantTypes, call: Call): Reply => {
  const { authority } = signIn
  const refuse = (error: string, description: string, status?: number) =>
    refusal(signIn, call, error, description, status)
  if (!(call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded"))
    return refuse("invalid_request", "The body must be a form.")
  const client = clientOf(signIn, call)
  if (typeof client === "string") return refuse("invalid_client", client, 401)
  const form = formOf(call)
  const finish = (issued: Issued | Denial) =>
    typeof issued === "string" ? refuse("invalid_grant", WORDS[issued]) : tokens(signIn, issued)
  const type = form.get("grant_type") ?? ""
  switch (type) {
    case "authorization_code": {
      const verifier = form.get("code_verifier") ?? ""
      if (!/^[\w.~-]{43,128}$/.test(verifier)) return refuse("invalid_grant", "code_verifier is missing or malformed.")
      secrets.add("code verifier", verifier)
      return finish(authority.redeem(form.get("code") ?? "", client, form.get("redirect_uri") ?? "", verifier))
    }
    case "refresh_token":
      return finish(authority.refresh(form.get("refresh_token") ?? "", client))
    default:
      return others[type]?.(call, client) ?? refuse("unsupported_grant_type", `No such grant_type: ${type}`)
  }
}

export const tokenRoute = (signIn: SignIn, secrets: Secrets, others: GrantTypes = {}): Route => ({
  method: "POST",
  path: signIn.tokenPath,
  area: "sign-in",
  handle: (call) => token(signIn, secrets, others, call)
})
