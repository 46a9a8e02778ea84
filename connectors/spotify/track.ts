/** What is played or listed: a track, an episode or a file of one's own, as Spotify's Web API has it. */
import { Schema } from "effect"
import { type Row, bigint, json } from "../../src/component/column.ts"
import { entities } from "../../src/life/entity.ts"

const { album_title, artist_name, kind, track_title, track_uri } = entities.plays.columns

export const TRACK_COLUMNS = {
  track_title,
  artist_name,
  album_title,
  track_uri,
  kind,
  artists: json('All artists: [{"name", "uri"}].'),
  duration_ms: bigint("Milliseconds that all of it lasts.")
}

/** Left out by some, null in others. */
export const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Named = Schema.Struct({ name: optional(Schema.String), uri: optional(Schema.String) })

export const Track = Schema.Struct({
  uri: Schema.NonEmptyString,
  name: optional(Schema.String),
  type: optional(Schema.String),
  duration_ms: optional(Schema.Number),
  artists: optional(Schema.Array(Named)),
  album: optional(Named),
  show: optional(Named)
})
export type Track = typeof Track.Type

const KINDS = new Map([
  ["episode", "podcast"],
  ["chapter", "audiobook"]
])

/** Null: what it was is no longer told. */
export const trackRow = (track: Track | null): Row<typeof TRACK_COLUMNS> => {
  const artists = (track?.artists ?? []).map(({ name = null, uri = null }) => ({ name, uri }))
  return {
    track_title: track?.name || null,
    // Of several, the first: so does the archive.
    artist_name: artists[0]?.name || track?.show?.name || null,
    album_title: track?.album?.name || null,
    track_uri: track?.uri ?? null,
    kind: track === null ? null : (KINDS.get(track.type ?? "") ?? "music"),
    artists: artists.length === 0 ? null : artists,
    duration_ms: track?.duration_ms ?? null
  }
}

/** Spotify writes "1970-01-01T00:00:00Z" where it doesn't know. */
export const timeOf = (text: string | null | undefined): number | null => Date.parse(text ?? "") || null
