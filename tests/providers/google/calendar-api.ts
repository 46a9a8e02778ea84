/** Calendar v3: the list of calendars and their events, in pages and by sync tokens. */
import type { Kept } from "../life/agenda.ts"
import { type Call, type Route, sizeOf, whoOf } from "../server/call.ts"
import type { ServerClock } from "../server/clock.ts"
import { type JsonObject, compact } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import { type Rounds, roundsOf } from "../server/rounds.ts"
import { type SyncTokens, syncTokensOf } from "../server/sync-tokens.ts"
import { type Calendar, type Calendars, calendarJson } from "./calendars.ts"
import { type Api, calendarError, denied } from "./error.ts"
import { eventJson } from "./event-json.ts"
import {
  EXCLUDED_WITH_SYNC_TOKEN,
  type EventQuery,
  eventQueryOf,
  isPartial,
  selected,
  signatureOf
} from "./event-query.ts"

const SCOPE = "https://www.googleapis.com/auth/calendar"
const READS_ALL = [SCOPE, `${SCOPE}.readonly`]
const READS_LIST = [...READS_ALL, `${SCOPE}.calendarlist`, `${SCOPE}.calendarlist.readonly`]
const READS_EVENTS = [...READS_ALL, `${SCOPE}.events`, `${SCOPE}.events.readonly`]

export interface CalendarApiOptions {
  readonly seed: number
  readonly clock: ServerClock
  readonly api: Api
  /** The share of pages that are shorter than need be, or empty. */
  readonly ragged: number
  readonly syncTokenLifeMs: number
}

export interface CalendarApi {
  readonly routes: ReadonlyArray<Route>
  /** Sync tokens end now: the next use of one is answered with 410. */
  readonly expireSyncTokens: () => void
}

interface Position {
  /** Whose listing, of what, and by which parameters: those that must be the same from sync to sync. */
  readonly key: string
  /** Those that must be the same from page to page. */
  readonly pageKey: string
  /** The version that a sync token at the end stands for. */
  readonly version: number
  /** No sync token comes at the end of a listing that leaves something out. */
  readonly partial: boolean
}

const invalid = (name: string) =>
  calendarError(400, "global", "invalid", `Invalid value for the parameter ${name} (or it is not allowed here).`)

const gone = (reason: string, message: string): Reply => calendarError(410, "calendar", reason, message)

const notFound = () => calendarError(404, "global", "notFound", "Not Found")

const resync = () => gone("fullSyncRequired", "Sync token is no longer valid, a full sync is required.")

const positive = (query: URLSearchParams, most: number): boolean => {
  const text = query.get("maxResults")
  return text === null || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most)
}

/** A listing that may start anew, go on from a page, or start from a sync token. */
interface Listing<T> {
  readonly rounds: Rounds<T, Position>
  readonly tokens: SyncTokens<Position>
}

interface Step<T> {
  readonly items: ReadonlyArray<T>
  /** `nextPageToken` or `nextSyncToken`, or none where the listing was partial. */
  readonly tokens: JsonObject
}

const step = <T>(
  { rounds, tokens }: Listing<T>,
  query: URLSearchParams,
  size: number,
  position: Position,
  select: (since: number | null) => ReadonlyArray<T>
): Step<T> | Reply => {
  const turn = (token: string): Step<T> | Reply => {
    const page = rounds.page(token, size)
    if (page === null || page.context.pageKey !== position.pageKey) return invalid("pageToken")
    const { items, next, context } = page
    if (next !== null) return { items, tokens: { nextPageToken: next } }
    return { items, tokens: context.partial ? {} : { nextSyncToken: tokens.issue(context) } }
  }
  const pageToken = query.get("pageToken")
  if (pageToken !== null) return turn(pageToken)
  const syncToken = query.get("syncToken")
  if (syncToken === null) return turn(rounds.open(select(null), position))
  const from = tokens.read(syncToken)
  if (from === null) return resync()
  if (from.key !== position.key) return invalid("syncToken (the other parameters differ from the first sync)")
  return turn(rounds.open(select(from.version), position))
}

const MONTH = 30 * 24 * 3_600_000

/** Changes are not kept for longer than this. */
const remembers = (query: EventQuery, now: number): boolean =>
  query.updatedMin === null || query.updatedMin > now - MONTH

