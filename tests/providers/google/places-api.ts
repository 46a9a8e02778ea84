/** Places (New): details, what is near, and photos. Nothing is said that the field mask does not ask for. */
import { bytes, json, redirect, type Reply } from "../server/reply.ts"
import { type Call, type Route, whoOf } from "../server/call.ts"
import { type Json, type JsonObject, at, isObject, listAt, numberAt, parseJson } from "../server/json.ts"
import { jpegFile, makePalette, pictureOf } from "../../../src/sample/picture.ts"
import type { Atlas, Spot } from "./atlas.ts"
import { type Api, apiError } from "./error.ts"

const PHOTOS = 2
const HOUR = 3_600_000

/** Photo names are not for keeping: they hold for some hours. */
const photoName = (spot: Spot, index: number, now: number) =>
  `places/${spot.id}/photos/${index}-${Math.floor(now / HOUR).toString(36)}`

const holds = (reference: string, now: number): boolean => {
  const made = Number.parseInt(/^[0-9]+-([0-9a-z]+)$/.exec(reference)?.[1] ?? "", 36)
  return Math.abs(Math.floor(now / HOUR) - made) <= 24
}

const placeJson = (spot: Spot, now: number): JsonObject => ({
  name: `places/${spot.id}`,
  id: spot.id,
  types: spot.types,
  primaryType: spot.types[0] ?? "point_of_interest",
  displayName: { text: spot.name, languageCode: "de" },
  formattedAddress: `${spot.address}, ${spot.country}`,
  shortFormattedAddress: spot.address,
  addressComponents: [
    { longText: spot.locality, shortText: spot.locality, types: ["locality", "political"], languageCode: "de" },
    { longText: spot.country, shortText: spot.country, types: ["country", "political"], languageCode: "en" }
  ],
  location: { latitude: spot.latitude, longitude: spot.longitude },
  googleMapsUri: `https://maps.google.com/?cid=${spot.id}`,
  rating: 4.4,
  userRatingCount: 321,
  photos: Array.from({ length: PHOTOS }, (_, index) => ({
    name: photoName(spot, index, now),
    widthPx: 4032,
    heightPx: 3024,
    authorAttributions: [{ displayName: "Ben O.", uri: "https://maps.google.com/maps/contrib/1", photoUri: "" }]
  }))
})

/** The part of a value that the paths name; undefined where one of them names nothing. */
const masked = (value: Json, paths: ReadonlyArray<ReadonlyArray<string>>): Json | undefined => {
  if (paths.some((path) => path.length === 0 || path[0] === "*")) return value
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => masked(item, paths))
    return items.every((item) => item !== undefined) ? items : undefined
  }
  if (!isObject(value)) return undefined
  const kept: { [key: string]: Json } = {}
  for (const name of new Set(paths.map(([first = ""]) => first))) {
    const inner = value[name]
    const part =
      inner === undefined
        ? undefined
        : masked(
            inner,
            paths.filter(([first]) => first === name).map(([, ...rest]) => rest)
          )
    if (part === undefined) return undefined
    kept[name] = part
  }
  return kept
}

const withMask = (call: Call, body: JsonObject): Reply => {
  const header = call.headers["x-goog-fieldmask"]
  const mask =
    (Array.isArray(header) ? header.join(",") : header) ?? call.query.get("$fields") ?? call.query.get("fields")
  if (mask === null || mask === "")
    return apiError(400, "FieldMask is a required parameter. See https://cloud.google.com/apis/docs/system-parameters")
  const found = masked(
    body,
    mask.split(",").map((path) => path.split("."))
  )
  return found === undefined || / /.test(mask)
    ? apiError(400, `Error expanding 'fields' parameter. Cannot find matching fields for path in '${mask}'.`)
    : json(found)
}

export const placesRoutes = (atlas: Atlas, api: Api): ReadonlyArray<Route> => {
  const guarded =
    (handle: (call: Call) => Reply) =>
    (call: Call): Reply => {
      if (whoOf(call) === null) return apiError(403, "Method doesn't allow unregistered callers.", "PERMISSION_DENIED")
      return api.disabled()
        ? apiError(403, "Places API (New) is disabled.", "PERMISSION_DENIED", {
            reason: "SERVICE_DISABLED",
            metadata: { service: api.service }
          })
        : handle(call)
    }
  const notFound = () => apiError(404, "The Place ID is no longer valid. Please refresh cached Place IDs.", "NOT_FOUND")

  const details = guarded((call) => {
    const spot = atlas.get(call.params["id"] ?? "")
    return spot === null ? notFound() : withMask(call, placeJson(spot, call.at))
  })

  const nearby = guarded((call) => {
    const body = parseJson(call.body)
    const circle = at(body, "locationRestriction", "circle")
    const latitude = numberAt(circle, "center", "latitude")
    const longitude = numberAt(circle, "center", "longitude")
    const radius = numberAt(circle, "radius") ?? 0
    const most = numberAt(body, "maxResultCount") ?? 20
    if (latitude === undefined || longitude === undefined || radius <= 0 || radius > 50_000)
      return apiError(400, "location_restriction must have a circle with a radius up to 50000.")
    if (most < 1 || most > 20) return apiError(400, "max_result_count must be between 1 and 20.")
    const types = listAt(body, "includedTypes")
    const spots = atlas
      .near(latitude, longitude, radius)
      .filter((spot) => types.length === 0 || spot.types.some((type) => types.includes(type)))
      .slice(0, most)
    const places = spots.map((spot) => placeJson(spot, call.at))
    const reply = withMask(call, { places })
    return reply.status === 200 && places.length === 0 ? json({}) : reply
  })

  const photo = guarded((call) => {
    const { id = "", reference = "" } = call.params
    const sized = ["maxHeightPx", "maxWidthPx"].some((name) => {
      const size = Number(call.query.get(name) ?? 0)
      return size >= 1 && size <= 4800
    })
    if (!sized) return apiError(400, "Either maxHeightPx or maxWidthPx must be from 1 to 4800.")
    if (atlas.get(id) === null || !holds(reference, call.at)) return apiError(400, "The photo resource is invalid.")
    const uri = `${call.origin}/place-photo/${id}-${reference.split("-")[0] ?? ""}`
    return call.query.get("skipHttpRedirect") === "true"
      ? json({ name: `places/${id}/photos/${reference}/media`, photoUri: uri })
      : redirect(uri)
  })

  const photoBytes = (call: Call): Reply => {
    const palette = makePalette()
    return bytes(jpegFile(palette, pictureOf(palette, call.params["name"] ?? ""), null), "image/jpeg")
  }

  return [
    { method: "GET", path: /^\/v1\/places\/(?<id>[^/:]+)$/, area: "places", handle: details },
    { method: "POST", path: /^\/v1\/places:searchNearby$/, area: "places", handle: nearby },
    {
      method: "GET",
      path: /^\/v1\/places\/(?<id>[^/]+)\/photos\/(?<reference>[^/]+)\/media$/,
      area: "places",
      handle: photo
    },
    { method: "GET", path: /^\/place-photo\/(?<name>[\w-]+)$/, area: "page", handle: photoBytes }
  ]
}
