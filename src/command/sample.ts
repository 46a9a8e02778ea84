import { Effect } from "effect"
import { writeSample } from "../sample/index.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { SampleInput } from "./flags/data.ts"
import { counted } from "./text.ts"

/** Writes a believable life as archives. */
export const sample = (shared: Shared, { all, days, directory, hard, seed }: SampleInput) =>
  answer(
    "sample",
    shared,
    Effect.gen(function* () {
      if (days < 1) return yield* commandError("invalid-days", "--days must be 1 or more.", "Try --days 90.", 2)
      const written = yield* writeSample({
        directory,
        days,
        seed,
        archives: all ? "all" : "photos",
        life: hard ? "hard" : "ordinary"
      })
      return {
        summary: written,
        result: null,
        text: `Wrote ${counted(days, "day")} of a life to ${directory}; truth.json says what an import must find.`
      }
    })
  )
