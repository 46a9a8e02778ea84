import { resolve } from "node:path"
import { Effect } from "effect"
import { exportTo } from "../engine/export/index.ts"
import { Progress } from "../engine/progress.ts"
import { progressWriter } from "./progress.ts"
import { type Shared, answer } from "./reply.ts"
import type { ExportInput } from "./flags/life.ts"
import { keptLayer, homeOf } from "./session.ts"
import { aligned, counted, number } from "./text.ts"

/** Writes everything in open formats. */
export const exportLife = (shared: Shared, { directory, media }: ExportInput) =>
  answer(
    "export",
    shared,
    Effect.gen(function* () {
      const summary = yield* exportTo(resolve(directory), homeOf(shared).directory, media)
      const text = [
        `Exported to ${summary.directory}; open timeline.html in any browser.`,
        ...aligned(Object.entries(summary.tables).map(([table, n]) => [`  life/${table}`, counted(n, "row")])),
        `  ${counted(summary.media, "picture or video", "pictures and videos")}${media === "none" ? ": left out, as asked" : ""}`,
        ...(summary.media_missing === 0
          ? []
          : [
              `  ${number(summary.media_missing)} ${summary.media_missing === 1 ? "is" : "are"} missing: their archives are no longer where they were read.`
            ])
      ].join("\n")
      return { summary, result: summary, text }
    }).pipe(Effect.provide(keptLayer(shared)), Effect.provideService(Progress, progressWriter(shared.quiet)))
  )
