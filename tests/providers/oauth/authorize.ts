/** The authorization endpoint (RFC 6749, 4.1, with PKCE) and the consent that follows. */
import type { Call, Route } from "../server/call.ts"
import type { JsonObject } from "../server/json.ts"
import { type Reply, redirect } from "../server/reply.ts"
import type { Authority, Client } from "./authority.ts"
import { CONSENT_PATH, consentPage, decisionOf, escaped, page } from "./consent-page.ts"

/** How a provider's sign-in differs from the others'. */
export interface SignIn {
  readonly provider: string
  readonly authority: Authority
  readonly authorizePath: RegExp
  readonly tokenPath: RegExp
  /** Why an address to return to is refused; null if it is not. */
  readonly redirectProblem: (uri: URL) => string | null
  /** Whether there is such a scope. */
  readonly knows: (scope: string) => boolean
  /** The users who are signed in at the browser. */
  readonly users: () => ReadonlyArray<string>
  /** What the address to return to gets besides code and state. */
  readonly returned: (scopes: ReadonlyArray<string>) => Readonly<Record<string, string>>
  /** The `scope` of a token answer. */
  readonly shownScopes: (scopes: ReadonlyArray<string>) => string
  /** The body of an answer of the token endpoint that says no. */
  readonly refused: (error: string, description: string, at: number) => JsonObject
}

const problem = (provider: string, text: string): Reply =>
  page(`${provider}: the request is not valid`, `<p>${escaped(text)}</p>`, 400)

const scopesOf = (query: URLSearchParams): ReadonlyArray<string> =>
  (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "")

interface Sound {
  readonly client: Client
  readonly back: URL
}

/** Client and address must be right before anything may be sent there. */
const soundOf = ({ authority, redirectProblem }: SignIn, query: URLSearchParams): Sound | string => {
  const client = authority.clients.get(query.get("client_id") ?? "")
  if (client === undefined) return "invalid_client: no such client_id"
  const address = query.get("redirect_uri") ?? ""
  if (!URL.canParse(address)) return "invalid_request: redirect_uri is missing or not a URL"
  const back = new URL(address)
  const wrong = redirectProblem(back)
  return wrong === null ? { client, back } : `redirect_uri_mismatch: ${wrong}`
}

const backWith = ({ back }: Sound, query: URLSearchParams, fields: Readonly<Record<string, string>>): Reply => {
  const target = new URL(back)
  const state = query.get("state")
  if (state !== null) target.searchParams.set("state", state)
  for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value)
  return redirect(target.href)
}

const flawOf = ({ knows }: SignIn, query: URLSearchParams): Readonly<Record<string, string>> | null => {
  const invalid = (description: string, error = "invalid_request") => ({ error, error_description: description })
  if (query.get("response_type") !== "code") return invalid("response_type must be code", "unsupported_response_type")
  if (!/^[\w-]{43}$/.test(query.get("code_challenge") ?? "")) return invalid("code_challenge of 43 characters required")
  if (query.get("code_challenge_method") !== "S256") return invalid("code_challenge_method must be S256")
  const scopes = scopesOf(query)
  const odd = scopes.find((scope) => !knows(scope))
  if (odd !== undefined) return invalid(`no such scope: ${odd}`, "invalid_scope")
  return scopes.length === 0 ? invalid("scope is missing", "invalid_scope") : null
}

const authorize = (signIn: SignIn, { query }: Call): Reply => {
  const sound = soundOf(signIn, query)
  if (typeof sound === "string") return problem(signIn.provider, sound)
  const flaw = flawOf(signIn, query)
  if (flaw !== null) return backWith(sound, query, flaw)
  const hint = query.get("login_hint")
  const users = signIn.users()
  return consentPage({
    provider: signIn.provider,
    client: sound.client.id,
    request: query.toString(),
    scopes: scopesOf(query),
    users: hint !== null && users.includes(hint) ? [hint, ...users.filter((user) => user !== hint)] : users
  })
}

const consent = (signIn: SignIn, call: Call): Reply => {
  const { request, user, scopes, allowed } = decisionOf(call)
  const sound = soundOf(signIn, request)
  if (typeof sound === "string") return problem(signIn.provider, sound)
  const granted = scopesOf(request).filter((scope) => scopes.includes(scope))
  if (!allowed || granted.length === 0 || !signIn.users().includes(user))
    return backWith(sound, request, { error: "access_denied" })
  const { authority } = signIn
  const grant = authority.grant(sound.client, user, new Set(granted))
  const code = authority.codeFor(grant, request.get("redirect_uri") ?? "", request.get("code_challenge") ?? "")
  return backWith(sound, request, { code, ...signIn.returned(granted) })
}

export const authorizeRoutes = (signIn: SignIn): ReadonlyArray<Route> => [
  { method: "GET", path: signIn.authorizePath, area: "page", handle: (call) => authorize(signIn, call) },
  { method: "POST", path: new RegExp(`^${CONSENT_PATH}$`), area: "page", handle: (call) => consent(signIn, call) }
]
