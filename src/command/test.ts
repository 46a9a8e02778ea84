import { Effect } from "effect"
import { type TestOutcome, runTests } from "../engine/test.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { PipelineInput } from "./flags/shared.ts"
import { planOf, scratchLayer } from "./session.ts"
import { counted } from "./text.ts"

/** Runs the tests of a pipeline file: given rows, expected rows. */
export const test = (shared: Shared, { pipeline }: PipelineInput) =>
  answer(
    "test",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(pipeline)
      const outcomes = yield* runTests(plan).pipe(Effect.scoped, Effect.provide(scratchLayer))
      const failed = outcomes.filter((outcome) => outcome.differences.length > 0)
      const text = [
        ...outcomes.map(outcomeText),
        `${outcomes.length - failed.length} passed, ${failed.length} failed`
      ].join("\n")
      if (failed.length > 0) {
        return yield* commandError(
          "test-failed",
          `${failed.length} of ${counted(outcomes.length, "test")} failed.\n${text}`,
          "",
          1
        )
      }
      return { summary: { passed: outcomes.length, failed: 0 }, result: outcomes, text }
    })
  )

const outcomeText = ({ differences, name }: TestOutcome): string =>
  [`${differences.length === 0 ? "ok" : "FAILED"} ${name}`, ...differences.map((difference) => `  ${difference}`)].join(
    "\n"
  )
