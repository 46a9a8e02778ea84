/** All streams of providers in one pipeline, stopped at any request: in the end all is there, once (I1, I2). */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { Connection } from "../../src/component/account.ts"
import { authored } from "../../src/component/sql.ts"
import { stream } from "../../src/sample/random.ts"
import { connectionTo, started } from "../provider/client.ts"
import type { Providers } from "../providers/index.ts"
import { query, temporaryDirectory } from "../support/engine.ts"
import { connect, connectionsYaml, runOnline } from "../support/online.ts"
import { runProcess } from "./process.ts"

const SOURCES = [
  ["meetings", "google-calendar.events", "google", "horizon: 30d"],
  ["picked", "google-photos.picked", "google", null],
  ["made", "google-photos.library", "google", null],
  ["office", "microsoft-calendar.events", "microsoft", "since: 2022-12-01, until: 2024-12-01"],
  ["lists", "spotify.playlists", "spotify", null],
  ["plays", "spotify.recently-played", "spotify", null]
] as const

/** Nothing goes wrong here that would pass. */
const HASTY = "retry: { schedule: none }"

const GOOGLE_SCOPES = [
  "calendar.events.readonly",
  "calendar.calendarlist.readonly",
  "photospicker.mediaitems.readonly",
  "photoslibrary.readonly.appcreateddata"
]

const connectionsTo = (providers: Providers): ReadonlyArray<Connection> => [
  { ...connectionTo(providers, "google", "ana@example.com"), name: "google", scopes: GOOGLE_SCOPES },
  { ...connectionTo(providers, "microsoft", "ana@example.com"), name: "microsoft" },
  { ...connectionTo(providers, "spotify", "ana"), name: "spotify" }
]

const pipeline = (connections: ReadonlyArray<Connection>, home: string, retry: string) => `
name: life
time_zone: Europe/Vienna
${connectionsYaml(...connections)}
sources:
${SOURCES.map(([name, type, connection, more]) => `  ${name}: { type: ${type}, connection: ${connection}, ${retry}${more === null ? "" : `, ${more}`} }`).join("\n")}
sinks:
${SOURCES.map(([name]) => `  ${name}_out: { type: file, path: "${join(home, `${name}.parquet`)}", from: ${name} }`).join("\n")}
`

/** All that is staged, without what tells of the runs. */
const staged = (home: string) =>
  Effect.forEach(SOURCES, ([name]) =>
    query(
      home,
      authored(`select to_json(t)::varchar as line from (select * exclude (_run, _first_seen_at, _last_seen_at)
        from staging.life__${name}) t order by _source_id`)
    ).pipe(Effect.map((rows) => [name, rows.map(({ line }) => String(line))] as const))
  )

interface World {
  readonly providers: Providers
  readonly home: string
  readonly file: string
  readonly connect: Effect.Effect<void, unknown>
  readonly run: (retry: string) => Effect.Effect<unknown, unknown>
  /** In the end all is as if nothing had happened. */
  readonly holds: Effect.Effect<void, unknown>
}

const inWorld = (test: (world: World) => Effect.Effect<void, unknown, Scope.Scope>) =>
  Effect.gen(function* () {
    const providers = yield* started({
      seed: 3,
      ragged: 0.7,
      latency: 15,
      google: { events: 120, photos: 90, pollSeconds: 0.01, pickAtPoll: 2 },
      microsoft: { events: 60 },
      spotify: { plays: 40, playlists: 8, playlistSize: 60 }
    })
    const connections = connectionsTo(providers)
    const at = (home: string) => ({
      connect: Effect.asVoid(Effect.forEach(connections, (connection) => connect(connection, home))),
      run: (retry: string) => runOnline(pipeline(connections, home, retry), home)
    })
    const [home, calm] = [yield* temporaryDirectory, yield* temporaryDirectory]
    const undisturbed = at(calm)
    yield* undisturbed.connect
    yield* undisturbed.run(HASTY)
    const wanted = yield* staged(calm)
    for (const [name, lines] of wanted) assert.isAbove(lines.length, 10, name)
    const file = join(home, "life.yaml")
    writeFileSync(file, pipeline(connections, home, HASTY))
    const own = at(home)
    yield* own.connect
    const holds = Effect.map(staged(home), (found) => assert.deepEqual(found, wanted))
    yield* test({ providers, home, file, ...own, holds })
  }).pipe(Effect.scoped)

/** Does it as soon as so many requests more have come. */
const after = (providers: Providers, requests: number, then: () => void): Promise<void> =>
  providers.requests.reached(providers.requests.count() + requests).then(then)

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : error

const revokeAll = ({ google, microsoft, secrets, spotify }: Providers) => {
  for (const { kind, value } of secrets.all()) {
    if (kind !== "refresh token") continue
    for (const { authority } of [google, microsoft, spotify]) authority.revokeToken(value)
  }
}

it.live(
  "six streams of three providers, cut off, locked out, killed and stopped at any request, lose and double nothing",
  () =>
    inWorld(({ connect: again, file, holds, home, providers, run }) =>
      Effect.gen(function* () {
        // The network goes in mid-run.
        const gone = after(providers, 5, () => providers.setOffline(true))
        assert.strictEqual(codeOf(yield* Effect.flip(run(HASTY))), "provider-unreachable")
        yield* Effect.promise(() => gone)
        const job = { pipeline: file, home, environment: { KEEPSAKE_KEYRING: "off" } }
        const offline = yield* Effect.promise(() => runProcess(job))
        assert.strictEqual(offline.code, 3, offline.errors)
        assert.match(offline.errors, /can't be reached at .* Nothing is lost: run the same command again later/s)
        providers.setOffline(false)
        // Access is revoked in mid-run.
        const revoked = after(providers, 15, () => revokeAll(providers))
        assert.strictEqual(codeOf(yield* Effect.flip(run(HASTY))), "not-connected")
        yield* Effect.promise(() => revoked)
        yield* again
        const random = stream("kill", 5)
        const stopped = (signal: NodeJS.Signals) =>
          Effect.promise(() => {
            const requests = random.integer(1, 40)
            return runProcess(job, { signal, when: providers.requests.reached(providers.requests.count() + requests) })
          })
        for (let kills = 0; kills < 5; kills++) yield* stopped("SIGKILL")
        const ended = yield* stopped("SIGINT")
        assert.strictEqual(ended.code, 130, ended.errors)
        yield* run(HASTY)
        yield* holds
      })
    ),
  300_000
)
