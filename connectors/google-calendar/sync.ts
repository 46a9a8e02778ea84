/** Syncs an account's calendars step by step. Each step is one request or none, and one batch with the state after it. */
import { Effect, Result, type Stream } from "effect"
import type { ApiOpening } from "../../src/component/api-stream.ts"
import type { ApiRefusal, AskRequest, ProviderApi } from "../../src/component/api.ts"
import type { Batch, Item, Listing, Reject, Skip } from "../../src/component/batch.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { changedItem } from "../../src/component/item.ts"
import { type AskPage, type Steps, inSteps } from "../api/ahead.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import type { Choice } from "../calendar/choice.ts"
import type { Calendar } from "../calendar/event.ts"
import { type Period, changesOf, isExpanded, within } from "../calendar/group.ts"
import { UTC, ianaZones } from "../calendar/zone.ts"
import { skipped } from "../media/tally.ts"
import { listCalendars } from "./calendars.ts"
import {
  type GoogleColumns,
  type GoogleRecord,
  completed,
  groupOf,
  isBare,
  originOf,
  readEvent,
  recordsOf
} from "./series.ts"
import { type Event, EventPage } from "./shape.ts"
import { type State, type Sync, seen, stateOf, withSync, without } from "./state.ts"

export interface Settings extends Period {
  readonly horizon: number
  readonly choice: Choice
}

type Step<A> = Effect.Effect<A, SourceError | DatabaseError, ProviderApi>

interface Progress extends StepProgress<State> {
  /** This round is the last one of the run. */
  readonly listed: boolean
  /** Calendars that were begun anew: a second time would be in vain. */
  readonly anew: ReadonlySet<string>
}

type Next = Turn<GoogleColumns, Progress>

/** The most that Google gives in one page. */
const PAGE = 2500
/** Items of series that are expanded in one batch. */
const SERIES = 500

const isoTime = (time: number | null): string | undefined => (time === null ? undefined : new Date(time).toISOString())

const isSingle = ({ recurrence = [], recurringEventId }: Event): boolean =>
  recurringEventId === undefined && recurrence.length === 0

const groupsIn = (items: ReadonlyArray<Item>): ReadonlyArray<ReadonlyArray<Item>> => [
  ...Map.groupBy(items, ({ group }) => group).values()
]

/** I7: of what was rejected nobody knows which rows it would have been. */
const unreadIf = (rejects: ReadonlyArray<Reject>): Pick<Listing, "unread"> =>
  rejects.length === 0 ? {} : { unread: true }

const requestOf = (id: string, query: AskRequest["query"]): AskRequest => ({
  api: "calendar",
  path: `/calendars/${encodeURIComponent(id)}/events`,
  query: { maxResults: PAGE, ...query }
})

/** All batches from the checkpoint on. */
export const sync = (
  opening: ApiOpening,
  settings: Settings
): Stream.Stream<Batch<GoogleColumns>, SourceError | DatabaseError, ProviderApi> =>
  inSteps(opening.ask, EventPage, (page) => steps(opening, settings, page))

