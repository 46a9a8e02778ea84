/** A provider's health: what is tried again, and when nobody asks for a while. */
import { Effect, Ref, Schedule } from "effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import type { Provider } from "../account/provider.ts"
import { type ApiRefusal, type ApiRequest, CurrentAsker } from "../component/api.ts"
import { SourceError } from "../component/error.ts"
import { retrySchedule } from "../component/retry.ts"
import * as failure from "./failure.ts"

export type Failed = SourceError | ApiRefusal

/** So many failures in a row, and nobody asks for a while: longer each time, up to a minute. */
const BREAKER = {
  tripPolicy: CircuitBreaker.consecutive(8),
  openDuration: "5 seconds",
  maxOpenDuration: "1 minute"
} as const

/** Where nothing was ever reached the network is gone, rather than disturbed: a quarter of a minute, by default, is enough. */
const FIRST_TRIES = 5

export interface Health {
  /** Asks, and asks again as long as there is hope, counting with who asks. */
  readonly hopefully: <A>(
    provider: Provider,
    request: ApiRequest,
    asking: Effect.Effect<A, Failed>
  ) => Effect.Effect<A, Failed>
}

export const makeHealth = Effect.gen(function* () {
  const breaker = yield* CircuitBreaker.make(BREAKER)
  /** Why an API was last found to be ill, by its key: while nobody asks it, that is what is said. */
  const ills = new Map<string, SourceError>()
  const reached = new Set<string>()

  const guarded = <A>(key: string, provider: Provider, asking: Effect.Effect<A, Failed>): Effect.Effect<A, Failed> =>
    breaker
      .execute(asking, {
        key,
        classify: (exit) => {
          const reason = exit._tag === "Success" ? undefined : exit.cause.reasons[0]
          const error = reason?._tag === "Fail" ? reason.error : null
          if (exit._tag === "Success" || (error !== null && !isUnreachable(error))) reached.add(key)
          if (exit._tag === "Success") return CircuitBreaker.success
          if (error?._tag !== "SourceError" || !isIll(error)) return CircuitBreaker.ignored
          ills.set(key, error)
          return CircuitBreaker.failure()
        }
      })
      .pipe(
        Effect.catchTag("CircuitBreakerError", ({ reason }) =>
          Effect.fail(
            failure.resting(provider, ills.get(key) ?? null, reason._tag === "CircuitOpen" ? reason.retryAfter : null)
          )
        )
      )

  const hopefully: Health["hopefully"] = (provider, { api, connection }, asking) =>
    Effect.gen(function* () {
      const key = JSON.stringify([connection.provider, connection.endpoint, api])
      const asker = yield* CurrentAsker
      const failed = yield* Ref.make(0)
      const soberly = (error: Failed) =>
        Effect.flatMap(
          Ref.getAndUpdate(failed, (times) => times + 1),
          (times) =>
            Effect.fail(
              times >= FIRST_TRIES && isUnreachable(error) && !reached.has(key)
                ? new SourceError({ ...error, message: error.message, retryable: false })
                : error
            )
        )
      return yield* guarded(key, provider, asking).pipe(
        Effect.catch(soberly),
        Effect.retry(
          Schedule.tap(retrySchedule<Failed>(asker.retry, provider.retry), ({ duration, input }) =>
            input._tag === "SourceError" ? asker.retrying(input, duration) : Effect.void
          )
        )
      )
    })
  return { hopefully } satisfies Health
}).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))

/** Its own failures count, and nothing else does. */
const isIll = ({ code }: SourceError): boolean => code === failure.UNAVAILABLE || code === failure.UNREACHABLE

const isUnreachable = (error: Failed): error is SourceError =>
  error._tag === "SourceError" && error.code === failure.UNREACHABLE
