/**
 * A person, a home, a provider and everything that is said meanwhile: at the end of each test no token, code or secret may
 * be found in any log, error, trace, message, or file but the vault (I5).
 */
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { assert } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { type ConnectRequest, type Connected, type Interaction, connect } from "../../src/account/connect.ts"
import type { Want } from "../../src/account/consent.ts"
import type { Providers } from "../../src/account/provider.ts"
import type { Vault } from "../../src/account/vault.ts"
import { Accounts, type Connection, type ProviderName, type TokenOptions } from "../../src/component/account.ts"
import { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { type Warehouse, warehouseLayer } from "../../src/warehouse/warehouse.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { listening, shownAs } from "../support/listening.ts"
import { noteSecret } from "../support/secrecy/record.ts"
import { type FakeOAuth, fakeOAuth } from "./fake-oauth.ts"
import { processOver } from "./process.ts"

export const EVENTS = "calendar.events.readonly"
export const CALENDARS = "calendar.calendarlist.readonly"

const WANTS: Readonly<Record<ProviderName, ReadonlyArray<Want>>> = {
  google: [
    { stream: "google-calendar.events", source: "meetings", scopes: [EVENTS], stores: "events and people" },
    { stream: "google-calendar.list", source: "calendars", scopes: [CALENDARS], stores: "calendars" }
  ],
  microsoft: [
    {
      stream: "microsoft-calendar.events",
      source: "meetings",
      scopes: ["Calendars.Read", "User.Read"],
      stores: "events"
    }
  ],
  spotify: [
    { stream: "spotify.recently-played", source: "plays", scopes: ["user-read-recently-played"], stores: "plays" }
  ]
}

type Services = Accounts | Vault | Database | Providers | Warehouse

export interface World {
  readonly fake: FakeOAuth
  readonly home: string
  readonly connectionTo: (provider: ProviderName, changes?: Partial<Connection>) => Connection
  /** Everything shown to the person. */
  readonly shown: ReadonlyArray<string>
  readonly connect: (
    connection: Connection,
    changes?: Partial<ConnectRequest>,
    person?: Partial<Interaction>
  ) => Effect.Effect<Connected, SourceError | DatabaseError, Vault | Database | Providers>
  readonly token: (
    connection: Connection,
    scopes: ReadonlyArray<string>,
    options?: TokenOptions
  ) => Effect.Effect<string, SourceError, Accounts>
  readonly refreshes: () => number
  /** Names more that must not be seen. */
  readonly guard: (secrets: Iterable<string>) => void
}

/** A person who opens what is shown, and follows it back to the program. */
const browse = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    await response.text()
  })

/** A clock that is ahead of another, and sleeps in its own way. */
const ahead = (clock: Clock.Clock, more: () => number, sleep: Clock.Clock["sleep"]): Clock.Clock => {
  const millis = () => clock.currentTimeMillisUnsafe() + more()
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(more()) * 1_000_000n
  return {
    ...clock,
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep
  }
}

/** Runs an effect as if it were so much later. */
export const later = (duration: Duration.Input) =>
  Effect.updateService(Clock.Clock, (clock) =>
    ahead(
      clock,
      () => Duration.toMillis(duration),
      (wait) => clock.sleep(wait)
    )
  )

/** Runs an effect that doesn't wait: time jumps ahead instead. What it would have slept, in seconds, is noted. */
export const hurried = (slept: Array<number>) =>
  Effect.updateService(Clock.Clock, (clock) =>
    ahead(
      clock,
      () => Math.ceil(slept.reduce((sum, seconds) => sum + seconds * 1000, 0)),
      (wait) =>
        Effect.sync(() => {
          slept.push(Duration.toSeconds(wait))
        })
    )
  )

/** The code of a failure, however it is typed. */
export const codeOf = <A, E extends { readonly code: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ code }) => code)

const STATIC_SECRET = noteSecret("client secret", "client-secret-of-the-test")

const filesOf = (directory: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("vault."))
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), "latin1")])

/** Runs a test in a new world, and looks for what must not be seen at its end. */
export const inWorld = (
  test: (world: World) => Effect.Effect<void, unknown, Services | Scope.Scope>
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const fake = yield* fakeOAuth
    const heard: Array<string> = []
    const shown: Array<string> = []
    const hear = (...texts: ReadonlyArray<string>) => {
      heard.push(...texts)
    }
    const watched = listening(hear)
    const show = (...lines: ReadonlyArray<string>) =>
      Effect.sync(() => {
        shown.push(...lines)
      })
    const guarded = new Set([STATIC_SECRET])
    const world: World = {
      guard: (secrets) => {
        for (const secret of secrets) guarded.add(secret)
      },
      fake,
      home,
      shown,
      connectionTo: (provider, changes = {}) => ({
        name: "me",
        provider,
        account: "ana@example.com",
        clientId: "client-1",
        clientSecret: Redacted.make(STATIC_SECRET),
        apiKey: null,
        scopes: null,
        endpoint: fake.origin,
        pipeline: "holiday.yaml",
        ...changes
      }),
      connect: (connection, changes = {}, person = {}) =>
        watched(
          connect(
            {
              connection,
              pipeline: "holiday",
              wants: WANTS[connection.provider],
              home: homeAt(home),
              flow: "browser",
              port: 0,
              ...changes
            },
            {
              agree: (lines) => Effect.as(show(...lines), true),
              open: (url) => Effect.andThen(show(url), browse(url)),
              device: ({ code, url }) => show(url, code),
              ...person
            }
          )
        ),
      token: (connection, scopes, options) =>
        watched(Effect.flatMap(Accounts, (accounts) => accounts.token(connection, scopes, options))).pipe(
          Effect.map((token) => {
            hear(...shownAs(token))
            return Redacted.value(token)
          })
        ),
      refreshes: () => fake.requests.filter(({ grantType }) => grantType === "refresh_token").length
    }
    yield* test(world).pipe(
      Effect.provide(Layer.provideMerge(processOver(home), warehouseLayer(homeAt(home)))),
      listening(hear),
      Effect.scoped
    )
    const secrets = [...fake.secrets, ...guarded].filter((secret) => secret !== "")
    for (const [what, text] of [["said", heard.join("\n")], ["shown", shown.join("\n")], ...filesOf(home)] as const) {
      for (const secret of secrets) assert.isFalse(text.includes(secret), `${what} holds ${secret}`)
    }
  }).pipe(Effect.scoped)
