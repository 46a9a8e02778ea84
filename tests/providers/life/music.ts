/** What somebody has heard, and their playlists. */
import { type NonEmpty, type Random, stream } from "../../../src/sample/random.ts"

export interface Track {
  readonly id: string
  readonly kind: "track" | "episode"
  readonly title: string
  readonly artist: string
  readonly album: string
  readonly durationMs: number
  /** A file of the user's own: it has no id at the provider. */
  readonly local: boolean
}

export interface Played {
  readonly track: Track
  /** When it ended: milliseconds since 1970. */
  readonly at: number
  readonly playlist: string | null
}

export interface PlaylistItem {
  readonly addedAt: number
  /** Null for what the provider no longer has. */
  readonly track: Track | null
}

export interface Playlist {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly isPublic: boolean
  readonly collaborative: boolean
  /** Changes with its items. */
  readonly snapshot: string
  readonly items: ReadonlyArray<PlaylistItem>
}

export interface Listening {
  readonly user: string
  /** Oldest first: the truth to test against. A provider shows the last fifty. */
  readonly plays: () => ReadonlyArray<Played>
  /** So many more are heard, the last one at `until`. */
  readonly hear: (count: number, until: number) => ReadonlyArray<Played>
  readonly playlists: () => ReadonlyArray<Playlist>
  readonly addToPlaylist: (id: string, count: number) => void
  readonly removeFromPlaylist: (id: string, count: number) => void
  readonly deletePlaylist: (id: string) => void
}

export interface ListeningOptions {
  readonly seed: number
  readonly user: string
  readonly plays: number
  readonly playlists: number
  readonly playlistSize: number
  /** When the last of the plays ended. */
  readonly until: number
}

const TITLES: NonEmpty<string> = ["Clair de lune", "Así", "夜に駆ける", "Rain (Live)", "Untitled #4", "Don’t Stop"]
const ARTISTS: NonEmpty<string> = ["Ólafur Arnalds", "Nina Simone", "Bonobo", "YOASOBI", "Mercedes Sosa"]
const ID_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const MINUTE = 60_000

const idOf = (random: Random): string =>
  Array.from({ length: 22 }, () => ID_CHARACTERS.charAt(random.integer(0, 61))).join("")

const trackOf = (seed: number, number: number): Track => {
  const random = stream("track", seed, number)
  const episode = random.chance(0.05)
  return {
    id: idOf(random),
    kind: episode ? "episode" : "track",
    title: `${random.pick(TITLES)} ${number}`,
    artist: random.pick(ARTISTS),
    album: `Album ${number % 40}`,
    durationMs: random.integer(90, 420) * 1000,
    local: !episode && random.chance(0.03)
  }
}

const itemsOf = (seed: number, random: Random, count: number): ReadonlyArray<PlaylistItem> =>
  Array.from({ length: count }, () => ({
    addedAt: Date.UTC(2024, random.integer(0, 11), random.integer(1, 28)),
    track: random.chance(0.03) ? null : trackOf(seed, random.integer(1, 500))
  }))

const playlistsOf = ({ seed, user, playlists, playlistSize }: ListeningOptions): ReadonlyArray<Playlist> =>
  Array.from({ length: playlists }, (_, index) => {
    const random = stream("playlist", seed, user, index)
    return {
      id: idOf(random),
      name: `Playlist ${index + 1} 🎧`,
      owner: index % 4 === 3 ? "spotify" : user,
      isPublic: random.chance(0.5),
      collaborative: random.chance(0.2),
      snapshot: idOf(random),
      items: itemsOf(seed, random, playlistSize)
    }
  })

export const listeningOf = (options: ListeningOptions): Listening => {
  const { seed, user } = options
  const random = stream("plays", seed, user)
  const plays: Array<Played> = []
  const playlists = new Map(playlistsOf(options).map((playlist) => [playlist.id, playlist]))

  const hear = (count: number, until: number): ReadonlyArray<Played> => {
    const fresh: Array<Played> = []
    let at = Math.floor(until)
    for (let index = 0; index < count; index++) {
      // Local files and episodes are not among what was recently played.
      let track = trackOf(seed, random.integer(1, 500))
      while (track.local || track.kind === "episode") track = trackOf(seed, random.integer(1, 500))
      fresh.push({ track, at, playlist: random.chance(0.4) ? ([...playlists.keys()][0] ?? null) : null })
      // The same track can follow itself, and two plays can end at the same millisecond.
      at -= random.chance(0.02) ? 0 : random.integer(MINUTE, 5 * MINUTE)
    }
    plays.push(...fresh.toReversed())
    return fresh
  }
  const edit = (id: string, change: (items: ReadonlyArray<PlaylistItem>) => ReadonlyArray<PlaylistItem>) => {
    const found = playlists.get(id)
    if (found !== undefined) playlists.set(id, { ...found, items: change(found.items), snapshot: idOf(random) })
  }
  hear(options.plays, options.until)
  return {
    user,
    plays: () => plays,
    hear,
    playlists: () => [...playlists.values()],
    addToPlaylist: (id, count) => edit(id, (items) => [...items, ...itemsOf(seed, random, count)]),
    removeFromPlaylist: (id, count) => edit(id, (items) => items.slice(count)),
    deletePlaylist: (id) => {
      playlists.delete(id)
    }
  }
}
