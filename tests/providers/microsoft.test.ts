/** The fake of Microsoft Graph's calendars. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Providers, startProviders } from "./index.ts"
import { DATA_TO } from "./server/common.ts"
import { type Json, at, listAt, textAt } from "./server/json.ts"
import { getWith, microsoftToken } from "./support.ts"
import { timeOf } from "./life/moment.ts"

const PREFER = 'outlook.timezone="UTC", odata.maxpagesize=50, IdType="ImmutableId"'
const FROM = Date.UTC(2023, 0, 1)
const TO = Date.UTC(2025, 0, 1)
const WINDOW = `startDateTime=${new Date(FROM).toISOString()}&endDateTime=${new Date(TO).toISOString()}`

let providers: Providers
let token: string

beforeAll(async () => {
  providers = await startProviders({ seed: 5, ragged: 0.5, microsoft: { events: 300 } })
  token = await microsoftToken(providers)
})
afterAll(() => providers.stop())

const path = (rest: string) => `${providers.microsoft.baseUrl}/v1.0/me/${rest}`
const get = (url: string, prefer = PREFER) => getWith(token, { prefer })(url)

interface Round {
  readonly items: ReadonlyArray<Json>
  readonly sizes: ReadonlyArray<number>
  readonly deltaLink: string
}

const round = async (first: string): Promise<Round> => {
  const items: Array<Json> = []
  const sizes: Array<number> = []
  for (let url = first; ;) {
    const { json } = await get(url)
    items.push(...listAt(json, "value"))
    sizes.push(listAt(json, "value").length)
    const deltaLink = textAt(json, "@odata.deltaLink")
    if (deltaLink !== undefined) return { items, sizes, deltaLink }
    url = textAt(json, "@odata.nextLink") ?? ""
  }
}

const typeOf = (item: Json) => textAt(item, "type") ?? (at(item, "@removed") === undefined ? "none" : "removed")
const idsOf = (items: ReadonlyArray<Json>) => items.map((item) => textAt(item, "id") ?? "")

describe("a round", () => {
  test("shows single events, masters, instances and exceptions of the window, each once, empty pages among them", async () => {
    const { items, sizes } = await round(path(`calendarView/delta?${WINDOW}`))
    expect(new Set(items.map(typeOf))).toEqual(new Set(["singleInstance", "seriesMaster", "occurrence", "exception"]))
    expect(new Set(idsOf(items)).size).toBe(items.length)
    expect(Math.max(...sizes)).toBe(50)
    expect(sizes.slice(0, -1)).toContain(0)
    const inWindow = providers.microsoft.calendar.agenda
      .entries()
      .filter(
        ({ rule, status, start, end }) =>
          rule === null && status !== "cancelled" && timeOf(start) < TO && timeOf(end) > FROM
      )
    expect(items.filter((item) => ["singleInstance", "exception"].includes(typeOf(item))).length).toBe(inWindow.length)
    for (const item of items) expect(textAt(item, "start", "timeZone")).toBe("UTC")
  })

  test("says little of an instance, and all of its master", async () => {
    const { items } = await round(path(`calendarView/delta?${WINDOW}`))
    const occurrence = items.find((item) => typeOf(item) === "occurrence")
    expect(at(occurrence ?? null, "subject")).toBeUndefined()
    const masterId = textAt(occurrence, "seriesMasterId") ?? ""
    expect(items.some((item) => textAt(item, "id") === masterId)).toBe(true)
    expect((await get(path(`events/${masterId}`))).json).toMatchObject({ type: "seriesMaster", id: masterId })
    const whole = (await get(path(`events/${textAt(occurrence, "id") ?? ""}`))).json
    expect(whole).toMatchObject({
      type: "occurrence",
      seriesMasterId: masterId,
      start: at(occurrence, "start") ?? null
    })
    expect(textAt(whole, "subject")).toBeDefined()
  })

  test("without changes is one empty page", async () => {
    const first = await round(path(`calendarView/delta?${WINDOW}`))
    const before = providers.requests.count()
    const second = await round(first.deltaLink)
    expect([second.items, providers.requests.count() - before]).toEqual([[], 1])
  })

  test("brings what changed; what was deleted and what has left the window look the same", async () => {
    const { agenda, changes } = providers.microsoft.calendar
    const { items, deltaLink } = await round(path(`calendarView/delta?${WINDOW}`))
    const inside = agenda
      .entries()
      .filter(
        ({ rule, series, start, end }) => rule === null && series === null && timeOf(start) > FROM && timeOf(end) < TO
      )
    const [moved, deleted] = inside
    if (moved === undefined || deleted === undefined) throw new Error("The window is empty.")
    agenda.put({
      ...moved,
      start: { kind: "instant", at: DATA_TO, zone: "UTC" },
      end: { kind: "instant", at: DATA_TO, zone: "UTC" }
    })
    agenda.remove(deleted.id, 0)
    changes.add(3)
    const next = await round(deltaLink)
    const removed = next.items.filter((item) => typeOf(item) === "removed")
    const known = new Set(idsOf(items))
    const gone = idsOf(removed).filter((id) => known.has(id))
    expect(gone.length).toBe(2)
    const statuses = await Promise.all(gone.map(async (id) => (await get(path(`events/${id}`))).status))
    expect(statuses.toSorted()).toEqual([200, 404])
  })

  test("ends with 410 or 400 in one of many spellings when its link has expired", async () => {
    const seen = new Set<string>()
    for (let index = 0; index < 12; index++) {
      const { deltaLink } = await round(path(`calendarView/delta?${WINDOW}`))
      providers.microsoft.expireDeltaLinks()
      const { status, json } = await get(deltaLink)
      const code = textAt(json, "error", "code") ?? ""
      expect(code).toMatch(/^(syncStateNotFound|resyncRequired)$/i)
      seen.add(`${status} ${code}`)
    }
    expect(seen.size).toBeGreaterThan(2)
  })
})

describe("a request", () => {
  test("with a link that was added to is refused", async () => {
    const { deltaLink } = await round(path(`calendarView/delta?${WINDOW}`))
    expect((await get(`${deltaLink}&${WINDOW}`)).status).toBe(400)
  })

  test("for too long a window, or for none, is refused", async () => {
    const long = await get(path("calendarView/delta?startDateTime=2015-01-01&endDateTime=2026-01-01"))
    expect(textAt(long.json, "error", "code")).toBe("ErrorCalendarViewRangeTooBig")
    expect((await get(path("calendarView/delta"))).status).toBe(400)
  })

  test("without the headers gets other ids and smaller pages, and is noted", async () => {
    const { items } = await round(path(`calendarView/delta?${WINDOW}`))
    const { json } = await get(path(`calendarView/delta?${WINDOW}`), "")
    expect(listAt(json, "value").length).toBeLessThanOrEqual(10)
    const immutable = new Set(idsOf(items))
    expect(idsOf(listAt(json, "value")).filter((id) => immutable.has(id))).toEqual([])
    expect(providers.requests.all().at(-1)?.notes.length).toBe(3)
    await get(path("calendars"))
    expect(providers.requests.all().at(-1)?.notes).toEqual([])
  })

  test("for a calendar by id gets the same as for the default one", async () => {
    const { json } = await get(path("calendars"))
    const id = textAt(json, "value", 0, "id") ?? ""
    const one = await round(path(`calendars/${id}/calendarView/delta?${WINDOW}`))
    const other = await round(path(`calendarView/delta?${WINDOW}`))
    expect(idsOf(one.items)).toEqual(idsOf(other.items))
  })

  test("without a token is refused in Graph's form", async () => {
    const { status, json } = await getWith("nonsense")(path("calendars"))
    expect([status, textAt(json, "error", "code")]).toEqual([401, "InvalidAuthenticationToken"])
  })
})
