import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Ref, Schema } from "effect"
import { ApiRefusal, type ApiRequest, type Asker, CurrentAsker, ProviderApi } from "../../src/component/api.ts"
import { SourceError } from "../../src/component/error.ts"
import { FAULT_KINDS } from "../providers/server/faults.ts"
import { RETRY_AFTER_FORMS } from "../providers/server/retry-after.ts"
import { later } from "../account/world.ts"
import { requestOf, withClient } from "./client.ts"

const SMALL = { google: { events: 3, photos: 0 }, microsoft: { events: 3 }, spotify: { plays: 3, playlists: 1 } }
const QUICK = { base: Duration.millis(5), cap: Duration.millis(50) }

const Items = Schema.Struct({ items: Schema.Array(Schema.Json) })

const asker = (changes: Partial<Asker> = {}): Asker => ({
  name: "test",
  rateLimit: null,
  retry: QUICK,
  thrifty: false,
  admit: Effect.void,
  retrying: () => Effect.void,
  ...changes
})

const ask = (request: ApiRequest, who: Partial<Asker> = {}) =>
  Effect.flatMap(ProviderApi, (api) => api.json(request, Schema.Json)).pipe(
    Effect.provideService(CurrentAsker, asker(who))
  )

/** The words of a failure, whichever kind it is. */
const wordsOf = (error: unknown): SourceError =>
  error instanceof ApiRefusal ? error.error : error instanceof SourceError ? error : assert.fail(String(error))

const failing = (request: ApiRequest, who: Partial<Asker> = {}) => Effect.map(Effect.flip(ask(request, who)), wordsOf)

const PROVIDERS = ["google", "microsoft", "spotify"] as const
const AREAS = { google: "calendar", microsoft: "graph", spotify: "spotify" } as const

describe.each(PROVIDERS)("asking %s", (provider) => {
  it.live("answers with what the API has, and follows what the schema says", () =>
    withClient(SMALL, provider, (_, connection) =>
      Effect.gen(function* () {
        const api = yield* ProviderApi
        const request = requestOf(connection)
        yield* api.json(request, Schema.Json)
        const changed = yield* Effect.flip(api.json(request, Schema.Struct({ nothing_of_the_kind: Schema.String })))
        assert.strictEqual(wordsOf(changed).code, "api-changed")
        assert.include(wordsOf(changed).message, "nothing_of_the_kind")
      })
    )
  )

  it.live("gets another token when one is refused, once", () =>
    withClient(SMALL, provider, ({ clock, requests }, connection) =>
      Effect.gen(function* () {
        yield* ask(requestOf(connection))
        clock.advance(Duration.toMillis("2 hours"))
        const before = requests.count()
        yield* ask(requestOf(connection))
        const statuses = requests.since(before).map(({ area, status }) => [area, status])
        assert.deepEqual(statuses, [
          [AREAS[provider], 401],
          ["sign-in", 200],
          [AREAS[provider], 200]
        ])
      })
    )
  )

  for (const kind of FAULT_KINDS) {
    it.live(`tries again after ${kind}, and counts that`, () =>
      withClient({ ...SMALL, faults: { retryAfterMs: 30 } }, provider, ({ faults }, connection) =>
        Effect.gen(function* () {
          const count = yield* Ref.make({ requests: 0, retries: 0 })
          const counting = {
            admit: Ref.update(count, (before) => ({ ...before, requests: before.requests + 1 })),
            retrying: () => Ref.update(count, (before) => ({ ...before, retries: before.retries + 1 }))
          }
          for (const retryAfter of kind === "rate-limit" ? RETRY_AFTER_FORMS : RETRY_AFTER_FORMS.slice(0, 1)) {
            yield* Ref.set(count, { requests: 0, retries: 0 })
            faults.plan({ kind, match: /./, times: 2, retryAfter })
            yield* ask(requestOf(connection), counting)
            assert.deepEqual(
              yield* Ref.get(count),
              kind === "drip" ? { requests: 1, retries: 0 } : { requests: 3, retries: 2 }
            )
          }
        })
      )
    )
  }

  it.live("says how to get on where the network is gone, and works again when it is back", () =>
    withClient(SMALL, provider, ({ setOffline }, connection) =>
      Effect.gen(function* () {
        setOffline(true)
        const error = yield* failing(requestOf(connection), { retry: { ...QUICK, times: 2 } })
        assert.strictEqual(error.code, "provider-unreachable")
        assert.strictEqual(error.fault, "environment")
        setOffline(false)
        yield* ask(requestOf(connection))
      })
    )
  )

  it.live("sends no token to an address that is not the API's", () =>
    withClient(SMALL, provider, ({ requests }, connection) =>
      Effect.gen(function* () {
        const before = requests.count()
        const error = yield* failing(requestOf(connection, { path: "https://elsewhere.example/v1" }))
        assert.strictEqual(error.code, "foreign-link")
        assert.strictEqual(requests.count(), before)
      })
    )
  )
})

