/** Google's names of places, from end to end: asked for once, with a key and consent, and kept no longer than is allowed. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { connect } from "../../src/account/connect.ts"
import { setSecret } from "../../src/account/secret.ts"
import type { Connection } from "../../src/component/account.ts"
import { SourceError } from "../../src/component/error.ts"
import { authored } from "../../src/component/sql.ts"
import type { RunOptions, RunSummary } from "../../src/engine/run.ts"
import { renderFinding } from "../../src/pipeline/finding.ts"
import { dinners, home as flat, walks } from "../../src/sample/places.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { processOver } from "../account/process.ts"
import { lifeOf } from "../conformance/life.ts"
import { connectionTo, started } from "../provider/client.ts"
import type { Providers, ProvidersOptions } from "../providers/index.ts"
import { checkText, over, query, temporaryDirectory } from "../support/engine.ts"
import { runOnline } from "../support/online.ts"

const PLACES = [flat, ...walks, ...dinners].slice(0, 6)
const AT_SEA = { latitude: -40, longitude: -140 }

interface World {
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

const pipeline = (directory: string, endpoint: string) => `
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

const inWorld = <A>(
  test: (world: World) => Effect.Effect<A, unknown, Scope.Scope>,
  { consent = true, key, ...options }: ProvidersOptions & { readonly consent?: boolean; readonly key?: string } = {}
) =>
  Effect.gen(function* () {
    const home = yield* temporaryDirectory
    const providers = yield* started({ google: { events: 0, photos: 0 }, ...options })
    const rows = [...PLACES, ...PLACES, AT_SEA].map(({ latitude, longitude }, index) => ({
      file_name: `${index}.jpg`,
      taken_at: "2024-05-01T10:00:00Z",
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

const namesIn = (home: string) =>
  Effect.map(
    query(
      home,
      authored("select distinct google_name as name from build.places__detailed where google_name is not null")
    ),
    (rows) => rows.map(({ name }) => String(name)).toSorted()
  )

const NAMES = [...new Set(PLACES.map(({ name }) => name))].toSorted()

/** The error's code and words. */
const failing = (run: Effect.Effect<RunSummary, unknown>) =>
  Effect.map(Effect.flip(run), (error) => (error instanceof SourceError ? error : assert.fail(String(error))))

describe("places at Google", () => {
  it.live("are asked for once each, and become no part of memories", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run()
        assert.deepEqual(yield* namesIn(home), NAMES)
        const asked = (area: string) => providers.requests.all().filter((request) => request.area === area)
        assert.strictEqual(asked("geocoding").length, PLACES.length + 1)
        // Details and the picture's address of each; the picture itself is another server's affair.
        assert.strictEqual(asked("places").length, 2 * PLACES.length)
        const life = JSON.stringify(yield* lifeOf(home))
        for (const { name } of PLACES) assert.notInclude(life, name)
        const [pictures] = yield* query(
          home,
          authored(
            "select count(*)::integer as n from cache.google_place where from_base64(thumbnail)[1:2] = '\\xFF\\xD8'::blob"
          )
        )
        assert.strictEqual(pictures?.["n"], PLACES.length)
        const before = providers.requests.count()
        yield* run()
        assert.strictEqual(providers.requests.count(), before)
        // I5: the key is nowhere but in the requests.
        const steps = yield* query(home, authored("select * from state.steps"))
        assert.notInclude(JSON.stringify(steps), providers.google.apiKey)
      })
    )
  )

  it.live("are forgotten after 30 days but for their ids, and asked for again", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run()
        const [oldest] = yield* query(
          home,
          authored("select count(distinct google_place_id)::integer as n from cache.google_geocode")
        )
        for (const table of ["google_geocode", "google_place"]) {
          yield* query(home, authored(`update cache.${table} set _answered_at = now() - interval 31 days`))
        }
        providers.google.switchApi("geocoding-backend", false)
        const error = yield* failing(run())
        assert.strictEqual(error.code, "key-refused")
        const [left] = yield* query(
          home,
          authored(
            "select count(google_address)::integer as addresses, count(distinct google_place_id)::integer as ids from cache.google_geocode"
          )
        )
        assert.deepEqual(left, { addresses: 0, ids: oldest?.["n"] })
        providers.google.switchApi("geocoding-backend", true)
        yield* run()
        assert.deepEqual(yield* namesIn(home), NAMES)
      })
    )
  )

  it.live("come completely with a tenth of all requests spoilt, and in runs of a few requests each", () =>
    inWorld(
      ({ home, run }) =>
        Effect.gen(function* () {
          let runs = 0
          while ((yield* run({ budget: 60 })).status !== "done") assert.isBelow(++runs, 8)
          assert.deepEqual(yield* namesIn(home), NAMES)
        }),
      { faults: { rate: 0.1, retryAfterMs: 5, dripMs: 1 } }
    )
  )

  it.live("a budget stops the run cleanly, before anything is made of half of the answers (I3)", () =>
    inWorld(({ home, run }) =>
      Effect.gen(function* () {
        const { sinks, status } = yield* run({ budget: 8 })
        assert.deepEqual([status, sinks], ["stopped", {}])
        assert.strictEqual((yield* run()).status, "done")
        assert.deepEqual(yield* namesIn(home), NAMES)
      })
    )
  )

  it.live("are not asked for without consent (I6)", () =>
    inWorld(
      ({ providers, run }) =>
        Effect.gen(function* () {
          const error = yield* failing(run())
          assert.strictEqual(error.code, "not-connected")
          assert.include(error.message, 'Transform "placed"')
          assert.include(error.hint, "keepsake connect google --connection maps")
          assert.strictEqual(providers.requests.count(), 0)
        }),
      { consent: false }
    )
  )

  it.live("say so when the key is wrong, without showing it", () =>
    inWorld(
      ({ run }) =>
        Effect.gen(function* () {
          const { code, hint, message } = yield* failing(run())
          assert.deepEqual(
            [code, message],
            [
              "key-refused",
              `Transform "placed": Google's geocoding API doesn't take the api_key of the connection maps (REQUEST_DENIED).`
            ]
          )
          assert.notInclude(message + hint, "AIzaWrong")
        }),
      { key: "AIzaWrong" }
    )
  )

  it.live("need a connection with a key, which validate says", () =>
    Effect.gen(function* () {
      const text = pipeline(".", "http://127.0.0.1:1")
      const without = yield* checkText(text.replaceAll(", connection: maps", ""))
      assert.include(without.findings.map(renderFinding).join("\n"), 'Write "connection: maps" here.')
      const keyless = yield* checkText(text.replace('api_key: "${secret:GOOGLE_MAPS_KEY}", ', ""))
      assert.include(keyless.findings.map(renderFinding).join("\n"), "keepsake secret set NAME")
    })
  )
})
