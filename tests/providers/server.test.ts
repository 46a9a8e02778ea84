/** What the servers share: quotas, faults, the log, the clock. */
import { afterEach, describe, expect, test } from "vitest"
import { type Providers, type ProvidersOptions, startProviders } from "./index.ts"
import { FAULT_KINDS, NO_FAULTS, faultsOf } from "./server/faults.ts"
import { parseJson, textAt } from "./server/json.ts"
import { quotasOf, utilisation } from "./server/quota.ts"
import { getWith, googleToken, microsoftToken, spotifyToken } from "./support.ts"
import { connectionsYaml } from "./play.ts"

let providers: Providers | null = null
afterEach(async () => {
  await providers?.stop()
  providers = null
})

const started = async (options: ProvidersOptions) => {
  providers = await startProviders({
    ...options,
    google: { events: 5, photos: 0, ...options.google },
    microsoft: { events: 5, ...options.microsoft },
    spotify: { plays: 5, playlists: 1, ...options.spotify }
  })
  return providers
}

const EVENTS = "/calendar/v3/calendars/primary/events"
const calendarGet = async (one: Providers) => {
  const get = getWith(await googleToken(one, "calendar.events.readonly"))
  return (query = "") => get(`${one.google.baseUrl}${EVENTS}${query}`)
}

describe("a quota", () => {
  const who = { user: "ana", project: "p", scopes: new Set<string>() }
  const rates = { calendar: [{ per: "user" as const, limit: 3, windowMs: 1000 }] }

  test("holds in every window, not only from second to second", () => {
    const quotas = quotasOf({ rates, atOnce: {} })
    const admitted = (now: number) => quotas.enter("calendar", who, now).admitted
    expect([0, 900, 950, 999].map(admitted)).toEqual([true, true, true, false])
    expect(quotas.enter("calendar", who, 999)).toMatchObject({ because: "user", waitMs: 1 })
    expect([1000, 1001, 1899].map(admitted)).toEqual([true, false, false])
    expect([1900, 1950].map(admitted)).toEqual([true, true])
    const [usage] = quotas.usage()
    expect(usage).toMatchObject({ peak: 3, refused: [999, 999, 1001, 1899] })
    expect(usage === undefined ? 0 : utilisation(usage, 0, 2000)).toBe(1)
  })

  test("is each user's own, or the project's", () => {
    const quotas = quotasOf({
      rates: { calendar: [...rates.calendar, { per: "project", limit: 4, windowMs: 1000 }] },
      atOnce: {}
    })
    const of = (user: string) => quotas.enter("calendar", { ...who, user }, 0)
    expect(["a", "a", "a", "a"].map((user) => of(user).admitted)).toEqual([true, true, true, false])
    expect(of("b").admitted).toBe(true)
    expect(of("b")).toMatchObject({ admitted: false, because: "project" })
  })

  test("of Google's is answered with 403 or 429 and its own reason, and counted", async () => {
    const one = await started({ quota: { rates } })
    const get = await calendarGet(one)
    const answers = []
    for (let index = 0; index < 6; index++) answers.push(await get(`?maxResults=${index + 1}`))
    expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([200, 200, 200])
    for (const { status, json } of answers.slice(3)) {
      expect([403, 429]).toContain(status)
      expect(textAt(json, "error", "errors", 0, "reason")).toBe("userRateLimitExceeded")
    }
    expect(one.quotas.usage().map(({ admitted, refused }) => [admitted.length, refused.length])).toEqual([[3, 3]])
    one.clock.advance(1000)
    expect((await get()).status).toBe(200)
  })

  test("of Spotify's is plain text that says when", async () => {
    const one = await started({ quota: { rates: { spotify: [{ per: "project", limit: 1, windowMs: 30_000 }] } } })
    const get = getWith(await spotifyToken(one, "user-read-recently-played"))
    const url = `${one.spotify.baseUrl}/v1/me`
    expect((await get(url)).status).toBe(200)
    const { status, text, json, headers } = await get(url)
    expect({ status, text, json }).toEqual({ status: 429, text: "Too many requests", json: undefined })
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(25)
  })

  test("of Graph's lets four through at once", async () => {
    const one = await started({ latency: 50 })
    const get = getWith(await microsoftToken(one))
    const url = `${one.microsoft.baseUrl}/v1.0/me`
    const answers = await Promise.all(Array.from({ length: 6 }, () => get(url)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 429, 429])
    expect(one.quotas.mostAtOnce("graph")).toBe(4)
    expect((await get(url)).status).toBe(200)
  })
})

