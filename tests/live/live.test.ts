/** What `npm run test:live` does with real accounts, done with the fakes: by their `endpoint`, it is the same code. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { started } from "../provider/client.ts"
import { textAt } from "../providers/server/json.ts"
import type { Providers } from "../providers/index.ts"
import { googlePaths, microsoftPaths, signIn, spotifyPaths } from "../providers/support.ts"
import { Searched, temporaryDirectory } from "../support/engine.ts"
import { tryAll } from "./all.ts"
import type { Environment } from "./credentials.ts"
import { TRIALS } from "./trials.ts"

const GOOGLE = [
  "calendar.events.readonly",
  "calendar.calendarlist.readonly",
  "photospicker.mediaitems.readonly",
  "photoslibrary.readonly.appcreateddata"
].map((name) => `https://www.googleapis.com/auth/${name}`)
const MICROSOFT = ["Calendars.Read", "User.Read", "offline_access"]
const SPOTIFY = ["user-read-recently-played", "playlist-read-private", "playlist-read-collaborative"]

/** As a person would have got them from elsewhere. */
const refreshTokens = async ({ google, microsoft, spotify }: Providers, scopes = GOOGLE) => {
  const answers = await Promise.all([
    signIn(google.client, googlePaths(google.baseUrl), scopes),
    signIn(microsoft.client, microsoftPaths(microsoft.baseUrl), MICROSOFT),
    signIn(spotify.client, spotifyPaths(spotify.baseUrl), SPOTIFY)
  ])
  return answers.map(({ json }) => textAt(json, "refresh_token") ?? "")
}

const environmentOf = (
  { google, microsoft, spotify }: Providers,
  [ofGoogle = "", ofMicrosoft = ""]: ReadonlyArray<string>,
  spotifyFile: string
): Environment => ({
  KEEPSAKE_LIVE_GOOGLE_ENDPOINT: google.baseUrl,
  KEEPSAKE_LIVE_GOOGLE_CLIENT_ID: google.client.id,
  KEEPSAKE_LIVE_GOOGLE_CLIENT_SECRET: google.client.secret ?? "",
  KEEPSAKE_LIVE_GOOGLE_REFRESH_TOKEN: ofGoogle,
  KEEPSAKE_LIVE_GOOGLE_MAPS_KEY: google.apiKey,
  KEEPSAKE_LIVE_PICK: "1m",
  KEEPSAKE_LIVE_MICROSOFT_ENDPOINT: microsoft.baseUrl,
  KEEPSAKE_LIVE_MICROSOFT_CLIENT_ID: microsoft.client.id,
  KEEPSAKE_LIVE_MICROSOFT_REFRESH_TOKEN: ofMicrosoft,
  KEEPSAKE_LIVE_SPOTIFY_ENDPOINT: spotify.baseUrl,
  KEEPSAKE_LIVE_SPOTIFY_CLIENT_ID: spotify.client.id,
  KEEPSAKE_LIVE_SPOTIFY_REFRESH_TOKEN_FILE: spotifyFile
})

/** What is said of each trial. */
const saidIn = (environment: Environment, trials = TRIALS) =>
  Effect.gen(function* () {
    const said: Array<string> = []
    const failed = yield* tryAll(trials, environment, (line) => said.push(line))
    return { failed, said }
  })

const world = Effect.gen(function* () {
  const providers = yield* started({
    google: { events: 20, photos: 6, pollSeconds: 0.01, pickAtPoll: 2 },
    microsoft: { events: 20 },
    spotify: { plays: 60, playlists: 2, playlistSize: 5 }
  })
  // A file of the person's own, outside of any home.
  const file = join(yield* Effect.provideService(temporaryDirectory, Searched, false), "spotify-token")
  return { providers, file }
})

