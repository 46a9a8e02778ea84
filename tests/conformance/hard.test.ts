import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { importHard } from "../support/hard-life.ts"
import { type HardScore, hardScore } from "../support/hard-score.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { type Judged, f1, precision, recall } from "../support/score.ts"

/** Seven months in which she moves house and changes jobs: `npm run bench -- --only truth` measures three years. */
class Judgement extends Context.Service<Judgement, HardScore>()("tests/conformance/Judgement") {
  static readonly layer = Layer.effect(
    Judgement,
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { home, truth } = yield* importHard({ directory, seed: 2, from: 362, days: 200 })
      return yield* hardScore(home, truth)
    }).pipe(Effect.orDie)
  )
}

const atLeast = (value: number, least: number, { wrong }: Judged) =>
  assert.isAtLeast(value, least, wrong.slice(0, 20).join("\n"))

layer(Judgement.layer, { timeout: 240_000, excludeTestServices: true })("a life that is hard to put together", (it) => {
  it.effect("pictures and their events", () =>
    Effect.gen(function* () {
      const { links } = yield* Judgement
      assert.isAbove(links.score.told, 200)
      atLeast(f1(links.score), 0.97, links)
    })
  )

  it.effect("people: none mixed up, nearly all together", () =>
    Effect.gen(function* () {
      const { people } = yield* Judgement
      assert.isAbove(people.score.told, 5000)
      atLeast(precision(people.score), 1, people)
      atLeast(recall(people.score), 0.95, people)
    })
  )

  it.effect("trips, and days out", () =>
    Effect.gen(function* () {
      const { trips } = yield* Judgement
      assert.isAbove(trips.score.told, 8)
      atLeast(f1(trips.score), 0.95, trips)
    })
  )

  it.effect("homes and places of work, and no others", () =>
    Effect.gen(function* () {
      const { homes } = yield* Judgement
      assert.strictEqual(homes.score.told, 4)
      atLeast(f1(homes.score), 1, homes)
    })
  )

  it.effect("places of pictures that have none of their own, marked as inferred", () =>
    Effect.gen(function* () {
      const { places } = yield* Judgement
      assert.isAbove(places.score.told, 80)
      atLeast(recall(places.score), 0.95, places)
    })
  )
})
