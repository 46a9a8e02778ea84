/** Graph's calendars: the list of them, a view in rounds of pages and changes, and single events. */
import { type NonEmpty, stream } from "../../../src/sample/random.ts"
import { instanceOf } from "../life/entries.ts"
import { stampOf } from "../life/moment.ts"
import { occurrencesOf } from "../life/recurrence.ts"
import { type Call, type Route, whoOf } from "../server/call.ts"
import type { Common } from "../server/common.ts"
import { type JsonObject, listAt, parseJson, textAt } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import { type Page, roundsOf } from "../server/rounds.ts"
import { syncTokensOf } from "../server/sync-tokens.ts"
import { denied, graphError } from "./error.ts"
import { type Reader, type View, entryIdOf, fullJson, viewJson } from "./event-json.ts"
import type { Mailbox, MailCalendar } from "./mailbox.ts"
import { type Window, changesOf, viewOf } from "./view.ts"

const READS = ["Calendars.Read", "Calendars.ReadWrite"]
const MOST_TOGETHER = 20
const LONGEST_VIEW_MS = 1825 * 24 * 3_600_000

interface Round {
  readonly path: string
  readonly user: string
  readonly window: Window
  /** The version that the round's delta link stands for. */
  readonly version: number
}

export interface GraphApi {
  readonly routes: ReadonlyArray<Route>
  readonly expireDeltaLinks: () => void
}

interface Wishes extends Reader {
  readonly pageSize: number
}

/** What `Prefer` asks for; what it should ask for and does not is noted. */
const wishesOf = (call: Call, self: string): Wishes => {
  const prefer = String(call.headers["prefer"] ?? "")
  const immutableIds = /IdType\s*=\s*"ImmutableId"/i.test(prefer)
  const zone = /outlook\.timezone\s*=\s*"([^"]+)"/i.exec(prefer)?.[1]
  const size = /odata\.maxpagesize\s*=\s*(\d+)/i.exec(prefer)?.[1]
  if (!immutableIds) call.note('Prefer lacks IdType="ImmutableId"')
  if (zone === undefined) call.note("Prefer lacks outlook.timezone")
  if (size === undefined) call.note("Prefer lacks odata.maxpagesize")
  return { self, immutableIds, zone: zone ?? "UTC", pageSize: Math.max(1, Number(size ?? 10)) }
}

const GRAPH_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** Without an offset, in UTC. */
const timeIn = (text: string | null): number | null => {
  if (text === null || !GRAPH_TIME.test(text)) return null
  return Date.parse(/Z$|[+-]\d\d:\d\d$/.test(text) || !text.includes("T") ? text : `${text}Z`)
}

/** Every spelling in which the end of a delta link is told. */
const ENDINGS: NonEmpty<readonly [status: number, code: string]> = [
  [410, "SyncStateNotFound"],
  [410, "syncStateNotFound"],
  [410, "resyncRequired"],
  [400, "SyncStateNotFound"],
  [400, "ResyncRequired"]
]

