/** Location histories, as SQL: visits and points, whatever their relations call the time. */
import type { Relation } from "../src/component/relation.ts"
import { type Sql, empty, name, sql } from "../src/component/sql.ts"

export const pointTime = ({ columns }: Relation): string =>
  ["recorded_at", "taken_at", "starts_at"].find((column) => columns.has(column)) ?? "recorded_at"

/** What was inferred is no evidence. */
export const isTold = ({ columns }: Relation): Sql =>
  columns.has("location_status") ? sql`and location_status is distinct from 'inferred'` : empty

/** `slot`, `latitude`, `longitude`: where someone was, in slots of time (microseconds). Stays of more than a week are errors. */
export const trackSlots = (
  visits: ReadonlyArray<Relation>,
  points: ReadonlyArray<Relation>,
  slot: Sql
): ReadonlyArray<Sql> => [
  ...visits.map(
    (relation) => sql`
      select unnest(range(epoch_us(starts_at) // ${slot}, epoch_us(ends_at) // ${slot} + 1)) as slot,
        latitude::double as latitude, longitude::double as longitude
      from ${relation.table} where latitude is not null and ends_at - starts_at between interval 0 seconds and interval 7 days`
  ),
  ...points.map(
    (relation) => sql`
      select epoch_us(${name(pointTime(relation))}) // ${slot} as slot, any_value(latitude::double) as latitude,
        any_value(longitude::double) as longitude
      from ${relation.table} where latitude is not null and isfinite(${name(pointTime(relation))}) ${isTold(relation)} group by 1`
  )
]
