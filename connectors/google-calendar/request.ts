/** What Google is asked for of a calendar's events. */
import { Effect, Schema } from "effect"
import type { Ask, AskRequest, ProviderApi, ApiRefusal } from "../../src/component/api.ts"
import type { Json } from "../../src/component/column.ts"
import type { SourceError } from "../../src/component/error.ts"
import type { Period } from "../calendar/group.ts"
import type { Sync } from "./state.ts"

/** The most that Google gives in one page. */
const PAGE = 2500

const isoTime = (time: number | null): string | undefined => (time === null ? undefined : new Date(time).toISOString())

const eventsOf = (calendar: string): string => `/calendars/${encodeURIComponent(calendar)}/events`

const pageOf = (calendar: string, query: AskRequest["query"]): AskRequest => ({
  api: "calendar",
  path: eventsOf(calendar),
  query: { maxResults: PAGE, ...query }
})

export const listingRequest = (calendar: string, { since, until }: Period, page: string | null): AskRequest =>
  pageOf(calendar, { timeMin: isoTime(since), timeMax: isoTime(until), pageToken: page ?? undefined })

export const changesRequest = (calendar: string, { page, token }: Extract<Sync, { phase: "changes" }>): AskRequest =>
  pageOf(calendar, { syncToken: token, pageToken: page ?? undefined })

/** The page that a calendar's next step asks for; null: none, or nobody knows yet. */
export const nextRequest = (calendar: string, period: Period, at: Sync | undefined): AskRequest | null => {
  if (at?.phase === "listing") return listingRequest(calendar, period, at.page)
  return at?.phase === "changes" ? changesRequest(calendar, at) : null
}

/** The event as it is now; one that is no longer there is told as cancelled. */
export const lookUp = (
  ask: Ask,
  calendar: string,
  id: string
): Effect.Effect<Json, SourceError | ApiRefusal, ProviderApi> =>
  ask.json({ api: "calendar", path: `${eventsOf(calendar)}/${encodeURIComponent(id)}` }, Schema.Json).pipe(
    Effect.catchIf(
      (error) => error._tag === "ApiRefusal" && (error.status === 404 || error.status === 410),
      () => Effect.succeed({ id, status: "cancelled" })
    )
  )
