/** Trials, one after another. */
import { Effect } from "effect"
import { type Outcome, attempt } from "./attempt.ts"
import type { Environment } from "./credentials.ts"
import type { Trial } from "./trials.ts"

const wordsOf = ({ name }: Trial, outcome: Outcome): string =>
  outcome.kind === "skipped"
    ? `${name}: skipped, for want of ${outcome.wants.join(", ")}`
    : [`${name}: ${outcome.kind}, ${outcome.words}`, ...(outcome.note === null ? [] : [outcome.note])].join("\n  ")

/** Says of each trial what came of it; gives how many failed. */
export const tryAll = (
  trials: ReadonlyArray<Trial>,
  environment: Environment,
  say: (line: string) => void
): Effect.Effect<number, unknown> =>
  Effect.gen(function* () {
    let failed = 0
    for (const trial of trials) {
      const outcome = yield* Effect.scoped(attempt(trial, environment))
      if (outcome.kind === "failed") failed++
      say(wordsOf(trial, outcome))
    }
    return failed
  })
