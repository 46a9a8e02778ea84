/** Google Photos by its APIs: what a person picks, and what the app itself has made. The rest comes by Takeout. */
import { Effect, Schema } from "effect"
import { type ApiOpening, apiStream } from "../../src/component/api-stream.ts"
import { type ConnectorSpec, type Services, connector } from "../../src/component/connector.ts"
import { DurationText, boundInstant, withDefault } from "../../src/component/fields.ts"
import { MEDIA_COLUMNS } from "../media/row.ts"
import { makeZones } from "../media/zone.ts"
import { libraryAsset, pickedAsset } from "./asset.ts"
import { keptAlbums, listLibrary } from "./library.ts"
import type { Route } from "./page.ts"
import { pick } from "./picked.ts"

interface Period {
  readonly since?: string
  readonly until?: string
}

const routeOf = (
  opening: ApiOpening,
  { since, until }: Period,
  own: Pick<Route, "api" | "read" | "albumsOf">
): Route => ({
  ...own,
  opening,
  options: { zones: makeZones(), prefer: "sidecar", assumedZone: opening.timeZone, now: opening.now },
  since: since === undefined ? null : boundInstant(since, opening.timeZone),
  until: until === undefined ? null : boundInstant(until, opening.timeZone)
})

const BYTES =
  "Each picture's bytes are fetched once, hashed, and let go; what they say is kept as JSON beside the rows, in the table " +
  "<pipeline>__<source>-items of staging, so that nothing is fetched twice. The same picture has the same id as from a " +
  "Takeout or a folder. Google takes the place out of what it hands out: location_status is withheld. Videos come as Google " +
  "has converted them, so that they are files of their own."

const picked = apiStream({
  type: "google-photos.picked",
  summary: "Photos and videos that you pick in Google Photos, and no others.",
  description:
    "The run shows an address at Google; open it, choose photos, and the run goes on with them. Where you choose none in " +
    `time, the source is left out, and says so. ${BYTES}`,
  provider: "google",
  scopes: ["photospicker.mediaitems.readonly"],
  stores: "when and with what the pictures that you pick were taken, and hashes of their bytes",
  entity: "media",
  columns: MEDIA_COLUMNS,
  time: "taken_at",
  keepsItems: true,
  config: {
    ask: Schema.Literals(["once", "always"])
      .annotate({
        description:
          "Whether later runs ask you to pick again, once photos were picked: `once` (the default) suits a pipeline that runs by itself, `always` one that you run to add photos."
      })
      .pipe(withDefault("once")),
    wait: Schema.optionalKey(
      DurationText.annotate({
        description:
          "How long a run waits for you to pick, such as 5m; default: as long as Google does. A later run goes on waiting."
      })
    )
  },
  examples: [
    { title: "Pick photos in the first run", yaml: "type: google-photos.picked\nconnection: google" },
    {
      title: "Pick more in every run, within ten minutes",
      yaml: "type: google-photos.picked\nconnection: google\nask: always\nwait: 10m"
    }
  ],
  batches: ({ ask, wait, ...period }, opening) =>
    pick(
      routeOf(opening, period, {
        api: "photos-picker",
        read: pickedAsset,
        albumsOf: () => Effect.succeed(new Map())
      }),
      { ask, wait: wait ?? null }
    )
})

const library = apiStream({
  type: "google-photos.library",
  summary: "Photos, videos and albums that this app itself has put into Google Photos.",
  description:
    "Since 2025 Google shows an app nothing else; for a whole library use a Takeout. Later runs look at the newest page and " +
    "the albums' sizes, and list everything again only where these have changed, or after `relist`. What a full listing no " +
    `longer has is marked as gone, and stays. ${BYTES}`,
  provider: "google",
  scopes: ["photoslibrary.readonly.appcreateddata"],
  stores: "when and with what the pictures were taken, their descriptions and albums, and hashes of their bytes",
  entity: "media",
  columns: MEDIA_COLUMNS,
  time: "taken_at",
  keepsItems: true,
  config: {
    relist: DurationText.annotate({
      description: "After how long everything is listed again even if it looks the same; default 1d."
    }).pipe(withDefault("1d"))
  },
  examples: [
    { title: "All that the app has made", yaml: "type: google-photos.library\nconnection: google" },
    {
      title: "From 2020 on, listed in full once a week",
      yaml: "type: google-photos.library\nconnection: google\nsince: 2020-01-01\nrelist: 7d"
    }
  ],
  batches: ({ relist, ...period }, opening) =>
    listLibrary(
      routeOf(opening, period, {
        api: "photos-library",
        read: libraryAsset,
        albumsOf: keptAlbums(opening.items)
      }),
      { relist }
    )
})

export const googlePhotos: ConnectorSpec<Services> = connector({
  name: "google-photos",
  summary: "Google Photos, by its APIs.",
  description: "Reads what you pick, and what this app has made; it can change nothing there.",
  streams: [picked, library]
})
