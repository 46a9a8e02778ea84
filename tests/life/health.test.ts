import { expect, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { sql } from "../../src/component/sql.ts"
import { createSchema } from "../../src/warehouse/schema.ts"
import { warehouse } from "./samples.ts"

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

layer(warehouse)("views of health", (it) => {
  it.effect("come to a file that was made before samples had local times, and keep its rows", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* database.execute(sql`
        drop view life.daily_samples;
        drop view life.sleep_nights;
        alter table life.samples drop column local_date;
        alter table life.samples drop column offset_minutes;
        insert into life.samples by name
          select 'HKQuantityTypeIdentifierStepCount' as type, 'Watch' as source_name, 7 as value,
            timestamptz '2024-06-01 10:00:00Z' as starts_at, timestamptz '2024-06-01 10:05:00Z' as ends_at`)
      yield* database.execute(createSchema)
      expect(yield* database.rows(sql`select local_date, total from life.daily_samples`, AnyRow)).toEqual([
        { local_date: "2024-06-01", total: 7 }
      ])
      expect(yield* database.rows(sql`from life.sleep_nights`, AnyRow)).toEqual([])
    })
  )

  it.effect("go with the file when it is copied", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* database.execute(sql`attach ':memory:' as twin; copy from database memory to twin; use twin`)
      expect(yield* database.rows(sql`select total from life.daily_samples`, AnyRow)).toEqual([{ total: 7 }])
      yield* database.execute(sql`use memory; detach twin`)
    })
  )
})
