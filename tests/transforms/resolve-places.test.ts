import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { exampleTable } from "../../src/component/example.ts"
import { resolvePlaces } from "../../transforms/resolve-places.ts"
import { property, relation, run, services } from "./harness.ts"

const HOUR = 3_600_000
const START = Date.UTC(2024, 0, 1)
const instant = (day: number, hour: number) => new Date(START + (day * 24 + hour) * HOUR).toISOString()
const dateOf = (day: number) => instant(day, 0).slice(0, 10)
/** A reproducible spread of a few dozen metres, as receivers have it. */
const jitter = (seed: number) => (((seed * 7919) % 13) - 6) * 0.00004

const stay = (place: number, from: readonly [number, number], to: readonly [number, number]) => ({
  starts_at: instant(...from),
  ends_at: instant(...to),
  latitude: 47 + place * 0.01 + jitter(from[0] + from[1]),
  longitude: jitter(from[0] * 3 + 1)
})
const night = (place: number, day: number) => stay(place, [day - 1, 20], [day, 7])
const office = (place: number, day: number) => stay(place, [day, 9], [day, 17])

const placesOf = (stays: ReadonlyArray<ReturnType<typeof stay>>, options = "") =>
  Effect.gen(function* () {
    const visits = yield* relation("visits", exampleTable(stays))
    const rows = yield* run(resolvePlaces, `type: resolve-places\nfrom: visits${options}`, [visits])
    return rows.map((row) => ({
      place: Math.round((Number(row["latitude"]) - 47) * 100) + 0,
      kind: row["kind"],
      from: row["from_date"],
      to: row["to_date"],
      times: row["times"]
    }))
  })

const days = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const isWorkday = (day: number) => ![0, 6].includes(new Date(START + day * 24 * HOUR).getUTCDay())

layer(services)("resolve-places", (it) => {
  it.effect("finds two homes in succession, and the work at each", () =>
    Effect.gen(function* () {
      const first = days(1, 100).flatMap((day) => [night(0, day), ...(isWorkday(day) ? [office(5, day)] : [])])
      const second = days(100, 200).flatMap((day) => [night(20, day), ...(isWorkday(day) ? [office(25, day)] : [])])
      expect(yield* placesOf([...first, ...second])).toEqual(
        expect.arrayContaining([
          { place: 0, kind: "home", from: dateOf(1), to: dateOf(99), times: 99 },
          { place: 20, kind: "home", from: dateOf(100), to: dateOf(199), times: 100 },
          expect.objectContaining({ place: 5, kind: "work", from: dateOf(1) }),
          expect.objectContaining({ place: 25, kind: "work" })
        ])
      )
    })
  )

  it.effect("tells a flat for weekends from a hotel, and a café from work", () =>
    Effect.gen(function* () {
      const life = days(1, 180).flatMap((day) => {
        if (day >= 60 && day < 78) return [night(50, day)]
        return [night(isWorkday(day) ? 0 : 30, day), stay(8, [day, 12], [day, 12.8])]
      })
      const found = yield* placesOf(life)
      expect(found.map(({ kind, place }) => [place, kind]).toSorted()).toEqual([
        [0, "home"],
        [30, "second-home"]
      ])
    })
  )

  const lives = fc.array(fc.constantFrom(0, 0, 0, 10, 20, null), { minLength: 5, maxLength: 60 })
  it.effect(
    "counts nights as one goes through them one by one",
    () =>
      property(
        lives,
        (life) =>
          Effect.gen(function* () {
            const least = 4
            const known = life.flatMap((place, index) => (place === null ? [] : [{ place, day: index + 1 }]))
            if (known.length === 0) return
            const expected = [0, 10, 20].flatMap((place) => {
              const nights = known.filter((one) => one.place === place).map(({ day }) => day)
              const [first = 0, last = 0] = [Math.min(...nights), Math.max(...nights)]
              const all = known.filter(({ day }) => day >= first && day <= last).length
              const isHome = nights.length >= least && nights.length >= 0.08 * all && last - first >= 2.5 * least
              if (!isHome) return []
              const kind = nights.length / all >= 0.35 ? "home" : "second-home"
              return [{ place, kind, from: dateOf(first), to: dateOf(last), times: nights.length }]
            })
            const found = yield* placesOf(
              known.map(({ day, place }) => night(place, day)),
              `\nnights: ${least}`
            )
            expect(found.toSorted((a, b) => a.place - b.place)).toEqual(expected)
          }),
        40
      ),
    120_000
  )

  it.effect("says in which city, region and country a place lies, in the pipeline's language", () =>
    Effect.gen(function* () {
      const stays = days(1, 60).map((day) => ({
        ...night(0, day),
        place_locality: "Basel",
        place_region: "Basel-City",
        place_country_code: "CH"
      }))
      const rows = yield* run(resolvePlaces, "type: resolve-places\nfrom: visits\nhome: Zuhause", [
        yield* relation("visits", exampleTable(stays))
      ])
      const byId = new Map(rows.map((row) => [row["_id"], row]))
      const chain = (row: (typeof rows)[number] | undefined): ReadonlyArray<unknown> =>
        row === undefined ? [] : [`${String(row["kind"])} ${String(row["name"])}`, ...chain(byId.get(row["right_id"]))]
      expect(chain(rows.find((row) => row["kind"] === "home"))).toEqual([
        "home Zuhause",
        "city Basel",
        "region Basel-City",
        "country Switzerland"
      ])
    })
  )
})
