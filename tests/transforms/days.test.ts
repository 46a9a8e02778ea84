import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { sql } from "../../src/component/sql.ts"
import { days } from "../../transforms/days.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 1, 27)
const instant = (hours: number) => new Date(START + hours * HOUR).toISOString()
const dateOf = (hours: number) => instant(hours).slice(0, 10)
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

const hours = fc.integer({ min: 0, max: 100 })
const lives = fc.record({
  photos: fc.array(fc.record({ at: hours, ahead: fc.constantFrom(-9, 0, 9) }), { minLength: 1, maxLength: 8 }),
  events: fc.array(fc.record({ at: hours, days: fc.integer({ min: 0, max: 3 }), cancelled: fc.boolean() }), {
    minLength: 1,
    maxLength: 5
  }),
  visits: fc.array(fc.record({ at: hours, longitude: fc.constantFrom(-135, 0, 135) }), { minLength: 1, maxLength: 5 })
})

layer(services)("days", (it) => {
  it.effect(
    "holds what happened on each local date",
    () =>
      property(
        lives,
        ({ events, photos, visits }) =>
          Effect.gen(function* () {
            const rows = yield* run(days, "type: days\nfrom: [photos, events, visits]", [
              yield* relation(
                "photos",
                exampleTable(
                  photos.map(({ ahead, at }, index) => ({
                    _id: id(index),
                    taken_at: instant(at),
                    local_date: dateOf(at + ahead)
                  }))
                )
              ),
              yield* relation(
                "events",
                exampleTable(
                  events.map(({ at, cancelled, days: length }, index) => ({
                    _id: id(index),
                    starts_at: instant(at),
                    ends_at: instant(at + length * 24),
                    all_day: true,
                    status: cancelled ? "cancelled" : "confirmed",
                    local_start_date: dateOf(at),
                    local_end_date: dateOf(at + length * 24)
                  }))
                )
              ),
              yield* relation(
                "visits",
                sql`select *, latitude::double as latitude from (${exampleTable(
                  visits.map(({ at, longitude }, index) => ({
                    _id: id(index),
                    starts_at: instant(at),
                    ends_at: instant(at + 1),
                    longitude
                  }))
                )}), (select 0 as latitude)`
              )
            ])
            const told = [
              ...photos.map(({ ahead, at }, index) => `${dateOf(at + ahead)} media ${id(index)}`),
              ...events.flatMap(({ at, cancelled, days: length }, index) =>
                cancelled
                  ? []
                  : Array.from({ length: length + 1 }, (_, day) => `${dateOf(at + day * 24)} events ${id(index)}`)
              ),
              ...visits.map(({ at, longitude }, index) => `${dateOf(at + longitude / 15)} visits ${id(index)}`)
            ]
            expect(
              rows
                .map((row) => `${String(row["local_date"])} ${String(row["right_entity"])} ${String(row["right_id"])}`)
                .toSorted()
            ).toEqual(told.toSorted())
            const ids = new Map(rows.map((row) => [row["local_date"], row["_id"]]))
            expect(new Set(rows.map((row) => row["_id"])).size).toBe(ids.size)
          }),
        40
      ),
    120_000
  )
})
