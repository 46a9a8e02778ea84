/**
 * At most so many requests in any stretch of time, as the provider counts them: exactly, so that the whole quota can be
 * used without a single 429. A token bucket would let twice the quota through in its first window.
 *
 * A provider counts a request at some time between its sending and its answer. The answer's time less that of the fastest
 * answer of late is never before that time as seen from here, so that a place is given away again one window after it.
 */
import { Clock, Duration, Effect, Latch, type Scope, Semaphore } from "effect"
import type { Rate } from "../component/api.ts"
import type { SourceError } from "../component/error.ts"

export interface Window {
  /** Runs a request when there is room for it. Fails with `tooLong` where that would take longer than the patience. */
  readonly within: <A, E, R>(request: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SourceError, R>
  /** The provider has said when to come back: nobody asks before. */
  readonly pause: (wait: Duration.Duration) => Effect.Effect<void>
}

export interface WindowOptions {
  readonly rate: Rate
  readonly patience: Duration.Duration
  /** What to fail with, given when there will be room again (milliseconds since 1970). */
  readonly tooLong: (until: number) => SourceError
}

/** So many answers are of late. */
const LATE = 64
/** Clocks have whole milliseconds. */
const MARGIN = 2

export const makeWindow = ({ patience, rate, tooLong }: WindowOptions): Window => {
  const length = Duration.toMillis(rate.every)
  const door = Semaphore.makeUnsafe(1)
  /** When the requests of the last window were answered, oldest first. */
  const answered: Array<number> = []
  const delays: Array<number> = []
  let underWay = 0
  let pausedUntil = 0
  const someAnswer = Latch.makeUnsafe()

  const room: Effect.Effect<void, SourceError> = Effect.gen(function* () {
    for (;;) {
      const now = yield* Clock.currentTimeMillis
      const fastest = delays.length === 0 ? 0 : Math.min(...delays)
      const leaves = (time: number) => time - fastest + length + MARGIN
      while (answered[0] !== undefined && leaves(answered[0]) <= now) answered.shift()
      const full = underWay + answered.length >= rate.requests
      const [oldest] = answered
      const until = Math.max(pausedUntil, full && oldest !== undefined ? leaves(oldest) : 0)
      if (until - now > Duration.toMillis(patience)) return yield* tooLong(until)
      if (until > now) yield* Effect.sleep(until - now)
      else if (full) yield* someAnswer.await
      else return
    }
  })

  const leave = (since: number) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      underWay--
      answered.push(now)
      delays.push(now - since)
      if (delays.length > LATE) delays.shift()
      someAnswer.openUnsafe()
    })

  // Whoever waits for room can be interrupted; whoever has it gives it back in any case.
  const enter: Effect.Effect<void, SourceError, Scope.Scope> = door.withPermit(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        someAnswer.closeUnsafe()
        yield* restore(room)
        underWay++
        const since = yield* Clock.currentTimeMillis
        yield* Effect.addFinalizer(() => leave(since))
      })
    )
  )

  return {
    within: (request) => Effect.scoped(Effect.andThen(enter, request)),
    pause: (wait) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        pausedUntil = Math.max(pausedUntil, now + Duration.toMillis(wait))
      })
  }
}
