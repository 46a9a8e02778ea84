/** Reads what a sample says of itself. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import type { Truth } from "../../src/sample/index.ts"

/** The shape is the generator's own: what is tested is what becomes of its content. */
const isTruth = (value: unknown): value is Truth => typeof value === "object" && value !== null && "photos" in value

export const readTruth = (directory: string): Effect.Effect<Truth> =>
  Effect.suspend(() => {
    const truth: unknown = JSON.parse(readFileSync(join(directory, "truth.json"), "utf8"))
    return isTruth(truth) ? Effect.succeed(truth) : Effect.die("truth.json has another shape")
  })
