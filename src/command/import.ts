import { resolve } from "node:path"
import { Effect } from "effect"
import { importFrom } from "../engine/export/index.ts"
import { recorded } from "../engine/record.ts"
import { Warehouse } from "../warehouse/warehouse.ts"
import { type Shared, answer } from "./reply.ts"
import type { ImportInput } from "./flags/life.ts"
import { homeLayer, homeOf } from "./session.ts"
import { counted } from "./text.ts"

/** Reads an export into an empty home: all of it, or nothing. */
export const importLife = (shared: Shared, { directory }: ImportInput) =>
  answer(
    "import",
    shared,
    Effect.gen(function* () {
      const { database } = yield* Warehouse
      const summary = yield* recorded({ command: "import", pipeline: null, definition: null }, ({ runId }) =>
        Effect.map(database.transaction(importFrom(resolve(directory), homeOf(shared).directory)), (read) => ({
          run_id: runId,
          ...read
        }))
      )
      const rows = Object.values(summary.tables).reduce((sum, n) => sum + n, 0)
      const text = `Imported ${counted(rows, "row")} and ${counted(summary.media, "picture or video", "pictures and videos")}.`
      return { summary, result: summary, text }
    }).pipe(Effect.provide(homeLayer(shared)))
  )
