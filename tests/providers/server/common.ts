/** What every provider is made from. */
import type { ServerClock } from "./clock.ts"
import type { Secrets } from "./secrets.ts"

export interface Common {
  readonly seed: number
  readonly clock: ServerClock
  readonly secrets: Secrets
  /** The share of pages that are shorter than need be, or empty, though more follow. */
  readonly ragged: number
}

/** Between these times a provider's data lies: they don't depend on the date of the test. */
export const DATA_FROM = Date.UTC(2022, 0, 1)
export const DATA_TO = Date.UTC(2026, 8, 1)