const steps = (
  opening: ApiOpening,
  settings: Settings,
  askPage: AskPage<typeof EventPage.Type>
): Steps<GoogleColumns, Progress> => {
  const { account, ask, items, timeZone } = opening
  const iana = ianaZones()
  const own = iana(timeZone) ?? UTC

  const calendarOf = (state: State, id: string): Calendar => {
    const { name = id, zone = null } = state.calendars[id] ?? {}
    return { name, zones: { byId: iana, own: (zone === null ? null : iana(zone)) ?? own }, assumed: false }
  }

  const going = (progress: Progress, id: string, next: Sync, made: Made<GoogleColumns>): Next =>
    turn({ ...progress, state: withSync(progress.state, id, next) }, made)

  /** All of it is read: from here on, what has changed is asked for. A token stored earlier would leave out what it stands for. */
  const followed = (
    progress: Progress,
    id: string,
    { horizon, token }: Pick<Extract<Sync, { phase: "changes" }>, "horizon" | "token">,
    made: Made<GoogleColumns>
  ): Next => finished(going(progress, id, { phase: "changes", page: null, token, horizon }, made), id)

  /** The calendar is done for this round. */
  const finished = ([made, progress]: Next, id: string): Next => {
    const after = { ...progress, state: seen(progress.state, id) }
    return [{ ...made, checkpoint: after.state }, after]
  }

  const listingRequest = (id: string, pageToken: string | null): AskRequest =>
    requestOf(id, {
      timeMin: isoTime(settings.since),
      timeMax: isoTime(settings.until),
      pageToken: pageToken ?? undefined
    })

  const changesRequest = (id: string, { page: pageToken, token }: Extract<Sync, { phase: "changes" }>): AskRequest =>
    requestOf(id, { syncToken: token, pageToken: pageToken ?? undefined })

  /** What is asked for next of a calendar; null: nothing, or nobody knows yet. */
  const nextRequest = (id: string, at: Sync | undefined): AskRequest | null => {
    if (at?.phase === "listing") return listingRequest(id, at.page)
    return at?.phase === "changes" ? changesRequest(id, at) : null
  }

  /** A page's items: those that can be read, completed by what was known, and the others as rejects. */
  const readPage = (id: string, raws: ReadonlyArray<Item["raw"]>) =>
    Effect.gen(function* () {
      const rejects: Array<Reject> = []
      const events = raws.flatMap((raw): ReadonlyArray<{ readonly event: Event; readonly raw: Item["raw"] }> => {
        const read = readEvent(raw)
        if (Result.isSuccess(read)) return [{ event: read.success, raw }]
        rejects.push(changedItem(read.failure, originOf(id, "?"), raw))
        return []
      })
      const bare = events.filter(({ event }) => isBare(event))
      const known = yield* items.of(id, [...new Set(bare.map(({ event }) => groupOf(event)))])
      const knownRaw = new Map(known.map((item) => [item.id, item.raw]))
      const kept = new Map(
        events.map(({ event, raw }): readonly [string, Item & { readonly event: Event }] => [
          event.id,
          {
            scope: id,
            group: groupOf(event),
            id: event.id,
            raw: isBare(event) ? completed(knownRaw.get(event.id), raw) : raw,
            event
          }
        ])
      )
      return { kept: [...kept.values()], rejects }
    })

  const placeOf = ({ state }: Progress, id: string) => ({
    calendarId: id,
    calendar: calendarOf(state, id),
    account
  })

  const madeOf = (groups: ReadonlyArray<ReturnType<typeof recordsOf>>) => ({
    records: groups.flatMap(({ records }) => [...records.values()]).filter((record) => within(settings, record)),
    rejects: groups.flatMap(({ rejects }) => rejects)
  })

  /** With the end of a listing: which rows it was about. */
  const ending = (horizon: number): Pick<Listing, "ends" | "among"> => ({
    ends: true,
    among: isExpanded(settings, horizon)
  })

  /** Single events become records at once; series wait until all exceptions are there, in this page or in later ones. */
  const listing = (progress: Progress, id: string, at: Extract<Sync, { phase: "listing" }>): Step<Next> =>
    Effect.gen(function* () {
      const { items: raws = [], nextPageToken, nextSyncToken: token = "" } = yield* askPage(listingRequest(id, at.page))
      const { kept, rejects } = yield* readPage(id, raws)
      const single = kept.filter(({ event }) => isSingle(event))
      const whole = at.page === null && nextPageToken === undefined && kept.length - single.length < SERIES
      const { horizon } = settings
      const groups = groupsIn(whole ? kept : single).map((group) => recordsOf(group, placeOf(progress, id), horizon))
      const made = madeOf(groups)
      const all = [...rejects, ...made.rejects]
      const begins = at.page === null ? { begins: true as const } : {}
      const batch: Made<GoogleColumns> = {
        ...made,
        rejects: all,
        items: kept,
        listing: { scope: id, ...unreadIf(all), ...begins, ...(whole ? ending(horizon) : {}) }
      }
      if (nextPageToken !== undefined) {
        return going(progress, id, { phase: "listing", page: nextPageToken }, batch)
      }
      if (whole) return followed(progress, id, { token, horizon }, batch)
      return going(progress, id, { phase: "series", after: "", listing: true, token, horizon }, batch)
    }).pipe(heeding(progress, id, at.page === null ? null : { phase: "listing", page: null }))

  const series = (progress: Progress, id: string, at: Extract<Sync, { phase: "series" }>): Step<Next> =>
    Effect.gen(function* () {
      const found = yield* items.after(id, at.after, SERIES)
      const groups = groupsIn(found).map((group) => recordsOf(group, placeOf(progress, id), at.horizon))
      const made = madeOf(groups.filter(({ recurring }) => recurring))
      // Whole groups came, as many as were asked for, or there are no more.
      const last = found.length < SERIES ? undefined : found.at(-1)
      const end = last === undefined ? ending(at.horizon) : {}
      const batch: Made<GoogleColumns> = at.listing
        ? { ...made, listing: { scope: id, ...unreadIf(made.rejects), ...end } }
        : made
      return last === undefined
        ? followed(progress, id, at, batch)
        : going(progress, id, { ...at, after: last.group }, batch)
    })

  const changes = (progress: Progress, id: string, at: Extract<Sync, { phase: "changes" }>): Step<Next> =>
    Effect.gen(function* () {
      const answer = yield* askPage(changesRequest(id, at))
      const { kept, rejects } = yield* readPage(id, answer.items ?? [])
      const groups = [...new Set(kept.map(({ group }) => group))]
      const before = Map.groupBy(
        (yield* items.of(id, groups)).filter(({ listed }) => listed),
        ({ group }) => group
      )
      const news = Map.groupBy(kept, ({ group }) => group)
      const place = placeOf(progress, id)
      const records: Array<GoogleRecord> = []
      const left: Array<Skip> = []
      for (const group of groups) {
        const former = before.get(group) ?? []
        const latest = news.get(group) ?? []
        const overlaid = new Map([...former, ...latest].map((item) => [item.id, item]))
        const now = recordsOf([...overlaid.values()], place, at.horizon)
        const changed = changesOf(recordsOf(former, place, at.horizon).records, now.records, settings)
        records.push(...changed)
        rejects.push(...now.rejects)
        if (changed.length === 0) left.push(skipped("an event that is deleted, or outside of the period", group))
      }
      const made: Made<GoogleColumns> = { records, rejects, skipped: left, items: kept }
      if (answer.nextPageToken !== undefined) return going(progress, id, { ...at, page: answer.nextPageToken }, made)
      const token = answer.nextSyncToken ?? at.token
      if (settings.horizon > at.horizon) {
        const { horizon } = settings
        return going(progress, id, { phase: "series", after: "", listing: false, token, horizon }, made)
      }
      return followed(progress, id, { token, horizon: at.horizon }, made)
    }).pipe(heeding(progress, id, { phase: "listing", page: null }))

  /** What a refusal means: begin again, leave the calendar out, or fail with its words. */
  const heeding =
    (progress: Progress, id: string, anew: Sync | null) =>
    (step: Effect.Effect<Next, SourceError | DatabaseError | ApiRefusal, ProviderApi>): Step<Next> =>
      Effect.catchTag(step, "ApiRefusal", ({ error, status }) => {
        // I7: a full resync merges with what is stored; nothing is lost.
        if ((status === 410 || status === 400) && anew !== null && !progress.anew.has(id)) {
          return Effect.succeed(going({ ...progress, anew: new Set([...progress.anew, id]) }, id, anew, {}))
        }
        if (status !== 403 && status !== 404) return Effect.fail(error)
        const left = [skipped("a calendar that the account may no longer read", id)]
        return Effect.succeed(finished(turn(progress, { skipped: left }), id))
      })

  const removed = (progress: Progress, id: string): Next => {
    const state = without(seen(progress.state, id), id)
    return turn({ ...progress, state }, { listing: { scope: id, begins: true, ends: true } })
  }

  const step = (progress: Progress): Step<Next | undefined> =>
    Effect.gen(function* () {
      const { listed, state } = progress
      const [id] = state.todo
      if (id === undefined) {
        if (listed) return undefined
        const round = yield* listCalendars(ask, state, settings.choice)
        return turn({ ...progress, state: round.state, listed: true }, { skipped: round.left })
      }
      const at = state.calendars[id]?.sync
      if (at === undefined) return finished(turn(progress, {}), id)
      switch (at.phase) {
        case "listing":
          return yield* listing(progress, id, at)
        case "series":
          return yield* series(progress, id, at)
        case "changes":
          return yield* changes(progress, id, at)
        case "removed":
          return removed(progress, id)
      }
    })

  const pages = ({ state: { calendars, todo } }: Progress) => todo.map((id) => nextRequest(id, calendars[id]?.sync))

  const state = stateOf(opening.checkpoint)
  // Where a round was interrupted before it had seen any calendar, finishing it is enough.
  const listed = state.todo.length > 0 && state.todo.length === Object.keys(state.calendars).length
  const start: Progress = { state, listed, done: 0, anew: new Set() }
  return { start, step, pages }
}
