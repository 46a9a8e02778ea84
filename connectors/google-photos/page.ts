/** Pages of photos, read slice by slice: what was read before isn't fetched again, the rest a few at a time. */
import { Clock, Duration, Effect, Result } from "effect"
import type { ApiOpening } from "../../src/component/api-stream.ts"
import type { ApiRefusal, ProviderApi } from "../../src/component/api.ts"
import type { Batch, Item, Record, Reject, Skip } from "../../src/component/batch.ts"
import type { Columns, EpochMillis } from "../../src/component/column.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { changedItem } from "../../src/component/item.ts"
import type { MediaFacts, MediaReader } from "../../src/component/media.ts"
import { untilFailure } from "../../src/component/until-failure.ts"
import type { AlbumItem, RowOptions } from "../media/row.ts"
import { skipped, tally } from "../media/tally.ts"
import type { Asset, ReadAsset } from "./asset.ts"
import { type ApiName, type Renew, readBytes } from "./bytes.ts"
import { MEDIA, keptFacts, keptItem, originOf, recordOf } from "./record.ts"
import type { MediaPage } from "./shape.ts"

/** The most that Google gives in one page. */
export const PAGE = 100
/** Fetched for one batch, all at once: the longest takes as long as all. It is what a kill may cost. */
const FRESH = 50
/** Addresses live for an hour. */
const FRESH_ADDRESSES = Duration.minutes(45)

export interface Route {
  readonly api: ApiName
  readonly read: ReadAsset
  readonly opening: ApiOpening
  readonly options: RowOptions
  readonly since: EpochMillis | null
  readonly until: EpochMillis | null
  /** The albums of some items, by id. */
  readonly albumsOf: (
    ids: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyMap<string, ReadonlyArray<AlbumItem>>, DatabaseError>
}

/** Asks for one page; the same again gives addresses that are good for another hour. */
export type Listing = Effect.Effect<typeof MediaPage.Type, SourceError | ApiRefusal, ProviderApi>

interface Listed {
  readonly asset: Asset
  /** What its bytes said when they were read. */
  readonly facts: MediaFacts | null
  readonly albums: ReadonlyArray<AlbumItem>
}

export interface Page {
  readonly listing: Listing
  readonly listed: ReadonlyArray<Listed>
  /** Of the items that couldn't be understood. */
  readonly rejects: ReadonlyArray<Reject>
  /** So many are done. */
  readonly at: number
  readonly next: string | null
  readonly fetchedAt: number
  /** Why it can't be read on; what was had before is kept first. */
  readonly failed: SourceError | null
}

export interface Slice extends Pick<Batch<Columns>, "records" | "rejects" | "skipped"> {
  readonly items: ReadonlyArray<Item>
  /** Ids of what is there as well, and is no record. */
  readonly present: ReadonlyArray<string>
  /** Is anything there of which nobody can read what it is? */
  readonly unread: boolean
}

/** Asks for a page, and finds out what of it was read before. */
export const openPage = (
  route: Route,
  listing: Listing
): Effect.Effect<Page, SourceError | ApiRefusal | DatabaseError, ProviderApi> =>
  Effect.gen(function* () {
    const { mediaItems = [], nextPageToken } = yield* listing
    const fetchedAt = yield* Clock.currentTimeMillis
    const rejects: Array<Reject> = []
    const assets = new Map<string, Asset>()
    for (const raw of mediaItems) {
      const read = route.read(raw)
      if (Result.isSuccess(read)) assets.set(read.success.id, read.success)
      else rejects.push(changedItem(read.failure, originOf(route.api, "?"), raw))
    }
    const ids = [...assets.keys()]
    const known = new Map((yield* route.opening.items.of(MEDIA, ids)).map(({ id, raw }) => [id, raw]))
    const albums = yield* route.albumsOf(ids)
    const listed = [...assets.values()].map((asset) => ({
      asset,
      facts: keptFacts(asset, known.get(asset.id)),
      albums: albums.get(asset.id) ?? []
    }))
    return { listing, listed, rejects, at: 0, next: nextPageToken ?? null, fetchedAt, failed: null }
  })

export const isRead = ({ at, listed }: Page): boolean => at >= listed.length

const sliceEnd = ({ at, listed }: Page): number => {
  let fresh = 0
  let end = at
  while (end < listed.length && fresh < FRESH) {
    if (listed[end]?.facts === null) fresh++
    end++
  }
  return end
}

/** Where the bytes of a page's items are now, by id. */
const addressesOf = ({ read }: Route, listing: Listing) =>
  Effect.map(listing, ({ mediaItems = [] }) => {
    const assets = mediaItems.flatMap((raw) =>
      Result.match(read(raw), { onSuccess: (asset) => [asset], onFailure: () => [] })
    )
    return new Map(assets.map(({ baseUrl, id }) => [id, baseUrl]))
  })

/** The page with addresses that are still good for a while. */
const renewed = (route: Route, page: Page) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (now - page.fetchedAt < Duration.toMillis(FRESH_ADDRESSES)) return page
    const addresses = yield* addressesOf(route, page.listing)
    const listed = page.listed.map(({ asset, ...rest }) => ({
      ...rest,
      asset: { ...asset, baseUrl: addresses.get(asset.id) ?? asset.baseUrl }
    }))
    return { ...page, listed, fetchedAt: now }
  })

