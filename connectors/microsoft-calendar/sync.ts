/** Syncs an account's calendars step by step. Each step is one request or none, and one batch with the state after it. */
import { Effect, type Stream } from "effect"
import type { ApiOpening } from "../../src/component/api-stream.ts"
import type { ApiRefusal, AskRequest, ProviderApi } from "../../src/component/api.ts"
import type { Batch, Listing, Skip } from "../../src/component/batch.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type AskPage, type Steps, inSteps } from "../api/ahead.ts"
import { type Made, type StepProgress, type Turn, turn } from "../api/turn.ts"
import type { Choice } from "../calendar/choice.ts"
import { DAY } from "../calendar/clock.ts"
import { isWithin } from "../calendar/group.ts"
import { UTC, ianaZones } from "../calendar/zone.ts"
import { skipped } from "../media/tally.ts"
import { listCalendars } from "./calendars.ts"
import { zoneNamed } from "./event.ts"
import { TOGETHER, lookUp, lookUpAll } from "./look-up.ts"
import { deletedWith, doubtsOf, newsOf } from "./news.ts"
import { PREFER } from "./prefer.ts"
import {
  type MicrosoftColumns,
  type MicrosoftRecord,
  type Place,
  isRemoved,
  recordOf,
  removedItem,
  toldIn
} from "./record.ts"
import { EventPage } from "./shape.ts"
import { type Doubt, type State, type Sync, type View, seen, stateOf, withView, without } from "./state.ts"
import type { Stretch } from "./views.ts"

export interface Settings {
  readonly choice: Choice
  readonly stretches: ReadonlyArray<Stretch>
  /** What to say, once, of the time before the first stretch; null: nothing. */
  readonly earlier: Skip | null
}

type Step<A> = Effect.Effect<A, SourceError | DatabaseError, ProviderApi>

interface Progress extends StepProgress<State> {
  /** This round is the last one of the run. */
  readonly listed: boolean
  /** Views that were begun anew: a second time would be in vain. */
  readonly anew: ReadonlySet<string>
}

type MadeInView = Omit<Made<MicrosoftColumns>, "listing"> & { readonly listing?: Pick<Listing, "begins" | "unread"> }
type Next = Turn<MicrosoftColumns, Progress>

/** Items that a listing didn't have, looked through at a time. */
const UNLISTED = 200

/** The series of which several events are in doubt; null: there is none. */
const seriesInDoubt = (doubts: ReadonlyArray<Doubt>): string | null => {
  const seen = new Set<string>()
  for (const { id, series } of doubts) {
    const whole = series ?? id
    if (seen.has(whole)) return whole
    seen.add(whole)
  }
  return null
}

const ANEW: Pick<View, "sync" | "waiting" | "doubts"> = {
  sync: { phase: "listing", link: null },
  waiting: [],
  doubts: []
}

/** Graph's words for a link that is no longer good; it has been seen with 400 and 410, and in any case. */
const isExpired = ({ reason, status }: ApiRefusal): boolean =>
  status === 410 || (status === 400 && /^(?:syncstatenotfound|resyncrequired)$/i.test(reason ?? ""))

const isListing = ({ sync }: View): boolean => sync.phase === "listing" || (sync.phase === "closing" && sync.listing)

const overlaps = ({ from, to }: Stretch, starts: number, ends: number): boolean =>
  starts < to && (ends > from || starts >= from)

/** Should the listing have had it? Days are told in another zone than they are kept in. Series are asked for with what belongs to them. */
const isNear = ({ from, of, to }: Stretch, record: MicrosoftRecord | null): boolean =>
  record !== null &&
  overlaps({ of, from: from - DAY, to: to + DAY }, record.row.starts_at ?? 0, record.row.ends_at ?? 0)

const pageRequest = ({ calendar, from, to }: View, link: string | null): AskRequest => {
  const iso = (time: number) => new Date(time).toISOString()
  const page =
    link === null
      ? {
          path: `/me/calendars/${encodeURIComponent(calendar)}/calendarView/delta`,
          query: { startDateTime: iso(from), endDateTime: iso(to) }
        }
      : { path: link }
  return { api: "graph", headers: PREFER, ...page }
}

