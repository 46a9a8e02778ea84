/** A sync as a run makes it: what it uses of a quota, and how long a thousand items take over a slow line. */
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { Duration, Effect, Layer, type Scope } from "effect"
import { accountsLayer } from "../../src/account/accounts.ts"
import { Providers as ProviderFiles } from "../../src/account/provider.ts"
import { secretsLayer } from "../../src/account/secret.ts"
import { vaultLayer } from "../../src/account/vault.ts"
import type { Connection } from "../../src/component/account.ts"
import { run } from "../../src/engine/run.ts"
import { providerApiLayer } from "../../src/provider/client.ts"
import { httpClientLayer } from "../../src/provider/http.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { connectionTo, started } from "../provider/client.ts"
import type { Providers, ProvidersOptions } from "../providers/index.ts"
import { utilisation } from "../providers/server/quota.ts"
import { checkText, over, temporaryDirectory } from "../support/engine.ts"
import { connect, connectionsYaml } from "../support/online.ts"
import { tinyPhoto } from "../connectors/google-photos/world.ts"
import { rounded } from "./process.ts"
import type { Bench, Figure } from "./report.ts"

const LATENCY = 100
/** As Google has it for a user: 600 a minute. */
const PER_SECOND = 10
const SOURCES = ["first", "second", "third", "fourth"]
/** Of each source; one request each, when nothing has changed. */
const CALENDARS = 25
const ITEMS = 1000

const filesLayer = Layer.effect(
  ProviderFiles,
  Effect.map(ProviderFiles, (files) => {
    const { calendar } = files.google.apis
    if (calendar === undefined) throw new Error("configs/google.yaml has no calendar")
    const quotas = [{ of: "requests", requests: PER_SECOND, every: Duration.seconds(1), per: "user" }] as const
    return { ...files, google: { ...files.google, apis: { ...files.google.apis, calendar: { ...calendar, quotas } } } }
  })
).pipe(Layer.provide(ProviderFiles.layer))

const onlineAt = (home: string) =>
  Layer.mergeAll(providerApiLayer, secretsLayer).pipe(
    Layer.provide(accountsLayer),
    Layer.provide(Layer.mergeAll(vaultLayer(homeAt(home), { KEEPSAKE_KEYRING: "off" }), filesLayer)),
    Layer.provide(httpClientLayer)
  )

/** Before a sync there is what there is to be. */
type Arrange = (providers: Providers) => void

interface Account {
  readonly providers: Providers
  /** Runs a pipeline of these sources, each a line of YAML; gives how many seconds that takes, and what comes of it. */
  readonly sync: (
    sources: Readonly<Record<string, string>>
  ) => Effect.Effect<{ readonly seconds: number; readonly rows: number }, unknown>
}

/** An account at fake providers, and a home that is connected to it. */
const withAccount = <A>(
  options: ProvidersOptions,
  connectionOf: (providers: Providers) => Connection,
  measure: (account: Account) => Effect.Effect<A, unknown, Scope.Scope>
): Promise<A> =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started({ ...options, latency: LATENCY })
    const connection = connectionOf(providers)
    yield* connect(connection, home)
    const sync: Account["sync"] = (sources) =>
      Effect.gen(function* () {
        const lines = Object.entries(sources).map(([name, source]) => `  ${name}: { ${source}, connection: me }`)
        const text = `name: life\n${connectionsYaml(connection)}\nsources:\n${lines.join("\n")}\nsinks:
  out: { type: file, path: "${join(home, "out.parquet")}", from: ${Object.keys(sources)[0]} }\n`
        const { findings, plan } = yield* checkText(text)
        if (plan === null) return yield* Effect.die(new Error(JSON.stringify(findings)))
        const began = performance.now()
        const summary = yield* run(plan, "run").pipe(
          Effect.scoped,
          Effect.provide(Layer.provideMerge(onlineAt(home), over(home)))
        )
        const seconds = (performance.now() - began) / 1000
        return { seconds, rows: Object.values(summary.sources).reduce((sum, ledger) => sum + ledger.new, 0) }
      })
    return yield* measure({ providers, sync })
  }).pipe(Effect.scoped, Effect.runPromise)

