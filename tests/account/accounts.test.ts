import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Redacted } from "effect"
import { setSecret } from "../../src/account/secret.ts"
import { standingOf } from "../../src/account/standing.ts"
import { Vault } from "../../src/account/vault.ts"
import { Accounts } from "../../src/component/account.ts"
import { Database } from "../../src/component/database.ts"
import { sql } from "../../src/component/sql.ts"
import { noteSecret } from "../support/secrecy/record.ts"
import { exitOf, processOver } from "./process.ts"
import { CALENDARS, EVENTS, codeOf, hurried, inWorld, later } from "./world.ts"

describe("a token", () => {
  it.live("is the same until shortly before its end, and then a new one", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const first = yield* token(me, [EVENTS])
        assert.strictEqual(yield* later("54 minutes")(token(me, [EVENTS])), first)
        assert.strictEqual(refreshes(), 0)
        // The hour isn't over: it is renewed five minutes ahead.
        const second = yield* later("56 minutes")(token(me, [EVENTS]))
        assert.notStrictEqual(second, first)
        assert.isTrue(fake.isValid(second))
        assert.strictEqual(yield* later("57 minutes")(token(me, [EVENTS])), second)
        assert.strictEqual(refreshes(), 1)
      })
    )
  )

  it.live("that lives shorter than five minutes serves most of its life", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.lifetime = 60
        yield* connect(me)
        yield* later("40 seconds")(token(me, [EVENTS]))
        assert.strictEqual(refreshes(), 0)
        yield* later("50 seconds")(token(me, [EVENTS]))
        assert.strictEqual(refreshes(), 1)
      })
    )
  )

  it.live("without a stated end serves until the provider refuses it", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.lifetime = null
        yield* connect(me)
        const first = yield* later("40 days")(token(me, [EVENTS]))
        assert.strictEqual(refreshes(), 0)
        const second = yield* token(me, [EVENTS], { refused: Redacted.make(first) })
        assert.notStrictEqual(second, first)
        // Whoever was refused the same one gets the new one, without another refresh.
        assert.strictEqual(yield* token(me, [EVENTS], { refused: Redacted.make(first) }), second)
        assert.strictEqual(refreshes(), 1)
      })
    )
  )

  it.live("is refreshed once for all that ask at the same time, and rotation goes on from there", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        fake.settings.delay = 30
        yield* connect(me)
        for (const hours of [1, 2, 3]) {
          const all = yield* Effect.forEach(
            Array.from({ length: 20 }),
            () => later(`${hours} hours`)(token(me, [EVENTS])),
            { concurrency: "unbounded" }
          )
          assert.strictEqual(new Set(all).size, 1)
          assert.strictEqual(refreshes(), hours)
        }
        assert.deepStrictEqual([fake.mostAtOnce(), fake.reused()], [1, 0])
      })
    )
  )

  it.live("is refreshed once by several services over one home", () =>
    inWorld(({ connect, connectionTo, fake, home, refreshes }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        fake.settings.delay = 30
        yield* connect(me)
        const ask = Effect.flatMap(Accounts, (accounts) => accounts.token(me, [EVENTS])).pipe(
          Effect.provide(processOver(home), { local: true }),
          later("1 hour")
        )
        yield* Effect.all([ask, ask, ask, ask], { concurrency: "unbounded" })
        assert.deepStrictEqual([refreshes(), fake.mostAtOnce(), fake.reused()], [1, 1, 0])
      })
    )
  )

  it.live("is refreshed once by several processes", () =>
    inWorld(({ connect, connectionTo, fake, home, refreshes }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        fake.settings.delay = 100
        fake.settings.lifetime = 0
        yield* connect(me)
        fake.settings.lifetime = 3600
        const codes = yield* Effect.promise(() =>
          Promise.all([1, 2, 3].map(() => exitOf(import.meta.resolve("./token-asker.ts"), [home, fake.origin])))
        )
        assert.deepStrictEqual(codes, [0, 0, 0])
        assert.deepStrictEqual([refreshes(), fake.mostAtOnce(), fake.reused()], [1, 1, 0])
      })
    )
  )

  it.live("is handed out only after the rotated refresh token is on disk", () =>
    inWorld(({ connect, connectionTo, fake, home, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        yield* connect(me)
        const access = yield* later("1 hour")(token(me, [EVENTS]))
        // A process that starts now reads from disk what this one was given.
        const vault = yield* Effect.provide(Vault, processOver(home), { local: true })
        const [grant] = Object.values((yield* vault.contents).grants)
        assert.strictEqual(grant?.access === null || grant === undefined ? null : Redacted.value(grant.access), access)
        yield* later("2 hours")(token(me, [EVENTS]))
        assert.strictEqual(fake.reused(), 0)
      })
    )
  )

  it.live("a rotation that is interrupted is still kept", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        fake.settings.delay = 100
        yield* connect(me)
        const fiber = yield* Effect.forkChild(later("1 hour")(token(me, [EVENTS])))
        while (refreshes() === 0) yield* Effect.sleep("5 millis")
        yield* Fiber.interrupt(fiber)
        fake.settings.delay = 0
        yield* later("1 hour")(token(me, [EVENTS]))
        yield* later("2 hours")(token(me, [EVENTS]))
        assert.deepStrictEqual([refreshes(), fake.reused()], [2, 0])
      })
    )
  )
})