/** What is asked for next of a view; null: nothing, or nobody knows yet. */
const nextRequest = (view: View | undefined): AskRequest | null => {
  if (view === undefined || view.doubts.length > 0) return null
  const { sync: at } = view
  return at.phase === "listing" || at.phase === "changes" ? pageRequest(view, at.link) : null
}

/** All batches from the checkpoint on. */
export const sync = (
  opening: ApiOpening,
  settings: Settings
): Stream.Stream<Batch<MicrosoftColumns>, SourceError | DatabaseError, ProviderApi> =>
  inSteps(opening.ask, EventPage, (page) => steps(opening, settings, page))

const steps = (
  { account, ask, checkpoint, items, timeZone }: ApiOpening,
  { choice, earlier, stretches }: Settings,
  askPage: AskPage<typeof EventPage.Type>
): Steps<MicrosoftColumns, Progress> => {
  const iana = ianaZones()
  const own = iana(timeZone) ?? UTC
  const zones = { byId: zoneNamed(iana, own), own }

  const inView = (
    progress: Progress,
    key: string,
    view: View,
    change: Partial<View>,
    { listing, ...made }: MadeInView
  ): Next =>
    turn(
      { ...progress, state: withView(progress.state, key, change) },
      isListing(view) ? { ...made, listing: { scope: key, ...listing } } : made
    )

  const placeOf = ({ calendars, views }: State, { calendar }: View): Place => {
    const own = Object.entries(views)
      .filter(([, view]) => view.calendar === calendar)
      .toSorted(([, a], [, b]) => a.from - b.from)
    return {
      calendarId: calendar,
      calendar: { name: calendars[calendar] ?? calendar, zones, assumed: false },
      account,
      viewAt: (starts, ends) => own.find(([, stretch]) => overlaps(stretch, starts, ends))?.[0] ?? null
    }
  }

  const page = (progress: Progress, key: string, view: View, link: string | null): Step<Next> =>
    Effect.gen(function* () {
      const answer = yield* askPage(pageRequest(view, link))
      const news = yield* newsOf(answer.value, key, view, placeOf(progress.state, view), items)
      if (news.rescheduled && !isListing(view)) return restart(progress, key)
      const listing = isListing(view)
      const further = answer["@odata.nextLink"]
      const end = answer["@odata.deltaLink"] ?? link ?? ""
      const next: Sync =
        typeof further === "string"
          ? { phase: listing ? "listing" : "changes", link: further }
          : { phase: "closing", link: end, listing, after: "" }
      // I7: of what was rejected nobody knows which rows it would have been.
      const unread = news.rejects.length === 0 ? {} : { unread: true as const }
      const made = { ...news, listing: { ...unread, ...(link === null ? { begins: true as const } : {}) } }
      return inView(progress, key, view, { sync: next, waiting: news.waiting, doubts: news.doubts }, made)
    }).pipe(Effect.catchTag("ApiRefusal", (refusal) => heed(progress, key, link !== null, refusal)))

  /** I7: a full round merges with what is stored; nothing is lost. */
  const restart = (progress: Progress, key: string): Next => {
    const anew = new Set([...progress.anew, key])
    return turn({ ...progress, anew, state: withView(progress.state, key, ANEW) }, {})
  }

  /** What a refusal means: begin again, leave the calendar out, or fail with its words. */
  const heed = (progress: Progress, key: string, linked: boolean, refusal: ApiRefusal): Step<Next> => {
    if (linked && isExpired(refusal) && !progress.anew.has(key)) return Effect.succeed(restart(progress, key))
    if (refusal.status !== 403 && refusal.status !== 404) return Effect.fail(refusal.error)
    const left = [skipped("a calendar that the account may no longer read", key)]
    return Effect.succeed(turn({ ...progress, state: seen(progress.state, key) }, { skipped: left }))
  }

  /** Were they deleted, or have they left the view? Where several of a series are in doubt, the series is asked for first. */
  const resolve = (progress: Progress, key: string, view: View): Step<Next> =>
    Effect.gen(function* () {
      const place = placeOf(progress.state, view)
      const whole = seriesInDoubt(view.doubts)
      if (whole !== null && (yield* lookUp(ask, whole)) === null) {
        const doubts = view.doubts.filter(({ id, series }) => id !== whole && series !== whole)
        return inView(progress, key, view, { doubts }, yield* deletedWith([whole], key, place, items))
      }
      if (whole !== null) {
        const doubts = view.doubts.map((doubt) => (doubt.series === whole ? { ...doubt, series: null } : doubt))
        return inView(progress, key, view, { doubts }, {})
      }
      const asked = view.doubts.slice(0, TOGETHER).map(({ id }) => id)
      const found = yield* lookUpAll(ask, asked)
      const gone = asked.filter((id) => (found.get(id) ?? null) === null)
      const deleted = yield* deletedWith(gone, key, place, items)
      // Others take place elsewhere: their rows follow them, though this view no longer shows them.
      const left = [...found.values()].filter((event) => event !== null)
      const news = yield* newsOf(left, key, view, place, items)
      const moved = toldIn(news.items).map((told) => removedItem(key, told, "moved"))
      return inView(
        progress,
        key,
        view,
        { doubts: view.doubts.slice(TOGETHER) },
        { ...news, records: [...news.records, ...deleted.records], items: [...moved, ...deleted.items] }
      )
    })

  /** A series that was never told is asked for; where it is gone, so are its occurrences. */
  const fetchSeries = (progress: Progress, key: string, view: View, id: string): Step<Next> =>
    Effect.gen(function* () {
      const found = yield* lookUp(ask, id)
      const news = yield* newsOf(found === null ? [] : [found], key, view, placeOf(progress.state, view), items)
      const waiting = view.waiting.filter((other) => other !== id)
      const left = news.items.length > 0 ? [] : [skipped("occurrences of a series that is not told", id)]
      return inView(progress, key, view, { waiting }, { ...news, skipped: left })
    })

  const closing = (progress: Progress, key: string, view: View, at: Extract<Sync, { phase: "closing" }>): Step<Next> =>
    Effect.gen(function* () {
      const [series] = view.waiting
      if (series !== undefined) return yield* fetchSeries(progress, key, view, series)
      const missing = at.listing ? yield* items.unlisted(key, at.after, UNLISTED) : []
      const last = missing.at(-1)
      if (last !== undefined) {
        const place = placeOf(progress.state, view)
        const doubts = doubtsOf(
          toldIn(missing)
            .filter((told) => !isRemoved(told.event) && isNear(view, recordOf(told, null, place).record))
            .map(({ event }) => event)
        )
        return inView(progress, key, view, { sync: { ...at, after: last.id }, doubts }, {})
      }
      // Only now: a link that is stored too early would leave out what it stands for.
      const state = withView(progress.state, key, { sync: { phase: "changes", link: at.link } })
      const among = isWithin({ since: view.from, until: view.to })
      return turn(
        { ...progress, state: seen(state, key) },
        at.listing ? { listing: { scope: key, ends: true, among } } : {}
      )
    })

  const list = (progress: Progress): Step<Next> =>
    Effect.gen(function* () {
      const round = yield* listCalendars(ask, progress.state, choice, stretches)
      const isFirst = Object.keys(progress.state.views).length === 0
      const left = [...round.left, ...(isFirst && earlier !== null ? [earlier] : [])]
      return turn({ ...progress, state: round.state, listed: true }, { skipped: left })
    })

  const step = (progress: Progress): Step<Next | undefined> => {
    const { listed, state } = progress
    const [key] = state.todo
    if (key === undefined) return listed ? Effect.succeed(undefined) : list(progress)
    const view = state.views[key]
    if (view === undefined) return Effect.succeed(turn({ ...progress, state: seen(state, key) }, {}))
    if (view.doubts.length > 0) return resolve(progress, key, view)
    const { sync: at } = view
    switch (at.phase) {
      case "listing":
      case "changes":
        return page(progress, key, view, at.link)
      case "closing":
        return closing(progress, key, view, at)
      case "removed":
        return Effect.succeed(
          turn({ ...progress, state: without(state, key) }, { listing: { scope: key, begins: true, ends: true } })
        )
    }
  }

  const pages = ({ state: { todo, views } }: Progress) => todo.map((key) => nextRequest(views[key]))

  const state = stateOf(checkpoint)
  // Where a round was interrupted before it had seen any calendar, finishing it is enough.
  const listed = state.todo.length > 0 && state.todo.length === Object.keys(state.views).length
  const start: Progress = { state, listed, done: 0, anew: new Set() }
  return { start, step, pages }
}