describe("live trials", () => {
  it.live("pass at providers that do as they should; a refresh token that is replaced is kept", () =>
    Effect.gen(function* () {
      const { file, providers } = yield* world
      const tokens = yield* Effect.promise(() => refreshTokens(providers))
      writeFileSync(file, tokens[2] ?? "")
      const { failed, said } = yield* saidIn(environmentOf(providers, tokens, file))
      assert.strictEqual(failed, 0, said.join("\n"))
      for (const [index, line] of said.entries()) {
        assert.match(
          line,
          /^\S+: passed, \d+ read with [1-9]\d* requests; again: nothing new, with \d+ requests/,
          TRIALS[index]?.name
        )
      }
      // Microsoft's is another each time, and has no file.
      assert.include(said.join("\n"), "the one in KEEPSAKE_LIVE_MICROSOFT_REFRESH_TOKEN may serve no more")
      assert.notStrictEqual(readFileSync(file, "utf8").trim(), tokens[2])
      // Only reading: nothing at the providers is changed, but for the session in which photos are picked.
      const changing = providers.requests
        .all()
        .filter(({ area, method }) => method !== "GET" && area !== "sign-in" && area !== "page" && area !== "picker")
      assert.deepEqual(
        new Set(changing.map(({ method, path }) => `${method} ${path}`)),
        new Set(["POST /v1/mediaItems:search"])
      )
    }).pipe(Effect.scoped)
  )

  it.live("say which variables they want where they are skipped", () =>
    Effect.gen(function* () {
      const { failed, said } = yield* saidIn({ KEEPSAKE_LIVE_SPOTIFY_CLIENT_ID: "an-id" })
      assert.strictEqual(failed, 0)
      const google =
        "KEEPSAKE_LIVE_GOOGLE_CLIENT_ID, KEEPSAKE_LIVE_GOOGLE_CLIENT_SECRET, KEEPSAKE_LIVE_GOOGLE_REFRESH_TOKEN or KEEPSAKE_LIVE_GOOGLE_REFRESH_TOKEN_FILE"
      const spotify = "KEEPSAKE_LIVE_SPOTIFY_REFRESH_TOKEN or KEEPSAKE_LIVE_SPOTIFY_REFRESH_TOKEN_FILE"
      assert.deepEqual(said, [
        `google-calendar.events: skipped, for want of ${google}`,
        `google-photos.picked: skipped, for want of KEEPSAKE_LIVE_PICK (somebody is there to pick a photo, and has so long for it, such as 5m), ${google}`,
        `google-photos.library: skipped, for want of ${google}`,
        "microsoft-calendar.events: skipped, for want of KEEPSAKE_LIVE_MICROSOFT_CLIENT_ID, KEEPSAKE_LIVE_MICROSOFT_REFRESH_TOKEN or KEEPSAKE_LIVE_MICROSOFT_REFRESH_TOKEN_FILE",
        `spotify.recently-played: skipped, for want of ${spotify}`,
        `spotify.playlists: skipped, for want of ${spotify}`,
        "reverse-geocode: skipped, for want of KEEPSAKE_LIVE_GOOGLE_MAPS_KEY",
        "place-details: skipped, for want of KEEPSAKE_LIVE_GOOGLE_MAPS_KEY"
      ])
    })
  )

  it.live("fail with the reason where access has ended, a scope is missing, or a key is wrong", () =>
    Effect.gen(function* () {
      const { file, providers } = yield* world
      const tokens = yield* Effect.promise(() => refreshTokens(providers, GOOGLE.slice(0, 1)))
      providers.microsoft.authority.revokeUser("ana@example.com")
      const one = ["google-calendar.events", "microsoft-calendar.events", "reverse-geocode"]
      const { failed, said } = yield* saidIn(
        { ...environmentOf(providers, tokens, file), KEEPSAKE_LIVE_GOOGLE_MAPS_KEY: "a-key-that-is-wrong" },
        TRIALS.filter(({ name }) => one.includes(name))
      )
      assert.deepEqual(
        said.map((line) => line.split(/[:,]/).slice(0, 3).join()),
        [
          "google-calendar.events, failed, scope-missing",
          "microsoft-calendar.events, failed, not-connected",
          "reverse-geocode, failed, key-refused"
        ]
      )
      assert.strictEqual(failed, one.length)
    }).pipe(Effect.scoped)
  )
})
