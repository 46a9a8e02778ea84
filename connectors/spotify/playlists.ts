/** Playlists with what is in them: those that have changed since the last run are read anew. */
import { Schema } from "effect"
import { apiStream } from "../../src/component/api-stream.ts"
import { boundInstant } from "../../src/component/fields.ts"
import { PLAYLIST_COLUMNS } from "./playlist-item.ts"
import { sync } from "./sync.ts"

export const playlists = apiStream({
  type: "spotify.playlists",
  summary: "Playlists of a Spotify account, one row for each item in them.",
  description:
    "Reads all playlists that the account has made or follows, and what is in them: what it is, since when it is there and " +
    "who added it. The first run reads everything, later ones only playlists that have changed. Items that were taken out, and playlists that were deleted, " +
    "are marked as gone and stay. An empty playlist is one row without a track; so is one of somebody else, where Spotify " +
    "tells its name only. Rows are no plays: they are for transforms to join with. Everything that Spotify sends of an " +
    "item is kept as JSON beside the rows, in the table <pipeline>__<source>-items of staging. `since` and `until` go by " +
    "when an item was added.",
  provider: "spotify",
  scopes: ["playlist-read-private", "playlist-read-collaborative"],
  stores: "your playlists, and what is in them",
  entity: null,
  columns: PLAYLIST_COLUMNS,
  time: "added_at",
  scope: "playlist_id",
  keepsItems: true,
  config: {
    playlists: Schema.optionalKey(
      Schema.Array(Schema.NonEmptyString).annotate({
        description: "Names or ids of playlists to read. Default: all."
      })
    )
  },
  examples: [
    { title: "All playlists", yaml: "type: spotify.playlists\nconnection: spotify" },
    {
      title: "Two of them",
      yaml: 'type: spotify.playlists\nconnection: spotify\nplaylists: ["Summer 2024", 37i9dQZF1DX0XUsuxWHRQd]'
    }
  ],
  batches: ({ playlists: choice, since, until }, opening) =>
    sync(opening, {
      choice: choice ?? null,
      since: since === undefined ? null : boundInstant(since, opening.timeZone),
      until: until === undefined ? null : boundInstant(until, opening.timeZone)
    })
})
