import { createServer } from "node:http"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Schema } from "effect"
import { consented } from "../../src/account/consent.ts"
import type { DeviceCode } from "../../src/account/device.ts"
import { standingOf } from "../../src/account/standing.ts"
import { Vault } from "../../src/account/vault.ts"
import { Database } from "../../src/component/database.ts"
import { sql } from "../../src/component/sql.ts"
import { CALENDARS, EVENTS, codeOf, hurried, inWorld } from "./world.ts"

const Consent = Schema.Struct({
  connection: Schema.String,
  provider: Schema.String,
  account: Schema.String,
  scopes: Schema.String,
  purpose: Schema.String,
  open: Schema.Boolean
})
const consents = Effect.flatMap(Database, (database) =>
  database.rows(sql`select *, withdrawn_at is null as open from state.consents order by given_at`, Consent)
)

/** The callback's answer, as a browser would see it. */
const visit = (url: string, parameters: Record<string, string>) =>
  Effect.promise(async () => {
    const target = new URL(url)
    for (const [key, value] of Object.entries(parameters)) target.searchParams.set(key, value)
    const response = await fetch(target)
    return { status: response.status, text: await response.text(), headers: response.headers }
  })

const redirectOf = (url: string): string => new URL(url).searchParams.get("redirect_uri") ?? ""

