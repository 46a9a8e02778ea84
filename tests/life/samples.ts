/** Samples for tests of the views over `life.samples`: times in minutes from a day in June, wherever local time is. */
import { Effect, Layer, Schema } from "effect"
import { Database } from "../../src/component/database.ts"
import { exampleTable } from "../../src/component/example.ts"
import { type Sql, sql } from "../../src/component/sql.ts"
import { memoryWarehouse } from "../../src/warehouse/warehouse.ts"

export interface Sample {
  readonly type: string
  readonly unit?: string
  readonly value?: number
  readonly value_text?: string
  /** Minutes after midnight UTC of 2024-06-01. */
  readonly starts: number
  readonly ends: number
  readonly source: string
  readonly device?: string
  readonly metadata?: { readonly [key: string]: string }
  /** Minutes ahead of UTC; unknown where it isn't given. */
  readonly offset?: number
  readonly local_date?: string
}

export const warehouse: Layer.Layer<Database> = Layer.orDie(memoryWarehouse)

const MINUTE = 60_000
export const DAY = 1440
const FIRST = Date.UTC(2024, 5, 1)

export const instant = (minutes: number): string => new Date(FIRST + minutes * MINUTE).toISOString()

/** The date of so many days after the first. */
export const date = (day: number): string => instant(day * DAY).slice(0, 10)

const row = (sample: Sample) => ({
  type: sample.type,
  unit: sample.unit ?? null,
  value: sample.value ?? null,
  value_text: sample.value_text ?? null,
  starts_at: instant(sample.starts),
  ends_at: instant(sample.ends),
  local_date: sample.local_date ?? null,
  offset_minutes: sample.offset ?? null,
  device: sample.device ?? null,
  metadata: sample.metadata ?? null,
  source_name: sample.source
})

const AnyRow = Schema.Record(Schema.String, Schema.Unknown)

/** What a query says of these samples, and no others. */
export const over = (samples: ReadonlyArray<Sample>, query: Sql) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.execute(sql`
      delete from life.samples;
      insert into life.samples by name ${exampleTable(samples.map(row))}`)
    return yield* database.rows(query, AnyRow)
  })
