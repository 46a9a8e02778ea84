/** Paths of a pipeline at which nothing is yet: no mistake of the pipeline, but of the moment. */
import { Effect } from "effect"
import { locate } from "../archive/find.ts"
import type { SourceError } from "../component/error.ts"
import type { Finding } from "../pipeline/finding.ts"
import type { Plan, PlannedSource } from "../pipeline/plan.ts"

/** A warning for each source of which a run would find nothing, with what is near. */
export const missingPaths = (plan: Plan): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(
    Effect.forEach(plan.sources, (source) =>
      // Where the columns are unknown, the check has said why.
      source.stream.access !== undefined || source.columns === null
        ? Effect.succeed([])
        : Effect.forEach(pathsOf(plan, source), (path) => missing(plan, source, path))
    ),
    (found) => found.flat(2)
  )

const pathsOf = ({ pipeline }: Plan, { name }: PlannedSource): ReadonlyArray<string> =>
  [pipeline.sources[name]?.["path"] ?? []].flat().filter((path) => typeof path === "string")

/** Why a path leads nowhere; null: something is there. */
export const problemAt = (path: string): Effect.Effect<SourceError | null> =>
  locate(path).pipe(Effect.as(null), Effect.catch(Effect.succeed))

const missing = (plan: Plan, { at, name }: PlannedSource, path: string): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(problemAt(path), (problem) =>
    problem === null
      ? []
      : [
          {
            severity: "warning",
            code: problem.code,
            message: `Source "${name}": ${problem.message}`,
            hint: problem.hint,
            at,
            excerpt: plan.text.split(/\r?\n/)[at.line - 1] ?? ""
          }
        ]
  )