const google = (scopes: ReadonlyArray<string> | null) => (providers: Providers) => ({
  ...connectionTo(providers, "google", "ana@example.com"),
  scopes
})

/** What one sync made of the quota: from the first second, which a run begins without knowing of those before, to its end. */
const usedFrom = ({ quotas }: Providers, before: number) => {
  const usage = quotas.usage().find(({ area, per }) => area === "calendar" && per === "user")
  if (usage === undefined) throw new Error("nothing was asked")
  const times = usage.admitted.slice(before)
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const from = first + 1000
  const to = from + Math.floor((last - from) / 1000) * 1000
  return {
    count: usage.admitted.length,
    refused: usage.refused.filter((time) => time >= from && time <= last).length,
    used: utilisation(usage, from, to)
  }
}

const quotaOfSync = (): Promise<ReadonlyArray<Figure>> =>
  withAccount(
    {
      google: { events: 0, photos: 0 },
      quota: { rates: { calendar: [{ per: "user", limit: PER_SECOND, windowMs: 1000 }] } }
    },
    google(null),
    ({ providers, sync }) =>
      Effect.gen(function* () {
        const owner = { name: "Ana", address: "ana@example.com" }
        const range = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 6, 1) }
        const names = SOURCES.map((source) => Array.from({ length: CALENDARS }, (_, index) => `${source}-${index}`))
        for (const name of names.flat()) providers.google.calendars.add({ ...range, seed: 1, size: 5, name, owner })
        const sources = Object.fromEntries(
          SOURCES.map((source, index) => [
            source,
            `type: google-calendar.events, horizon: 30d, calendars: [${(names[index] ?? []).join(", ")}]`
          ])
        )
        yield* sync(sources)
        const full = usedFrom(providers, 0)
        yield* sync(sources)
        const changes = usedFrom(providers, full.count)
        return [
          {
            name: "quota_used_by_first_sync",
            value: rounded(full.used),
            meaning: `share of ${PER_SECOND} requests/s, four sources of ${CALENDARS} calendars on one key, after the first second`
          },
          {
            name: "quota_used_by_next_sync",
            value: rounded(changes.used),
            meaning: "the same, when nothing has changed"
          },
          {
            name: "refused",
            value: full.refused + changes.refused,
            meaning: "answers of 429 in both, after the first second"
          }
        ]
      })
  )

const itemsFrom = (
  name: string,
  options: ProvidersOptions,
  connectionOf: (providers: Providers) => Connection,
  source: string,
  arrange: Arrange = () => undefined
): Promise<Figure> =>
  withAccount(options, connectionOf, ({ providers, sync }) =>
    Effect.gen(function* () {
      arrange(providers)
      const { rows, seconds } = yield* sync({ it: source })
      const requests = providers.requests.all().length
      return {
        name: `${name}_seconds`,
        value: rounded(seconds),
        meaning: `${rows} rows of ${source.replace("type: ", "")} at ${LATENCY} ms, in ${requests} requests`
      }
    })
  )

export const sync: Bench = {
  name: "sync",
  summary: "runs over a slow line: what they use of a quota, and a thousand items",
  run: async () => [
    ...(await quotaOfSync()),
    await itemsFrom(
      "photos",
      { google: { events: 0, photos: 0, pollSeconds: 0.01, pickAtPoll: 1 } },
      google(["photospicker.mediaitems.readonly"]),
      "type: google-photos.picked",
      ({ google }) => {
        for (let index = 0; index < ITEMS; index++) google.shelf().put(tinyPhoto(index))
      }
    ),
    await itemsFrom(
      "google_events",
      { google: { events: ITEMS, photos: 0 } },
      google(null),
      "type: google-calendar.events, horizon: 30d"
    ),
    await itemsFrom(
      "microsoft_events",
      { microsoft: { events: 560 } },
      (providers) => connectionTo(providers, "microsoft", "ana@example.com"),
      "type: microsoft-calendar.events, since: 2024-01-01, until: 2024-12-01"
    ),
    await itemsFrom(
      "playlist_items",
      { spotify: { plays: 0, playlists: 10, playlistSize: ITEMS / 10 } },
      (providers) => connectionTo(providers, "spotify", "ana"),
      "type: spotify.playlists"
    )
  ]
}
