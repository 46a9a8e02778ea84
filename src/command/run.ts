import { Effect, Option } from "effect"
import { type LeftOut, leftOut } from "../engine/left-out.ts"
import { countsText } from "../engine/ledger.ts"
import { Progress } from "../engine/progress.ts"
import { type RunSummary, run as runPlan } from "../engine/run.ts"
import { progressWriter } from "./progress.ts"
import { type Shared, answer } from "./reply.ts"
import type { RunInput } from "./flags/pipelines.ts"
import { planOf, runLayer } from "./session.ts"
import { aligned, counted, number } from "./text.ts"

/** Checks a pipeline, then runs it. */
export const run = (shared: Shared, input: RunInput) =>
  input.rebuild === true
    ? Effect.flatMap(loadRebuild, ({ rebuild }) => rebuild(shared, input))
    : readAndRun(shared, input)

const loadRebuild = Effect.promise(() => import("./rebuild.ts"))

const readAndRun = (shared: Shared, { budget, pipeline }: RunInput) =>
  answer(
    "run",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(pipeline)
      const { left, summary } = yield* Effect.gen(function* () {
        const done = yield* runPlan(plan, "run", Option.isSome(budget) ? { budget: budget.value } : {})
        return { summary: done, left: yield* leftOut(done.run_id) }
      }).pipe(
        Effect.scoped,
        Effect.provide(runLayer(shared, plan)),
        Effect.provideService(Progress, progressWriter(shared.quiet))
      )
      return { summary, result: { left_out: left }, text: [summaryText(summary), ...leftText(left, shared)].join("\n") }
    })
  )

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

const FEW = 6

/** Why inputs are no records: all reasons with `--verbose`, else the first of them. */
const leftText = (left: ReadonlyArray<LeftOut>, { verbose }: Shared): ReadonlyArray<string> => {
  if (left.length === 0) return []
  const shown = verbose ? left : left.slice(0, FEW)
  const rows = shown.map(({ count, reason, source, what }) => [
    source,
    count === null ? "perhaps some" : `${number(count)} ${what}`,
    reason
  ])
  return [
    "Left out:",
    ...aligned(rows).map((row) => `  ${row}`),
    ...(shown.length < left.length
      ? [`  and ${counted(left.length - shown.length, "more reason")}: --verbose names all`]
      : []),
    ...(left.some(({ what }) => what === "rejected")
      ? ['  To look at them: keepsake sql "select source, code, member, reason from state.rejects"']
      : [])
  ]
}

const summaryText = (summary: RunSummary): string => {
  const said = (counts: object): string => countsText(counts, number) || "nothing"
  const rows = [
    ...Object.entries(summary.sources).map(([name, ledger]) => ["source", name, said(ledger)]),
    ...Object.entries(summary.transforms).map(([name, counts]) => ["transform", name, said(counts)]),
    ...Object.entries(summary.sinks).map(([name, counts]) => ["sink", name, said(counts)])
  ]
  const unread = Object.entries(summary.unread ?? {}).map(([name, { hint, message }]) => `${name}: ${message} ${hint}`)
  const how = summary.status === "done" ? "Done" : "Stopped"
  return [`${how} in ${seconds(summary.duration_ms)}.`, ...aligned(rows).map((row) => `  ${row}`), ...unread].join("\n")
}
