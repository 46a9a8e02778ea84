import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type ExampleRows, exampleTable } from "../../src/component/example.ts"
import { authored, sql } from "../../src/component/sql.ts"
import { joinTimePlace } from "../../transforms/join-time-place.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 4, 1)
const instant = (hours: number) => new Date(START + hours * HOUR).toISOString()
const day = (hours: number) => instant(hours).slice(0, 10)

interface Photo {
  readonly key: string
  readonly at: number | null
  readonly dated: boolean
  readonly place: number | null
}

interface Event {
  readonly id: string
  readonly start: number
  readonly length: number
  readonly allDay: boolean
  readonly place: number | null
}

// Steps of half an hour and of 100 m: ties and edges are frequent.
const halfHours = fc.integer({ min: -60, max: 60 }).map((steps) => steps / 2)
const place = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null })
const photo = fc.record({ at: fc.option(halfHours, { freq: 9, nil: null }), dated: fc.boolean(), place })
const event = fc.record({
  start: halfHours,
  length: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 8 }).map((steps) => steps / 2) },
    { weight: 1, arbitrary: fc.constant(2000) }
  ),
  allDay: fc.boolean(),
  place
})
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`
const photos = fc
  .array(photo, { minLength: 1, maxLength: 15 })
  .map((all) => all.map((one, index): Photo => ({ ...one, key: `p${index}` })))
const events = fc
  .array(event, { minLength: 1, maxLength: 12 })
  .map((all) => all.map((one, index): Event => ({ ...one, id: id(index) })))

const STEP = 0.0009
const latitude = (steps: number | null) => (steps === null ? null : 47 + steps * STEP)
const METRES_PER_STEP = (STEP * Math.PI * 6_371_008.8) / 180

const photoRow = ({ key, at, dated, place: where }: Photo) => ({
  key,
  taken_at: at === null ? null : instant(at),
  local_date: dated && at !== null ? day(at) : null,
  latitude: latitude(where),
  longitude: where === null ? null : 8
})

const eventRow = ({ id: _id, start, length, allDay, place: where }: Event) => ({
  _id,
  starts_at: instant(start),
  ends_at: instant(start + length),
  all_day: allDay,
  local_start_date: allDay ? day(start) : null,
  local_end_date: allDay ? day(start + length) : null,
  latitude: latitude(where),
  longitude: where === null ? null : 8
})

/** Every pair is looked at: what an event is to a photo, as a list to be compared element by element. */
const preference = (one: Photo, other: Event, within: number, metres: number | null): ReadonlyArray<number> | null => {
  const apart = one.place === null || other.place === null ? null : Math.abs(one.place - other.place) * METRES_PER_STEP
  if (metres !== null && apart !== null && apart > metres) return null
  const near = metres === null ? [0, 0] : [apart === null ? 1 : 0, Math.round((apart ?? 0) * 1000)]
  const end = other.start + other.length
  if (one.at === null) return null
  const long = other.allDay ? (Date.parse(day(end)) - Date.parse(day(other.start))) / HOUR : other.length
  const last = [long, Number(other.id.slice(-4))]
  if (other.allDay) {
    if (!one.dated || day(one.at) < day(other.start) || day(one.at) > day(end)) return null
    return [2, near[0] ?? 0, 0, near[1] ?? 0, ...last]
  }
  const hours = Math.max(0, other.start - one.at, one.at - end)
  if (hours > within) return null
  const inside = (other.start <= one.at && one.at < end) || other.start === one.at
  return [inside ? 0 : 1, near[0] ?? 0, hours, near[1] ?? 0, ...last]
}

const compare = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number =>
  a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0

const matches = (one: Photo, all: ReadonlyArray<Event>, within: number, metres: number | null) =>
  all
    .map((other) => ({ id: other.id, order: preference(one, other, within, metres) }))
    .flatMap(({ id: found, order }) => (order === null ? [] : [{ id: found, order }]))
    .toSorted((a, b) => compare(a.order, b.order))
    .map(({ id: found }) => found)

const margin = fc.constantFrom(0, 0.5, 2)
const radius = fc.constantFrom(null, 250, 650)

const yaml = (more: string, within: number, metres: number | null) =>
  `type: join-time-place\nleft: photos\nright: events\ntime: { within: ${within}h }\n${more}${
    metres === null ? "" : `\nplace: { within: ${metres}m }`
  }`

/** Columns that happen to be null in all rows get their type all the same. */
const withTypes = (rows: ExampleRows, casts: ReadonlyArray<string>) => {
  const replaced = casts.map((cast) => `${cast} as ${cast.split("::")[0] ?? cast}`)
  return sql`select * replace (${authored(replaced.join(", "))}) from (${exampleTable(rows)})`
}

layer(services)("join-time-place", (test) => {
  test.effect(
    "finds the best match, and all matches, as a look at every pair does",
    () =>
      property(
        fc.tuple(photos, events, margin, radius),
        ([lefts, rights, within, metres]) =>
          Effect.gen(function* () {
            const left = yield* relation(
              "photos",
              withTypes(lefts.map(photoRow), [
                "taken_at::timestamptz",
                "local_date::date",
                "latitude::double",
                "longitude::double"
              ])
            )
            const right = yield* relation(
              "events",
              withTypes(rights.map(eventRow), [
                "local_start_date::date",
                "local_end_date::date",
                "latitude::double",
                "longitude::double"
              ])
            )
            const best = yield* run(joinTimePlace, yaml("match: best", within, metres), [left, right])
            expect(new Map(best.map((row) => [row["key"], row["right_id"]]))).toEqual(
              new Map(lefts.map((one) => [one.key, matches(one, rights, within, metres)[0] ?? null]))
            )
            expect(best).toHaveLength(lefts.length)
            const all = yield* run(joinTimePlace, yaml("match: all\nkeep: matched", within, metres), [left, right])
            expect(all.map((row) => `${String(row["key"])} ${String(row["right_id"])}`).toSorted()).toEqual(
              lefts
                .flatMap((one) => matches(one, rights, within, metres).map((found) => `${one.key} ${found}`))
                .toSorted()
            )
            for (const row of all) {
              expect(row["link_confidence"]).toBeGreaterThan(0)
              expect(row["link_confidence"]).toBeLessThanOrEqual(1)
            }
          }),
        60
      ),
    120_000
  )
})