describe("what providers refuse", () => {
  it.live("a link of the API is followed, by way of the endpoint", () =>
    withClient(SMALL, "google", (_, connection) =>
      Effect.gen(function* () {
        const path = "https://www.googleapis.com/calendar/v3/users/me/calendarList?maxResults=1"
        const api = yield* ProviderApi
        const { items } = yield* api.json(requestOf(connection, { path }), Items)
        assert.strictEqual(items.length, 1)
      })
    )
  )

  it.live("a refusal has the provider's word, for the connector to make sense of", () =>
    withClient(SMALL, "google", ({ google }, connection) =>
      Effect.gen(function* () {
        const path = "/calendars/primary/events"
        const Page = Schema.Struct({ nextSyncToken: Schema.String })
        const api = yield* ProviderApi
        const { nextSyncToken } = yield* api.json(requestOf(connection, { path }), Page)
        google.expireSyncTokens()
        const gone = yield* Effect.flip(ask(requestOf(connection, { path, query: { syncToken: nextSyncToken } })))
        assert.isTrue(gone instanceof ApiRefusal && gone.status === 410 && gone.reason === "fullSyncRequired")
        const nowhere = yield* Effect.flip(ask(requestOf(connection, { path: "/calendars/none/events" })))
        assert.isTrue(nowhere instanceof ApiRefusal && nowhere.status === 404 && nowhere.reason === "notFound")
        assert.notInclude(JSON.stringify(gone), nextSyncToken)
      })
    )
  )

  it.live("an API that is switched off, a scope that the token lacks: in words, at once", () =>
    withClient(SMALL, "google", ({ google, requests }, connection) =>
      Effect.gen(function* () {
        google.switchApi("calendar-json", false)
        const before = requests.count()
        const disabled = yield* failing(requestOf(connection))
        assert.strictEqual(disabled.code, "api-disabled")
        assert.strictEqual(requests.since(before).length, 1)
        google.switchApi("calendar-json", true)
        const picker = requestOf(connection, { api: "photos-picker", path: "/mediaItems?sessionId=1" })
        const narrow = yield* failing(picker)
        assert.strictEqual(narrow.code, "scope-missing")
        const unasked = yield* failing({ ...picker, scopes: ["photospicker.mediaitems.readonly"] })
        assert.strictEqual(unasked.code, "consent-missing")
      })
    )
  )

  it.live("a grant that was revoked, a testing app's token after a week: connect again", () =>
    withClient({ ...SMALL, google: { ...SMALL.google, testing: true } }, "google", ({ clock }, connection) =>
      Effect.gen(function* () {
        clock.advance(Duration.toMillis("8 days"))
        const error = yield* later("8 days")(failing(requestOf(connection)))
        assert.strictEqual(error.code, "not-connected")
        assert.include(error.message, "testing status")
        assert.include(error.hint, "keepsake connect google --connection me --pipeline holiday.yaml")
      })
    )
  )

  it.live("a wait of an hour ends the run, and says until when", () =>
    withClient({ ...SMALL, faults: { retryAfterMs: 3_600_000 } }, "spotify", ({ faults }, connection) =>
      Effect.gen(function* () {
        faults.plan({ kind: "rate-limit", match: /./, times: 1, retryAfter: "seconds" })
        const error = yield* failing(requestOf(connection))
        assert.strictEqual(error.code, "quota-used-up")
        assert.match(error.message, /until \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
      })
    )
  )

  it.live("a network that was never there is not waited for as long as one that is gone for a while", () =>
    withClient(SMALL, "google", ({ setOffline }, connection) =>
      Effect.gen(function* () {
        const retries = yield* Ref.make(0)
        const counting = {
          retry: { ...QUICK, times: 7 },
          retrying: () => Ref.update(retries, (before) => before + 1)
        }
        setOffline(true)
        yield* failing(requestOf(connection), counting)
        assert.strictEqual(yield* Ref.getAndSet(retries, 0), 5)
        setOffline(false)
        yield* ask(requestOf(connection))
        setOffline(true)
        yield* failing(requestOf(connection), counting)
        assert.strictEqual(yield* Ref.get(retries), 7)
      })
    )
  )

  it.live("asks no more for a while what has failed again and again", () =>
    withClient(SMALL, "google", ({ requests, setOffline }, connection) =>
      Effect.gen(function* () {
        setOffline(true)
        const before = requests.count()
        const all = yield* Effect.forEach(
          Array.from({ length: 30 }),
          () => failing(requestOf(connection), { retry: { schedule: "none" } }),
          { concurrency: 3 }
        )
        assert.isAtMost(requests.since(before).length, 12)
        // What is said is what was found last, though nobody has asked.
        assert.deepInclude(all.at(-1), { code: "provider-unreachable", message: all[0]?.message ?? "" })
        setOffline(false)
        yield* Effect.sleep("5 seconds")
        yield* ask(requestOf(connection))
      })
    )
  )

  it.live("who refuses to be asked more is not asked", () =>
    withClient(SMALL, "google", ({ requests }, connection) =>
      Effect.gen(function* () {
        const stop = new SourceError({ code: "budget-spent", message: "", hint: "", fault: "run", retryable: false })
        const before = requests.count()
        const error = yield* failing(requestOf(connection), { admit: Effect.fail(stop) })
        assert.strictEqual(error.code, "budget-spent")
        assert.strictEqual(requests.count(), before)
      })
    )
  )

  it.live("what is interrupted gives its place back", () =>
    withClient({ ...SMALL, latency: 200 }, "microsoft", ({ quotas }, connection) =>
      Effect.gen(function* () {
        for (let round = 0; round < 5; round++) {
          const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(ask(requestOf(connection))))
          yield* Effect.sleep(50)
          yield* Fiber.interruptAll(fibers)
        }
        // Of the mailbox's two places, both are free again.
        yield* Effect.all([ask(requestOf(connection)), ask(requestOf(connection))], { concurrency: 2 })
        assert.isAtLeast(quotas.mostAtOnce("graph"), 2)
      })
    )
  )
})
