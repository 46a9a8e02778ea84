import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { type Shared, answer, commandError } from "./reply.ts"
import type { DevProvidersInput } from "./flags/accounts.ts"

// From source, the clone is two folders up; from the bundle in `dist`, one.
const CLONE = new URL(import.meta.url.endsWith(".ts") ? "../../" : "../", import.meta.url)
const SERVER = fileURLToPath(new URL("tests/providers/serve.ts", CLONE))

/** Starts the fake providers of the tests, for a person to play with, until it is interrupted. */
export const devProviders = (shared: Shared, input: DevProvidersInput) =>
  answer(
    "dev-providers",
    shared,
    Effect.gen(function* () {
      if (!existsSync(SERVER)) {
        return yield* commandError(
          "not-in-the-package",
          "The fake providers belong to the tests, which a packed keepsake doesn't have.",
          "Run it in a clone of the repository.",
          3
        )
      }
      const flags = Object.entries(input).flatMap(([flag, value]) => [`--${flag}`, String(value)])
      const code = yield* serve(flags, shared.json ? 2 : "inherit")
      if (code !== 0) {
        return yield* commandError(
          "providers-ended",
          "The fake providers have ended.",
          "Is the port in use? See --port.",
          3
        )
      }
      return { summary: null, result: null, text: "" }
    })
  )

const serve = (flags: ReadonlyArray<string>, output: 2 | "inherit"): Effect.Effect<number | null> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [SERVER, ...flags], { stdio: ["ignore", output, "inherit"] })
    child.once("exit", (code) => resume(Effect.succeed(code)))
    return Effect.sync(() => child.kill())
  })
