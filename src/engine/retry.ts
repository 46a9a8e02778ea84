/** When to try a source again. */
import { Duration, Effect, Schedule } from "effect"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { Retry } from "../pipeline/spec.ts"

const DEFAULTS = { base: Duration.millis(500), cap: Duration.minutes(1), times: 8 }

/** Only errors that may pass are tried again; the provider's own word on when comes before ours. */
export const retrySchedule = (retry: Retry) => {
  const base = retry.base ?? DEFAULTS.base
  const growing = retry.schedule === "spaced" ? Schedule.spaced(base) : Schedule.exponential(base)
  return Schedule.min([growing, Schedule.spaced(retry.cap ?? DEFAULTS.cap)]).pipe(
    Schedule.jittered,
    Schedule.upTo({ times: retry.schedule === "none" ? 0 : (retry.times ?? DEFAULTS.times) }),
    Schedule.setInputType<SourceError | DatabaseError>(),
    Schedule.while(({ input }) => input._tag === "SourceError" && input.retryable),
    // Last, so that jitter never undercuts the server.
    Schedule.modifyDelay(({ input, duration }) =>
      Effect.succeed(
        input._tag === "SourceError" && input.retryAfter !== undefined
          ? Duration.max(input.retryAfter, duration)
          : duration
      )
    )
  )
}
