/** Memories made anew from what is staged, after a look at what that changes. */
import { Clock, Effect } from "effect"
import { Progress } from "../engine/progress.ts"
import { rebuildAll } from "../engine/rebuild.ts"
import type { RunSummary } from "../engine/run.ts"
import { agree } from "./agree.ts"
import { differenceText } from "./difference.ts"
import { progressWriter } from "./progress.ts"
import { type Shared, answer } from "./reply.ts"
import type { RunInput } from "./flags/pipelines.ts"
import { keptLayer, planOf } from "./session.ts"

export const rebuild = (shared: Shared, { pipeline, yes = false }: RunInput) =>
  answer(
    "run",
    shared,
    Effect.gen(function* () {
      const { plan } = yield* planOf(pipeline)
      const began = yield* Clock.currentTimeMillis
      // It can be undone: only a person at a terminal is asked.
      const asks = !yes && !shared.json && process.stdin.isTTY === true && process.stderr.isTTY === true
      const { difference, rebuilt, runId } = yield* rebuildAll(plan, (found) =>
        asks && found.length > 0 ? agree(shared, differenceText(found), "Keep that?", false) : Effect.void
      ).pipe(
        Effect.scoped,
        Effect.provide(keptLayer(shared)),
        Effect.provideService(Progress, progressWriter(shared.quiet))
      )
      const summary: RunSummary = {
        run_id: runId,
        status: "done",
        duration_ms: (yield* Clock.currentTimeMillis) - began,
        sources: {},
        ...rebuilt
      }
      const text = [
        difference.length === 0
          ? "Nothing changes: the memories are what the pipeline makes of what is staged."
          : differenceText(difference),
        ...(difference.length === 0 ? [] : [`Take it back with: keepsake undo ${runId}`])
      ].join("\n")
      return { summary, result: { difference }, text }
    })
  )
