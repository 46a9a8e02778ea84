/**
 * The library as far as the app has made it: first who is in which album, then all items. Google tells no changes: a look
 * at the newest page and the albums' sizes says whether a full listing is worth it.
 */
import { hash } from "node:crypto"
import { Duration, Effect, Option, Result, Schema, Stream } from "effect"
import { type ApiRefusal, type ProviderApi, orWords } from "../../src/component/api.ts"
import type { Batch, Item, Listing as FullListing } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import type { MediaReader } from "../../src/component/media.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import type { AlbumItem } from "../media/row.ts"
import { skipped } from "../media/tally.ts"
import { PAGE, type Listing, type Page, type Route, isRead, openPage, readSlice } from "./page.ts"
import { MEDIA } from "./record.ts"
import { type Album, AlbumPage, MediaPage } from "./shape.ts"

const AlbumTodo = Schema.Struct({ id: Schema.String, title: Schema.NullOr(Schema.String) })

const Round = Schema.Union([
  /** Who is in which album. */
  Schema.Struct({
    phase: Schema.Literal("albums"),
    begun: Schema.Boolean,
    todo: Schema.Array(AlbumTodo),
    page: Schema.NullOr(Schema.String),
    /** Of the next item in the album. */
    position: Schema.Number
  }),
  Schema.Struct({ phase: Schema.Literal("media"), page: Schema.NullOr(Schema.String) })
])
type Round = typeof Round.Type
type Albums = Extract<Round, { readonly phase: "albums" }>

/** What a first look showed, and when: milliseconds since 1970. */
const Look = Schema.Struct({ look: Schema.String, at: Schema.Number })

const State = Schema.Struct({
  /** The full listing that is under way, and the look that it began with. */
  round: Schema.NullOr(Schema.Struct({ at: Round, began: Look })),
  /** With which the last one began. */
  last: Schema.NullOr(Look)
})
type State = typeof State.Type
const decode = Schema.decodeUnknownOption(State)

/** An item's place in an album, kept beside the items. */
const Membership = Schema.Struct({
  album: Schema.String,
  title: Schema.NullOr(Schema.String),
  position: Schema.Number
})
const decodeMembership = Schema.decodeUnknownOption(Membership)
const ALBUMS = "albums"
const ALBUM_PAGE = 50

interface Progress extends StepProgress<State> {
  readonly page: Page | null
  /** A full listing came to its end in this run. */
  readonly over: boolean
  /** It was begun anew, because Google no longer knew where it was. */
  readonly anew: boolean
}

type Next = Turn<Columns, Progress>
type Services = ProviderApi | MediaReader
type Step<A> = Effect.Effect<A, SourceError | DatabaseError, Services>

/** The albums of some items, from what was kept of them. */
export const keptAlbums =
  (items: Route["opening"]["items"]): Route["albumsOf"] =>
  (ids) =>
    Effect.map(items.of(ALBUMS, ids), (kept) => {
      const listed = kept.filter((item) => item.listed)
      const albums = listed.flatMap(({ group, raw }) =>
        Option.match(decodeMembership(raw), {
          onNone: () => [],
          onSome: ({ album, position, title }): ReadonlyArray<readonly [string, AlbumItem]> => [
            [group, { key: album, title, description: null, position }]
          ]
        })
      )
      const byItem = Map.groupBy(albums, ([id]) => id)
      return new Map([...byItem].map(([id, own]) => [id, own.map(([, album]) => album)]))
    })

