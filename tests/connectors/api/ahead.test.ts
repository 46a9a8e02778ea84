/** Steps whose pages are asked for ahead. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { type Steps, inSteps } from "../../../connectors/api/ahead.ts"
import { type StepProgress, turn } from "../../../connectors/api/turn.ts"
import { type Ask, CurrentAsker, ProviderApi, orWords } from "../../../src/component/api.ts"

/** A page says its path, or never answers. */
const provider = (silent: ReadonlyArray<string> = []) => {
  const asked: Array<string> = []
  const givenUp: Array<string> = []
  const json: Ask["json"] = ({ path }, schema) =>
    Effect.suspend(() => {
      asked.push(path)
      return silent.includes(path) ? Effect.never : Effect.orDie(Schema.decodeUnknownEffect(schema)(path))
    }).pipe(Effect.onInterrupt(() => Effect.sync(() => givenUp.push(path))))
  return { asked, givenUp, ask: { json, bytes: () => Effect.never, file: () => Effect.never } satisfies Ask }
}

const noApi = Layer.mock(ProviderApi)({})

/** Pages that are read from the left; of those with an exclamation mark the next one becomes needless. */
const reading = (ask: Ask, todo: ReadonlyArray<string>) =>
  inSteps(ask, Schema.String, (page): Steps<{}, StepProgress<ReadonlyArray<string>>> => ({
    start: { state: todo, done: 0 },
    pages: ({ state }) => state.map((path) => ({ api: "web", path })),
    step: (progress) =>
      Effect.gen(function* () {
        const [path, ...left] = progress.state
        if (path === undefined) return undefined
        const said = yield* orWords(page({ api: "web", path }))
        return turn({ ...progress, state: said.endsWith("!") ? left.slice(1) : left }, {})
      })
  })).pipe(
    Stream.map(({ checkpoint }) => checkpoint),
    // As while it is committed.
    Stream.tap(() => Effect.yieldNow)
  )

describe("pages that are asked for ahead", () => {
  it.effect("are four at most, each is asked for once, and batches come in their order", () =>
    Effect.gen(function* () {
      const { ask, asked } = provider()
      const seen: Array<unknown> = []
      yield* reading(ask, ["a", "b", "c", "d", "e", "f", "g"]).pipe(
        Stream.runForEach((checkpoint) =>
          Effect.sync(() => {
            if (seen.push(checkpoint) === 1) assert.deepStrictEqual(asked, ["a", "b", "c", "d", "e"])
          })
        )
      )
      assert.deepStrictEqual(asked, ["a", "b", "c", "d", "e", "f", "g"])
      assert.deepStrictEqual(seen.at(0), ["b", "c", "d", "e", "f", "g"])
      assert.deepStrictEqual(seen.at(-1), [])
      assert.strictEqual(seen.length, 7)
    }).pipe(Effect.provide(noApi))
  )

  it.effect("are given up where nobody needs them any more, and when the stream ends", () =>
    Effect.gen(function* () {
      const { ask, asked, givenUp } = provider(["c", "e"])
      yield* reading(ask, ["a", "b!", "c", "d", "e"]).pipe(Stream.take(3), Stream.runDrain)
      assert.deepStrictEqual(asked, ["a", "b!", "c", "d", "e"])
      assert.deepStrictEqual(givenUp, ["c", "e"])
    }).pipe(Effect.provide(noApi))
  )

  it.effect("are none where every request counts", () =>
    Effect.gen(function* () {
      const { ask, asked } = provider()
      const nobody = yield* CurrentAsker
      yield* reading(ask, ["a", "b!", "c", "d"]).pipe(
        Stream.runDrain,
        Effect.provideService(CurrentAsker, { ...nobody, thrifty: true })
      )
      assert.deepStrictEqual(asked, ["a", "b!", "d"])
    }).pipe(Effect.provide(noApi))
  )
})
