/** Photos at known places, an account whose key opens Google's place services, and a pipeline that asks them. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { connect } from "../../src/account/connect.ts"
import { setSecret } from "../../src/account/secret.ts"
import type { Connection } from "../../src/component/account.ts"
import { authored } from "../../src/component/sql.ts"
import type { RunOptions, RunSummary } from "../../src/engine/run.ts"
import { dinners, home as flat, walks } from "../../src/sample/places.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { processOver } from "../account/process.ts"
import { connectionTo, started } from "../provider/client.ts"
import type { Providers, ProvidersOptions } from "../providers/index.ts"
import { over, query, temporaryDirectory } from "../support/engine.ts"
import { runOnline } from "../support/online.ts"

export const PLACES = [flat, ...walks, ...dinners].slice(0, 6)
const AT_SEA = { latitude: -40, longitude: -140 }
/** Each place has two photos. */
const PHOTOS = [...PLACES, ...PLACES, AT_SEA]
export const ROWS = PHOTOS.length

export interface World {
  readonly providers: Providers
  readonly home: string
  readonly text: string
  readonly run: (options?: RunOptions) => Effect.Effect<RunSummary, unknown>
}

const maps = (providers: Providers): Connection => ({
  ...connectionTo(providers, "google", "ana@example.com"),
  name: "maps",
  clientId: null,
  clientSecret: null,
  apiKey: Redacted.make("${secret:GOOGLE_MAPS_KEY}")
})

export const pipeline = (directory: string, endpoint: string) => `
name: places
connections:
  maps: { provider: google, account: ana@example.com, api_key: "\${secret:GOOGLE_MAPS_KEY}", endpoint: "${endpoint}" }
sources:
  photos: { type: file.rows, path: ${join(directory, "photos.ndjson")}, key: [file_name], entity: media }
transforms:
  placed: { type: reverse-geocode, provider: google, connection: maps }
  detailed: { type: place-details, connection: maps, thumbnail: 200 }
sinks:
  memories: { type: memories, from: detailed }
`

const WANTS = [
  {
    stream: "reverse-geocode",
    source: "placed",
    scopes: ["maps.geocoding"],
    stores: "addresses",
    kind: "transform",
    key: true
  },
  {
    stream: "place-details",
    source: "detailed",
    scopes: ["maps.places"],
    stores: "names",
    kind: "transform",
    key: true
  }
] as const

/** Agrees, as a person does with `connect`: nobody but the person is asked. */
const agree = (providers: Providers, directory: string) =>
  connect(
    { connection: maps(providers), pipeline: "places", wants: WANTS, home: homeAt(directory), flow: "browser" },
    {
      agree: () => Effect.succeed(true),
      open: () => Effect.die("no browser is needed"),
      device: () => Effect.die("no device is needed")
    }
  )

export const inWorld = <A>(
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>,
  { consent = true, key, ...options }: ProvidersOptions & { readonly consent?: boolean; readonly key?: string } = {}
) =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started({ google: { events: 0, photos: 0 }, ...options })
    const rows = PHOTOS.map(({ latitude, longitude }, index) => ({
      file_name: `${index}.jpg`,
      // A day for each place.
      taken_at: `2024-05-0${(index % PLACES.length) + 1}T10:00:00Z`,
      latitude,
      longitude
    }))
    writeFileSync(join(home, "photos.ndjson"), rows.map((row) => JSON.stringify(row)).join("\n"))
    yield* Effect.gen(function* () {
      yield* setSecret("GOOGLE_MAPS_KEY", Redacted.make(key ?? providers.google.apiKey))
      if (consent) yield* agree(providers, home)
    }).pipe(Effect.provide(Layer.provideMerge(processOver(home), over(home))))
    const text = pipeline(home, providers.google.baseUrl)
    return yield* test({ providers, home, text, run: (how) => runOnline(text, home, how) })
  }).pipe(Effect.scoped)

/** The names that the build has. */
export const namesIn = (home: string) =>
  Effect.map(
    query(
      home,
      authored("select distinct google_name as name from build.places__detailed where google_name is not null")
    ),
    (rows) => rows.map(({ name }) => String(name)).toSorted()
  )

export const NAMES = [...new Set(PLACES.map(({ name }) => name))].toSorted()
