/** The fake of Google Calendar, as Google's own client sees it. */
import { calendar_v3 } from "@googleapis/calendar"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Entry } from "./life/agenda.ts"
import { type Providers, startProviders } from "./index.ts"
import { listAt, textAt } from "./server/json.ts"
import { getWith, googleToken } from "./support.ts"

const SCOPES = ["calendar.events.readonly", "calendar.calendarlist.readonly"]

let providers: Providers
let token: string

const clientOf = (one: Providers, access: string) =>
  new calendar_v3.Calendar({
    rootUrl: `${one.google.baseUrl}/`,
    headers: { authorization: `Bearer ${access}` },
    retry: false
  })

type Event = calendar_v3.Schema$Event
type Parameters = calendar_v3.Params$Resource$Events$List

interface Listed {
  readonly events: ReadonlyArray<Event>
  readonly pages: number
  readonly syncToken: string | null
}

/** All pages; a sync token anywhere but on the last one is an error. */
const listAll = async (parameters: Parameters): Promise<Listed> => {
  const { events } = clientOf(providers, token)
  const found: Array<Event> = []
  let pageToken: string | undefined
  for (let pages = 1; ; pages++) {
    const { data } = await events.list({
      calendarId: "primary",
      ...parameters,
      ...(pageToken === undefined ? {} : { pageToken })
    })
    found.push(...(data.items ?? []))
    pageToken = data.nextPageToken ?? undefined
    if (pageToken === undefined) return { events: found, pages, syncToken: data.nextSyncToken ?? null }
    expect(data.nextSyncToken).toBeUndefined()
  }
}

/** What the server answered to a request that the client throws for. */
const failure = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason
  )
  return typeof error === "object" && error !== null && "response" in error ? error.response : null
}

const idsOf = (items: ReadonlyArray<{ readonly id?: string | null }>) => items.map(({ id }) => id ?? "").toSorted()

const truth = (): ReadonlyArray<Entry> => providers.google.calendar.agenda.entries()

beforeAll(async () => {
  providers = await startProviders({ seed: 7, google: { events: 600 } })
  token = await googleToken(providers, ...SCOPES)
})
afterAll(() => providers.stop())