describe("connect", () => {
  it.live("shows and records what is asked before the provider is, then stores what was granted", () =>
    inWorld(({ connect, connectionTo, fake, home, shown, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        let before = -1
        const result = yield* connect(
          me,
          {},
          {
            agree: (lines) =>
              Effect.sync(() => {
                before = fake.requests.length
                const text = lines.join("\n")
                for (const said of [
                  "ana@example.com",
                  "see the events of your calendars",
                  "google-calendar.events",
                  "the pipeline holiday",
                  "events and people",
                  join(home, "keepsake.duckdb"),
                  join(home, "vault.age"),
                  "keepsake disconnect google --connection me --pipeline holiday.yaml"
                ]) {
                  assert.include(text, said)
                }
                return true
              })
          }
        )
        assert.strictEqual(before, 0)
        assert.deepStrictEqual(result, { granted: [EVENTS, CALENDARS], missing: [] })
        const [row, ...more] = yield* consents
        assert.lengthOf(more, 0)
        assert.deepInclude(row, { connection: "me", provider: "google", account: "ana@example.com", open: true })
        assert.include(row?.scopes, EVENTS)
        assert.include(row?.purpose, "google-calendar.events")
        assert.isTrue(yield* consented(me, [EVENTS, CALENDARS]))
        assert.isFalse(yield* consented(me, [EVENTS, "photospicker.mediaitems.readonly"]))
        assert.isFalse(yield* consented({ ...me, account: "ben@example.com" }, [EVENTS]))
        assert.isTrue(fake.isValid(yield* token(me, [EVENTS])))
        const query = new URL(shown.at(-1) ?? "").searchParams
        assert.deepInclude(Object.fromEntries(query), {
          access_type: "offline",
          prompt: "consent",
          login_hint: "ana@example.com",
          scope: `https://www.googleapis.com/auth/${EVENTS} https://www.googleapis.com/auth/${CALENDARS}`
        })
        assert.notInclude(readFileSync(join(home, "vault.age"), "latin1"), "access-")
      })
    )
  )

  it.live("takes each provider's paths and redirects", () =>
    inWorld(({ connect, connectionTo, fake, shown }) =>
      Effect.gen(function* () {
        for (const [provider, redirect, paths] of [
          ["google", /^http:\/\/127\.0\.0\.1:\d+$/, ["/o/oauth2/v2/auth", "/token"]],
          ["microsoft", /^http:\/\/localhost:\d+$/, ["/common/oauth2/v2.0/authorize", "/common/oauth2/v2.0/token"]],
          ["spotify", /^http:\/\/127\.0\.0\.1:\d+$/, ["/authorize", "/api/token"]]
        ] as const) {
          yield* connect(connectionTo(provider))
          assert.match(redirectOf(shown.at(-1) ?? ""), redirect)
          assert.deepStrictEqual(
            fake.requests.slice(-2).map(({ path }) => path),
            [...paths]
          )
        }
      })
    )
  )

  it.live("counts offline access as granted when a refresh token comes, though Microsoft doesn't name it", () =>
    inWorld(({ connect, connectionTo }) =>
      Effect.gen(function* () {
        const { granted, missing } = yield* connect(connectionTo("microsoft"))
        assert.deepStrictEqual([granted, missing], [["Calendars.Read", "User.Read", "offline_access"], []])
      })
    )
  )

  it.live("asks nothing of the provider when the person doesn't agree", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const refused = connect(connectionTo("google"), {}, { agree: () => Effect.succeed(false) })
        assert.strictEqual(yield* codeOf(refused), "consent-declined")
        assert.deepStrictEqual([yield* consents, fake.requests], [[], []])
      })
    )
  )

  it.live("leaves neither consent nor tokens when the person says no at the provider", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.denies = true
        assert.strictEqual(yield* codeOf(connect(me)), "connect-denied")
        assert.deepStrictEqual(
          (yield* consents).map(({ open }) => open),
          [false]
        )
        assert.strictEqual(yield* codeOf(token(me, [EVENTS])), "consent-withdrawn")
        assert.strictEqual((yield* standingOf(me)).state, "never")
        fake.settings.denies = false
        yield* connect(me)
        assert.isTrue(fake.isValid(yield* token(me, [EVENTS])))
      })
    )
  )

  it.live("records a partial grant, and says which streams go without", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.unticked = [CALENDARS]
        const { granted, missing } = yield* connect(me)
        assert.deepStrictEqual(granted, [EVENTS])
        assert.deepStrictEqual(missing, [
          { scope: CALENDARS, words: "see which calendars you have", streams: ["google-calendar.list"] }
        ])
        yield* token(me, [EVENTS])
        const error = yield* Effect.flip(token(me, [EVENTS, CALENDARS], { stream: "google-calendar.list" }))
        assert.strictEqual(error.code, "scope-missing")
        assert.include(error.message, "google-calendar.list")
        assert.include(error.message, CALENDARS)
        assert.include(error.hint, "keepsake connect google --connection me --pipeline holiday.yaml")
      })
    )
  )

  it.live("connecting another pipeline keeps what was granted before", () =>
    inWorld(({ connect, connectionTo, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        const [first, second] = [[EVENTS], [CALENDARS]].map((scopes) => ({ ...me, scopes }))
        if (first === undefined || second === undefined) return assert.fail("two connections")
        assert.deepStrictEqual((yield* connect(first)).granted, [EVENTS])
        assert.deepStrictEqual((yield* connect(second)).granted, [CALENDARS, EVENTS])
        yield* token(me, [EVENTS])
      })
    )
  )

  it.live("an answer with a foreign state changes nothing: the wait goes on", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const { granted } = yield* connect(
          connectionTo("google"),
          {},
          {
            open: (url) =>
              Effect.gen(function* () {
                for (const forged of [
                  { code: "forged", state: "forged" },
                  { code: "forged" },
                  { error: "access_denied" }
                ]) {
                  const { status } = yield* visit(redirectOf(url), forged)
                  assert.strictEqual(status, 400)
                }
                assert.strictEqual((yield* visit(`${redirectOf(url)}/favicon.ico`, {})).status, 404)
                assert.isFalse(fake.requests.some(({ path }) => path === "/token"))
                const { headers, status, text } = yield* visit(url, {})
                assert.strictEqual(status, 200)
                assert.include(text, "close this window")
                assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
              })
          }
        )
        assert.include(granted, EVENTS)
      })
    )
  )

  it.live("a code that the provider doesn't take is an error with what to do, without the code", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.faults = [{ kind: "error", error: "invalid_grant" }]
        assert.strictEqual(yield* codeOf(connect(me)), "code-refused")
        fake.settings.faults = [{ kind: "error", error: "invalid_client" }]
        assert.strictEqual(yield* codeOf(connect(me)), "client-refused")
        fake.settings.faults = [{ kind: "error", error: "Secret! code=1234" }]
        const error = yield* Effect.flip(connect(me))
        assert.include(error.message, "unknown_error")
      })
    )
  )

  it.live("PKCE proves that the code is ours: a wrong verifier gets nothing", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const swapped = connect(
          connectionTo("google"),
          {},
          {
            open: (url) => {
              const other = new URL(url)
              other.searchParams.set("code_challenge", "A".repeat(43))
              return Effect.asVoid(visit(other.href, {}))
            }
          }
        )
        assert.strictEqual(yield* codeOf(swapped), "code-refused")
        assert.strictEqual(fake.requests.filter(({ path }) => path === "/token").length, 1)
      })
    )
  )

  it.live("gives up when no answer comes, and frees the port", () =>
    inWorld(({ connect, connectionTo, shown }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        const waiting = connect(me, {}, { open: () => Effect.void })
        const fiber = yield* Effect.forkChild(Effect.flip(waiting))
        while ((yield* consents).length === 0) yield* Effect.sleep("10 millis")
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(
          (yield* consents).map(({ open }) => open),
          [false]
        )
        let address = ""
        const patience = connect(
          me,
          { patience: Duration.millis(50) },
          {
            open: (url) =>
              Effect.sync(() => {
                address = redirectOf(url)
              })
          }
        )
        assert.strictEqual(yield* codeOf(patience), "connect-timeout")
        assert.isTrue(yield* Effect.isFailure(Effect.tryPromise(() => fetch(address))))
        assert.isNotEmpty(shown)
      })
    )
  )

  it.live("a port that is taken is named", () =>
    inWorld(({ connect, connectionTo }) =>
      Effect.gen(function* () {
        const taken = createServer()
        yield* Effect.promise(() => new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve)))
        const address = taken.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const error = yield* Effect.flip(connect(connectionTo("spotify"), { port }))
        taken.close()
        assert.deepInclude(error, { code: "port-in-use" })
        assert.include(error.message, String(port))
      })
    )
  )

  it.live("a missing client id is answered with the guide to one", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        for (const [provider, said] of [
          ["google", "Desktop app"],
          ["google", "add https://www.googleapis.com/auth/calendar.events.readonly, "],
          ["microsoft", "http://localhost"],
          ["microsoft", "add Calendars.Read"],
          ["spotify", "http://127.0.0.1:8913"]
        ] as const) {
          const error = yield* Effect.flip(connect(connectionTo(provider, { clientId: null })))
          if (error._tag !== "SourceError") return assert.fail(error._tag)
          assert.deepInclude(error, { code: "client-id-missing", fault: "pipeline" })
          assert.include(error.hint, said)
          assert.match(error.hint, /\n {2}1\. Open https:/)
        }
        const noSecret = connectionTo("google", { clientSecret: null, endpoint: null })
        assert.strictEqual(yield* codeOf(connect(noSecret)), "client-secret-missing")
        assert.strictEqual(yield* codeOf(connect(connectionTo("google"), { wants: [] })), "nothing-to-ask")
        assert.deepStrictEqual([yield* consents, fake.requests], [[], []])
      })
    )
  )

  it.live("tokens are sent to none but the endpoint that gave them", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        yield* connect(connectionTo("google"))
        const asked = fake.requests.length
        const elsewhere = connectionTo("google", { endpoint: "https://elsewhere.example" })
        assert.strictEqual(yield* codeOf(token(elsewhere, [EVENTS])), "not-connected")
        assert.strictEqual(yield* codeOf(token(connectionTo("google", { endpoint: null }), [EVENTS])), "not-connected")
        const open = connectionTo("google", { endpoint: "http://elsewhere.example" })
        assert.strictEqual(yield* codeOf(token(open, [EVENTS])), "endpoint-invalid")
        assert.strictEqual(yield* codeOf(connect(open)), "endpoint-invalid")
        assert.strictEqual(fake.requests.length, asked)
      })
    )
  )
})

