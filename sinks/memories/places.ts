/** Places that a geocoder named, or the source itself. */
import { Effect } from "effect"
import type { Database } from "../../src/component/database.ts"
import type { DatabaseError } from "../../src/component/error.ts"
import type { Relation } from "../../src/component/relation.ts"
import type { SinkCounts } from "../../src/component/sink.ts"
import { join, literal, name, sql } from "../../src/component/sql.ts"
import { entityTables } from "../../src/life/table.ts"
import { type Change, none, upsert } from "../../src/life/upsert.ts"

/** The geocoder's column for each of a place's own. */
const GEOCODED = {
  name: "place_name",
  latitude: "place_latitude",
  longitude: "place_longitude",
  locality: "place_locality",
  region: "place_region",
  country_code: "place_country_code"
} as const

/** A visit's own words for where it was. */
const OWN = { name: "name", latitude: "latitude", longitude: "longitude" } as const

export const isGeocoded = (relation: Relation): boolean => relation.columns.has(GEOCODED.name)

export const loadPlaces = (relation: Relation, change: Change): Effect.Effect<SinkCounts, DatabaseError, Database> =>
  Effect.gen(function* () {
    if (!relation.columns.has("place_id")) return none
    const geocoded = isGeocoded(relation)
    const present = Object.entries(geocoded ? GEOCODED : OWN).filter(([, column]) => relation.columns.has(column))
    const values = join(
      present.map(([own, column]) => sql`, max(${name(column)}) as ${name(own)}`),
      ""
    )
    return yield* upsert(
      entityTables.places,
      {
        query: sql`select place_id::uuid as place_id, ${literal(geocoded ? "city" : "venue")} as kind${values} from ${relation.table}
          where place_id is not null group by place_id`,
        columns: ["place_id", "kind", ...present.map(([own]) => own)]
      },
      change,
      { keepKnown: true }
    )
  })
