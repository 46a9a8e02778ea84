/** Syncs an account's playlists step by step. Each step is one request or none, and one batch with the state after it. */
import { Effect, Result, type Stream } from "effect"
import type { ApiOpening } from "../../src/component/api-stream.ts"
import { type ApiRefusal, type AskRequest, type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Batch, Reject } from "../../src/component/batch.ts"
import type { Json } from "../../src/component/column.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../src/component/error.ts"
import { changedItem, readItem } from "../../src/component/item.ts"
import { nearest } from "../../src/component/nearest.ts"
import { type AskPage, type Steps, inSteps } from "../api/ahead.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import type { Period } from "../calendar/group.ts"
import { skipped } from "../media/tally.ts"
import {
  Playlist,
  type PlaylistColumns,
  PlaylistItem,
  PlaylistPage,
  type PlaylistRecord,
  keyOf,
  originOf,
  recordOf
} from "./playlist-item.ts"
import { type State, done, stateOf, versionOf, without } from "./state.ts"

export interface Settings extends Period {
  /** Names or ids; null: all. */
  readonly choice: ReadonlyArray<string> | null
}

type Step<A> = Effect.Effect<A, SourceError | DatabaseError, ProviderApi>

interface Progress extends StepProgress<State> {
  /** The list of playlists was asked for in this run. */
  readonly listed: boolean
}

type Next = Turn<PlaylistColumns, Progress>

/** The most that Spotify gives in one page. */
const PAGE = 50

const readPlaylist = readItem(Playlist)
const readPlaylistItem = readItem(PlaylistItem)

const isNamed = (choice: ReadonlyArray<string>, { id, name }: Playlist): boolean =>
  choice.some((wanted) => wanted === id || wanted.toLowerCase() === name?.toLowerCase())

const notFound = (choice: ReadonlyArray<string>, found: ReadonlyArray<Playlist>): SourceError | null => {
  const missing = choice.find((wanted) => !found.some((playlist) => isNamed([wanted], playlist)))
  if (missing === undefined) return null
  const near = nearest(
    missing,
    found.flatMap(({ name }) => name ?? [])
  )
  return sourceError(
    "playlist-not-found",
    `The account has no playlist "${missing}".`,
    near === null ? `It has ${found.length} others.` : `Did you mean "${near}"?`,
    { fault: "pipeline" }
  )
}

const itemsRequest = ({ id }: Playlist, next: string | null): AskRequest => ({
  api: "web",
  path: next ?? `/playlists/${encodeURIComponent(id)}/items`,
  query: next === null ? { limit: PAGE, additional_types: "track,episode" } : {}
})

/** All batches from the checkpoint on. */
export const sync = (
  opening: ApiOpening,
  settings: Settings
): Stream.Stream<Batch<PlaylistColumns>, SourceError | DatabaseError, ProviderApi> =>
  inSteps(opening.ask, PlaylistPage, (page) => steps(opening, settings, page))

