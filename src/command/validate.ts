import { Effect } from "effect"
import { renderFinding } from "../pipeline/finding.ts"
import { missingPaths } from "./missing.ts"
import { type Shared, answer, toJson } from "./reply.ts"
import type { PipelineInput } from "./flags/shared.ts"
import { planOf } from "./session.ts"
import { counted } from "./text.ts"

/** Says all that is wrong with a pipeline, or that nothing is. */
export const validate = (shared: Shared, { pipeline }: PipelineInput) =>
  answer(
    "validate",
    shared,
    Effect.gen(function* () {
      const { findings: checked, plan } = yield* planOf(pipeline)
      const findings = [...checked, ...(yield* missingPaths(plan))].toSorted((a, b) => a.at.line - b.at.line)
      return {
        summary: {
          pipeline: plan.pipeline.name,
          sources: plan.sources.length,
          transforms: plan.transforms.length,
          sinks: plan.sinks.length,
          warnings: findings.length
        },
        result: {
          findings: findings.map(toJson)
        },
        text: [
          ...findings.map(renderFinding),
          `${pipeline} is valid: ${counted(plan.sources.length, "source")}, ${counted(plan.transforms.length, "transform")}, ${counted(plan.sinks.length, "sink")}.`
        ].join("\n\n")
      }
    })
  )
