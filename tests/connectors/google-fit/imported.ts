/** Days of a Fit export, run in homes of their own. */
import { join } from "node:path"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { addsUp } from "../../../src/engine/ledger.ts"
import { temporaryDirectory } from "../../support/engine.ts"
import { writeFiles } from "./spoil.ts"
import { column, homeIn, run, steps } from "./takeout.ts"

export const MORNING = steps("2018-12-02T08:00:00Z", "2018-12-02T08:01:00Z", 42)
export const NOON = steps("2018-12-02T12:00:00Z", "2018-12-02T12:05:00Z", 300)
export const ALL_DATA = "Takeout/Fit/All Data"

/** A run over these files, in a home of its own. */
export const imported = Effect.fnUntraced(function* (
  files: Readonly<Record<string, string | Uint8Array>>,
  options?: string
) {
  const directory = yield* temporaryDirectory
  const path = writeFiles(join(directory, "takeout"), files)
  const home = homeIn(directory)
  const ledger = yield* run(home, path, options)
  assert.isTrue(ledger !== undefined && addsUp(ledger), JSON.stringify(ledger))
  const [skips, rejects] = [
    yield* column(home, "select reason from state.skips order by reason"),
    yield* column(home, "select code from state.rejects order by code")
  ]
  return { directory, home, ledger, path, rejects, skips }
})

export const QUARTERS = [
  "Start time,End time,Step count,Distance (m)",
  "00:00:00.000+01:00,00:15:00.000+01:00,12,8.5",
  "23:45:00.000+01:00,00:00:00.000+01:00,,3.25"
].join("\n")
export const DAYS = ["Date,Step count", "2018-12-01,5000", "2018-12-02,6000"].join("\n")
