/** The fakes' OAuth as an independent client sees it: oauth4webapi, which checks what it is answered. */
import * as oauth from "oauth4webapi"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { decide } from "./authorize.ts"
import { type Providers, startProviders } from "./index.ts"
import type { Client } from "./oauth/authority.ts"
import { type SignInPaths, googlePaths, microsoftPaths, spotifyPaths } from "./support.ts"

let providers: Providers
beforeAll(async () => {
  providers = await startProviders({ google: { photos: 0, events: 1 }, microsoft: { events: 1 } })
})
afterAll(() => providers.stop())

interface Case {
  readonly issuer: string
  readonly client: Client
  readonly paths: SignInPaths
  readonly scope: string
  /** What comes back of it. */
  readonly granted: string
}

const cases: Readonly<Record<string, () => Case>> = {
  google: () => ({
    issuer: "https://accounts.google.com",
    client: providers.google.client,
    paths: googlePaths(providers.google.baseUrl),
    scope: "https://www.googleapis.com/auth/calendar.events.readonly",
    granted: "https://www.googleapis.com/auth/calendar.events.readonly"
  }),
  microsoft: () => ({
    issuer: "https://login.microsoftonline.com/common/v2.0",
    client: providers.microsoft.client,
    paths: microsoftPaths(providers.microsoft.baseUrl),
    scope: "Calendars.Read offline_access",
    granted: "Calendars.Read"
  }),
  spotify: () => ({
    issuer: "https://accounts.spotify.com",
    client: providers.spotify.client,
    paths: spotifyPaths(providers.spotify.baseUrl),
    scope: "user-read-recently-played",
    granted: "user-read-recently-played"
  })
}

const insecure = { [oauth.allowInsecureRequests]: true }

const partsOf = ({ issuer, client, paths }: Case) => ({
  server: {
    issuer,
    token_endpoint: paths.token,
    revocation_endpoint: `${new URL(paths.token).origin}/revoke`,
    device_authorization_endpoint: paths.token.replace(/token$/, "devicecode")
  },
  app: { client_id: client.id },
  auth: client.secret === null ? oauth.None() : oauth.ClientSecretPost(client.secret)
})

const codeFlow = async (one: Case) => {
  const { server, app, auth } = partsOf(one)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(one.paths.authorize)
  url.search = new URLSearchParams({
    client_id: app.client_id,
    redirect_uri: one.paths.redirect,
    response_type: "code",
    scope: one.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256"
  }).toString()
  const parameters = oauth.validateAuthResponse(server, app, await decide(url), state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    app,
    auth,
    parameters,
    one.paths.redirect,
    verifier,
    insecure
  )
  return oauth.processAuthorizationCodeResponse(server, app, answer)
}

const refresh = async (one: Case, token: string) => {
  const { server, app, auth } = partsOf(one)
  return oauth.processRefreshTokenResponse(
    server,
    app,
    await oauth.refreshTokenGrantRequest(server, app, auth, token, insecure)
  )
}

describe.each(Object.keys(cases))("%s", (name) => {
  test("gives tokens for a code and for a refresh token, and says invalid_grant when consent is withdrawn", async () => {
    const one = cases[name]?.()
    if (one === undefined) throw new Error(`No such case: ${name}`)
    const tokens = await codeFlow(one)
    expect(tokens).toMatchObject({ token_type: "bearer", scope: one.granted })
    expect(tokens.expires_in).toBeGreaterThan(3000)
    const again = await refresh(one, tokens.refresh_token ?? "")
    expect(again.access_token).not.toBe(tokens.access_token)
    for (const { authority } of [providers.google, providers.microsoft, providers.spotify])
      for (const user of ["ana@example.com", "ana"]) authority.revokeUser(user)
    await expect(refresh(one, again.refresh_token ?? tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant"
    })
  })
})

test("Google's revocation is understood", async () => {
  const one = cases["google"]?.()
  if (one === undefined) throw new Error("No such case")
  const { server, app, auth } = partsOf(one)
  const tokens = await codeFlow(one)
  const answer = await oauth.revocationRequest(server, app, auth, tokens.refresh_token ?? "", insecure)
  expect(await oauth.processRevocationResponse(answer)).toBeUndefined()
})

test("Microsoft's device flow is understood", async () => {
  const one = cases["microsoft"]?.()
  if (one === undefined) throw new Error("No such case")
  const { server, app, auth } = partsOf(one)
  const asked = await oauth.deviceAuthorizationRequest(server, app, auth, { scope: one.scope }, insecure)
  const device = await oauth.processDeviceAuthorizationResponse(server, app, asked)
  const poll = async () =>
    oauth.processDeviceCodeResponse(
      server,
      app,
      await oauth.deviceCodeGrantRequest(server, app, auth, device.device_code, insecure)
    )
  await expect(poll()).rejects.toMatchObject({ error: "authorization_pending" })
  providers.microsoft.decideDevice(device.user_code, "ana@example.com", true)
  providers.clock.advance(10_000)
  expect(await poll()).toMatchObject({ token_type: "bearer", scope: "Calendars.Read" })
})