/** Later, and without waiting between tries. */
const hurriedly =
  (duration: Duration.Input) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    hurried([])(later(duration)(effect))

describe("when the provider stumbles", () => {
  it.live("what may pass is tried again", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        fake.settings.faults = [{ kind: "status", status: 503 }, { kind: "truncated" }]
        yield* hurriedly("1 hour")(token(me, [EVENTS]))
        fake.settings.faults = [{ kind: "dropped" }, { kind: "html" }]
        yield* hurriedly("3 hours")(token(me, [EVENTS]))
        assert.strictEqual(refreshes(), 6)
      })
    )
  )

  it.live("a token that still lives serves meanwhile; one that has ended fails, and may be asked for again", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const first = yield* token(me, [EVENTS])
        const down = Array.from({ length: 3 }, () => ({ kind: "status", status: 500 }) as const)
        fake.settings.faults = [...down]
        assert.strictEqual(yield* hurriedly("56 minutes")(token(me, [EVENTS])), first)
        fake.settings.faults = [...down]
        const error = yield* Effect.flip(hurriedly("61 minutes")(token(me, [EVENTS])))
        assert.deepInclude(error, { code: "provider-unavailable", retryable: true })
        yield* hurriedly("61 minutes")(token(me, [EVENTS]))
      })
    )
  )

  it.live("its word on when to come back is passed on: seconds, a date, and 0 for none", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const refused = Redacted.make(yield* token(me, [EVENTS]))
        const ask = Effect.flip(hurriedly("0 seconds")(token(me, [EVENTS], { refused })))
        fake.settings.faults = [{ kind: "status", status: 429, retryAfter: "30" }]
        assert.deepStrictEqual((yield* ask).retryAfter, Duration.seconds(30))
        fake.settings.faults = [{ kind: "status", status: 503, retryAfter: "Fri, 01 Jan 2100 00:00:00 GMT" }]
        assert.isAbove(Duration.toDays((yield* ask).retryAfter ?? Duration.zero), 365)
        fake.settings.faults = Array.from({ length: 3 }, () => ({ kind: "status", status: 503, retryAfter: "0" }))
        assert.isUndefined((yield* ask).retryAfter)
        assert.lengthOf(fake.settings.faults, 0)
      })
    )
  )

  it.live("nobody there is an error that may pass", () =>
    inWorld(({ connect, connectionTo, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("spotify", { endpoint: "http://127.0.0.1:9" })
        yield* Effect.flip(connect(me, {}, { open: () => Effect.void, agree: () => Effect.succeed(false) }))
        assert.strictEqual(yield* codeOf(token(me, ["user-read-recently-played"])), "not-connected")
        const unreachable = connect(
          me,
          {},
          {
            open: (url) => {
              const query = new URL(url).searchParams
              const back = new URL(query.get("redirect_uri") ?? "")
              back.searchParams.set("state", query.get("state") ?? "")
              back.searchParams.set("code", "some-code")
              return Effect.promise(() => fetch(back).then(() => undefined))
            }
          }
        )
        const error = yield* Effect.flip(unreachable)
        assert.deepInclude(error, { code: "provider-unreachable", retryable: true })
      })
    )
  )
})