describe("a full listing", () => {
  test("has every entry once, over several pages, and a sync token on the last", async () => {
    const { events, pages, syncToken } = await listAll({ maxResults: 250 })
    expect(pages).toBe(3)
    expect(syncToken).not.toBeNull()
    expect(idsOf(events)).toEqual(idsOf(truth()))
  })

  test("has masters with rules, exceptions, cancelled instances with no more than is promised, and days", async () => {
    const { events } = await listAll({ maxResults: 2500 })
    const masters = events.filter(({ recurrence }) => recurrence)
    expect(masters.length).toBeGreaterThan(10)
    for (const { recurrence, start } of masters) {
      expect(recurrence?.[0]).toMatch(/^RRULE:FREQ=/)
      if (start?.dateTime) expect(start.timeZone).toBeTruthy()
    }
    const cancelled = events.filter(({ status }) => status === "cancelled")
    expect(cancelled.length).toBeGreaterThan(5)
    for (const event of cancelled)
      expect(Object.keys(event).toSorted()).toEqual([
        "etag",
        "id",
        "kind",
        "originalStartTime",
        "recurringEventId",
        "status"
      ])
    const days = events.filter(({ start }) => start?.date)
    expect(days.length).toBeGreaterThan(20)
    for (const { start, end } of days) expect((end?.date ?? "") > (start?.date ?? "")).toBe(true)
  })

  test("offsets are those of the calendar's zone, beside the zone of the event", async () => {
    const { events } = await listAll({ maxResults: 2500 })
    const tokyo = events.find(({ start }) => start?.timeZone === "Asia/Tokyo")
    expect(tokyo?.start?.dateTime).toMatch(/\+0[12]:00$/)
    const entry = truth().find(({ id }) => id === tokyo?.id)
    expect(entry?.start.kind === "instant" ? entry.start.at : null).toBe(Date.parse(tokyo?.start?.dateTime ?? ""))
  })

  test("single events are the instances of series, without masters", async () => {
    const { events } = await listAll({ maxResults: 2500, singleEvents: true })
    expect(events.some(({ recurrence }) => recurrence)).toBe(false)
    expect(events.length).toBeGreaterThan(truth().length)
    expect(new Set(idsOf(events)).size).toBe(events.length)
  })

  test("a window leaves out what lies outside of it", async () => {
    const timeMin = "2024-01-01T00:00:00Z"
    const timeMax = "2024-02-01T00:00:00Z"
    const { events, syncToken } = await listAll({ timeMin, timeMax, singleEvents: true })
    expect(events.length).toBeGreaterThan(5)
    for (const { start, end } of events) {
      expect(Date.parse(start?.dateTime ?? start?.date ?? "")).toBeLessThan(Date.parse(timeMax))
      expect(Date.parse(end?.dateTime ?? end?.date ?? "")).toBeGreaterThanOrEqual(Date.parse(timeMin))
    }
    expect(syncToken).not.toBeNull()
  })

  test("single ones can be asked for, deleted ones too", async () => {
    const { events } = clientOf(providers, token)
    const [entry] = truth().filter(({ rule, series }) => rule === null && series === null)
    const eventId = entry?.id ?? ""
    const [listed] = (await listAll({ maxResults: 2500 })).events.filter(({ id }) => id === eventId)
    expect((await events.get({ calendarId: "primary", eventId })).data).toEqual(listed)
    providers.google.calendar.agenda.remove(eventId, providers.clock.now())
    expect((await events.get({ calendarId: "primary", eventId })).data).toMatchObject({ status: "cancelled" })
    expect(await failure(events.get({ calendarId: "primary", eventId: "nobody" }))).toMatchObject({ status: 404 })
  })

  test("what is ordered or searched ends without a sync token", async () => {
    expect((await listAll({ orderBy: "updated" })).syncToken).toBeNull()
    expect((await listAll({ q: "lunch" })).syncToken).toBeNull()
  })
})

describe("an incremental sync", () => {
  let syncToken: string
  beforeEach(async () => {
    syncToken = (await listAll({ maxResults: 2500 })).syncToken ?? ""
  })

  test("of nothing is one request without events", async () => {
    const { events, pages } = await listAll({ syncToken })
    expect({ pages, count: events.length }).toEqual({ pages: 1, count: 0 })
  })

  test("brings what was added, changed, cancelled and deleted, and nothing else", async () => {
    const { changes } = providers.google.calendar
    const added = changes.add(3)
    const changed = changes.change(4)
    const cancelled = changes.cancelInstances(2)
    const removed = changes.remove(2)
    const { events, syncToken: next } = await listAll({ syncToken, maxResults: 5 })
    const gone = new Set(events.filter(({ status }) => status === "cancelled").map(({ id }) => id))
    const found = new Set(idsOf(events))
    for (const id of [...added, ...changed, ...cancelled, ...removed]) expect(found).toContain(id)
    for (const id of [...cancelled, ...removed]) expect(gone).toContain(id)
    expect((await listAll({ syncToken: next ?? "" })).events).toEqual([])
  })

  test("what changes while pages are read comes with the next sync", async () => {
    const { events } = clientOf(providers, token)
    const first = await events.list({ calendarId: "primary", maxResults: 200 })
    const added = providers.google.calendar.changes.add(1)
    const rest = await listAll({ maxResults: 200, pageToken: first.data.nextPageToken ?? "" })
    expect(idsOf(rest.events)).not.toContain(added[0])
    const next = await listAll({ syncToken: rest.syncToken ?? "" })
    expect(idsOf(next.events)).toEqual([...added].toSorted())
  })

  test.each([
    { timeMin: "2024-01-01T00:00:00Z" },
    { timeMax: "2024-01-01T00:00:00Z" },
    { updatedMin: "2026-01-01T00:00:00Z" },
    { q: "lunch" },
    { orderBy: "updated" },
    { iCalUID: "x" },
    { privateExtendedProperty: ["a=b"] },
    { sharedExtendedProperty: ["a=b"] },
    { showDeleted: false },
    { singleEvents: true }
  ])("is refused with %o", async (parameters) => {
    expect(await failure(listAll({ syncToken, ...parameters }))).toMatchObject({ status: 400 })
  })

  test("ends with 410 and fullSyncRequired when the token has expired, by time or at once", async () => {
    const gone = { status: 410, data: { error: { code: 410, errors: [{ reason: "fullSyncRequired" }] } } }
    providers.google.expireSyncTokens()
    expect(await failure(listAll({ syncToken }))).toMatchObject(gone)
    const again = await listAll({ maxResults: 2500 })
    expect(idsOf(again.events)).toEqual(idsOf(truth()))
  })
})

