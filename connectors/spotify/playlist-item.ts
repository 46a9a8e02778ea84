/** Playlists and their items: as Spotify sends them, and as the rows that they become. */
import { Schema } from "effect"
import type { Origin, Record } from "../../src/component/batch.ts"
import { EpochMillis, flag, instant, integer, text } from "../../src/component/column.ts"
import { uuid5 } from "../../src/component/id.ts"
import { TRACK_COLUMNS, Track, optional, timeOf, trackRow } from "./track.ts"

export const PLAYLIST_COLUMNS = {
  playlist_id: text("Spotify's id of the playlist."),
  playlist_title: text("Its name."),
  playlist_description: text("What its owner says about it."),
  playlist_owner: text("The owner's name."),
  playlist_owner_id: text("Spotify's id of the owner."),
  is_public: flag("Everybody may see it."),
  is_collaborative: flag("Others may add to it."),
  position: integer("Place in the playlist, from 0; unknown where the row is of a playlist without items."),
  added_at: instant("When it was added."),
  added_by: text("Spotify's id of who added it."),
  ...TRACK_COLUMNS
}
export type PlaylistColumns = typeof PLAYLIST_COLUMNS
export type PlaylistRecord = Record<PlaylistColumns>

/** Since 2026 `items` and `item` are what was `tracks` and `track`; apps with extended access still get the latter. */
export const PlaylistPage = Schema.Struct({
  items: Schema.Array(Schema.Json),
  next: optional(Schema.String),
  total: optional(Schema.Number)
})

const Total = optional(Schema.Struct({ total: optional(Schema.Number) }))

export const Playlist = Schema.Struct({
  id: Schema.NonEmptyString,
  name: optional(Schema.String),
  description: optional(Schema.String),
  owner: optional(Schema.Struct({ id: optional(Schema.String), display_name: optional(Schema.String) })),
  public: optional(Schema.Boolean),
  collaborative: optional(Schema.Boolean),
  snapshot_id: optional(Schema.String),
  items: Total,
  tracks: Total
})
export type Playlist = typeof Playlist.Type

export const PlaylistItem = Schema.Struct({
  added_at: optional(Schema.String),
  added_by: optional(Schema.Struct({ id: optional(Schema.String) })),
  item: optional(Track),
  track: optional(Track)
})
export type PlaylistItem = typeof PlaylistItem.Type

export const originOf = (playlist: string): Origin => ({ archive: "spotify", member: `playlists/${playlist}/items` })

const trackOf = ({ item, track }: PlaylistItem): Track | null => item ?? track ?? null

/** Equal items are told apart by their order. */
export const keyOf = (item: PlaylistItem): string => `${trackOf(item)?.uri ?? "unknown"} ${item.added_at ?? ""}`

/** `item` null: the playlist has none, or none that are told. */
export const recordOf = (
  playlist: Playlist,
  account: string,
  item: { readonly id: string; readonly position: number; readonly said: PlaylistItem } | null
): PlaylistRecord => {
  const sourceId = `${playlist.id}#${item?.id ?? ""}`
  const addedAt = timeOf(item?.said.added_at)
  return {
    sourceId,
    id: uuid5(["spotify", account, "playlist-item", sourceId]),
    origin: originOf(playlist.id),
    row: {
      playlist_id: playlist.id,
      playlist_title: playlist.name || null,
      playlist_description: playlist.description || null,
      playlist_owner: playlist.owner?.display_name || null,
      playlist_owner_id: playlist.owner?.id || null,
      is_public: playlist.public ?? null,
      is_collaborative: playlist.collaborative ?? null,
      position: item?.position ?? null,
      added_at: addedAt === null ? null : EpochMillis(addedAt),
      added_by: item?.said.added_by?.id || null,
      ...trackRow(item === null ? null : trackOf(item.said))
    }
  }
}
