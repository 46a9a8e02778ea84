import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { type Provider, Providers, redirectUri, setupGuide } from "../../src/account/provider.ts"
import { grantedScopes, requestedScopes, scopeName, scopeWords } from "../../src/account/scope.ts"
import { PROVIDERS, atEndpoint, connectionFrom, endpointProblem } from "../../src/component/account.ts"

const withProviders = (test: (providers: Readonly<Record<(typeof PROVIDERS)[number], Provider>>) => void) =>
  Effect.map(Providers, test).pipe(Effect.provide(Providers.layer))

describe("the providers' files", () => {
  it.effect("decode, with a guide, quotas and plain words for each", () =>
    withProviders((providers) => {
      for (const name of PROVIDERS) {
        const { apis, scopes } = providers[name]
        assert.isNotEmpty(setupGuide(providers[name], []))
        for (const { words } of Object.values(scopes)) assert.match(words, /^[a-z].*[^.]$/)
        for (const { quotas, url, version } of Object.values(apis)) {
          assert.isNotEmpty(quotas)
          if (version !== "v1" || !url.includes("geocode")) assert.include(url, `/${version}`)
        }
      }
    })
  )

  it.effect("name the endpoints that gateways keep the paths of", () =>
    withProviders(({ google, microsoft, spotify }) => {
      const path = (url: string | undefined) => new URL(url ?? "none:").pathname
      assert.deepStrictEqual([google.oauth.authorize, google.oauth.token, google.oauth.revoke].map(path), [
        "/o/oauth2/v2/auth",
        "/token",
        "/revoke"
      ])
      assert.deepStrictEqual(
        [microsoft.oauth.authorize, microsoft.oauth.token, microsoft.oauth.device].map(path),
        ["authorize", "token", "devicecode"].map((last) => `/common/oauth2/v2.0/${last}`)
      )
      assert.deepStrictEqual([spotify.oauth.authorize, spotify.oauth.token].map(path), ["/authorize", "/api/token"])
      assert.isUndefined(google.oauth.device)
    })
  )

  it.effect("hold the limits that the providers publish", () =>
    withProviders(({ google, microsoft, spotify }) => {
      assert.deepStrictEqual(google.apis["calendar"]?.quotas[0], {
        of: "requests",
        requests: 600,
        every: Duration.minutes(1),
        per: "user"
      })
      assert.strictEqual(microsoft.apis["graph"]?.at_once, 2)
      assert.isTrue(spotify.oauth.refresh_token.always)
    })
  )

  it.effect("name the redirect that has to be entered", () =>
    withProviders(({ google, microsoft, spotify }) => {
      assert.strictEqual(redirectUri(google, 5000), "http://127.0.0.1:5000")
      assert.strictEqual(redirectUri(google, null), "http://127.0.0.1:<port>")
      assert.strictEqual(redirectUri(microsoft, 5000), "http://localhost:5000")
      assert.strictEqual(redirectUri(spotify, null), "http://127.0.0.1:8913")
      assert.include(setupGuide(spotify, []).join("\n"), "http://127.0.0.1:8913")
    })
  )
})

describe("scopes", () => {
  it.effect("have one name, whatever way they are written", () =>
    withProviders(({ google, microsoft }) => {
      const name = "calendar.events.readonly"
      for (const written of [name, `https://www.googleapis.com/auth/${name}`]) {
        assert.strictEqual(scopeName(google, written), name)
      }
      for (const written of ["calendars.read", "https://graph.microsoft.com/Calendars.Read"]) {
        assert.strictEqual(scopeName(microsoft, written), "Calendars.Read")
      }
      assert.strictEqual(
        scopeName(google, "https://www.googleapis.com/auth/drive"),
        "https://www.googleapis.com/auth/drive"
      )
      assert.include(scopeWords(google, "drive"), `"drive"`)
    })
  )

  it.effect("are asked for in the provider's spelling, once, and with offline access", () =>
    withProviders(({ google, microsoft }) => {
      assert.strictEqual(
        requestedScopes(google, ["calendar.events.readonly"]),
        google.scopes["calendar.events.readonly"]?.request
      )
      assert.strictEqual(requestedScopes(microsoft, ["User.Read", "offline_access"]), "User.Read offline_access")
      assert.strictEqual(requestedScopes(microsoft, ["User.Read"]), "User.Read offline_access")
    })
  )

  it.effect("are those that were asked for where the answer names none", () =>
    withProviders(({ spotify }) => {
      assert.deepStrictEqual(grantedScopes(spotify, ["a", "b"], { scope: undefined, refresh: null }), ["a", "b"])
      assert.deepStrictEqual(grantedScopes(spotify, ["a", "b"], { scope: "", refresh: null }), [])
      assert.deepStrictEqual(grantedScopes(spotify, ["a", "b"], { scope: " b  a ", refresh: null }), ["b", "a"])
    })
  )
})

describe("an endpoint", () => {
  it("replaces scheme and host, and keeps path and query", () => {
    const url = "https://www.googleapis.com/calendar/v3/events?maxResults=5"
    assert.strictEqual(atEndpoint({ endpoint: null }, url), url)
    assert.strictEqual(
      atEndpoint({ endpoint: "http://127.0.0.1:8080/" }, url),
      "http://127.0.0.1:8080/calendar/v3/events?maxResults=5"
    )
  })

  it("is scheme and host only, and plain http only on loopback", () => {
    for (const fine of [
      "https://gateway.example",
      "https://gateway.example:8443/",
      "http://localhost:1",
      "http://127.0.0.1",
      "http://[::1]:5"
    ]) {
      assert.isNull(endpointProblem(fine), fine)
    }
    for (const wrong of [
      "gateway.example",
      "ftp://gateway.example",
      "http://gateway.example",
      "http://127.0.0.1.example.com",
      "http://localhost.example",
      "https://gateway.example/google",
      "https://gateway.example/?a=1",
      "https://user:word@gateway.example"
    ]) {
      assert.strictEqual(endpointProblem(wrong)?.code, "endpoint-invalid", wrong)
    }
    assert.notInclude(JSON.stringify(endpointProblem("https://user:word@gateway.example")), "word@")
  })
})

describe("a connection", () => {
  it("is read as the pipeline writes it, with its secret hidden", () => {
    const least = connectionFrom("me", "a.yaml", { provider: "spotify", account: "ana" })
    assert.deepStrictEqual(least, {
      name: "me",
      provider: "spotify",
      account: "ana",
      clientId: null,
      clientSecret: null,
      apiKey: null,
      scopes: null,
      endpoint: null,
      pipeline: "a.yaml"
    })
    const full = connectionFrom("me", "a.yaml", {
      provider: "google",
      account: "ana",
      client_id: "id",
      client_secret: "hidden-word",
      scopes: ["a"],
      endpoint: "http://localhost:1"
    })
    assert.deepInclude(full, { clientId: "id", scopes: ["a"], endpoint: "http://localhost:1" })
    assert.notInclude(JSON.stringify(full) + inspect(full, { showHidden: true }), "hidden-word")
  })
})
