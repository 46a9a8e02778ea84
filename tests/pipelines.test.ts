import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { globSync } from "tinyglobby"
import { renderFinding } from "../src/pipeline/finding.ts"
import { runTests } from "../src/engine/test.ts"
import { checkText, scratch } from "./support/engine.ts"

const root = resolve(import.meta.dirname, "..")

describe("the pipelines that come along", () => {
  for (const file of globSync(["pipelines/*.yaml"], { cwd: root })) {
    it.live(`${file} is valid, and its own tests pass`, () =>
      Effect.gen(function* () {
        const { findings, plan } = yield* checkText(readFileSync(join(root, file), "utf8"), {}, file)
        assert.deepEqual(findings.map(renderFinding), [])
        if (plan === null) return assert.fail("no plan")
        const outcomes = yield* runTests(plan).pipe(Effect.scoped, Effect.provide(scratch))
        assert.isAbove(outcomes.length, 0)
        assert.deepEqual(
          outcomes.flatMap((outcome) => outcome.differences),
          []
        )
      })
    )
  }
})
