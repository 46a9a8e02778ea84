/** The fake of Spotify's Web API. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Providers, startProviders } from "./index.ts"
import { type Json, at, listAt, numberAt, textAt } from "./server/json.ts"
import { getWith, spotifyToken } from "./support.ts"

let providers: Providers
let token: string

beforeAll(async () => {
  providers = await startProviders({ spotify: { plays: 120, playlists: 6, playlistSize: 130 } })
  token = await spotifyToken(
    providers,
    "user-read-recently-played",
    "playlist-read-private",
    "playlist-read-collaborative"
  )
})
afterAll(() => providers.stop())

const get = (path: string) => getWith(token)(path.startsWith("http") ? path : `${providers.spotify.baseUrl}/v1/${path}`)
const playedAt = (json: Json | undefined) =>
  listAt(json, "items").map((item) => Date.parse(textAt(item, "played_at") ?? ""))

describe("recently played", () => {
  test("ends with the fifty newest, newest first", async () => {
    const { json } = await get("me/player/recently-played?limit=50")
    const truth = providers.spotify.listening().plays()
    expect(playedAt(json)).toEqual(
      truth
        .slice(-50)
        .map((play) => play.at)
        .toReversed()
    )
    expect(at(json, "next")).toBeNull()
    expect(textAt(json, "cursors", "after")).toBe(String(truth.at(-1)?.at))
    const before = await get(`me/player/recently-played?limit=50&before=${textAt(json, "cursors", "before") ?? ""}`)
    expect(playedAt(before.json)).toEqual([])
    expect(at(before.json, "cursors")).toBeNull()
  })

  test("after the last one known: only what is new", async () => {
    const listening = providers.spotify.listening()
    const last = listening.plays().at(-1)?.at ?? 0
    const none = await get(`me/player/recently-played?limit=50&after=${last}`)
    expect(playedAt(none.json)).toEqual([])
    const fresh = listening.hear(7, last + 3_600_000)
    const { json } = await get(`me/player/recently-played?limit=50&after=${last}`)
    expect(playedAt(json)).toEqual(fresh.map((play) => play.at))
    listening.hear(80, last + 10 * 3_600_000)
    expect(playedAt((await get(`me/player/recently-played?limit=50&after=${last}`)).json).length).toBe(50)
  })

  test("in pages by the cursor", async () => {
    const all: Array<number> = []
    for (let url: string | undefined = "me/player/recently-played?limit=20"; url !== undefined;) {
      const { json }: { json: Json | undefined } = await get(url)
      all.push(...playedAt(json))
      url = textAt(json, "next")
    }
    expect(all.length).toBe(50)
  })

  test("refuses both cursors, and limits over fifty", async () => {
    expect((await get("me/player/recently-played?after=1&before=2")).status).toBe(400)
    expect((await get("me/player/recently-played?limit=51")).status).toBe(400)
  })
})

describe("playlists", () => {
  const playlists = async () => listAt((await get("me/playlists?limit=50")).json, "items")

  test("are listed with what they hold, in pages; items that are gone are null", async () => {
    const lists = await playlists()
    expect(lists.length).toBe(6)
    const [first] = lists
    expect(numberAt(first, "items", "total")).toBe(130)
    const items: Array<Json> = []
    for (let url: string | undefined = `${textAt(first, "items", "href") ?? ""}?limit=50`; url !== undefined;) {
      const { json }: { json: Json | undefined } = await get(url)
      items.push(...listAt(json, "items"))
      url = textAt(json, "next")
    }
    const truth = providers.spotify.listening().playlists()[0]?.items ?? []
    expect(items.map((item) => textAt(item, "item", "name"))).toEqual(truth.map(({ track }) => track?.title))
    expect(items.some((item) => at(item, "item") === null)).toBe(true)
    expect(items.some((item) => at(item, "is_local") === true)).toBe(true)
  })

  test("have a snapshot that changes with them", async () => {
    const id = textAt((await playlists())[0], "id") ?? ""
    const snapshot = async () => textAt((await get(`playlists/${id}`)).json, "snapshot_id")
    const before = await snapshot()
    expect(await snapshot()).toBe(before)
    providers.spotify.listening().addToPlaylist(id, 2)
    expect(await snapshot()).not.toBe(before)
  })

  test("of others can't be opened in development mode, and old paths are gone", async () => {
    const lists = await playlists()
    const others = lists.find((one) => textAt(one, "owner", "id") === "spotify" && at(one, "collaborative") === false)
    expect((await get(`playlists/${textAt(others, "id") ?? ""}/items`)).status).toBe(403)
    expect((await get(`playlists/${textAt(lists[0], "id") ?? ""}/tracks`)).status).toBe(404)
  })

  test("in extended mode they are as they were before 2026", async () => {
    const one = await startProviders({ spotify: { mode: "extended" } })
    const old = getWith(await spotifyToken(one, "playlist-read-private", "playlist-read-collaborative"))
    const { json } = await old(`${one.spotify.baseUrl}/v1/me/playlists`)
    const href = textAt(json, "items", 0, "tracks", "href") ?? ""
    expect(textAt((await old(href)).json, "items", 0, "track", "name")).toBeDefined()
    await one.stop()
  })

  test("that are private need the scope", async () => {
    const narrow = getWith(await spotifyToken(providers, "user-read-recently-played"))
    const { json } = await narrow(`${providers.spotify.baseUrl}/v1/me/playlists`)
    expect(listAt(json, "items").every((item) => at(item, "public") === true)).toBe(true)
    expect((await getWith(token)(`${providers.spotify.baseUrl}/v1/me`)).status).toBe(200)
    const unable = getWith(await spotifyToken(providers, "playlist-read-private"))
    expect((await unable(`${providers.spotify.baseUrl}/v1/me/player/recently-played`)).status).toBe(403)
  })
})
