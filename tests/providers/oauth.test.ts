/** Consent, codes, tokens: of all three providers. */
import { createServer } from "node:http"
import { once } from "node:events"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { authorizeAsUser, decide } from "./authorize.ts"
import { type Providers, startProviders } from "./index.ts"
import { challengeOf } from "./oauth/authority.ts"
import { numberAt, textAt } from "./server/json.ts"
import { getWith, googlePaths, microsoftPaths, post, requestFor, signIn, spotifyPaths } from "./support.ts"

const SCOPE = "https://www.googleapis.com/auth/"
const CALENDAR = [`${SCOPE}calendar.events.readonly`, `${SCOPE}calendar.calendarlist.readonly`]
const DAY = 24 * 3_600_000

let providers: Providers
const EMPTY = { google: { events: 1, photos: 0 }, microsoft: { events: 1 }, spotify: { plays: 1, playlists: 1 } }
beforeEach(async () => {
  providers = await startProviders(EMPTY)
})
afterEach(() => providers.stop())

const google = () => ({ client: providers.google.client, paths: googlePaths(providers.google.baseUrl) })
const microsoft = () => ({ client: providers.microsoft.client, paths: microsoftPaths(providers.microsoft.baseUrl) })
const spotify = () => ({ client: providers.spotify.client, paths: spotifyPaths(providers.spotify.baseUrl) })

const refreshWith = ({ client, paths }: ReturnType<typeof google>, token: string) =>
  post(paths.token, {
    grant_type: "refresh_token",
    client_id: client.id,
    refresh_token: token,
    ...(client.secret === null ? {} : { client_secret: client.secret })
  })

describe("authorization", () => {
  test("the app's own page is called with code and state, as a browser would", async () => {
    const app = createServer((request, response) => response.end(`got ${request.url ?? ""}`)).listen(0, "127.0.0.1")
    await once(app, "listening")
    const address = app.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const { client, paths } = google()
    const session = requestFor(client, { ...paths, redirect: `http://127.0.0.1:${port}/callback` }, CALENDAR)
    const { redirect, status, body } = await authorizeAsUser(session.url)
    expect(status).toBe(200)
    expect(body).toContain("got /callback?")
    expect(redirect.searchParams.get("state")).toBe(session.state)
    expect(redirect.searchParams.get("code")).toMatch(/^4\/0A/)
    app.close()
  })

  test("what is unticked is not granted, and both answers say so", async () => {
    const { client, paths } = google()
    const keep = (scope: string) => scope.endsWith("events.readonly")
    const redirect = await decide(requestFor(client, paths, CALENDAR).url, { keep })
    expect(redirect.searchParams.get("scope")).toBe(CALENDAR[0])
    const { json } = await signIn(client, paths, CALENDAR, { keep })
    expect(textAt(json, "scope")).toBe(CALENDAR[0])
    const get = getWith(textAt(json, "access_token") ?? "")
    expect((await get(`${providers.google.baseUrl}/calendar/v3/calendars/primary/events`)).status).toBe(200)
    expect((await get(`${providers.google.baseUrl}/calendar/v3/users/me/calendarList`)).status).toBe(403)
  })

  test("a no comes back as access_denied with the state", async () => {
    const { client, paths } = spotify()
    const session = requestFor(client, paths, ["user-read-recently-played"])
    const redirect = await decide(session.url, { deny: true })
    expect(Object.fromEntries(redirect.searchParams)).toEqual({ error: "access_denied", state: session.state })
  })

  test("each provider has its own idea of a loopback address", async () => {
    const at = async ({ client, paths }: ReturnType<typeof google>, redirect: string, scope: string) => {
      const { url } = requestFor(client, { ...paths, redirect }, [scope])
      return (await fetch(url)).status
    }
    const [v4, name] = ["http://127.0.0.1:1234/callback", "http://localhost:1234"]
    expect(await at(google(), v4, CALENDAR[0] ?? "")).toBe(200)
    expect(await at(spotify(), v4, "user-read-recently-played")).toBe(200)
    expect(await at(spotify(), name, "user-read-recently-played")).toBe(400)
    expect(await at(microsoft(), name, "Calendars.Read")).toBe(200)
    expect(await at(microsoft(), v4, "Calendars.Read")).toBe(400)
    expect(await at(google(), "http://example.com/", CALENDAR[0] ?? "")).toBe(400)
  })

  test("PKCE must be S256, and scopes must exist", async () => {
    const { client, paths } = google()
    const { url } = requestFor(client, paths, CALENDAR)
    const without = new URL(url)
    without.searchParams.set("code_challenge_method", "plain")
    expect((await decide(without)).searchParams.get("error")).toBe("invalid_request")
    const odd = requestFor(client, paths, [`${SCOPE}calendar.everything`])
    expect((await decide(odd.url)).searchParams.get("error")).toBe("invalid_scope")
  })
})

