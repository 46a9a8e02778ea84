/** A stateful server that behaves like the OAuth endpoints of Google, Microsoft and Spotify, and can be told to misbehave. */
import { createHash, randomUUID } from "node:crypto"
import { type IncomingMessage, type ServerResponse, createServer } from "node:http"
import { Effect, type Scope } from "effect"
import { noteSecret } from "../support/secrecy/record.ts"

/** What the next token request meets instead of an answer. */
export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** The request is carried out, rotation included, and its answer cut in the middle. */
  | { readonly kind: "truncated" }
  | { readonly kind: "dropped" }
  | { readonly kind: "html" }
  /** A well-formed refusal. */
  | { readonly kind: "error"; readonly error: string }

interface Grant {
  readonly scope: string
  readonly clientId: string
  revoked: boolean
}

interface Code {
  readonly grant: Grant
  readonly challenge: string
  readonly redirect: string
}

interface Device {
  readonly scope: string
  readonly clientId: string
  approved: boolean | null
}

export interface Settings {
  /** Seconds that access tokens live; null: not said. */
  lifetime: number | null
  rotate: boolean
  /** Scopes that the person unticks. */
  unticked: ReadonlyArray<string>
  /** Does the person say no? */
  denies: boolean
  /** Is `scope` named in answers? */
  namesScope: boolean
  clientSecret: string | null
  delay: number
  faults: Array<Fault>
  /** Answers to polls for a device code, before the person is done. */
  pending: Array<"authorization_pending" | "slow_down">
}

export interface FakeOAuth {
  readonly origin: string
  readonly settings: Settings
  /** Requests by path, in order. */
  readonly requests: ReadonlyArray<{ readonly path: string; readonly grantType: string | null }>
  /** The most token requests that were under way at the same time. */
  readonly mostAtOnce: () => number
  /** Everything given out that must not be seen anywhere: tokens, codes, verifiers. */
  readonly secrets: ReadonlySet<string>
  readonly revokeAll: () => void
  readonly isValid: (access: string) => boolean
  /** Refresh tokens that were used although a newer one had been given. */
  readonly reused: () => number
  readonly decideDevices: (approved: boolean) => void
}

