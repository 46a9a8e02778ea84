/** An account that is connected to a fake provider, and the client that asks it. */
import { type Duration, Effect, Layer, Redacted, Ref, Schema, type Scope } from "effect"
import { connect } from "../../src/account/connect.ts"
import { Providers as ProviderFiles } from "../../src/account/provider.ts"
import type { Connection, ProviderName } from "../../src/component/account.ts"
import { type ApiRequest, CurrentAsker, ProviderApi, type Rate } from "../../src/component/api.ts"
import { providerApiLayer } from "../../src/provider/client.ts"
import { httpClientLayer } from "../../src/provider/http.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { warehouseLayer } from "../../src/warehouse/warehouse.ts"
import { processOver } from "../account/process.ts"
import { authorizeAsUser } from "../providers/authorize.ts"
import { type Providers, type ProvidersOptions, startProviders } from "../providers/index.ts"
import { temporaryDirectory } from "../support/engine.ts"

/** Fakes that end with the scope. */
export const started = (options: ProvidersOptions): Effect.Effect<Providers, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startProviders(options)),
    ({ stop }) => Effect.promise(stop)
  )

export const connectionTo = (providers: Providers, provider: ProviderName, account: string): Connection => {
  const { baseUrl, client } = providers[provider]
  return {
    name: "me",
    provider,
    account,
    clientId: client.id,
    clientSecret: client.secret === null ? null : Redacted.make(client.secret),
    apiKey: null,
    scopes: null,
    endpoint: baseUrl,
    pipeline: "holiday.yaml"
  }
}

export const SCOPES: Readonly<Record<ProviderName, ReadonlyArray<string>>> = {
  google: ["calendar.events.readonly", "calendar.calendarlist.readonly"],
  microsoft: ["Calendars.Read", "User.Read"],
  spotify: ["user-read-recently-played", "playlist-read-private", "playlist-read-collaborative"]
}

/** Says yes to everything, as a person at the provider's page. */
export const connected = (connection: Connection, home: string, keep: (scope: string) => boolean = () => true) =>
  connect(
    {
      connection,
      pipeline: "holiday",
      wants: [{ stream: "a.stream", source: "it", scopes: SCOPES[connection.provider], stores: "events" }],
      home: homeAt(home),
      flow: "browser",
      port: 0
    },
    {
      agree: () => Effect.succeed(true),
      open: (url) => Effect.promise(() => authorizeAsUser(url, { keep }).then(() => undefined)),
      device: () => Effect.void
    }
  )

type Files = ProviderFiles["Service"]

/** The client over a home of its own; `change` is what the providers' files would have to say. */
export const clientOver = (home: string, change: (files: Files) => Files = (files) => files) =>
  providerApiLayer.pipe(
    Layer.provide(Layer.effect(ProviderFiles, Effect.map(ProviderFiles, change))),
    Layer.provideMerge(processOver(home)),
    Layer.provideMerge(warehouseLayer(homeAt(home))),
    Layer.provide(httpClientLayer)
  )

type Tools = Layer.Success<ReturnType<typeof clientOver>>

/** Runs a test with an account at each of the providers named. */
export const withClient = <A>(
  options: ProvidersOptions,
  provider: ProviderName,
  test: (providers: Providers, connection: Connection) => Effect.Effect<A, unknown, Tools | Scope.Scope>,
  change?: (files: Files) => Files
) =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started(options)
    const connection = connectionTo(providers, provider, "ana@example.com")
    return yield* Effect.gen(function* () {
      yield* connected(connection, home)
      return yield* test(providers, connection)
    }).pipe(Effect.provide(clientOver(home, change)))
  }).pipe(Effect.scoped)

/** A request to a provider's first API. */
export const requestOf = (connection: Connection, changes: Partial<ApiRequest> = {}): ApiRequest => ({
  connection,
  ...{
    google: { api: "calendar", path: "/users/me/calendarList" },
    microsoft: { api: "graph", path: "/me" },
    spotify: { api: "web", path: "/me/player/recently-played" }
  }[connection.provider],
  scopes: SCOPES[connection.provider],
  stream: "a.stream",
  ...changes
})

export interface Asking {
  readonly name: string
  readonly connection: Connection
  readonly rateLimit?: Rate
}

/** All ask as fast as they may, eight requests at a time each, for so long; gives how many answers came. */
export const busily = (who: ReadonlyArray<Asking>, duration: Duration.Input) =>
  Effect.gen(function* () {
    const api = yield* ProviderApi
    const answers = yield* Ref.make(0)
    const one = ({ connection, name, rateLimit }: Asking) =>
      Effect.flatMap(CurrentAsker, (nobody) =>
        api
          .json(requestOf(connection), Schema.Json)
          .pipe(
            Effect.andThen(Ref.update(answers, (before) => before + 1)),
            Effect.forever,
            Effect.provideService(CurrentAsker, { ...nobody, name, rateLimit: rateLimit ?? null })
          )
      )
    const eight = who.flatMap((each) => Array.from({ length: 8 }, () => one(each)))
    yield* Effect.all(eight, { concurrency: "unbounded", discard: true }).pipe(Effect.timeoutOption(duration))
    return yield* Ref.get(answers)
  })
