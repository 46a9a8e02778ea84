/** Spotify's Web API: what was recently played, and playlists. */
import type { Listening, Playlist } from "../life/music.ts"
import { type Call, type Route, whoOf } from "../server/call.ts"
import type { Json } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import { type Mode, playedJson, playlistItemJson, playlistJson } from "./track-json.ts"

/** So many plays are remembered. */
const REMEMBERED = 50

export const spotifyError = (status: number, message: string): Reply => json({ error: { status, message } }, status)

const numberIn = (
  query: URLSearchParams,
  name: string,
  otherwise: number,
  low: number,
  high: number
): number | null => {
  const text = query.get(name)
  if (text === null) return otherwise
  const value = Number(text)
  return /^\d+$/.test(text) && value >= low && value <= high ? value : null
}

const linkTo = ({ origin, path, query }: Call, changes: Readonly<Record<string, string | number>>): string => {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) next.set(name, String(value))
  return `${origin}${path}?${next.toString()}`
}

/** A part of a list by offset and limit. */
const paged = <T>(call: Call, all: ReadonlyArray<T>, defaultLimit: number, encode: (item: T) => Json): Reply => {
  const limit = numberIn(call.query, "limit", defaultLimit, 1, 50)
  const offset = numberIn(call.query, "offset", 0, 0, 100_000)
  if (limit === null || offset === null) return spotifyError(400, "Invalid limit or offset")
  const end = offset + limit
  return json({
    href: linkTo(call, { offset, limit }),
    items: all.slice(offset, end).map(encode),
    limit,
    next: end < all.length ? linkTo(call, { offset: end, limit }) : null,
    offset,
    previous: offset > 0 ? linkTo(call, { offset: Math.max(0, offset - limit), limit }) : null,
    total: all.length
  })
}

export const webApiRoutes = (
  listeningFor: (user: string) => Listening | undefined,
  mode: Mode
): ReadonlyArray<Route> => {
  const guarded =
    (scope: string | null, handle: (call: Call, listening: Listening) => Reply) =>
    (call: Call): Reply => {
      const who = whoOf(call)
      if (who === null)
        return spotifyError(401, call.identity === "expired" ? "The access token expired" : "Invalid access token")
      if (scope !== null && !who.scopes.has(scope)) return spotifyError(403, "Insufficient client scope")
      const listening = listeningFor(who.user)
      return listening === undefined ? spotifyError(404, "No such user") : handle(call, listening)
    }

  const recentlyPlayed = guarded("user-read-recently-played", (call, listening) => {
    const { query } = call
    const limit = numberIn(query, "limit", 20, 1, 50)
    const after = numberIn(query, "after", -1, 0, Number.MAX_SAFE_INTEGER)
    const before = numberIn(query, "before", Infinity, 0, Number.MAX_SAFE_INTEGER)
    if (limit === null || after === null || before === null) return spotifyError(400, "Invalid limit or cursor")
    if (query.has("after") && query.has("before"))
      return spotifyError(400, "Only one of the parameters before and after can be given")
    const known = listening.plays().slice(-REMEMBERED).toReversed()
    const found = known.filter(({ at }) => at > after && at < before)
    const items = found.slice(0, limit)
    const [newest, oldest] = [items[0], items.at(-1)]
    const more = items.length < found.length && oldest !== undefined
    return json({
      href: linkTo(call, {}),
      items: items.map((played) => playedJson(played, call.origin)),
      limit,
      next: more ? `${call.origin}${call.path}?before=${oldest.at}&limit=${limit}` : null,
      cursors:
        newest === undefined || oldest === undefined ? null : { after: String(newest.at), before: String(oldest.at) }
    })
  })

  const visible = (call: Call, { isPublic, collaborative }: Playlist): boolean => {
    const scopes = whoOf(call)?.scopes
    if (collaborative) return scopes?.has("playlist-read-collaborative") ?? false
    return isPublic || (scopes?.has("playlist-read-private") ?? false)
  }

  const playlists = guarded(null, (call, listening) =>
    paged(
      call,
      listening.playlists().filter((playlist) => visible(call, playlist)),
      20,
      (playlist) => playlistJson(playlist, call.origin, mode)
    )
  )

  const withPlaylist = (handle: (call: Call, playlist: Playlist, user: string) => Reply) =>
    guarded(null, (call, listening) => {
      const playlist = listening.playlists().find(({ id }) => id === call.params["id"])
      return playlist === undefined || !visible(call, playlist)
        ? spotifyError(404, "Resource not found")
        : handle(call, playlist, listening.user)
    })

  const playlist = withPlaylist((call, found) => json(playlistJson(found, call.origin, mode)))

  const items = withPlaylist((call, { items, owner, collaborative }, user) =>
    // In development mode, only the user's own can be opened.
    mode === "development" && owner !== user && !collaborative
      ? spotifyError(403, "Forbidden")
      : paged(call, items, 20, (item) => playlistItemJson(item, call.origin, mode))
  )

  const me = guarded(null, (_, { user }) =>
    json({ display_name: user, id: user, type: "user", uri: `spotify:user:${user}` })
  )

  const itemsPath = mode === "development" ? "items" : "(?:items|tracks)"
  return [
    { method: "GET", path: /^\/v1\/me$/, area: "spotify", handle: me },
    { method: "GET", path: /^\/v1\/me\/player\/recently-played$/, area: "spotify", handle: recentlyPlayed },
    { method: "GET", path: /^\/v1\/me\/playlists$/, area: "spotify", handle: playlists },
    { method: "GET", path: /^\/v1\/playlists\/(?<id>\w+)$/, area: "spotify", handle: playlist },
    { method: "GET", path: new RegExp(`^/v1/playlists/(?<id>\\w+)/${itemsPath}$`), area: "spotify", handle: items }
  ]
}