describe("a fault", () => {
  const line = (index: number) => ({ method: "GET", path: `/x/${index}`, query: "", area: "calendar" as const })

  test("strikes as often as it should, in all kinds, the same for the same seed and in any order", () => {
    const draw = (order: ReadonlyArray<number>) => {
      const faults = faultsOf(5, { ...NO_FAULTS, rate: 0.1 })
      return new Map(order.map((index) => [index, faults.draw(line(index))?.kind ?? null]))
    }
    const order = Array.from({ length: 3000 }, (_, index) => index)
    const forwards = draw(order)
    expect(draw(order.toReversed())).toEqual(new Map([...forwards].toReversed()))
    const struck = [...forwards.values()].filter((kind) => kind !== null)
    expect(struck.length).toBeGreaterThan(240)
    expect(struck.length).toBeLessThan(360)
    expect(new Set(struck)).toEqual(new Set(FAULT_KINDS))
  })

  test("spares the same request after some in a row", () => {
    const faults = faultsOf(5, { ...NO_FAULTS, rate: 1, inARow: 3 })
    const struck = Array.from({ length: 8 }, () => faults.draw(line(1)) !== null)
    expect(struck).toEqual([true, true, true, false, true, true, true, false])
  })

  test.each([
    ["rate-limit", /^(403|429) /],
    ["html-error", /^5\d\d <!DOCTYPE html>/],
    ["json-error", /^5\d\d \{"error"/],
    ["truncated", /^cut off/],
    ["cut", /^200 \{.*[^}]$/s],
    ["drip", /^200 \{.*\}$/s],
    ["drop", /^cut off/]
  ] as const)("%s", async (kind, pattern) => {
    const one = await started({})
    const get = await calendarGet(one)
    one.faults.plan({ kind, match: /^GET \/calendar/, times: 1 })
    const seen = await get().then(
      ({ status, text }) => `${status} ${text}`,
      () => "cut off"
    )
    expect(seen).toMatch(pattern)
    expect(one.requests.all().at(-1)).toMatchObject({ outcome: kind, path: EVENTS })
    expect(parseJson((await get()).text)).toBeDefined()
  })

  test("Retry-After has every form, by the server's clock", async () => {
    const one = await started({ start: Date.UTC(2030, 0, 1), faults: { retryAfterMs: 3000 } })
    const get = await calendarGet(one)
    const forms = []
    for (const retryAfter of ["seconds", "date", "zero", "missing"] as const) {
      one.faults.plan({ kind: "rate-limit", match: /events/, times: 1, retryAfter })
      const { headers } = await get()
      expect(headers.get("date")).toContain("2030")
      forms.push(headers.get("retry-after"))
    }
    expect(forms).toEqual(["3", expect.stringMatching(/^Tue, 01 Jan 2030 00:00:0\d GMT$/), "0", null])
  })

  test("none strikes the sign-in unless it is asked for", async () => {
    const one = await started({ faults: { rate: 1, inARow: 1 } })
    expect(await googleToken(one, "calendar.events.readonly")).toMatch(/^ya29\./)
    await one.stop()
    const other = await started({ faults: { rate: 1, areas: new Set(["sign-in"]), kinds: ["json-error"] } })
    expect(await googleToken(other, "calendar.events.readonly")).toBe("")
  })

  test("a server that is offline answers nothing, and then again", async () => {
    const one = await started({})
    const get = await calendarGet(one)
    one.setOffline(true)
    await expect(get()).rejects.toThrow("fetch failed")
    one.setOffline(false)
    expect((await get()).status).toBe(200)
    expect(one.requests.since(0, "calendar").map(({ outcome }) => outcome)).toEqual(["offline", "answered"])
  })
})

test("the log tells method, path, query, when, who and what became of it", async () => {
  const one = await started({ start: 1e12 })
  const get = await calendarGet(one)
  const before = one.requests.count()
  one.clock.advance(5000)
  await get("?maxResults=2")
  expect(one.requests.since(before)).toMatchObject([
    {
      server: "google",
      area: "calendar",
      method: "GET",
      path: EVENTS,
      query: "maxResults=2",
      user: "ana@example.com",
      project: "keepsake-4711",
      status: 200,
      outcome: "answered"
    }
  ])
  expect(one.requests.since(before)[0]?.at).toBeGreaterThanOrEqual(1e12 + 5000)
})

test("a request that the client gives up stays open", async () => {
  const one = await started({})
  const token = await googleToken(one, "calendar.events.readonly")
  one.faults.plan({ kind: "stall", match: /events/, times: 1 })
  const abort = new AbortController()
  const before = one.requests.count()
  const request = fetch(`${one.google.baseUrl}${EVENTS}`, {
    signal: abort.signal,
    headers: { authorization: `Bearer ${token}` }
  })
  request.catch(() => {})
  await expect.poll(() => one.requests.since(before).length).toBe(1)
  abort.abort()
  await expect(request).rejects.toThrow("aborted")
  expect(one.requests.all().at(-1)).toMatchObject({ outcome: "open", status: null })
})

test("what a person needs to play with the servers", async () => {
  const one = await started({})
  const yaml = connectionsYaml(one)
  expect(yaml).toContain(`    endpoint: ${one.google.baseUrl}`)
  expect(yaml).toContain(`    client_id: ${one.spotify.client.id}`)
  expect(yaml).not.toContain("null")
})
