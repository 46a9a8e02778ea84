import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { consented } from "../../src/account/consent.ts"
import { disconnect } from "../../src/account/disconnect.ts"
import { standingOf } from "../../src/account/standing.ts"
import { EVENTS, codeOf, hurried, inWorld, later } from "./world.ts"

describe("disconnect", () => {
  it.live("revokes at the provider, deletes the tokens, withdraws the consent", () =>
    inWorld(({ connect, connectionTo, fake, home, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        const access = yield* token(me, [EVENTS])
        const before = readFileSync(join(home, "vault.age"))
        const { revoked, words } = yield* disconnect(me)
        assert.isTrue(revoked)
        assert.include(words, "Google has revoked it")
        assert.strictEqual(fake.requests.at(-1)?.path, "/revoke")
        assert.isFalse(fake.isValid(access))
        assert.isFalse(yield* consented(me, [EVENTS]))
        assert.strictEqual((yield* standingOf(me)).state, "never")
        assert.isBelow(readFileSync(join(home, "vault.age")).length, before.length)
        assert.strictEqual(yield* codeOf(token(me, [EVENTS])), "consent-withdrawn")
        assert.include((yield* disconnect(me)).words, "no access")
      })
    )
  )

  it.live("says where to revoke by hand what can't be revoked from here", () =>
    inWorld(({ connect, connectionTo }) =>
      Effect.gen(function* () {
        for (const [provider, place] of [
          ["microsoft", "account.live.com"],
          ["spotify", "spotify.com/account/apps"]
        ] as const) {
          const me = connectionTo(provider)
          yield* connect(me)
          const { revoked, words } = yield* disconnect(me)
          assert.isFalse(revoked)
          assert.include(words, place)
          assert.strictEqual((yield* standingOf(me)).state, "never")
        }
      })
    )
  )

  it.live("keeps the tokens while the provider can't be told, and asks it for nothing else", () =>
    inWorld(({ connect, connectionTo, fake, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        const down = Array.from({ length: 3 }, () => ({ kind: "status", status: 503 }) as const)
        yield* connect(me)
        fake.settings.faults = [...down]
        assert.strictEqual(yield* codeOf(hurried([])(disconnect(me))), "provider-unavailable")
        assert.strictEqual((yield* standingOf(me)).state, "connected")
        assert.strictEqual(yield* codeOf(token(me, [EVENTS])), "consent-withdrawn")
        fake.settings.faults = [...down]
        const forced = yield* hurried([])(disconnect(me, { force: true }))
        assert.isFalse(forced.revoked)
        assert.include(forced.words, "myaccount.google.com")
        assert.strictEqual((yield* standingOf(me)).state, "never")
      })
    )
  )

  it.live("what the provider has revoked already counts as revoked", () =>
    inWorld(({ connect, connectionTo, fake }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        yield* connect(me)
        fake.revokeAll()
        assert.isTrue((yield* disconnect(me)).revoked)
      })
    )
  )

  it.live("a refresh that is under way doesn't bring the tokens back", () =>
    inWorld(({ connect, connectionTo, fake, refreshes, token }) =>
      Effect.gen(function* () {
        const me = connectionTo("google")
        fake.settings.rotate = true
        yield* connect(me)
        fake.settings.delay = 100
        const asking = yield* Effect.forkChild(later("1 hour")(token(me, [EVENTS])))
        while (refreshes() === 0) yield* Effect.sleep("5 millis")
        const { revoked } = yield* disconnect(me)
        const access = yield* Fiber.join(asking)
        assert.isTrue(revoked)
        assert.isFalse(fake.isValid(access))
        assert.strictEqual((yield* standingOf(me)).state, "never")
      })
    )
  )

  it.live("takes back the consents of all connections that share the account's tokens", () =>
    inWorld(({ connect, connectionTo }) =>
      Effect.gen(function* () {
        const [me, other] = [connectionTo("google"), connectionTo("google", { name: "other" })]
        yield* connect(me)
        yield* connect(other)
        yield* disconnect(me)
        assert.deepStrictEqual([yield* consented(me, [EVENTS]), yield* consented(other, [EVENTS])], [false, false])
      })
    )
  )
})
