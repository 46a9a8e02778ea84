/** A client of its own for the tests of the servers: sign-in and requests with a token. */
import { randomBytes } from "node:crypto"
import { type Choice, decide } from "./authorize.ts"
import { challengeOf, type Client } from "./oauth/authority.ts"
import type { Providers } from "./index.ts"
import { type Json, parseJson, textAt } from "./server/json.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined where the body is no JSON. */
  readonly json: Json | undefined
}

export const send = async (url: string | URL, init: RequestInit = {}): Promise<Answer> => {
  const answer = await fetch(url, init)
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, json: parseJson(text) }
}

/** GET with a bearer token. */
export const getWith =
  (token: string, headers: Readonly<Record<string, string>> = {}) =>
  (url: string | URL): Promise<Answer> =>
    send(url, { headers: { authorization: `Bearer ${token}`, ...headers } })

export const post = (url: string, fields: Readonly<Record<string, string>>): Promise<Answer> =>
  send(url, { method: "POST", body: new URLSearchParams(fields) })

export interface SignInPaths {
  readonly authorize: string
  readonly token: string
  readonly redirect: string
}

export interface Session {
  readonly verifier: string
  readonly state: string
  readonly url: URL
  readonly fields: Readonly<Record<string, string>>
}

/** An authorization request with PKCE. */
export const requestFor = (client: Client, paths: SignInPaths, scopes: ReadonlyArray<string>): Session => {
  const verifier = randomBytes(32).toString("base64url")
  const state = randomBytes(8).toString("hex")
  const url = new URL(paths.authorize)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: client.id,
    redirect_uri: paths.redirect,
    scope: scopes.join(" "),
    state,
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256"
  }).toString()
  const secret = client.secret === null ? {} : { client_secret: client.secret }
  return { verifier, state, url, fields: { client_id: client.id, redirect_uri: paths.redirect, ...secret } }
}

/** From the authorization URL to the token endpoint's answer. */
export const signIn = async (
  client: Client,
  paths: SignInPaths,
  scopes: ReadonlyArray<string>,
  choice: Choice = {}
): Promise<Answer> => {
  const session = requestFor(client, paths, scopes)
  const redirect = await decide(session.url, choice)
  return post(paths.token, {
    ...session.fields,
    grant_type: "authorization_code",
    code: redirect.searchParams.get("code") ?? "",
    code_verifier: session.verifier
  })
}

const SCOPE = "https://www.googleapis.com/auth/"

export const googlePaths = (baseUrl: string): SignInPaths => ({
  authorize: `${baseUrl}/o/oauth2/v2/auth`,
  token: `${baseUrl}/token`,
  redirect: "http://127.0.0.1:9/callback"
})

export const microsoftPaths = (baseUrl: string): SignInPaths => ({
  authorize: `${baseUrl}/common/oauth2/v2.0/authorize`,
  token: `${baseUrl}/common/oauth2/v2.0/token`,
  redirect: "http://localhost:9"
})

export const spotifyPaths = (baseUrl: string): SignInPaths => ({
  authorize: `${baseUrl}/authorize`,
  token: `${baseUrl}/api/token`,
  redirect: "http://127.0.0.1:9/callback"
})

const accessIn = (answer: Answer): string => textAt(answer.json, "access_token") ?? ""

/** An access token for Google's scopes, by their short names. */
export const googleToken = async ({ google }: Providers, ...names: ReadonlyArray<string>): Promise<string> =>
  accessIn(
    await signIn(
      google.client,
      googlePaths(google.baseUrl),
      names.map((name) => SCOPE + name)
    )
  )

export const microsoftToken = async ({ microsoft }: Providers): Promise<string> =>
  accessIn(
    await signIn(microsoft.client, microsoftPaths(microsoft.baseUrl), ["Calendars.Read", "User.Read", "offline_access"])
  )

export const spotifyToken = async ({ spotify }: Providers, ...scopes: ReadonlyArray<string>): Promise<string> =>
  accessIn(await signIn(spotify.client, spotifyPaths(spotify.baseUrl), scopes))
