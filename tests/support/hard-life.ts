/** A hard sample, and a home that has imported it with `pipelines/life.yaml`, which has everything that links. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { writeSample } from "../../src/sample/index.ts"
import { runText } from "./engine.ts"
import { readTruth } from "./truth.ts"

const PIPELINE = join(import.meta.dirname, "../../pipelines/life.yaml")

export interface HardOptions {
  /** Holds the sample, and the home below it. */
  readonly directory: string
  readonly seed: number
  readonly from: number
  readonly days: number
}

/** Writes a hard sample and imports it. */
export const importHard = Effect.fnUntraced(function* ({ directory, ...options }: HardOptions) {
  yield* writeSample({ ...options, directory, archives: "all", life: "hard" }).pipe(Effect.provide(NodeServices.layer))
  const home = join(directory, "home")
  yield* runText(readFileSync(PIPELINE, "utf8").replaceAll("./sample/", `${directory}/`), home)
  return { home, truth: yield* readTruth(directory) }
})
