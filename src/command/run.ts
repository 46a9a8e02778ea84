import { Effect } from "effect"
import { Progress } from "../engine/progress.ts"
import { type RunSummary, run as runPlan } from "../engine/run.ts"
import { progressWriter } from "./progress.ts"
import { type Shared, answer } from "./reply.ts"
import type { PipelineInput } from "./root.ts"
import { homeLayer, planOf } from "./session.ts"
import { aligned } from "./text.ts"

/** Checks a pipeline, then runs it. */
export const run = (shared: Shared, { pipeline }: PipelineInput) =>
  answer(
    "run",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(pipeline)
      const summary = yield* runPlan(plan, "run").pipe(
        Effect.scoped,
        Effect.provide(homeLayer(shared)),
        Effect.provideService(Progress, progressWriter(shared.quiet))
      )
      return { summary, result: null, text: summaryText(summary) }
    })
  )

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

export const summaryText = (summary: RunSummary): string => {
  const counted = (counts: object): string =>
    Object.entries(counts)
      .filter(([, count]) => count !== 0)
      .map(([what, count]) => `${Number(count).toLocaleString("en")} ${what}`)
      .join(", ") || "nothing"
  const rows = [
    ...Object.entries(summary.sources).map(([name, ledger]) => ["source", name, counted(ledger)]),
    ...Object.entries(summary.transforms).map(([name, counts]) => ["transform", name, counted(counts)]),
    ...Object.entries(summary.sinks).map(([name, counts]) => ["sink", name, counted(counts)])
  ]
  return [`Done in ${seconds(summary.duration_ms)}.`, ...aligned(rows).map((row) => `  ${row}`)].join("\n")
}