export const listLibrary = (
  route: Route,
  { relist }: { readonly relist: Duration.Duration }
): Stream.Stream<Batch<Columns>, SourceError | DatabaseError, Services> => {
  const { api, opening, read } = route
  const { ask, now } = opening

  const search = (query: { readonly albumId?: string }, page: string | null): Listing =>
    ask.json(
      {
        api,
        method: "POST",
        path: "/mediaItems:search",
        body: { pageSize: PAGE, ...query, ...(page === null ? {} : { pageToken: page }) }
      },
      MediaPage
    )

  const allAlbums = Effect.gen(function* () {
    const albums: Array<Album> = []
    let page: string | undefined
    do {
      const answer = yield* ask.json(
        { api, path: "/albums", query: { pageSize: ALBUM_PAGE, pageToken: page } },
        AlbumPage
      )
      albums.push(...(answer.albums ?? []))
      page = answer.nextPageToken
    } while (page !== undefined)
    return albums
  })

  /** Does it look as it did before the last full listing? */
  const looking = (progress: Progress): Step<Next | undefined> =>
    Effect.gen(function* () {
      const albums = yield* orWords(allAlbums)
      const { mediaItems = [], nextPageToken } = yield* orWords(search({}, null))
      const newest = mediaItems.map((raw) =>
        Result.match(read(raw), { onSuccess: (asset) => asset.raw, onFailure: () => raw })
      )
      const look = hash("sha256", JSON.stringify([albums, newest, nextPageToken === undefined]))
      const { last } = progress.state
      if (last?.look === look && now - last.at < Duration.toMillis(relist)) return undefined
      const todo = albums.map(({ id, title }) => ({ id, title: title ?? null }))
      const at: Round = { phase: "albums", begun: false, todo, page: null, position: 0 }
      return turn({ ...progress, state: { last, round: { at, began: { look, at: now } } } }, {})
    })

  type Begun = NonNullable<State["round"]>

  const going = (progress: Progress, round: Begun, at: Round, made: Made<Columns> = {}): Next =>
    turn({ ...progress, state: { ...progress.state, round: { ...round, at } } }, made)

  const albums = (progress: Progress, round: Begun, at: Albums): Step<Next> => {
    const [album, ...others] = at.todo
    // What is no longer in an album isn't listed again.
    const listing: FullListing = { scope: ALBUMS, ...(at.begun ? {} : { begins: true }) }
    const begun = { ...at, begun: true }
    if (album === undefined) return Effect.succeed(going(progress, round, { phase: "media", page: null }, { listing }))
    const next: Albums = { ...begun, todo: others, page: null, position: 0 }
    return Effect.gen(function* () {
      const { mediaItems = [], nextPageToken } = yield* search({ albumId: album.id }, at.page)
      const ids = mediaItems.flatMap((raw) =>
        Result.match(read(raw), { onSuccess: ({ id }) => [id], onFailure: () => [] })
      )
      const items = ids.map((id, index): Item => ({
        scope: ALBUMS,
        group: id,
        id: `${album.id}/${id}`,
        raw: { album: album.id, title: album.title, position: at.position + index }
      }))
      const following =
        nextPageToken === undefined ? next : { ...begun, page: nextPageToken, position: at.position + ids.length }
      return going(progress, round, following, { items, listing })
    }).pipe(
      Effect.catchTag("ApiRefusal", ({ error, status }) => {
        if (status === 404) {
          const left = [skipped("an album that is no longer there", album.title ?? album.id)]
          return Effect.succeed(going(progress, round, next, { skipped: left, listing }))
        }
        return status === 400 && at.page !== null && !progress.anew
          ? Effect.succeed(going({ ...progress, anew: true }, round, { ...begun, page: null, position: 0 }))
          : Effect.fail(error)
      })
    )
  }

  const media = (progress: Progress, round: Begun, token: string | null): Step<Next> =>
    Effect.gen(function* () {
      const open = progress.page ?? (yield* openPage(route, search({}, token)))
      const [slice, page] = yield* readSlice(route, open)
      const { present, unread } = slice
      const listing: FullListing = {
        scope: MEDIA,
        present,
        ...(unread ? { unread } : {}),
        ...(token === null && open.at === 0 ? { begins: true } : {})
      }
      if (!isRead(page)) {
        return going({ ...progress, page }, round, { phase: "media", page: token }, { ...slice, listing })
      }
      const after = { ...progress, page: null }
      if (page.next !== null) {
        return going(after, round, { phase: "media", page: page.next }, { ...slice, listing })
      }
      const state = { round: null, last: round.began }
      return turn({ ...after, state, over: true }, { ...slice, listing: { ...listing, ends: true } })
    }).pipe(
      Effect.catchTag("ApiRefusal", ({ error, status }: ApiRefusal) =>
        status === 400 && token !== null && !progress.anew
          ? Effect.succeed(going({ ...progress, page: null, anew: true }, round, { phase: "media", page: null }))
          : Effect.fail(error)
      )
    )

  const step = (progress: Progress): Step<Next | undefined> => {
    const { round } = progress.state
    if (round === null) return progress.over ? Effect.succeed(undefined) : looking(progress)
    return round.at.phase === "albums" ? albums(progress, round, round.at) : media(progress, round, round.at.page)
  }

  const state = Option.getOrElse(decode(opening.checkpoint), (): State => ({ round: null, last: null }))
  const start: Progress = { state, page: null, done: 0, over: false, anew: false }
  return Stream.unfold(start, step)
}