export const graphApi = (
  { seed, clock, ragged }: Common,
  mailboxFor: (user: string) => Mailbox | undefined,
  deltaLinkLifeMs: number
): GraphApi => {
  const rounds = roundsOf<View, Round>("graph", seed, ragged)
  const deltas = syncTokensOf<Round>("graph", seed, clock, deltaLinkLifeMs)
  const notFound = () => graphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")

  const guarded =
    (scopes: ReadonlyArray<string>, handle: (call: Call, mailbox: Mailbox) => Reply) =>
    (call: Call): Reply => {
      const mailbox = mailboxFor(whoOf(call)?.user ?? "")
      return denied(call, scopes) ?? (mailbox === undefined ? notFound() : handle(call, mailbox))
    }

  const pageJson = (call: Call, page: Page<View, Round>, reader: Reader): Reply => {
    const link = (name: string, token: string) => `${call.origin}${call.path}?$${name}=${encodeURIComponent(token)}`
    const further: JsonObject =
      page.next === null
        ? { "@odata.deltaLink": link("deltatoken", deltas.issue(page.context)) }
        : { "@odata.nextLink": link("skiptoken", page.next) }
    return json(
      {
        "@odata.context": `${call.origin}/v1.0/$metadata#Collection(event)`,
        ...further,
        value: page.items.map((view) => viewJson(view, reader))
      },
      200,
      { "preference-applied": String(call.headers["prefer"] ?? "") }
    )
  }

  const ended = (token: string): Reply => {
    const [status, code] = stream("ended", seed, token).pick(ENDINGS)
    return graphError(status, code, "The sync state generation is not found; make a full round.")
  }

  const newRound = (call: Call, mailbox: Mailbox, calendar: MailCalendar): string | Reply => {
    const from = timeIn(call.query.get("startDateTime"))
    const to = timeIn(call.query.get("endDateTime"))
    if (from === null || to === null)
      return graphError(400, "ErrorInvalidParameter", "startDateTime and endDateTime are required.")
    if (to - from > LONGEST_VIEW_MS)
      return graphError(400, "ErrorCalendarViewRangeTooBig", "The range is greater than allowed. Maximum days: 1825")
    const window = { from, to }
    const { agenda } = calendar
    const round: Round = { path: call.path, user: mailbox.user, window, version: agenda.version() }
    return rounds.open(viewOf(agenda, window), round)
  }

  /** The token of the page that a request asks for. */
  const tokenFor = (call: Call, mailbox: Mailbox, calendar: MailCalendar): string | Reply => {
    const skip = call.query.get("$skiptoken")
    const delta = call.query.get("$deltatoken")
    if (skip === null && delta === null) return newRound(call, mailbox, calendar)
    if (call.query.size > 1)
      return graphError(
        400,
        "ErrorInvalidUrlQuery",
        "A link must be followed as it was given, without other parameters."
      )
    if (skip !== null) return skip
    const from = deltas.read(delta ?? "")
    if (from === null || from.path !== call.path || from.user !== mailbox.user) return ended(delta ?? "")
    const { agenda } = calendar
    return rounds.open(changesOf(agenda, from.window, from.version), { ...from, version: agenda.version() })
  }

  const delta = guarded(READS, (call, mailbox) => {
    const id = call.params["id"]
    const calendar = mailbox.calendars().find((one) => (id === undefined ? one.isDefault : one.id === id))
    if (calendar === undefined) return notFound()
    const wishes = wishesOf(call, mailbox.user)
    const token = tokenFor(call, mailbox, calendar)
    if (typeof token !== "string") return token
    const page = rounds.page(token, wishes.pageSize)
    if (page === null || page.context.path !== call.path || page.context.user !== mailbox.user) return ended(token)
    return pageJson(call, page, wishes)
  })

  const calendars = guarded(READS, (call, mailbox) => {
    wishesOf(call, mailbox.user)
    const value = mailbox.calendars().map(({ id, name, isDefault }) => ({
      id,
      name,
      isDefaultCalendar: isDefault,
      canEdit: true,
      hexColor: "",
      owner: { name: mailbox.name, address: mailbox.user }
    }))
    return json({ "@odata.context": `${call.origin}/v1.0/$metadata#me/calendars`, value })
  })

  const event = guarded(READS, (call, mailbox) => {
    const wishes = wishesOf(call, mailbox.user)
    const id = entryIdOf(call.params["id"] ?? "") ?? ""
    for (const { agenda } of mailbox.calendars()) {
      const kept = agenda.get(id)
      if (kept !== undefined && !kept.deleted && kept.entry.status !== "cancelled")
        return json(fullJson(kept.entry, kept.version, wishes))
      const [series = "", stamp] = id.split("_")
      const master = agenda.get(series)
      if (kept !== undefined || master === undefined || master.deleted || stamp === undefined) continue
      const original = occurrencesOf(master.entry).find((start) => stampOf(start) === stamp)
      if (original !== undefined)
        return json(fullJson(instanceOf(master.entry, original), master.version, wishes, true))
    }
    return notFound()
  })

  /** Requests in one, each with an answer of its own; some are put off, as Graph does under load. */
  const batch = guarded(READS, (call) => {
    const random = stream("batch", seed, call.body)
    const requests = listAt(parseJson(call.body), "requests")
    if (requests.length > MOST_TOGETHER) return graphError(400, "BadRequest", "Too many requests in one.")
    const responses = requests.map((request): JsonObject => {
      const id = textAt(request, "id") ?? ""
      const asked = /^\/me\/events\/([^/]+)$/.exec(textAt(request, "url") ?? "")?.[1]
      if (asked === undefined) return { id, status: 404 }
      if (random.chance(ragged / 2)) return { id, status: 429, headers: { "Retry-After": "1" } }
      const headers = { prefer: textAt(request, "headers", "prefer") ?? "" }
      const { body, status } = event({ ...call, headers, params: { id: decodeURIComponent(asked) } })
      return { id, status, body: parseJson(body.toString()) ?? null }
    })
    // In any order.
    return json({ responses: responses.toReversed() })
  })

  const me = guarded(["User.Read"], (_, { user, name }) =>
    json({ id: Buffer.from(user).toString("hex").slice(0, 16), displayName: name, mail: user, userPrincipalName: user })
  )

  return {
    expireDeltaLinks: deltas.expireAll,
    routes: [
      { method: "GET", path: /^\/v1\.0\/me\/calendarView\/delta$/, area: "graph", handle: delta },
      {
        method: "GET",
        path: /^\/v1\.0\/me\/calendars\/(?<id>[^/]+)\/calendarView\/delta$/,
        area: "graph",
        handle: delta
      },
      { method: "GET", path: /^\/v1\.0\/me\/calendars$/, area: "graph", handle: calendars },
      { method: "GET", path: /^\/v1\.0\/me\/events\/(?<id>[^/]+)$/, area: "graph", handle: event },
      { method: "POST", path: /^\/v1\.0\/\$batch$/, area: "graph", handle: batch },
      { method: "GET", path: /^\/v1\.0\/me$/, area: "graph", handle: me }
    ]
  }
}