const steps = (
  { account, ask, checkpoint, items }: ApiOpening,
  { choice, since, until }: Settings,
  askPage: AskPage<typeof PlaylistPage.Type>
): Steps<PlaylistColumns, Progress> => {
  const going = (progress: Progress, state: State, made: Made<PlaylistColumns>): Next =>
    turn({ ...progress, state }, made)

  const list = (progress: Progress, { found, next }: NonNullable<State["list"]>): Step<Next> =>
    Effect.gen(function* () {
      const query = next === null ? { limit: PAGE } : {}
      const page = yield* orWords(ask.json({ api: "web", path: next ?? "/me/playlists", query }, PlaylistPage))
      const rejects: Array<Reject> = []
      // Spotify has been seen to send null for a playlist.
      const fresh = page.items.flatMap((raw): ReadonlyArray<Playlist> => {
        const playlist = raw === null ? null : readPlaylist(raw)
        if (playlist === null) return []
        if (Result.isSuccess(playlist)) return [playlist.success]
        rejects.push(changedItem(playlist.failure, { archive: "spotify", member: "me/playlists" }, raw))
        return []
      })
      const all = [...new Map([...found, ...fresh].map((playlist) => [playlist.id, playlist])).values()]
      if (typeof page.next === "string") {
        return going(progress, { ...progress.state, list: { next: page.next, found: all } }, { rejects })
      }
      const wrong = choice === null ? null : notFound(choice, all)
      if (wrong !== null) return yield* wrong
      const wanted = all.filter((playlist) => choice === null || isNamed(choice, playlist))
      const { known } = progress.state
      const present = new Set(all.map(({ id }) => id))
      // While pages are read, the list may move: what is missing then is not gone.
      const whole = page.total === undefined || page.total === null || present.size >= page.total
      const state = {
        ...progress.state,
        list: null,
        todo: wanted.filter((playlist) => known[playlist.id] !== versionOf(playlist)),
        left: whole ? Object.keys(known).filter((id) => !present.has(id)) : []
      }
      const unnamed = all.length - wanted.length
      const left = unnamed === 0 ? [] : [{ reason: "a playlist that the source doesn't name", count: unnamed }]
      return going({ ...progress, listed: true }, state, { rejects, skipped: left })
    })

  /** The items of a page, each with its name within the playlist: of equal ones, those of earlier pages come first. */
  const named = (playlist: Playlist, raws: ReadonlyArray<Json>, position: number) =>
    Effect.gen(function* () {
      const rejects: Array<Reject> = []
      const read = raws.flatMap((raw, index) => {
        const item = readPlaylistItem(raw)
        if (Result.isSuccess(item))
          return [{ key: keyOf(item.success), position: position + index, raw, said: item.success }]
        rejects.push(changedItem(item.failure, originOf(playlist.id), raw))
        return []
      })
      const keys = [...new Set(read.map(({ key }) => key))]
      const earlier = position === 0 ? [] : yield* items.of(playlist.id, keys)
      const counts = new Map<string, number>()
      for (const { group, listed } of earlier) if (listed) counts.set(group, (counts.get(group) ?? 0) + 1)
      const all = read.map(({ key, ...item }) => {
        const nth = (counts.get(key) ?? 0) + 1
        counts.set(key, nth)
        return { ...item, key, id: nth === 1 ? key : `${key} ${nth}` }
      })
      return { all, rejects }
    })

  const isWithin = ({ row: { added_at: at } }: PlaylistRecord): boolean =>
    at === null || ((since === null || at >= since) && (until === null || at < until))

  const readItems = (progress: Progress, playlist: Playlist): Step<Next> =>
    Effect.gen(function* () {
      const { id } = playlist
      const { next = null, position = 0 } = progress.state.page ?? {}
      const page = yield* askPage(itemsRequest(playlist, next))
      const { all, rejects } = yield* named(playlist, page.items, position)
      const records = all.map((item) => recordOf(playlist, account, item))
      const further = typeof page.next === "string" ? page.next : null
      const isEmpty = further === null && position + page.items.length === 0
      const outside = records.filter((record) => !isWithin(record)).map(({ sourceId }) => sourceId)
      const made: Made<PlaylistColumns> = {
        records: isEmpty ? [recordOf(playlist, account, null)] : records.filter(isWithin),
        rejects,
        skipped: outside.map((name) => skipped("added before since, or from until on", name)),
        items: all.map(({ id: name, key, raw }) => ({ scope: id, group: key, id: name, raw })),
        listing: {
          scope: id,
          present: outside,
          ...(rejects.length > 0 ? { unread: true } : {}),
          ...(next === null ? { begins: true } : {}),
          ...(further === null ? { ends: true } : {})
        }
      }
      const state =
        further === null
          ? done(progress.state)
          : { ...progress.state, page: { next: further, position: position + page.items.length } }
      return going(progress, state, made)
    }).pipe(Effect.catchTag("ApiRefusal", (refusal) => untold(progress, playlist, refusal)))

  /** What is not told is not gone: rows that are there stay as they are. */
  const untold = ({ state, ...progress }: Progress, playlist: Playlist, { error, status }: ApiRefusal): Step<Next> => {
    const name = playlist.name ?? playlist.id
    const why = new Map([
      [403, "what is in a playlist of somebody else, which Spotify doesn't tell this app"],
      [404, "a playlist that was deleted while it was read, or that Spotify makes for the account alone"]
    ]).get(status)
    if (why === undefined) return Effect.fail(error)
    return Effect.succeed(
      going({ ...progress, state }, done(state), {
        records: state.known[playlist.id] === undefined ? [recordOf(playlist, account, null)] : [],
        skipped: [skipped(why, name)]
      })
    )
  }

  const step = (progress: Progress): Step<Next | undefined> => {
    const { listed, state } = progress
    const [gone] = state.left
    if (gone !== undefined) {
      const listing = { scope: gone, begins: true, ends: true } as const
      return Effect.succeed(going(progress, without(state, gone), { listing }))
    }
    const [playlist] = state.todo
    if (playlist !== undefined) return readItems(progress, playlist)
    return listed ? Effect.succeed(undefined) : list(progress, state.list ?? { next: null, found: [] })
  }

  const pages = ({ state: { page, todo } }: Progress) =>
    todo.map((playlist, index) => itemsRequest(playlist, index === 0 ? (page?.next ?? null) : null))

  const start: Progress = { state: stateOf(checkpoint), listed: false, done: 0 }
  return { start, step, pages }
}