describe("the token endpoint", () => {
  test("refuses another verifier, a code that was used, and one that is too old", async () => {
    const { client, paths } = google()
    const attempt = async (change: { verifier?: string; wait?: number; twice?: boolean }) => {
      const session = requestFor(client, paths, CALENDAR)
      const code = (await decide(session.url)).searchParams.get("code") ?? ""
      providers.clock.advance(change.wait ?? 0)
      const fields = {
        ...session.fields,
        grant_type: "authorization_code",
        code,
        code_verifier: change.verifier ?? session.verifier
      }
      if (change.twice === true) await post(paths.token, fields)
      const { status, json } = await post(paths.token, fields)
      return `${status} ${textAt(json, "error") ?? "ok"}`
    }
    expect(await attempt({})).toBe("200 ok")
    expect(await attempt({ verifier: challengeOf("another") })).toBe("400 invalid_grant")
    expect(await attempt({ twice: true })).toBe("400 invalid_grant")
    expect(await attempt({ wait: 601_000 })).toBe("400 invalid_grant")
  })

  test("wants the secret that the client has, and none from a client without one", async () => {
    const { client, paths } = google()
    expect((await signIn({ ...client, secret: "wrong" }, paths, CALENDAR)).status).toBe(401)
    expect((await signIn({ ...client, secret: null }, paths, CALENDAR)).status).toBe(401)
    const own = microsoft()
    expect((await signIn({ ...own.client, secret: "x" }, own.paths, ["Calendars.Read"])).status).toBe(401)
  })

  test("Google keeps its refresh token; access tokens end after an hour", async () => {
    const { client, paths } = google()
    const { json } = await signIn(client, paths, CALENDAR)
    const url = `${providers.google.baseUrl}/calendar/v3/calendars/primary/events`
    const access = textAt(json, "access_token") ?? ""
    expect((await getWith(access)(url)).status).toBe(200)
    providers.clock.advance((numberAt(json, "expires_in") ?? 0) * 1000)
    expect((await getWith(access)(url)).status).toBe(401)
    const again = await refreshWith(google(), textAt(json, "refresh_token") ?? "")
    expect(textAt(again.json, "refresh_token")).toBeUndefined()
    expect((await getWith(textAt(again.json, "access_token") ?? "")(url)).status).toBe(200)
  })

  test("Spotify's refresh token is replaced when it is used, and ends with the consent", async () => {
    const { client, paths } = spotify()
    const { json } = await signIn(client, paths, ["user-read-recently-played"])
    const first = textAt(json, "refresh_token") ?? ""
    const second = textAt((await refreshWith(spotify(), first)).json, "refresh_token") ?? ""
    expect(second).not.toBe(first)
    expect(textAt((await refreshWith(spotify(), first)).json, "error")).toBe("invalid_grant")
    providers.clock.advance(181 * DAY)
    const third = textAt((await refreshWith(spotify(), second)).json, "refresh_token") ?? ""
    providers.clock.advance(2 * DAY)
    expect(textAt((await refreshWith(spotify(), third)).json, "error")).toBe("invalid_grant")
  })

  test("Microsoft gives one only for offline_access, does not name it, and lets old ones be", async () => {
    const { client, paths } = microsoft()
    expect(textAt((await signIn(client, paths, ["User.Read"])).json, "refresh_token")).toBeUndefined()
    const { json } = await signIn(client, paths, ["Calendars.Read", "offline_access"])
    expect(textAt(json, "scope")).toBe("Calendars.Read")
    const first = textAt(json, "refresh_token") ?? ""
    expect((await refreshWith(microsoft(), first)).status).toBe(200)
    expect((await refreshWith(microsoft(), first)).status).toBe(200)
  })

  test("a project in testing has refresh tokens of seven days", async () => {
    await providers.stop()
    providers = await startProviders({ ...EMPTY, google: { ...EMPTY.google, testing: true } })
    const { json } = await signIn(google().client, google().paths, CALENDAR)
    const token = textAt(json, "refresh_token") ?? ""
    providers.clock.advance(6 * DAY)
    expect((await refreshWith(google(), token)).status).toBe(200)
    providers.clock.advance(2 * DAY)
    expect(textAt((await refreshWith(google(), token)).json, "error")).toBe("invalid_grant")
  })

  test("a grant ends when the app revokes it, and when the user does", async () => {
    const { client, paths } = google()
    const url = `${providers.google.baseUrl}/calendar/v3/calendars/primary/events`
    for (const revoke of [
      async (token: string) => {
        expect((await post(`${providers.google.baseUrl}/revoke`, { token })).status).toBe(200)
        expect((await post(`${providers.google.baseUrl}/revoke`, { token })).status).toBe(400)
      },
      async () => providers.google.authority.revokeUser("ana@example.com")
    ]) {
      const { json } = await signIn(client, paths, CALENDAR)
      const token = textAt(json, "refresh_token") ?? ""
      await revoke(token)
      expect((await getWith(textAt(json, "access_token") ?? "")(url)).status).toBe(401)
      expect(textAt((await refreshWith(google(), token)).json, "error")).toBe("invalid_grant")
    }
  })
})

