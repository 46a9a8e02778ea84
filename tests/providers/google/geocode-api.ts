/** Reverse geocoding: every answer is a 200, and `status` says what it is worth. */
import { type Call, type Route, whoOf } from "../server/call.ts"
import { type Json, type JsonObject, compact } from "../server/json.ts"
import { type Reply, json } from "../server/reply.ts"
import type { Atlas, Spot } from "./atlas.ts"
import type { Api } from "./error.ts"

const said = (status: string, results: ReadonlyArray<Json>, message?: string): Reply =>
  json(compact({ results, status, error_message: message }))

const component = (long: string, short: string, ...types: ReadonlyArray<string>): JsonObject => ({
  long_name: long,
  short_name: short,
  types
})

const result = (
  spot: Spot,
  id: string,
  address: string,
  types: ReadonlyArray<string>,
  components: ReadonlyArray<JsonObject>
): JsonObject => {
  const location = { lat: spot.latitude, lng: spot.longitude }
  return {
    address_components: components,
    formatted_address: address,
    geometry: { location, location_type: "ROOFTOP", viewport: { northeast: location, southwest: location } },
    place_id: id,
    types
  }
}

/** From the finest to the coarsest. */
const resultsFor = (spot: Spot, language: string): ReadonlyArray<JsonObject> => {
  const countryName = new Intl.DisplayNames([language], { type: "region" }).of(spot.country) ?? spot.country
  const country = component(countryName, spot.country, "country", "political")
  const locality = component(spot.locality, spot.locality, "locality", "political")
  return [
    result(spot, spot.id, `${spot.address}, ${countryName}`, spot.types, [
      component(spot.name, spot.name, ...spot.types),
      locality,
      country
    ]),
    result(spot, `${spot.id}-town`, `${spot.locality}, ${countryName}`, ["locality", "political"], [locality, country]),
    result(spot, `ChIJ-${spot.country}`, countryName, ["country", "political"], [country])
  ]
}

const coordinatesOf = (text: string | null): readonly [number, number] | null => {
  const parts = /^\s*(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text ?? "")
  const [latitude, longitude] = [Number(parts?.[1]), Number(parts?.[2])]
  return parts !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [latitude, longitude] : null
}

export const geocodeRoute = (atlas: Atlas, api: Api): Route => ({
  method: "GET",
  path: /^\/maps\/api\/geocode\/json$/,
  area: "geocoding",
  handle: (call: Call) => {
    const { query } = call
    if (whoOf(call) === null) return said("REQUEST_DENIED", [], "The provided API key is invalid.")
    if (api.disabled()) return said("REQUEST_DENIED", [], "This API project is not authorized to use this API.")
    const place = coordinatesOf(query.get("latlng"))
    if (place === null) return said("INVALID_REQUEST", [], "Invalid request. Invalid 'latlng' parameter.")
    const spot = atlas.at(...place)
    if (spot === null) return said("ZERO_RESULTS", [])
    const wanted = query.get("result_type")?.split("|")
    const results = resultsFor(spot, query.get("language") ?? "en").filter(
      ({ types }) =>
        wanted === undefined || (Array.isArray(types) && types.some((type) => wanted.includes(String(type))))
    )
    return said(results.length === 0 ? "ZERO_RESULTS" : "OK", results)
  }
})
