/** Addresses of coordinates, from Google's Geocoding API. */
import { Effect, Schema } from "effect"
import type { Connection } from "../src/component/account.ts"
import { type Ask, type ProviderApi, orWords } from "../src/component/api.ts"
import { type Columns, type Row, double, json, text } from "../src/component/column.ts"
import type { Access } from "../src/component/connector.ts"
import type { SourceError } from "../src/component/error.ts"
import { type Sql, literal, sql } from "../src/component/sql.ts"
import type { Lookup } from "../src/component/transform.ts"
import { ATTRIBUTION, EXPIRES, askOf } from "./google-place.ts"

export const ACCESS: Access = {
  provider: "google",
  scopes: ["maps.geocoding"],
  stores:
    "addresses and names that Google gives to coordinates, for 30 days, and the places' ids; for that, coordinates of your rows, to about 100 m, are sent to Google",
  key: true
}

export const GEOCODE = "google_geocode"

const KEY = {
  latitude: double("Degrees, to three decimals (about 100 m)."),
  longitude: double("Degrees, to three decimals."),
  language: text("BCP 47.")
}

export const GEOCODED = {
  google_place_id: text("Google's id of the place: it may be kept."),
  google_name: text("Of a named place."),
  google_address: text("In one line."),
  google_types: json("What it is, in Google's words: a list."),
  google_latitude: double("Of the place."),
  google_longitude: double("Of the place.")
}

const Answer = Schema.Struct({
  results: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        place_id: Schema.NonEmptyString,
        formatted_address: Schema.optionalKey(Schema.String),
        types: Schema.optionalKey(Schema.Array(Schema.String)),
        geometry: Schema.optionalKey(
          Schema.Struct({ location: Schema.Struct({ lat: Schema.Number, lng: Schema.Number }) })
        ),
        address_components: Schema.optionalKey(
          Schema.Array(Schema.Struct({ long_name: Schema.String, types: Schema.Array(Schema.String) }))
        )
      })
    )
  )
})

/** An address has a street and a number; only these have a name. */
const NAMED = new Set(["establishment", "point_of_interest", "premise", "park", "natural_feature", "airport"])

const answerTo = (ask: Ask, key: Row<Columns>): Effect.Effect<Row<Columns>, SourceError, ProviderApi> => {
  const query = { latlng: `${key["latitude"]},${key["longitude"]}`, language: String(key["language"]) }
  return ask.json({ api: "geocoding", path: "/json", query }, Answer).pipe(
    orWords,
    Effect.map(({ results = [] }) => {
      const [best] = results
      const named = best?.address_components?.find(({ types }) => types.some((type) => NAMED.has(type)))
      return {
        ...key,
        google_place_id: best?.place_id ?? null,
        google_name: named?.long_name ?? null,
        google_address: best?.formatted_address ?? null,
        google_types: best?.types ?? null,
        google_latitude: best?.geometry?.location.lat ?? null,
        google_longitude: best?.geometry?.location.lng ?? null
      }
    })
  )
}

/** `places`: the distinct coordinates that are needed. */
export const geocoding = (places: Sql, language: string, connection: Connection | null): Lookup<ProviderApi> => ({
  name: GEOCODE,
  version: 1,
  key: KEY,
  value: GEOCODED,
  keys: sql`select *, ${literal(language)} as language from (${places})`,
  fetch: (keys) =>
    Effect.flatMap(askOf("reverse-geocode", ACCESS, connection), (ask) =>
      Effect.forEach(keys, (key) => answerTo(ask, key))
    ),
  attribution: ATTRIBUTION,
  online: true,
  expires: EXPIRES
})
