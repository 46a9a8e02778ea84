import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Ref } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { sourceError } from "../../src/component/error.ts"
import { retrySchedule } from "../../src/component/retry.ts"

describe("what is tried again", () => {
  it.effect("is given up within minutes, with its own error, where the network stays away", () =>
    Effect.gen(function* () {
      const tries = yield* Ref.make(0)
      const gone = sourceError("provider-unreachable", "It can't be reached.", "Check the network.", {
        retryable: true
      })
      const trying = Ref.update(tries, (before) => before + 1).pipe(
        Effect.andThen(Effect.fail(gone)),
        Effect.retry(retrySchedule({})),
        Effect.flip
      )
      const fiber = yield* Effect.forkChild(trying)
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(yield* Fiber.join(fiber), gone)
      assert.strictEqual(yield* Ref.get(tries), 9)
    })
  )
})
