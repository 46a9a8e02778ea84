/** When to try again what may pass. */
import { Duration, Effect, Schedule } from "effect"
import type { SourceError } from "./error.ts"

/** `schedule: exponential` from `base`, doubled each time up to `cap`, at most `times` tries; `none` gives up at once. */
export interface Retry {
  readonly schedule?: "exponential" | "spaced" | "none"
  readonly base?: Duration.Duration
  readonly cap?: Duration.Duration
  readonly times?: number
}

const DEFAULTS = { base: Duration.millis(500), cap: Duration.minutes(1), times: 8 }

/** Only errors that may pass are tried again; the provider's own word on when comes before ours. */
export const retrySchedule = <E extends { readonly _tag: string }>(retry: Retry, defaults: Retry = DEFAULTS) => {
  const { base = DEFAULTS.base, cap = DEFAULTS.cap, times = DEFAULTS.times } = { ...defaults, ...retry }
  const growing = retry.schedule === "spaced" ? Schedule.spaced(base) : Schedule.exponential(base)
  return Schedule.min([growing, Schedule.spaced(cap)]).pipe(
    Schedule.jittered,
    Schedule.upTo({ times: retry.schedule === "none" ? 0 : times }),
    Schedule.setInputType<E | SourceError>(),
    Schedule.while(({ input }) => mayPass(input)),
    // Last, so that jitter never undercuts the server.
    Schedule.modifyDelay(({ input, duration }) =>
      Effect.succeed(
        isSourceError(input) && input.retryAfter !== undefined ? Duration.max(input.retryAfter, duration) : duration
      )
    )
  )
}

const isSourceError = <E extends { readonly _tag: string }>(error: E | SourceError): error is SourceError =>
  error._tag === "SourceError"

const mayPass = <E extends { readonly _tag: string }>(error: E | SourceError): boolean =>
  isSourceError(error) && error.retryable