const reasonAgainst = ({ since, until }: Route, { createdAt, status }: Asset, known: boolean): string | null => {
  if (since !== null && createdAt !== null && createdAt < since) return "taken before `since`"
  if (until !== null && createdAt !== null && createdAt >= until) return "taken after `until`"
  if (known || status === "READY" || status === "UNSPECIFIED") return null
  return status === "FAILED"
    ? "a video that Google could not process"
    : "a video that Google is still processing: list or pick it again later"
}

interface Outcome {
  readonly record?: Record<Columns>
  readonly reject?: Reject
  readonly skip?: Skip
  readonly item?: Item
  /** There it is, though it is no record. */
  readonly present?: string
}

/** The next slice of a page, and the page after it. */
export const readSlice = (
  route: Route,
  before: Page
): Effect.Effect<readonly [Slice, Page], SourceError | ApiRefusal | DatabaseError, ProviderApi | MediaReader> =>
  Effect.gen(function* () {
    if (before.failed !== null) return yield* before.failed
    const page = yield* renewed(route, before)
    // Many addresses run out together: the page is asked for once.
    const relisted = yield* Effect.cachedWithTTL(addressesOf(route, page.listing), "30 minutes")
    const renew: Renew = (id) => Effect.map(relisted, (addresses) => addresses.get(id) ?? null)
    const end = sliceEnd(page)
    const slice = page.listed.slice(page.at, end)
    const { failure: failed, results: outcomes } = yield* untilFailure(slice, (one) => outcomeOf(route, one, renew), {
      concurrency: FRESH
    })
    const made = outcomes.filter((outcome) => outcome !== null)
    if (failed !== null && made.length === 0) return yield* failed
    const records = made.flatMap(({ record }) => record ?? [])
    const rejects = [...page.rejects, ...made.flatMap(({ reject }) => reject ?? [])]
    const skips = tally(made.flatMap(({ skip }) => skip ?? []))
    const items = made.flatMap(({ item }) => item ?? [])
    const present = made.flatMap((outcome) => outcome.present ?? [])
    const left = slice.filter((_, index) => outcomes[index] === null)
    const listed = failed === null ? page.listed : [...left, ...page.listed.slice(end)]
    return [
      { records, rejects, skipped: skips, items, present, unread: page.rejects.length > 0 },
      { ...page, listed, rejects: [], at: failed === null ? end : 0, failed }
    ]
  })

const outcomeOf = (
  route: Route,
  { albums, asset, facts }: Listed,
  renew: Renew
): Effect.Effect<Outcome, SourceError, ProviderApi | MediaReader> =>
  Effect.gen(function* () {
    const { api, opening, options } = route
    const made = (said: MediaFacts): Outcome => ({
      record: recordOf(api, asset, said, albums, options),
      item: keptItem(asset, said)
    })
    const against = reasonAgainst(route, asset, facts !== null)
    if (against !== null) return { skip: skipped(against, asset.fileName), present: asset.id }
    if (facts !== null) return made(facts)
    const read = yield* readBytes(opening.ask, api, asset, renew)
    switch (read._tag) {
      case "Facts":
        return made(read.facts)
      case "Gone":
        return { skip: skipped("no longer there when its bytes were asked for", asset.fileName) }
      case "Unreadable": {
        const { code, reason } = read.problem
        return { reject: { code, reason, origin: originOf(api, asset.id) }, present: asset.id }
      }
    }
  })