describe("device codes", () => {
  const start = async () => {
    const base = `${providers.microsoft.baseUrl}/common/oauth2/v2.0`
    const client_id = providers.microsoft.client.id
    const { json } = await post(`${base}/devicecode`, { client_id, scope: "Calendars.Read offline_access" })
    const device_code = textAt(json, "device_code") ?? ""
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    const poll = async () => {
      providers.clock.advance(10_000)
      const answer = await post(`${base}/token`, { client_id, device_code, grant_type })
      return textAt(answer.json, "error") ?? `${answer.status}`
    }
    return { userCode: textAt(json, "user_code") ?? "", poll, base, client_id, device_code, grant_type }
  }

  test("are pending until the person decides", async () => {
    const { userCode, poll } = await start()
    expect(await poll()).toBe("authorization_pending")
    expect(providers.microsoft.decideDevice("NOPE", "ana@example.com", true)).toBe(false)
    expect(providers.microsoft.decideDevice(userCode, "ana@example.com", true)).toBe(true)
    expect(await poll()).toBe("200")
    expect(await poll()).toBe("invalid_grant")
  })

  test("can be declined, expire, and are not to be polled too fast", async () => {
    const declined = await start()
    providers.microsoft.decideDevice(declined.userCode, "ana@example.com", false)
    expect(await declined.poll()).toBe("access_denied")
    const slow = await start()
    await slow.poll()
    const { base, client_id, device_code, grant_type } = slow
    const hasty = await post(`${base}/token`, { client_id, device_code, grant_type })
    expect(textAt(hasty.json, "error")).toBe("slow_down")
    providers.clock.advance(900_000)
    expect(await slow.poll()).toBe("expired_token")
  })
})

test("every secret is listed", async () => {
  const { client, paths } = google()
  const session = requestFor(client, paths, CALENDAR)
  const code = (await decide(session.url)).searchParams.get("code") ?? ""
  const { json } = await post(paths.token, {
    ...session.fields,
    grant_type: "authorization_code",
    code,
    code_verifier: session.verifier
  })
  const listed = new Map(providers.secrets.all().map(({ kind, value }) => [value, kind]))
  expect(listed.get(code)).toBe("authorization code")
  expect(listed.get(session.verifier)).toBe("code verifier")
  expect(listed.get(textAt(json, "access_token") ?? "")).toBe("access token")
  expect(listed.get(textAt(json, "refresh_token") ?? "")).toBe("refresh token")
  expect(listed.get(client.secret ?? "")).toBe("client secret")
  expect(listed.get(providers.google.apiKey)).toBe("API key")
})
