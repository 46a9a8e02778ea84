/** The fakes of geocoding and Places (New). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { home } from "../../src/sample/places.ts"
import { type Providers, startProviders } from "./index.ts"
import { type Json, listAt, textAt } from "./server/json.ts"
import { send } from "./support.ts"

let providers: Providers
let base: string
let key: string

beforeAll(async () => {
  providers = await startProviders({ google: { events: 1, photos: 0 } })
  base = providers.google.baseUrl
  key = providers.google.apiKey
})
afterAll(() => providers.stop())

const geocode = async (query: Readonly<Record<string, string>>) => {
  const { status, json } = await send(
    `${base}/maps/api/geocode/json?${new URLSearchParams({ key, ...query }).toString()}`
  )
  expect(status).toBe(200)
  return json
}

const statusOf = async (query: Readonly<Record<string, string>>) => textAt(await geocode(query), "status")

describe("reverse geocoding", () => {
  test("finds the place, its town and its country", async () => {
    const found = await geocode({ latlng: `${home.latitude},${home.longitude}`, language: "en" })
    expect(found).toMatchObject({
      status: "OK",
      results: [
        { formatted_address: `${home.address}, Austria` },
        { types: ["locality", "political"], address_components: [{ long_name: "Wien" }, { short_name: "AT" }] },
        { types: ["country", "political"] }
      ]
    })
  })

  test("says in a 200 what went wrong", async () => {
    expect(await statusOf({ latlng: "-40,-140" })).toBe("ZERO_RESULTS")
    expect(await statusOf({ latlng: "somewhere" })).toBe("INVALID_REQUEST")
    expect(await statusOf({ latlng: "48.2,16.3", key: "wrong" })).toBe("REQUEST_DENIED")
    for (const [kind, status] of [
      ["rate-limit", "OVER_QUERY_LIMIT"],
      ["json-error", "UNKNOWN_ERROR"]
    ] as const) {
      providers.faults.plan({ kind, match: /geocode/, times: 1 })
      expect(await statusOf({ latlng: "48.2,16.3" })).toBe(status)
    }
    expect(await statusOf({ latlng: "48.2,16.3" })).toBe("OK")
  })
})

describe("Places", () => {
  const ask = (path: string, mask: string | null, body?: Json) =>
    send(`${base}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "x-goog-api-key": key, ...(mask === null ? {} : { "x-goog-fieldmask": mask }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
  const near = {
    maxResultCount: 3,
    locationRestriction: { circle: { center: { latitude: home.latitude, longitude: home.longitude }, radius: 2500 } }
  }

  test("say what the mask asks for, and refuse without one or with a wrong one", async () => {
    const { json } = await ask("/v1/places:searchNearby", "places.id,places.displayName.text", near)
    const places = listAt(json, "places")
    expect(places.length).toBe(3)
    expect(Object.keys(places[0] ?? {}).toSorted()).toEqual(["displayName", "id"])
    const id = textAt(places[0], "id") ?? ""
    expect((await ask(`/v1/places/${id}`, "displayName,photos.name")).json).toMatchObject({
      displayName: { text: home.name, languageCode: "de" },
      photos: [{ name: expect.stringContaining(`places/${id}/photos/`) }, {}]
    })
    expect((await ask(`/v1/places/${id}`, null)).status).toBe(400)
    expect((await ask(`/v1/places/${id}`, "secrets")).status).toBe(400)
    expect((await ask("/v1/places/ChIJ-nothing", "id")).status).toBe(404)
  })

  test("know the ids that geocoding gives", async () => {
    const found = await geocode({ latlng: "47.071,15.438" })
    const id = textAt(found, "results", 0, "place_id") ?? ""
    expect((await ask(`/v1/places/${id}`, "id,location")).json).toMatchObject({ id, location: { latitude: 47.071 } })
  })

  test("have photos by names that don't last", async () => {
    const { json } = await ask("/v1/places:searchNearby", "places.photos", near)
    const name = textAt(json, "places", 0, "photos", 0, "name") ?? ""
    expect((await ask(`/v1/${name}/media`, null)).status).toBe(400)
    const uri = textAt((await ask(`/v1/${name}/media?maxWidthPx=400&skipHttpRedirect=true`, null)).json, "photoUri")
    expect((await fetch(uri ?? "")).headers.get("content-type")).toBe("image/jpeg")
    providers.clock.advance(30 * 3_600_000)
    expect((await ask(`/v1/${name}/media?maxWidthPx=400`, null)).status).toBe(400)
  })

  test("without a key: 403", async () => {
    expect((await send(`${base}/v1/places/ChIJ`, { headers: { "x-goog-fieldmask": "id" } })).status).toBe(403)
  })
})