export const calendarApi = (calendars: Calendars, options: CalendarApiOptions): CalendarApi => {
  const { seed, clock, api, ragged, syncTokenLifeMs } = options
  const eventTokens = syncTokensOf<Position>("events", seed, clock, syncTokenLifeMs)
  const listTokens = syncTokensOf<Position>("calendars", seed, clock, syncTokenLifeMs)
  const events: Listing<Kept> = { rounds: roundsOf("events", seed, ragged), tokens: eventTokens }
  const list: Listing<Calendar> = { rounds: roundsOf("calendars", seed, ragged), tokens: listTokens }

  const listCalendars = (call: Call): Reply => {
    const refused = denied(call, "calendar", api, READS_LIST)
    const who = whoOf(call)
    if (refused !== null || who === null) return refused ?? invalid("user")
    const { query } = call
    if (!positive(query, 250)) return invalid("maxResults")
    if (query.has("syncToken") && query.has("minAccessRole")) return invalid("minAccessRole")
    const position: Position = {
      key: `${who.user} ${signatureOf(query)}`,
      pageKey: `${who.user} ${signatureOf(query)}`,
      version: calendars.version(),
      partial: query.has("minAccessRole")
    }
    const found = step(list, query, sizeOf(query.get("maxResults"), 100, 250), position, (since) =>
      calendars.of(who.user).filter(({ version, deleted }) => (since === null ? !deleted : version > since))
    )
    if ("status" in found) return found
    const items = found.items.map(calendarJson)
    return json({ kind: "calendar#calendarList", etag: `"${position.version}"`, ...found.tokens, items })
  }

  const refusedWithToken = (query: URLSearchParams): Reply | null => {
    if (!query.has("syncToken")) return null
    const excluded = EXCLUDED_WITH_SYNC_TOKEN.find((name) => query.has(name))
    if (excluded !== undefined) return invalid(excluded)
    return query.get("showDeleted") === "false" ? invalid("showDeleted") : null
  }

  const eventsFor = (call: Call): { readonly user: string; readonly calendar: Calendar } | Reply => {
    const refused = denied(call, "calendar", api, READS_EVENTS)
    const who = whoOf(call)
    if (refused !== null || who === null) return refused ?? invalid("user")
    const calendar = calendars.find(who.user, call.params["id"] ?? "")
    return calendar === undefined ? notFound() : { user: who.user, calendar }
  }

  /** A deleted event is told as cancelled, as long as it is remembered. */
  const getEvent = (call: Call): Reply => {
    const from = eventsFor(call)
    if ("status" in from) return from
    const kept = from.calendar.agenda.get(call.params["event"] ?? "")
    return kept === undefined ? notFound() : json(eventJson(kept, { self: from.user, zone: from.calendar.zone }))
  }

  const listEvents = (call: Call): Reply => {
    const from = eventsFor(call)
    if ("status" in from) return from
    const { calendar, user } = from
    const { query } = call
    const flaw = refusedWithToken(query)
    if (flaw !== null) return flaw
    const wanted = eventQueryOf(query)
    if (typeof wanted === "string") return invalid(wanted)
    if (!positive(query, 2500)) return invalid("maxResults")
    if (!remembers(wanted, call.at))
      return gone("updatedMinTooLongAgo", "The requested minimum modification time lies too far in the past.")
    const { agenda } = calendar
    const position: Position = {
      // A first sync may have a window and leave deleted ones out; a later one must not say so.
      key: `${user} ${calendar.id} ${signatureOf(query, [...EXCLUDED_WITH_SYNC_TOKEN, "showDeleted"])}`,
      pageKey: `${user} ${calendar.id} ${signatureOf(query)}`,
      version: agenda.version(),
      partial: isPartial(wanted)
    }
    const found = step(events, query, sizeOf(query.get("maxResults"), 250, 2500), position, (since) =>
      selected(agenda, wanted, since)
    )
    if ("status" in found) return found
    const reader = { self: user, zone: wanted.timeZone ?? calendar.zone }
    return json(
      compact({
        kind: "calendar#events",
        etag: `"${position.version}"`,
        summary: calendar.title,
        updated: new Date(call.at).toISOString(),
        timeZone: reader.zone,
        accessRole: calendar.accessRole,
        defaultReminders: [],
        ...found.tokens,
        items: found.items.map((kept) => eventJson(kept, reader))
      })
    )
  }

  return {
    routes: [
      { method: "GET", path: /^\/calendar\/v3\/users\/me\/calendarList$/, area: "calendar", handle: listCalendars },
      {
        method: "GET",
        path: /^\/calendar\/v3\/calendars\/(?<id>[^/]+)\/events$/,
        area: "calendar",
        handle: listEvents
      },
      {
        method: "GET",
        path: /^\/calendar\/v3\/calendars\/(?<id>[^/]+)\/events\/(?<event>[^/]+)$/,
        area: "calendar",
        handle: getEvent
      }
    ],
    expireSyncTokens: () => {
      eventTokens.expireAll()
      listTokens.expireAll()
    }
  }
}