/** Starts one; it ends with the scope. */
export const fakeOAuth: Effect.Effect<FakeOAuth, never, Scope.Scope> = Effect.gen(function* () {
  const settings: Settings = {
    lifetime: 3600,
    rotate: false,
    unticked: [],
    denies: false,
    namesScope: true,
    clientSecret: null,
    delay: 0,
    faults: [],
    pending: []
  }
  const requests: Array<{ readonly path: string; readonly grantType: string | null }> = []
  const secrets = new Set<string>()
  const grants: Array<Grant> = []
  const codes = new Map<string, Code>()
  const access = new Map<string, Grant>()
  const refreshes = new Map<string, { readonly grant: Grant; current: boolean }>()
  const devices = new Map<string, Device>()
  let atOnce = 0
  let most = 0
  let reuses = 0

  const secret = (kind: string): string => {
    const made = noteSecret(`${kind} of the small fake`, `${kind}-${randomUUID()}`)
    secrets.add(made)
    return made
  }

  const give = (grant: Grant, withRefresh: boolean): Record<string, unknown> => {
    const token = secret("access")
    access.set(token, grant)
    const answer: Record<string, unknown> = { access_token: token, token_type: "Bearer" }
    if (settings.lifetime !== null) answer["expires_in"] = settings.lifetime
    if (settings.namesScope) {
      answer["scope"] = grant.scope
        .split(" ")
        .filter((scope) => scope !== "offline_access")
        .join(" ")
    }
    if (withRefresh) {
      for (const known of refreshes.values()) if (known.grant === grant) known.current = false
      const token = secret("refresh")
      refreshes.set(token, { grant, current: true })
      answer["refresh_token"] = token
    }
    return answer
  }

  const newGrant = (scope: string, clientId: string): Grant => {
    const kept = scope.split(" ").filter((name) => !settings.unticked.some((left) => name.endsWith(left)))
    const grant = { scope: kept.join(" "), clientId, revoked: false }
    grants.push(grant)
    return grant
  }

  const authorize = (url: URL, response: ServerResponse): void => {
    const query = url.searchParams
    const redirect = query.get("redirect_uri") ?? ""
    const wrong =
      query.get("response_type") !== "code" ||
      query.get("code_challenge_method") !== "S256" ||
      !/^[\w-]{43}$/.test(query.get("code_challenge") ?? "") ||
      !/^http:\/\/(127\.0\.0\.1|localhost):\d+$/.test(redirect)
    if (wrong) return void response.writeHead(400).end("bad authorization request")
    const back = new URL(redirect)
    back.searchParams.set("state", query.get("state") ?? "")
    if (settings.denies) back.searchParams.set("error", "access_denied")
    else {
      const code = secret("code")
      codes.set(code, {
        grant: newGrant(query.get("scope") ?? "", query.get("client_id") ?? ""),
        challenge: query.get("code_challenge") ?? "",
        redirect
      })
      back.searchParams.set("code", code)
    }
    response.writeHead(302, { location: back.href }).end()
  }

  const invalid = { error: "invalid_grant", error_description: "Token has been expired or revoked." }

  const byCode = (form: URLSearchParams): Record<string, unknown> => {
    const code = codes.get(form.get("code") ?? "")
    codes.delete(form.get("code") ?? "")
    const verifier = form.get("code_verifier") ?? ""
    secrets.add(noteSecret("code verifier", verifier))
    const proven = createHash("sha256").update(verifier).digest("base64url") === code?.challenge
    if (code === undefined || !proven || code.redirect !== form.get("redirect_uri")) return invalid
    return give(code.grant, true)
  }

  const byRefresh = (form: URLSearchParams): Record<string, unknown> => {
    const known = refreshes.get(form.get("refresh_token") ?? "")
    if (known === undefined || known.grant.revoked) return invalid
    if (!known.current) {
      reuses++
      known.grant.revoked = true
      return invalid
    }
    return give(known.grant, settings.rotate)
  }

  const byDevice = (form: URLSearchParams): Record<string, unknown> => {
    const device = devices.get(form.get("device_code") ?? "")
    if (device === undefined) return { error: "expired_token" }
    const waiting = settings.pending.shift()
    if (waiting !== undefined) return { error: waiting }
    if (device.approved === null) return { error: "authorization_pending" }
    return device.approved ? give(newGrant(device.scope, device.clientId), true) : { error: "access_denied" }
  }

  const answerToken = (form: URLSearchParams): Record<string, unknown> => {
    if (settings.clientSecret !== null && form.get("client_secret") !== settings.clientSecret) {
      return { error: "invalid_client" }
    }
    switch (form.get("grant_type")) {
      case "authorization_code":
        return byCode(form)
      case "refresh_token":
        return byRefresh(form)
      default:
        return byDevice(form)
    }
  }

  const json = (response: ServerResponse, body: Record<string, unknown>, cut = false): void => {
    const text = JSON.stringify(body)
    const status = "error" in body ? (body["error"] === "invalid_client" ? 401 : 400) : 200
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    if (!cut) return void response.end(text)
    response.write(text.slice(0, text.length / 2), () => response.destroy())
  }

  const token = (form: URLSearchParams, response: ServerResponse): void => {
    const fault = settings.faults.shift()
    switch (fault?.kind) {
      case undefined:
        return json(response, answerToken(form))
      case "status": {
        const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter }
        return void response.writeHead(fault.status, { "content-type": "text/html", ...headers }).end("<h1>Oh no</h1>")
      }
      case "truncated":
        return json(response, answerToken(form), true)
      case "dropped":
        return void response.destroy()
      case "html":
        return void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in to the WLAN</h1>")
      case "error":
        // Some servers echo what they were sent.
        return json(response, { error: fault.error, error_description: form.toString() })
    }
  }

  const device = (form: URLSearchParams, response: ServerResponse): void => {
    const code = secret("device")
    devices.set(code, { scope: form.get("scope") ?? "", clientId: form.get("client_id") ?? "", approved: null })
    json(response, {
      device_code: code,
      user_code: "WDJB-MJHT",
      verification_uri: "https://microsoft.com/devicelogin",
      expires_in: 900,
      interval: 5
    })
  }

  const revoke = (form: URLSearchParams, response: ServerResponse): void => {
    const given = form.get("token") ?? ""
    const grant = refreshes.get(given)?.grant ?? access.get(given)
    if (grant === undefined || grant.revoked) return json(response, { error: "invalid_token" })
    grant.revoked = true
    response.writeHead(200).end()
  }

  const body = async (request: IncomingMessage): Promise<URLSearchParams> => {
    let text = ""
    for await (const piece of request) text += String(piece)
    return new URLSearchParams(text)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://fake")
    const form = await body(request)
    requests.push({ path: url.pathname, grantType: form.get("grant_type") })
    switch (url.pathname) {
      case "/o/oauth2/v2/auth":
      case "/common/oauth2/v2.0/authorize":
      case "/authorize":
        return authorize(url, response)
      case "/token":
      case "/common/oauth2/v2.0/token":
      case "/api/token":
        most = Math.max(most, ++atOnce)
        if (settings.delay > 0) await new Promise((resolve) => setTimeout(resolve, settings.delay))
        atOnce--
        return token(form, response)
      case "/common/oauth2/v2.0/devicecode":
        return device(form, response)
      case "/revoke": {
        const fault = settings.faults.shift()
        if (fault?.kind === "status") return void response.writeHead(fault.status).end()
        return revoke(form, response)
      }
      default:
        response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => void handle(request, response))
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    () =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
  )
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    settings,
    requests,
    secrets,
    mostAtOnce: () => most,
    reused: () => reuses,
    revokeAll: () => {
      for (const grant of grants) grant.revoked = true
    },
    isValid: (token) => access.get(token)?.revoked === false,
    decideDevices: (approved) => {
      for (const known of devices.values()) known.approved = approved
    }
  }
})
