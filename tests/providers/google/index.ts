/** Google: OAuth, Calendar, Photos Picker and Library, geocoding and Places, behind one address. */
import { nameOf } from "../life/people.ts"
import { type Shelf, shelfOf } from "../life/photos.ts"
import type { Authority, Client, Rotation } from "../oauth/authority.ts"
import { type Call, type Identity, type Route, bearerOf } from "../server/call.ts"
import { type Common, DATA_FROM, DATA_TO } from "../server/common.ts"
import type { Provider } from "../server/listen.ts"
import { atlasOf } from "./atlas.ts"
import { bytesRoutes } from "./bytes.ts"
import { calendarApi } from "./calendar-api.ts"
import { type Calendar, type Calendars, calendarsOf } from "./calendars.ts"
import { type Api, apiError, broken, rateLimited } from "./error.ts"
import { geocodeRoute } from "./geocode-api.ts"
import { libraryApi } from "./library-api.ts"
import { type PickerApi, pickerApi } from "./picker-api.ts"
import { placesRoutes } from "./places-api.ts"
import { googleSignIn } from "./sign-in.ts"

export interface GoogleOptions {
  /** Addresses; the first is the default. Each has a primary calendar and a shelf of photos. */
  readonly users: readonly [string, ...ReadonlyArray<string>]
  /** Entries in each primary calendar. */
  readonly events: number
  readonly photos: number
  readonly rotation: Rotation
  /** A project in testing: refresh tokens end after seven days. */
  readonly testing: boolean
  readonly syncTokenLifeMs: number
  readonly pollSeconds: number
  readonly pickTimeoutSeconds: number
  /** The person picks all photos at this poll of a session; null: only when the test says so. */
  readonly pickAtPoll: number | null
}

export const GOOGLE_DEFAULTS: GoogleOptions = {
  users: ["ana@example.com"],
  events: 200,
  photos: 100,
  rotation: "keep",
  testing: false,
  syncTokenLifeMs: 30 * 24 * 3_600_000,
  pollSeconds: 1,
  pickTimeoutSeconds: 600,
  pickAtPoll: null
}

type Service = "calendar-json" | "photospicker" | "photoslibrary" | "geocoding-backend" | "places"

export interface Google {
  readonly provider: Provider
  readonly authority: Authority
  readonly client: Client
  readonly apiKey: string
  readonly calendars: Calendars
  /** The first user's primary calendar. */
  readonly calendar: Calendar
  readonly shelf: (user?: string) => Shelf
  readonly picker: Pick<PickerApi, "sessions" | "pick">
  readonly expireSyncTokens: () => void
  /** Switches an API of the project off, or on again. */
  readonly switchApi: (service: Service, on: boolean) => void
}

/** The Picker's items and the Library's have the same path: one names a session. */
const itemsRoute = (picked: (call: Call) => ReturnType<Route["handle"]>, own: Route["handle"]): Route => ({
  method: "GET",
  path: /^\/v1\/mediaItems$/,
  area: (query) => (query.has("sessionId") ? "picker" : "library"),
  handle: (call) => (call.query.has("sessionId") ? picked(call) : own(call))
})

export const googleOf = ({ seed, clock, secrets, ragged }: Common, options: GoogleOptions): Google => {
  const { authority, routes: signInRoutes } = googleSignIn(clock, secrets, options.rotation, () => options.users)
  const project = "keepsake-4711"
  const client: Client = {
    id: "471100000000-keepsake.apps.googleusercontent.com",
    secret: secrets.issue("client secret", "GOCSPX-", 28),
    project,
    testing: options.testing
  }
  authority.clients.set(client.id, client)
  const apiKey = secrets.issue("API key", "AIzaSy", 33)

  const range = { seed, from: DATA_FROM, to: DATA_TO }
  const calendars = calendarsOf(clock.now)
  const primaries = options.users.map((user) =>
    calendars.add({
      ...range,
      size: options.events,
      name: `google ${user}`,
      owner: { name: nameOf(user), address: user },
      primary: true
    })
  )
  const shelves = new Map(options.users.map((user) => [user, shelfOf({ ...range, user, size: options.photos })]))
  const shelfFor = (user: string) => shelves.get(user)

  const off = new Set<Service>()
  const api = (service: Service): Api => ({
    service: `${service}.googleapis.com`,
    disabled: () => off.has(service)
  })
  const calendar = calendarApi(calendars, {
    seed,
    clock,
    ragged,
    api: api("calendar-json"),
    syncTokenLifeMs: options.syncTokenLifeMs
  })
  const picker = pickerApi({
    seed,
    api: api("photospicker"),
    shelfFor,
    ragged,
    pollSeconds: options.pollSeconds,
    timeoutSeconds: options.pickTimeoutSeconds,
    pickAtPoll: options.pickAtPoll
  })
  const library = libraryApi({ seed, api: api("photoslibrary"), shelfFor, ragged })
  const atlas = atlasOf()

  const identify: Provider["identify"] = (headers, query, area): Identity => {
    const token = authority.identify(bearerOf(headers))
    if ((area !== "geocoding" && area !== "places") || token !== "missing") return token
    const header = headers["x-goog-api-key"]
    const key = query.get("key") ?? (Array.isArray(header) ? header[0] : header)
    return key === apiKey ? { user: "key", project, scopes: new Set() } : "missing"
  }
  const [first] = primaries
  if (first === undefined) throw new Error("Google has no user.")
  return {
    authority,
    client,
    apiKey,
    calendars,
    calendar: first,
    shelf: (user = options.users[0]) => {
      const shelf = shelfFor(user)
      if (shelf === undefined) throw new Error(`Google has no user ${user}.`)
      return shelf
    },
    picker,
    expireSyncTokens: calendar.expireSyncTokens,
    switchApi: (service, on) => {
      if (on) off.delete(service)
      else off.add(service)
    },
    provider: {
      name: "google",
      identify,
      notFound: (path) => apiError(404, `The requested URL ${path} was not found on this server.`),
      rateLimited,
      broken,
      routes: [
        ...signInRoutes,
        ...calendar.routes,
        ...picker.routes,
        itemsRoute(picker.list, library.list),
        ...library.routes,
        ...bytesRoutes(shelfFor),
        geocodeRoute(atlas, api("geocoding-backend")),
        ...placesRoutes(atlas, api("places"))
      ]
    }
  }
}