describe("a grant that has ended", () => {
  it.live("is asked for once, never again until the person connects", () =>
    inWorld(({ connect, connectionTo, fake, home, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        fake.revokeAll()
        const error = yield* Effect.flip(later("1 hour")(token(me, [EVENTS])))
        assert.deepInclude(error, { code: "not-connected", retryable: false, fault: "environment" })
        assert.include(error.message, "removed in the account's settings")
        assert.notInclude(error.message, "testing")
        assert.include(error.hint, "keepsake connect google --connection me --pipeline holiday.yaml")
        yield* Effect.flip(later("1 hour")(token(me, [EVENTS])))
        const elsewhere = Effect.flatMap(Accounts, (accounts) => accounts.token(me, [EVENTS]))
        assert.strictEqual(
          yield* codeOf(Effect.provide(elsewhere, processOver(home), { local: true })),
          "not-connected"
        )
        assert.strictEqual(refreshes(), 1)
        assert.strictEqual((yield* standingOf(me)).state, "ended")
        yield* connect(me)
        assert.isTrue(fake.isValid(yield* token(me, [EVENTS])))
      })
    )
  )

  it.live("after 7 days at Google: says that the project is in testing, and how to end that", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        fake.revokeAll()
        const { message } = yield* Effect.flip(later("7 days")(token(me, [EVENTS])))
        for (const said of ["7 days ago", "testing status", "Publish app"]) assert.include(message, said)
      })
    )
  )

  it.live("after 6 months at Spotify: warns ahead, and says so when it has happened", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("spotify")
        const scopes = ["user-read-recently-played"]
        yield* connect(me)
        assert.isNull((yield* later("160 days")(standingOf(me))).warning)
        assert.match((yield* later("172 days")(standingOf(me))).warning ?? "", /6 months.* in 10 days/)
        yield* later("172 days")(token(me, scopes))
        assert.isNull((yield* later("172 days")(standingOf(connectionTo("google")))).warning)
        fake.revokeAll()
        const error = yield* Effect.flip(later("183 days")(token(me, scopes)))
        assert.deepInclude(error, { code: "not-connected" })
        assert.include(error.message, "Spotify ends every consent after 6 months")
      })
    )
  )

  it.live("without a refresh token ends with its access token", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const vault = yield* Vault
        yield* vault.update((contents) => ({
          ...contents,
          grants: Object.fromEntries(
            Object.entries(contents.grants).map(([key, grant]) => [key, { ...grant, refresh: null }])
          )
        }))
        yield* token(me, [EVENTS])
        assert.strictEqual(yield* codeOf(later("1 hour")(token(me, [EVENTS]))), "not-connected")
        assert.strictEqual(fake.settings.faults.length, 0)
      })
    )
  )
})

describe("who may ask", () => {
  it.live("nobody without a recorded consent, not even for a token that is there (I6)", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const asked = fake.requests.length
        const other = { ...me, name: "other" }
        assert.strictEqual(yield* codeOf(token(other, [EVENTS])), "consent-missing")
        assert.strictEqual(yield* codeOf(token(other, [])), "consent-missing")
        const database = yield* Database
        yield* database.execute(sql`update state.consents set withdrawn_at = now()`)
        assert.strictEqual(yield* codeOf(later("1 hour")(token(me, [EVENTS]))), "consent-withdrawn")
        yield* database.execute(sql`delete from state.consents`)
        assert.strictEqual(yield* codeOf(later("1 hour")(token(me, [EVENTS]))), "consent-missing")
        assert.strictEqual(fake.requests.length, asked)
      })
    )
  )

  it.live("scopes go by either name, and one that was never asked for needs a new consent", () =>
    inWorld(({ connect, connectionTo, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        yield* token(me, [`https://www.googleapis.com/auth/${EVENTS}`, CALENDARS])
        const error = yield* Effect.flip(token(me, ["photospicker.mediaitems.readonly"]))
        assert.strictEqual(error.code, "consent-missing")
        assert.include(error.message, "see the photos that you pick")
      })
    )
  )

  it.live("another client id can't use the tokens", () =>
    inWorld(({ connect, connectionTo, refreshes, token }) =>
      Effect.gen(function* () {
        yield* connect(connectionTo("google"))
        const error = yield* Effect.flip(
          later("1 hour")(token(connectionTo("google", { clientId: "other" }), [EVENTS]))
        )
        assert.include(error.message, "another client_id")
        assert.strictEqual(refreshes(), 0)
      })
    )
  )

  it.live("a client secret comes from the vault", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const secret = noteSecret("client secret", "client-secret-from-the-vault")
        fake.settings.clientSecret = secret
        const me = connectionTo("google", { clientSecret: Redacted.make("${secret:GOOGLE_CLIENT_SECRET}") })
        assert.strictEqual(yield* codeOf(connect(me)), "secret-missing")
        yield* setSecret("GOOGLE_CLIENT_SECRET", Redacted.make("wrong"))
        assert.strictEqual(yield* codeOf(connect(me)), "client-refused")
        yield* setSecret("GOOGLE_CLIENT_SECRET", Redacted.make(secret))
        yield* connect(me)
        yield* later("1 hour")(token(me, [EVENTS]))
      })
    )
  )
})
