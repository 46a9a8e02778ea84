/** What is tried at real providers: each connector once, as a pipeline of its own. All of it only reads. */
import type { ProviderName } from "../../src/component/account.ts"

export interface Trial {
  /** The stream or transform. */
  readonly name: string
  readonly provider: ProviderName
  /** It asks with an API key, not as a person. */
  readonly keyed: boolean
  /** What it needs besides credentials: a variable, and why. */
  readonly also?: readonly [variable: string, why: string]
  /** Its records are no part of a life: they are kept in a file. */
  readonly aside?: true
  /** `sources` and `transforms`, with the connection `live`; what is last is kept. */
  readonly steps: (given: Given) => ReadonlyArray<string>
}

export interface Given {
  /** A day some months ago: a real calendar may be long. */
  readonly since: string
  /** A file with the coordinates of two well-known places. */
  readonly places: string
  /** What the variable of `also` says. */
  readonly also: string
}

const stream = (
  name: string,
  provider: ProviderName,
  options: (given: Given) => string,
  also?: Trial["also"]
): Trial => ({
  name,
  provider,
  keyed: false,
  ...(also === undefined ? {} : { also }),
  steps: (given) => ["sources:", `  it: { type: ${name}, connection: live${options(given)} }`]
})

const sinceThen = ({ since }: Given): string => `, since: ${since}`

const geocoded = ({ places }: Given): ReadonlyArray<string> => [
  "sources:",
  `  photos: { type: file.rows, path: ${places}, key: [file_name], entity: media }`,
  "transforms:",
  "  placed: { type: reverse-geocode, provider: google, connection: live }"
]

export const TRIALS: ReadonlyArray<Trial> = [
  stream("google-calendar.events", "google", sinceThen),
  stream("google-photos.picked", "google", ({ also }) => `, wait: ${also}`, [
    "PICK",
    "somebody is there to pick a photo, and has so long for it, such as 5m"
  ]),
  stream("google-photos.library", "google", () => ""),
  stream("microsoft-calendar.events", "microsoft", sinceThen),
  stream("spotify.recently-played", "spotify", () => ""),
  { ...stream("spotify.playlists", "spotify", () => ""), aside: true },
  { name: "reverse-geocode", provider: "google", keyed: true, steps: geocoded },
  {
    name: "place-details",
    provider: "google",
    keyed: true,
    steps: (given) => [...geocoded(given), "  detailed: { type: place-details, connection: live, thumbnail: 100 }"]
  }
]

/** Well-known places, so that there is something to be said of them. */
export const PLACES = [
  { file_name: "vienna.jpg", taken_at: "2024-05-01T10:00:00Z", latitude: 48.2085, longitude: 16.3731 },
  { file_name: "basel.jpg", taken_at: "2024-05-02T10:00:00Z", latitude: 47.5565, longitude: 7.5925 }
]
