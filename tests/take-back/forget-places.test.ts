/** Google's answers are a cache of where somebody was: it goes with what was there, and what stays isn't paid for again. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NAMES, PLACES, inWorld, namesIn } from "../transforms/places-world.ts"
import { forgotten, remaining } from "./forgotten.ts"
import { rowsOf } from "./home.ts"

const GONE = PLACES.slice(0, 3)

/** As keys of the caches are. */
const rounded = (degrees: number): number => Number(degrees.toFixed(3))

const CACHES = ["google_geocode", "google_place", "reverse_geocode"]

/** All that the caches say of the places that go, and nothing that they say of others. */
const told = (home: string) =>
  Effect.gen(function* () {
    const near = GONE.map(
      ({ latitude, longitude }) => `(latitude = ${rounded(latitude)} and longitude = ${rounded(longitude)})`
    ).join(" or ")
    const answers = yield* rowsOf(
      home,
      `select coalesce(${near}, false) as goes, g.google_place_id as id, g.google_name as name, g.google_address as address, p.google_maps_uri as page, p.thumbnail
        from cache.google_geocode g left join cache.google_place p using (google_place_id)`
    )
    const said = (goes: boolean) =>
      new Set(
        answers
          .filter((row) => row["goes"] === goes)
          .flatMap(({ address, id, name, page, thumbnail }) => [address, id, name, page, thumbnail])
          .flatMap((value) => (typeof value === "string" ? [value] : []))
      )
    const stays = said(false)
    return [...said(true)].filter((word) => !stays.has(word))
  })

const rowsIn = (home: string) =>
  Effect.forEach(CACHES, (cache) =>
    Effect.map(rowsOf(home, `select count(*) as n from cache.${cache}`), ([row]) => Number(row?.["n"]))
  )

describe("forget leaves of places in the caches", () => {
  it.live("no coordinates, names, addresses and pictures of those that go, and asks nobody", () =>
    inWorld(({ home, providers, run }) =>
      Effect.gen(function* () {
        yield* run()
        const words = [
          ...(yield* told(home)),
          ...GONE.map(({ latitude, longitude }) => `${rounded(latitude)} | ${rounded(longitude)}`)
        ]
        assert.isAbove(words.length, 4 * GONE.length)
        const before = yield* remaining(home, words)
        for (const word of words)
          assert.isTrue(
            before.some((found) => found.startsWith(`${word} in cache.`)),
            word
          )
        const asked = providers.requests.count()
        assert.isNull((yield* forgotten(home, { between: ["2024-05-01", "2024-05-03"] })).error)
        const left = yield* remaining(home, words)
        assert.deepEqual(
          left.filter((found) => !found.endsWith("photos.ndjson")),
          []
        )
        assert.strictEqual(providers.requests.count(), asked)
      })
    )
  )

  it.live("all that is needed by what stays: the next run asks for what it brings again, and for nothing else", () =>
    inWorld(({ home, run }) =>
      Effect.gen(function* () {
        yield* run()
        const all = yield* rowsIn(home)
        assert.deepEqual(all, [PLACES.length + 1, PLACES.length, PLACES.length + 1])
        assert.isNull((yield* forgotten(home, { between: ["2024-05-01", "2024-05-03"] })).error)
        // On one of these days something was taken at sea, which is no place.
        assert.deepEqual(yield* rowsIn(home), [3, 3, 3])
        assert.deepEqual(yield* namesIn(home), [...new Set(PLACES.slice(3).map(({ name }) => name))].toSorted())
        const { transforms } = yield* run()
        // A place's details are asked for with its picture.
        assert.deepInclude(transforms["placed"], { requests: GONE.length + 1 })
        assert.deepInclude(transforms["detailed"], { requests: 2 * GONE.length })
        assert.deepEqual(yield* rowsIn(home), all)
        assert.deepEqual(yield* namesIn(home), NAMES)
      })
    )
  )
})
