/** Against the servers that connectors are tested with: made apart from this folder's own, and stricter. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted } from "effect"
import { disconnect } from "../../src/account/disconnect.ts"
import { standingOf } from "../../src/account/standing.ts"
import type { ProviderName } from "../../src/component/account.ts"
import { authorizeAsUser } from "../providers/authorize.ts"
import { type Providers, startProviders } from "../providers/index.ts"
import { CALENDARS, EVENTS, type World, codeOf, hurried, inWorld, later } from "./world.ts"

const SMALL = {
  google: { events: 1, photos: 0, testing: true },
  microsoft: { events: 1 },
  spotify: { plays: 1, playlists: 1 }
}

/** They end with the scope; what they have given out must then be nowhere (I5). */
const serversFor = ({ guard }: World) =>
  Effect.acquireRelease(
    Effect.promise(() => startProviders(SMALL)),
    ({ secrets, stop }) =>
      Effect.promise(async () => {
        guard(secrets.all().map(({ value }) => value))
        await stop()
      })
  )

const connectionTo = (world: World, started: Providers, provider: ProviderName) => {
  const { baseUrl, client } = started[provider]
  const clientSecret = client.secret === null ? null : Redacted.make(client.secret)
  return world.connectionTo(provider, { endpoint: baseUrl, clientId: client.id, clientSecret })
}

const browse = (url: string) => Effect.promise(() => authorizeAsUser(url).then(() => undefined))

/** The status that an API answers to a token. */
const statusOf = (url: string, token: string) =>
  Effect.promise(async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    await response.text()
    return response.status
  })

const USES = [
  ["google", [EVENTS, CALENDARS], "/calendar/v3/users/me/calendarList"],
  ["microsoft", ["Calendars.Read"], "/v1.0/me"],
  ["spotify", ["user-read-recently-played"], "/v1/me/player/recently-played"]
] as const

describe("accounts and the fake providers agree", () => {
  for (const [provider, scopes, path] of USES) {
    it.live(`${provider}: connect, use, refresh, disconnect`, () =>
      inWorld((world) =>
        Effect.gen(function* () {
          const started = yield* serversFor(world)
          const me = connectionTo(world, started, provider)
          const { missing } = yield* world.connect(me, {}, { open: browse })
          assert.deepStrictEqual(missing, [])
          const url = started[provider].baseUrl + path
          const first = yield* world.token(me, scopes)
          assert.strictEqual(yield* statusOf(url, first), 200)
          for (const hours of [2, 4]) {
            started.clock.advance(Duration.toMillis("2 hours"))
            const next = yield* later(`${hours} hours`)(world.token(me, scopes))
            assert.notStrictEqual(next, first)
            assert.strictEqual(yield* statusOf(url, next), 200)
          }
          assert.strictEqual(yield* statusOf(url, first), 401)
          const { revoked } = yield* later("4 hours")(disconnect(me))
          assert.strictEqual(revoked, provider === "google")
        })
      )
    )
  }

  it.live("what is unticked at Google is missing here", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const started = yield* serversFor(world)
        const keep = (scope: string) => scope.endsWith(EVENTS)
        const open = (url: string) => Effect.promise(() => authorizeAsUser(url, { keep }).then(() => undefined))
        const me = connectionTo(world, started, "google")
        const { granted, missing } = yield* world.connect(me, {}, { open })
        assert.deepStrictEqual([granted, missing.map(({ scope }) => scope)], [[EVENTS], [CALENDARS]])
      })
    )
  )

  it.live("a Google project in testing ends after 7 days, Spotify's consent after 6 months", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const started = yield* serversFor(world)
        for (const [provider, scopes, days, said] of [
          ["google", [EVENTS], 8, "testing status"],
          ["spotify", ["user-read-recently-played"], 184, "6 months"]
        ] as const) {
          const me = connectionTo(world, started, provider)
          yield* world.connect(me, {}, { open: browse })
          started.clock.advance(Duration.toMillis(`${days} days`))
          const error = yield* Effect.flip(later(`${days} days`)(world.token(me, scopes)))
          assert.strictEqual(error.code, "not-connected")
          assert.include(error.message, said)
          assert.strictEqual((yield* standingOf(me)).state, "ended")
        }
      })
    )
  )

  it.live("a device code is entered at Microsoft, or declined", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const started = yield* serversFor(world)
        const me = connectionTo(world, started, "microsoft")
        const decided = (allowed: boolean) => ({
          device: ({ code }: { readonly code: string }) =>
            Effect.sync(() => {
              started.clock.advance(Duration.toMillis("10 seconds"))
              assert.isTrue(started.microsoft.decideDevice(code, "ana@example.com", allowed))
            })
        })
        const attempt = (allowed: boolean) => hurried([])(world.connect(me, { flow: "device" }, decided(allowed)))
        assert.strictEqual(yield* codeOf(attempt(false)), "connect-denied")
        assert.include((yield* attempt(true)).granted, "Calendars.Read")
      })
    )
  )
})
