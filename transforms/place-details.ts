import { Effect, Schema } from "effect"
import type { Connection } from "../src/component/account.ts"
import { type Ask, type ProviderApi, orWords } from "../src/component/api.ts"
import { type Columns, type Row, double, integer, json, text } from "../src/component/column.ts"
import type { Access } from "../src/component/connector.ts"
import type { SourceError } from "../src/component/error.ts"
import { ColumnName, withDefault } from "../src/component/fields.ts"
import { join, literal, name, sql } from "../src/component/sql.ts"
import { type Lookup, transform } from "../src/component/transform.ts"
import { requireColumns } from "./columns.ts"
import { ATTRIBUTION, EXPIRES, LANGUAGE, askOf, joined } from "./google-place.ts"

const ACCESS: Access = {
  provider: "google",
  scopes: ["maps.places"],
  stores:
    "names, kinds, addresses and thumbnails of places, for 30 days; for that, the ids of places are sent to Google",
  key: true
}

const NAME = "google_place"

const KEY = {
  google_place_id: text("Google's id of the place."),
  language: text("BCP 47."),
  thumbnail_width: integer("Pixels; 0 for none.")
}

/** What becomes columns of the relation. */
const DETAILS = {
  google_name: text("What people call it."),
  google_types: json("What it is, in Google's words: a list."),
  google_address: text("In one line."),
  google_latitude: double("Of the place."),
  google_longitude: double("Of the place."),
  google_maps_uri: text("Its page in Google Maps.")
}

/** A picture on every row of a place would be too much: it stays in the cache. */
const PICTURE = {
  thumbnail: text("A JPEG, in base64."),
  thumbnail_by: text("Who took it: to be shown with it.")
}

const Place = Schema.Struct({
  displayName: Schema.optionalKey(Schema.Struct({ text: Schema.String })),
  types: Schema.optionalKey(Schema.Array(Schema.String)),
  formattedAddress: Schema.optionalKey(Schema.String),
  location: Schema.optionalKey(Schema.Struct({ latitude: Schema.Number, longitude: Schema.Number })),
  googleMapsUri: Schema.optionalKey(Schema.String),
  photos: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        name: Schema.NonEmptyString,
        authorAttributions: Schema.optionalKey(
          Schema.Array(Schema.Struct({ displayName: Schema.optionalKey(Schema.String) }))
        )
      })
    )
  )
})
type Photo = NonNullable<(typeof Place.Type)["photos"]>[number]

/** Nothing comes, and nothing is paid for, that isn't named here. */
const MASK = ["displayName", "types", "formattedAddress", "location", "googleMapsUri"]

/** Adds what Google knows of places. */
export const placeDetails = transform({
  type: "place-details",
  summary: "Adds names, kinds and addresses of places, from Google.",
  description:
    "For rows with Google's id of a place, such as `reverse-geocode` gives with `provider: google`. Each place is asked for " +
    "once; all but its id is forgotten after 30 days, as Google's terms want it, and asked for again when it is needed: " +
    "these columns are a cache, and never become part of memories. Thumbnails are in the table cache.google_place, as " +
    "JPEG in base64 with the name of who took them, by google_place_id.",
  config: {
    place_id: ColumnName.pipe(withDefault("google_place_id")).annotate({
      description: "The column with Google's id of the place."
    }),
    language: LANGUAGE,
    thumbnail: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4800 }))
      .annotate({ description: "The width of thumbnails in pixels; default 400, 0 for none." })
      .pipe(withDefault(400))
  },
  access: ACCESS,
  examples: [
    {
      title: "What the places are called",
      yaml: "type: place-details\nfrom: placed\nconnection: google",
      given: {
        placed: [
          { file_name: "a.jpg", google_place_id: "ChIJbwqJqe8HbUcRM3EP4ylYX5Y" },
          { file_name: "b.jpg", google_place_id: null }
        ]
      },
      answers: {
        [NAME]: [
          {
            google_place_id: "ChIJbwqJqe8HbUcRM3EP4ylYX5Y",
            language: "en",
            thumbnail_width: 400,
            google_name: "St. Stephen's Cathedral"
          }
        ]
      },
      expect: [
        { file_name: "a.jpg", google_name: "St. Stephen's Cathedral" },
        { file_name: "b.jpg", google_name: null }
      ]
    }
  ],
  build: Effect.fnUntraced(function* ({ language: asked, place_id, thumbnail }, { from }, { locale }, connection) {
    yield* requireColumns(from, [{ column: place_id, path: ["place_id"] }])
    const id = sql`t.${name(place_id)}`
    const language = asked ?? locale
    const { added, replaced } = joined(from, DETAILS, "c", "answer")
    const all = replaced.length === 0 ? sql`t.*` : sql`t.* replace (${join(replaced)})`
    return {
      query: sql`select ${join([all, ...added])} from ${from.table} t left join ${name("cache", NAME)} c
        on c.google_place_id = ${id} and c.language = ${literal(language)} and c.thumbnail_width = ${literal(thumbnail)}`,
      lookups: [
        {
          name: NAME,
          version: 1,
          key: KEY,
          value: { ...DETAILS, ...PICTURE },
          keys: sql`select distinct ${id}::varchar as google_place_id, ${literal(language)} as language,
            ${literal(thumbnail)} as thumbnail_width from ${from.table} t where ${id} is not null`,
          fetch: fetchFrom(connection),
          attribution: ATTRIBUTION,
          online: true as const,
          expires: EXPIRES
        }
      ]
    }
  })
})

const fetchFrom =
  (connection: Connection | null): Lookup<ProviderApi>["fetch"] =>
  (keys) =>
    Effect.flatMap(askOf("place-details", ACCESS, connection), (ask) =>
      Effect.forEach(keys, (key) => answerTo(ask, key))
    )

const answerTo = (ask: Ask, key: Row<Columns>): Effect.Effect<Row<Columns>, SourceError, ProviderApi> =>
  Effect.gen(function* () {
    const width = Number(key["thumbnail_width"])
    const place = yield* ask
      .json(
        {
          api: "places",
          path: `/places/${encodeURIComponent(String(key["google_place_id"]))}`,
          query: { languageCode: String(key["language"]) },
          headers: { "X-Goog-FieldMask": [...MASK, ...(width === 0 ? [] : ["photos"])].join(",") }
        },
        Place
      )
      .pipe(
        // An id that Google has given up, or that never was one.
        Effect.catchIf(
          (error) => error._tag === "ApiRefusal" && (error.status === 404 || error.status === 400),
          () => Effect.succeed<typeof Place.Type>({})
        ),
        orWords
      )
    const [photo] = place.photos ?? []
    return {
      ...key,
      google_name: place.displayName?.text ?? null,
      google_types: place.types ?? null,
      google_address: place.formattedAddress ?? null,
      google_latitude: place.location?.latitude ?? null,
      google_longitude: place.location?.longitude ?? null,
      google_maps_uri: place.googleMapsUri ?? null,
      thumbnail: photo === undefined ? null : yield* thumbnailOf(ask, photo, width),
      thumbnail_by: photo?.authorAttributions?.[0]?.displayName ?? null
    }
  })

/** Null: it is no longer there. */
const thumbnailOf = (ask: Ask, { name: photo }: Photo, width: number) =>
  ask.bytes({ api: "places", path: `/${photo}/media`, query: { maxWidthPx: width } }).pipe(
    Effect.map((bytes): string | null => Buffer.from(bytes).toString("base64")),
    Effect.catchIf(
      (error) => error._tag === "ApiRefusal" && (error.status === 404 || error.status === 400),
      () => Effect.succeed(null)
    ),
    orWords
  )
