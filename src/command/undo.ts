import { Effect } from "effect"
import { recorded } from "../engine/record.ts"
import { plansOf } from "../engine/rebuild.ts"
import { findRun } from "../engine/runs.ts"
import { type Preview, preview, undo as undoRun, undoable } from "../engine/undo/index.ts"
import { agree } from "./agree.ts"
import { type Shared, answer } from "./reply.ts"
import type { UndoInput } from "./flags/life.ts"
import { keptLayer } from "./session.ts"
import { aligned, number } from "./text.ts"

/** Takes back what a run did, after saying what that is. */
export const undo = (shared: Shared, { run: wanted, yes }: UndoInput) =>
  answer(
    "undo",
    shared,
    Effect.gen(function* () {
      const run = yield* findRun(wanted)
      yield* undoable(run)
      const what = `${run.command}${run.pipeline === null ? "" : ` of ${run.pipeline}`} ${run.id}, ${run.startedAt.slice(0, 16)}`
      const tables = yield* preview(run.id)
      const plan = [`This takes back: ${what}.`, ...previewText(tables)].join("\n")
      yield* agree(shared, plan, "Take it back?", yes)
      const plans = yield* plansOf(process.env, run.id)
      const summary = yield* recorded({ command: "undo", pipeline: run.pipeline, definition: null }, (context) =>
        undoRun(run, plans, context)
      )
      const text = [
        `Taken back: ${what}.`,
        ...previewText(summary.tables),
        ...summary.rebuilt.map((pipeline) => `What other runs of ${pipeline} brought too is there as before.`),
        ...(summary.to_read.length === 0
          ? []
          : [
              `The next run reads from the beginning, since later ones read only what was new: ${summary.to_read.join(", ")}.`
            ]),
        ...summary.to_run.map(
          (pipeline) => `Run ${pipeline} again: its memories have to be made anew, and its file isn't as it was.`
        )
      ].join("\n")
      return { summary, result: summary, text }
    }).pipe(Effect.scoped, Effect.provide(keptLayer(shared)))
  )

const previewText = (tables: Preview): ReadonlyArray<string> => {
  const rows = Object.entries(tables).map(([table, { deleted, restored }]) => [
    `  ${table}`,
    deleted === 0 ? "" : `${number(deleted)} deleted`,
    restored === 0 ? "" : `${number(restored)} as before`
  ])
  return rows.length === 0 ? ["  It left nothing that is still there."] : aligned(rows)
}
