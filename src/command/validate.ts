import { Effect } from "effect"
import { renderFinding } from "../pipeline/finding.ts"
import { type Shared, answer } from "./reply.ts"
import type { PipelineInput } from "./flags/shared.ts"
import { planOf } from "./session.ts"
import { counted } from "./text.ts"

/** Says all that is wrong with a pipeline, or that nothing is. */
export const validate = (shared: Shared, { pipeline }: PipelineInput) =>
  answer(
    "validate",
    shared,
    Effect.map(planOf(pipeline), ({ findings, plan }) => ({
      summary: {
        pipeline: plan.pipeline.name,
        sources: plan.sources.length,
        transforms: plan.transforms.length,
        sinks: plan.sinks.length,
        warnings: findings.length
      },
      result: {
        findings: findings.map(({ at, code, hint, message, severity }) => ({ code, message, hint, at, severity }))
      },
      text: [
        ...findings.map(renderFinding),
        `${pipeline} is valid: ${counted(plan.sources.length, "source")}, ${counted(plan.transforms.length, "transform")}, ${counted(plan.sinks.length, "sink")}.`
      ].join("\n\n")
    }))
  )