describe("connect with a device code", () => {
  it.live("waits for the person at the provider's pace", () =>
    inWorld(({ connect, connectionTo, fake, shown, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("microsoft")
        const slept: Array<number> = []
        fake.settings.pending = ["authorization_pending", "slow_down", "authorization_pending"]
        const device = ({ code, url }: DeviceCode) =>
          Effect.sync(() => {
            assert.deepStrictEqual([code, url], ["WDJB-MJHT", "https://microsoft.com/devicelogin"])
            fake.decideDevices(true)
          })
        const { granted } = yield* hurried(slept)(connect(me, { flow: "device" }, { device }))
        assert.deepStrictEqual(granted, ["Calendars.Read", "User.Read", "offline_access"])
        // Five seconds between polls, and ten after `slow_down`.
        assert.deepStrictEqual(slept, [5, 5, 10, 10])
        assert.isTrue(fake.isValid(yield* token(me, ["Calendars.Read"])))
        assert.lengthOf(
          shown.filter((line) => line.startsWith("http")),
          0
        )
      })
    )
  )

  it.live("asks less often while the provider can't be reached", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const slept: Array<number> = []
        fake.settings.faults = Array.from({ length: 3 }, () => ({ kind: "dropped" }))
        const device = () => Effect.sync(() => fake.decideDevices(true))
        yield* hurried(slept)(connect(connectionTo("microsoft"), { flow: "device" }, { device }))
        assert.deepStrictEqual(slept, [5, 10, 20, 40])
      })
    )
  )

  it.live("ends when the person declines, when the code runs out, and where there is none", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const me = connectionTo("microsoft")
        const device = () => Effect.sync(() => fake.decideDevices(false))
        const attempt = (person: { readonly device?: typeof device }) =>
          codeOf(hurried([])(connect(me, { flow: "device" }, person)))
        assert.strictEqual(yield* attempt({ device }), "connect-denied")
        assert.strictEqual(yield* attempt({}), "connect-timeout")
        assert.strictEqual(yield* codeOf(connect(connectionTo("google"), { flow: "device" })), "no-device-code")
        assert.isTrue((yield* consents).every(({ open }) => !open))
      })
    )
  )
})

it.live("the vault of a new home holds nothing", () =>
  inWorld(() =>
    Effect.gen(function* () {
      const vault = yield* Vault
      assert.deepStrictEqual(yield* vault.contents, { version: 1, grants: {}, secrets: {} })
    })
  )
)
