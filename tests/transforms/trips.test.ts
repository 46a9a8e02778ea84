import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { authored, sql } from "../../src/component/sql.ts"
import { trips } from "../../transforms/trips.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 4, 1)
const instant = (hours: number) => new Date(START + hours * HOUR).toISOString()
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

/** Kilometres north of home, on the meridian of Greenwich: the sun's time is UTC. */
const north = (kilometres: number) => 40 + kilometres / 111.195

interface Stay {
  readonly from: number
  readonly to: number
  readonly km: number
}

const visitsOf = (stays: ReadonlyArray<Stay>) =>
  relation(
    "visits",
    exampleTable(
      stays.map(({ from, km, to }, index) => ({
        _id: id(index),
        starts_at: instant(from),
        ends_at: instant(to),
        latitude: north(km),
        longitude: 0,
        place_name: `km ${km}`
      }))
    )
  )

const homesOf = (
  homes: ReadonlyArray<{ readonly km: number; readonly from: string; readonly to: string; readonly kind?: string }>
) =>
  relation(
    "places",
    exampleTable(
      homes.map(({ from, km, kind = "home", to }) => ({
        kind,
        latitude: north(km),
        longitude: 0,
        from_date: from,
        to_date: to
      }))
    )
  )

const HOME = { km: 0, from: "2024-01-01", to: "2024-12-31" }
const YAML = "type: trips\nfrom: visits\nplaces: places"

const found = (stays: ReadonlyArray<Stay>, homes = [HOME], options = "") =>
  Effect.gen(function* () {
    const rows = yield* run(trips, `${YAML}${options}`, [yield* visitsOf(stays), yield* homesOf(homes)])
    const byTrip = Map.groupBy(rows, (row) => row["_id"])
    return [...byTrip.values()]
      .map(([row]) => ({
        kind: row?.["kind"],
        from: (Date.parse(String(row?.["starts_at"])) - START) / HOUR,
        to: (Date.parse(String(row?.["ends_at"])) - START) / HOUR,
        nights: row?.["nights"],
        title: row?.["title"]
      }))
      .toSorted((a, b) => a.from - b.from)
  })

/** One stay after the other, an hour apart. */
const lives = fc
  .array(fc.record({ hours: fc.integer({ min: 1, max: 40 }), km: fc.constantFrom(0, 0, 10, 40, 70, 300) }), {
    minLength: 1,
    maxLength: 14
  })
  .map((all) => {
    let at = 0
    return all.map(({ hours, km }): Stay => {
      const from = at
      at += hours + 1
      return { from, to: from + hours, km }
    })
  })

/** As one goes through the stays one by one. */
const walked = (stays: ReadonlyArray<Stay>) => {
  const runs: Array<Array<Stay>> = []
  for (const stay of stays) {
    const last = runs.at(-1)
    if (last !== undefined && (last[0]?.km ?? 0) > 25 === stay.km > 25) last.push(stay)
    else runs.push([stay])
  }
  return runs.flatMap((run, index) => {
    const furthest = Math.max(...run.map(({ km }) => km))
    if (furthest <= 25) return []
    const from = runs[index - 1]?.at(-1)?.to ?? run[0]?.from ?? 0
    const to = runs[index + 1]?.[0]?.from ?? run.at(-1)?.to ?? 0
    const nights = Math.floor((to - 3) / 24) - Math.floor((from - 3) / 24)
    if (nights === 0 && (furthest < 50 || to - from < 2)) return []
    const spent = new Map<number, number>()
    for (const { from: since, km, to: until } of run) spent.set(km, (spent.get(km) ?? 0) + until - since)
    const [main] = [...spent].toSorted((a, b) => b[1] - a[1] || (`km ${a[0]}` < `km ${b[0]}` ? -1 : 1))
    return [{ kind: nights > 0 ? "trip" : "day-trip", from, to, nights, title: `km ${main?.[0]}` }]
  })
}

layer(services)("trips", (it) => {
  it.effect(
    "finds what a walk through the stays finds",
    () =>
      property(
        lives,
        (stays) =>
          Effect.gen(function* () {
            expect(yield* found(stays)).toEqual(walked(stays))
          }),
        60
      ),
    120_000
  )

  it.effect("ends with a long pause, and takes a second home for a home while it was one", () =>
    Effect.gen(function* () {
      const away = [
        { from: 0, to: 10, km: 0 },
        { from: 12, to: 40, km: 300 },
        { from: 160, to: 200, km: 300 },
        { from: 210, to: 220, km: 0 }
      ]
      expect(yield* found(away)).toHaveLength(2)
      expect(yield* found(away, [HOME], "\ngap: 10d")).toHaveLength(1)
      const flat = { km: 300, kind: "second-home" }
      expect(yield* found(away, [HOME, { ...flat, from: "2024-05-01", to: "2024-05-30" }])).toEqual([])
      expect(yield* found(away, [HOME, { ...flat, from: "2023-01-01", to: "2023-05-30" }])).toHaveLength(2)
    })
  )

  it.effect("contains pictures of the time, and events that took place away", () =>
    Effect.gen(function* () {
      const visits = yield* visitsOf([
        { from: 0, to: 10, km: 0 },
        { from: 12, to: 40, km: 300 },
        { from: 42, to: 60, km: 0 }
      ])
      const photos = yield* relation(
        "photos",
        sql`select * replace (latitude::double as latitude, longitude::double as longitude) from (${exampleTable(
          [9, 11, 20, 43].map((hour) => ({
            _id: id(hour),
            taken_at: instant(hour),
            latitude: hour === 20 ? north(301) : null,
            longitude: hour === 20 ? 0 : null
          }))
        )})`
      )
      const events = yield* relation(
        "events",
        sql`select * replace (${authored("latitude::double as latitude, longitude::double as longitude")}) from (${exampleTable(
          [
            {
              _id: id(1),
              starts_at: instant(20),
              ends_at: instant(22),
              all_day: false,
              latitude: north(299),
              longitude: 0
            },
            {
              _id: id(2),
              starts_at: instant(20),
              ends_at: instant(22),
              all_day: false,
              latitude: north(1),
              longitude: 0
            },
            {
              _id: id(3),
              starts_at: instant(20),
              ends_at: instant(22),
              all_day: false,
              latitude: null,
              longitude: null
            }
          ]
        )})`
      )
      const rows = yield* run(trips, "type: trips\nfrom: [visits, photos, events]\nplaces: places", [
        visits,
        photos,
        events,
        yield* homesOf([HOME])
      ])
      expect(rows.map((row) => `${String(row["right_entity"])} ${String(row["right_id"])}`).toSorted()).toEqual([
        `events ${id(1)}`,
        `media ${id(11)}`,
        `media ${id(20)}`,
        `visits ${id(1)}`
      ])
      expect(new Set(rows.map((row) => row["cover_media_id"]))).toEqual(new Set([id(11)]))
    })
  )
})
