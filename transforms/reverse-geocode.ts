import { Effect, Schema } from "effect"
import { type Columns, type Row, double, text, uuid } from "../src/component/column.ts"
import { ColumnName, withDefault } from "../src/component/fields.ts"
import { uuid5 } from "../src/component/id.ts"
import { sliced } from "../src/component/slice.ts"
import { type Sql, empty, join, literal, name, sql } from "../src/component/sql.ts"
import { type Lookup, transform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { ACCESS, GEOCODE, GEOCODED, geocoding } from "./google-geocoding.ts"
import { LANGUAGE, joined } from "./google-place.ts"
import { type PlaceIndex, loadPlaceIndex } from "./place-index.ts"

const KEY = {
  latitude: double("Degrees, to three decimals (about 100 m)."),
  longitude: double("Degrees, to three decimals.")
}

const VALUE = {
  place_id: uuid("The place; null where no town is near."),
  place_name: text("The nearest town within 25 km, in the same country."),
  place_locality: text("City, town or village."),
  place_region: text("State, canton or province."),
  place_country_code: text("ISO 3166-1 alpha-2."),
  place_latitude: double("Of the town."),
  place_longitude: double("Of the town."),
  place_city_id: uuid("The town, also where place_id is a place of the row's own."),
  place_time_zone: text("IANA zone.")
}

const NAME = "reverse_geocode"

/** Names the place of coordinates. */
export const reverseGeocode = transform({
  type: "reverse-geocode",
  summary: "Names the place of coordinates, without asking anyone.",
  description:
    "Adds the nearest town within 25 km and the same country, its region, country and time zone, from GeoNames' list of cities that comes with Keepsake. Farther from any town only the country and time zone are known. Rows without coordinates keep nulls; columns of these names that have a value keep it. " +
    "With `provider: google` it also adds google_place_id, google_name, google_address, google_types, google_latitude and " +
    "google_longitude. Each place is asked for once, and forgotten after 30 days but for its id, as Google's terms want " +
    "it: these columns are a cache, and never become part of memories.",
  config: {
    latitude: ColumnName.pipe(withDefault("latitude")).annotate({ description: "The column with the latitude." }),
    longitude: ColumnName.pipe(withDefault("longitude")).annotate({ description: "The column with the longitude." }),
    provider: Schema.Literals(["offline", "google"])
      .annotate({
        description:
          "`offline` (the default) asks nobody; `google` also asks Google's Geocoding API, with the connection's API key and your consent."
      })
      .pipe(withDefault("offline")),
    language: LANGUAGE
  },
  access: ACCESS,
  asks: ({ provider }) => provider === "google",
  examples: [
    {
      title: "Where photos were taken",
      yaml: "type: reverse-geocode\nfrom: photos",
      given: {
        photos: [
          { file_name: "a.jpg", latitude: 47.5576, longitude: 7.5887 },
          { file_name: "b.jpg", latitude: null, longitude: null }
        ]
      },
      expect: [
        {
          file_name: "a.jpg",
          place_locality: "Basel",
          place_country_code: "CH",
          place_time_zone: "Europe/Zurich"
        },
        { file_name: "b.jpg", place_id: null, place_country_code: null }
      ]
    },
    {
      title: "With the address, from Google",
      yaml: "type: reverse-geocode\nfrom: photos\nprovider: google\nconnection: google\nlanguage: de",
      given: { photos: [{ file_name: "a.jpg", latitude: 48.2082, longitude: 16.3738 }] },
      answers: {
        [GEOCODE]: [
          {
            latitude: 48.208,
            longitude: 16.374,
            language: "de",
            google_place_id: "ChIJbwqJqe8HbUcRM3EP4ylYX5Y",
            google_address: "Stephansplatz 3, 1010 Wien, Österreich"
          }
        ]
      },
      expect: [
        { file_name: "a.jpg", place_locality: "Vienna", google_address: "Stephansplatz 3, 1010 Wien, Österreich" }
      ]
    }
  ],
  build: Effect.fnUntraced(function* (config, { from }, { locale }, connection) {
    yield* requireColumns(
      from,
      (["latitude", "longitude"] as const).map((key) => ({ column: config[key], path: [key] }))
    )
    const { rows, slices } = sliced(from)
    const latitude = rounded(config.latitude)
    const longitude = rounded(config.longitude)
    const index = yield* Effect.cached(loadPlaceIndex)
    const places: Lookup<never> = {
      name: NAME,
      version: 2,
      key: KEY,
      value: VALUE,
      keys: sql`select distinct ${latitude} as latitude, ${longitude} as longitude from ${rows} t
        where t.${name(config.latitude)} between -90 and 90 and t.${name(config.longitude)} between -180 and 180`,
      fetch: (keys: ReadonlyArray<Row<Columns>>) => Effect.map(index, (found) => keys.map((key) => answer(found, key))),
      attribution: "Place names: GeoNames, CC BY 4.0"
    }
    const google = config.provider === "google"
    const language = config.language ?? locale
    const parts = [joined(from, VALUE, "c", "known"), ...(google ? [joined(from, GEOCODED, "g", "known")] : [])]
    const replaced = parts.flatMap((part) => part.replaced)
    const all = replaced.length === 0 ? sql`t.*` : sql`t.* replace (${join(replaced)})`
    return {
      query: sql`select ${join([all, ...parts.flatMap(({ added }) => added)])}
        from ${rows} t left join ${name("cache", NAME)} c
          on c.latitude = ${latitude} and c.longitude = ${longitude}${
            google
              ? sql` left join ${name("cache", GEOCODE)} g
          on g.latitude = ${latitude} and g.longitude = ${longitude} and g.language = ${literal(language)}`
              : empty
          }`,
      ...(slices === undefined ? {} : { slices }),
      lookups: google ? [places, geocoding(places.keys, language, connection)] : [places]
    }
  })
})

const rounded = (column: string): Sql => sql`round(t.${name(column)}::double, 3)`

const answer = (places: PlaceIndex, key: Row<Columns>): Row<typeof KEY & typeof VALUE> => {
  const latitude = Number(key["latitude"])
  const longitude = Number(key["longitude"])
  const city = places.city(latitude, longitude)
  const id = city === null ? null : uuid5(["place", "geonames", city.country, city.admin1, city.name])
  return {
    latitude,
    longitude,
    place_id: id,
    place_name: city?.name ?? null,
    place_locality: city?.name ?? null,
    place_region: city?.region ?? null,
    place_country_code: places.country(latitude, longitude),
    place_latitude: city?.latitude ?? null,
    place_longitude: city?.longitude ?? null,
    place_city_id: id,
    place_time_zone: places.timeZone(latitude, longitude)
  }
}
