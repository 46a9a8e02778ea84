/** Google's answers are a cache of where somebody was: it goes with what was there. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { NAMES, PLACES, inWorld, namesIn } from "../transforms/places-world.ts"
import { forgotten, remaining } from "./forgotten.ts"
import { rowsOf } from "./home.ts"

const GONE = PLACES.slice(0, 3)

/** As keys of the caches are. */
const rounded = (degrees: number): number => Number(degrees.toFixed(3))

it.live("forget leaves no coordinates, names and pictures of places in the caches, and asks nobody", () =>
  inWorld(({ home, providers, run }) =>
    Effect.gen(function* () {
      yield* run()
      const pictures = yield* rowsOf(
        home,
        `select distinct thumbnail from cache.google_place join cache.google_geocode g using (google_place_id)
          where g.google_name in (${GONE.map(({ name }) => `'${name.replaceAll("'", "''")}'`).join(", ")})`
      )
      const words = [
        ...GONE.flatMap(({ latitude, longitude, name }) => [name, `${rounded(latitude)} | ${rounded(longitude)}`]),
        ...pictures.map(({ thumbnail }) => String(thumbnail))
      ]
      const before = yield* remaining(home, words)
      for (const word of words)
        assert.isTrue(
          before.some((found) => found.startsWith(`${word} in cache.google_`)),
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

      // What is left is asked for again, by the next run: the archive has all of it.
      yield* run()
      assert.deepEqual(yield* namesIn(home), NAMES)
    })
  )
)
