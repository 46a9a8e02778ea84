/** Tracks, plays and playlists as Spotify writes them. */
import type { Played, Playlist, PlaylistItem, Track } from "../life/music.ts"
import { type Json, type JsonObject, compact } from "../server/json.ts"

/** In development mode, since 2026, what was `tracks` and `track` is `items` and `item`. */
export type Mode = "development" | "extended"

const linksOf = (origin: string, type: string, id: string): JsonObject => ({
  external_urls: { spotify: `https://open.spotify.com/${type}/${id}` },
  href: `${origin}/v1/${type}s/${id}`,
  id,
  type,
  uri: `spotify:${type}:${id}`
})

const slug = (text: string) => Buffer.from(text).toString("hex").padEnd(22, "0").slice(0, 22)

const localJson = ({ title, artist, album, durationMs }: Track): JsonObject => ({
  artists: [{ name: artist, type: "artist", uri: null, id: null }],
  album: { name: album, id: null, uri: null, images: [] },
  duration_ms: durationMs,
  id: null,
  is_local: true,
  name: title,
  type: "track",
  uri: `spotify:local:${encodeURIComponent(artist)}:${encodeURIComponent(album)}:${encodeURIComponent(title)}:${Math.round(durationMs / 1000)}`
})

export const trackJson = (track: Track, origin: string): JsonObject => {
  const { id, kind, title, artist, album, durationMs, local } = track
  if (local) return localJson(track)
  const common = { name: title, duration_ms: durationMs, explicit: false, ...linksOf(origin, kind, id) }
  if (kind === "episode")
    return { ...common, release_date: "2024-02-01", show: { name: album, ...linksOf(origin, "show", slug(album)) } }
  const artists = [{ name: artist, ...linksOf(origin, "artist", slug(artist)) }]
  return {
    ...common,
    artists,
    album: {
      album_type: "album",
      artists,
      images: [{ url: `https://i.scdn.co/image/${slug(album)}`, height: 640, width: 640 }],
      name: album,
      release_date: "2019",
      release_date_precision: "year",
      total_tracks: 12,
      ...linksOf(origin, "album", slug(album))
    },
    disc_number: 1,
    track_number: 1,
    is_local: false
  }
}

export const playedJson = ({ track, at, playlist }: Played, origin: string): JsonObject => ({
  track: trackJson(track, origin),
  played_at: new Date(at).toISOString(),
  context:
    playlist === null
      ? null
      : {
          type: "playlist",
          href: `${origin}/v1/playlists/${playlist}`,
          uri: `spotify:playlist:${playlist}`,
          external_urls: { spotify: `https://open.spotify.com/playlist/${playlist}` }
        }
})

export const playlistJson = (playlist: Playlist, origin: string, mode: Mode): JsonObject => {
  const { id, name, owner, isPublic, collaborative, snapshot, items } = playlist
  const list = (path: string): Json => ({ href: `${origin}/v1/playlists/${id}/${path}`, total: items.length })
  return {
    collaborative,
    description: "",
    images: null,
    name,
    owner: { display_name: owner, ...linksOf(origin, "user", owner) },
    public: isPublic,
    snapshot_id: snapshot,
    ...(mode === "development" ? { items: list("items") } : { tracks: list("tracks") }),
    ...linksOf(origin, "playlist", id)
  }
}

export const playlistItemJson = ({ addedAt, track }: PlaylistItem, origin: string, mode: Mode): JsonObject => {
  const content = track === null ? null : trackJson(track, origin)
  return compact({
    added_at: new Date(addedAt).toISOString().replace(".000Z", "Z"),
    added_by: { ...linksOf(origin, "user", "ana") },
    is_local: track?.local ?? false,
    [mode === "development" ? "item" : "track"]: content
  })
}