test("a token ends by itself after a time", async () => {
  const one = await startProviders({ google: { syncTokenLifeMs: 1000 } })
  const access = await googleToken(one, ...SCOPES)
  const { events } = clientOf(one, access)
  const { data } = await events.list({ calendarId: "primary" })
  one.clock.advance(2000)
  const ended = await failure(events.list({ calendarId: "primary", syncToken: data.nextSyncToken ?? "" }))
  expect(ended).toMatchObject({ status: 410 })
  await one.stop()
})

test("the list of calendars tells what was added and removed", async () => {
  const { calendarList } = clientOf(providers, token)
  const { data } = await calendarList.list()
  expect(data.items).toMatchObject([{ id: "ana@example.com", primary: true, accessRole: "owner" }])
  const added = providers.google.calendars.add({
    seed: 1,
    name: "club",
    size: 5,
    owner: { name: "Ana", address: "ana@example.com" },
    from: 0,
    to: 1e12
  })
  const next = await calendarList.list({ syncToken: data.nextSyncToken ?? "" })
  expect(next.data.items).toMatchObject([{ id: added.id }])
  providers.google.calendars.remove("ana@example.com", added.id)
  const last = await calendarList.list({ syncToken: next.data.nextSyncToken ?? "" })
  expect(last.data.items).toMatchObject([{ id: added.id, deleted: true }])
})

test("short and empty pages lose nothing", async () => {
  const one = await startProviders({ seed: 3, ragged: 0.6, google: { events: 300 } })
  const get = getWith(await googleToken(one, ...SCOPES))
  const sizes: Array<number> = []
  const ids: Array<string> = []
  for (let page = ""; ;) {
    const url = `${one.google.baseUrl}/calendar/v3/calendars/primary/events?maxResults=50${page}`
    const { json } = await get(url)
    const items = listAt(json, "items")
    sizes.push(items.length)
    ids.push(...items.map((item) => textAt(item, "id") ?? ""))
    const next = textAt(json, "nextPageToken")
    if (next === undefined) break
    page = `&pageToken=${next}`
  }
  expect(sizes).toContain(0)
  expect(ids).toEqual(one.google.calendar.agenda.entries().map(({ id }) => id))
  await one.stop()
})

describe("who may not", () => {
  const url = (path: string) => `${providers.google.baseUrl}/calendar/v3/${path}`
  test("without a token: 401 authError", async () => {
    const { status, json } = await getWith("nonsense")(url("users/me/calendarList"))
    expect({ status, reason: textAt(json, "error", "errors", 0, "reason") }).toEqual({
      status: 401,
      reason: "authError"
    })
  })
  test("without the scope: 403 insufficientPermissions", async () => {
    const narrow = await googleToken(providers, "calendar.calendarlist.readonly")
    expect((await getWith(narrow)(url("users/me/calendarList"))).status).toBe(200)
    const { status, json } = await getWith(narrow)(url("calendars/primary/events"))
    expect({ status, reason: textAt(json, "error", "errors", 0, "reason") }).toEqual({
      status: 403,
      reason: "insufficientPermissions"
    })
  })
  test("while the API is off: 403 accessNotConfigured", async () => {
    providers.google.switchApi("calendar-json", false)
    const { json } = await getWith(token)(url("calendars/primary/events"))
    providers.google.switchApi("calendar-json", true)
    expect(textAt(json, "error", "errors", 0, "reason")).toBe("accessNotConfigured")
  })
})
