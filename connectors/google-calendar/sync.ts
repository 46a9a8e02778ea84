/** Syncs an account's calendars step by step. Each step is one request or none, and one batch with the state after it. */
import { Effect, Result, type Stream } from "effect"
import type { ApiOpening } from "../../src/component/api-stream.ts"
import type { ApiRefusal, ProviderApi } from "../../src/component/api.ts"
import type { Batch, Item, Listing, Reject, Skip } from "../../src/component/batch.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type AskPage, type Steps, inSteps } from "../api/ahead.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import type { Choice } from "../calendar/choice.ts"
import type { Calendar } from "../calendar/event.ts"
import { type Period, changesOf, isExpanded, within } from "../calendar/group.ts"
import { UTC, ianaZones } from "../calendar/zone.ts"
import { skipped } from "../media/tally.ts"
import { listCalendars } from "./calendars.ts"
import { readPage } from "./page.ts"
import { changesRequest, listingRequest, lookUp, nextRequest } from "./request.ts"
import { type GoogleColumns, type GoogleRecord, readEvent, recordsOf } from "./series.ts"
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

/** Items of series that are expanded in one batch. */
const SERIES = 500
/** Items that a listing didn't have, looked through at a time. */
const MISSED = 200

const isBounded = ({ since, until }: Period): boolean => since !== null || until !== null

const isSingle = ({ recurrence = [], recurringEventId }: Event): boolean =>
  recurringEventId === undefined && recurrence.length === 0

const groupsIn = (items: ReadonlyArray<Item>): ReadonlyArray<ReadonlyArray<Item>> => [
  ...Map.groupBy(items, ({ group }) => group).values()
]

/** I7: of what was rejected nobody knows which rows it would have been. */
const unreadIf = (rejects: ReadonlyArray<Reject>): Pick<Listing, "unread"> =>
  rejects.length === 0 ? {} : { unread: true }

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
      const {
        items: raws = [],
        nextPageToken,
        nextSyncToken: token = ""
      } = yield* askPage(listingRequest(id, settings, at.page))
      const { kept, rejects } = yield* readPage(items, id, raws)
      const single = kept.filter(({ event }) => isSingle(event))
      const short = at.page === null && nextPageToken === undefined && kept.length - single.length < SERIES
      const whole = short && !isBounded(settings)
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
      return going(progress, id, { phase: "missed", after: "", token, horizon }, batch)
    }).pipe(heeding(progress, id, at.page === null ? null : { phase: "listing", page: null }))

  const isNear = (progress: Progress, id: string, item: Item): boolean =>
    [...recordsOf([item], placeOf(progress, id), settings.horizon).records.values()].some((each) =>
      within(settings, each)
    )

  /** Of a period, what a listing should have had was deleted, or takes place at another time: its row follows it then. */
  const missed = (progress: Progress, id: string, at: Extract<Sync, { phase: "missed" }>): Step<Next> =>
    Effect.gen(function* () {
      const { horizon, token } = at
      const item = isBounded(settings) ? yield* nextMissed(progress, id, at.after) : null
      if (item === null) {
        return yield* series(progress, id, { phase: "series", after: "", listing: true, token, horizon })
      }
      // Without an occurrence that is known to be elsewhere, its series would have it at its old time.
      const raw = isNear(progress, id, item) ? yield* lookUp(ask, id, item.id) : item.raw
      const { kept, rejects } = yield* readPage(items, id, [raw])
      const place = placeOf(progress, id)
      const [before, now] = [recordsOf([item], place, horizon), recordsOf(kept, place, horizon)]
      const all = [...rejects, ...now.rejects]
      const listing = { scope: id, ...unreadIf(all) }
      const records = changesOf(before.records, now.records, settings)
      return going(progress, id, { ...at, after: item.id }, { records, rejects: all, items: kept, listing })
    }).pipe(heeding(progress, id, null))

  const nextMissed = (progress: Progress, id: string, after: string): Effect.Effect<Item | null, DatabaseError> =>
    Effect.gen(function* () {
      const missing = yield* items.unlisted(id, after, MISSED)
      const last = missing.at(-1)
      if (last === undefined) return null
      const found = missing.find((item) => {
        const event = Result.getOrElse(readEvent(item.raw), () => null)
        if (event === null || event.status === "cancelled") return false
        return isSingle(event) ? isNear(progress, id, item) : event.recurringEventId !== undefined
      })
      return found ?? (yield* nextMissed(progress, id, last.id))
    })

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
      const { kept, rejects: unknown } = yield* readPage(items, id, answer.items ?? [])
      const groups = [...new Set(kept.map(({ group }) => group))]
      const before = Map.groupBy(
        (yield* items.of(id, groups)).filter(({ listed }) => listed),
        ({ group }) => group
      )
      const news = Map.groupBy(kept, ({ group }) => group)
      const place = placeOf(progress, id)
      const records: Array<GoogleRecord> = []
      const rejects = [...unknown]
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
        case "missed":
          return yield* missed(progress, id, at)
        case "series":
          return yield* series(progress, id, at)
        case "changes":
          return yield* changes(progress, id, at)
        case "removed":
          return removed(progress, id)
      }
    })

  const pages = ({ state: { calendars, todo } }: Progress) =>
    todo.map((id) => nextRequest(id, settings, calendars[id]?.sync))

  const state = stateOf(opening.checkpoint)
  // Where a round was interrupted before it had seen any calendar, finishing it is enough.
  const listed = state.todo.length > 0 && state.todo.length === Object.keys(state.calendars).length
  const start: Progress = { state, listed, done: 0, anew: new Set() }
  return { start, step, pages }
}
