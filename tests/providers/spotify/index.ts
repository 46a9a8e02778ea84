/** Spotify: OAuth and Web API behind one address. */
import { type Listening, listeningOf } from "../life/music.ts"
import { type Authority, type Client, type Rotation, authorityOf } from "../oauth/authority.ts"
import { type SignIn, authorizeRoutes } from "../oauth/authorize.ts"
import { tokenRoute } from "../oauth/token.ts"
import { bearerOf } from "../server/call.ts"
import { type Common, DATA_TO } from "../server/common.ts"
import type { Provider } from "../server/listen.ts"
import { plain } from "../server/reply.ts"
import type { Mode } from "./track-json.ts"
import { spotifyError, webApiRoutes } from "./web-api.ts"

export interface SpotifyOptions {
  /** Names of users; the first is the default. */
  readonly users: readonly [string, ...ReadonlyArray<string>]
  readonly plays: number
  readonly playlists: number
  readonly playlistSize: number
  readonly rotation: Rotation
  readonly mode: Mode
}

export const SPOTIFY_DEFAULTS: SpotifyOptions = {
  users: ["ana"],
  plays: 120,
  playlists: 5,
  playlistSize: 60,
  rotation: "strict",
  mode: "development"
}

export interface Spotify {
  readonly provider: Provider
  readonly authority: Authority
  readonly client: Client
  readonly listening: (user?: string) => Listening
}

const SCOPES = new Set([
  "user-read-recently-played",
  "playlist-read-private",
  "playlist-read-collaborative",
  "user-read-private",
  "user-read-email",
  "user-library-read",
  "user-top-read"
])

/** Six months from consent, whatever is done in between. */
const CONSENT_LIFE_MS = 182 * 24 * 3_600_000

const LOOPBACK_ADDRESSES = new Set(["127.0.0.1", "[::1]"])

export const spotifyOf = ({ seed, clock, secrets }: Common, options: SpotifyOptions): Spotify => {
  const authority = authorityOf(
    {
      prefixes: { code: "AQB", access: "BQD", refresh: "AQC" },
      accessMs: 3_600_000,
      codeMs: 600_000,
      refreshMs: CONSENT_LIFE_MS,
      rotation: options.rotation,
      refreshable: () => true
    },
    clock,
    secrets
  )
  const client: Client = { id: "4711cafe4711cafe4711cafe4711cafe", secret: null, project: "keepsake", testing: false }
  authority.clients.set(client.id, client)
  const signIn: SignIn = {
    provider: "Spotify",
    authority,
    authorizePath: /^\/authorize$/,
    tokenPath: /^\/api\/token$/,
    redirectProblem: ({ protocol, hostname }) =>
      protocol === "https:" || LOOPBACK_ADDRESSES.has(hostname) ? null : "INVALID_CLIENT: Insecure redirect URI",
    knows: (scope) => SCOPES.has(scope),
    users: () => options.users,
    returned: () => ({}),
    shownScopes: (scopes) => scopes.join(" "),
    refused: (error, description) => ({ error, error_description: description })
  }
  const { plays, playlists, playlistSize } = options
  const listeners = new Map(
    options.users.map((user) => [user, listeningOf({ seed, user, plays, playlists, playlistSize, until: DATA_TO })])
  )
  return {
    authority,
    client,
    listening: (user = options.users[0]) => {
      const listening = listeners.get(user)
      if (listening === undefined) throw new Error(`Spotify has no user ${user}.`)
      return listening
    },
    provider: {
      name: "spotify",
      identify: (headers) => authority.identify(bearerOf(headers)),
      notFound: () => spotifyError(404, "Service not found"),
      rateLimited: () => plain("Too many requests", 429),
      broken: (_, status) => spotifyError(status, "Server error"),
      routes: [
        ...authorizeRoutes(signIn),
        tokenRoute(signIn, secrets),
        ...webApiRoutes((user) => listeners.get(user), options.mode)
      ]
    }
  }
}
