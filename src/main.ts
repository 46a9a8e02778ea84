/** The only place where everything meets: the command line. Handlers load what they need when they are called. */
import { setFlagsFromString } from "node:v8"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Exit, Layer, Runtime } from "effect"
import { CliError, Command } from "effect/cli"
import { globalFlags, presenter } from "./command/invocation.ts"
import { endProgress } from "./command/progress.ts"
import { root } from "./command/root.ts"
import { version } from "./command/version.ts"

// I9: Node's young generation takes 100 MB for what is gone in a moment, and its old one grows fourfold before it is
// cleaned. Batches are let go at once, so that neither makes a run faster.
setFlagsFromString("--semi-space-growth-factor=1")
setFlagsFromString("--heap-growing-percent=50")

const signals = { SIGINT: 130, SIGTERM: 143 } as const
let stopped: number | null = null
for (const [signal, code] of Object.entries(signals)) {
  process.once(signal, () => {
    stopped = code
  })
}

Command.run(root, { version }).pipe(
  Effect.catchIf(CliError.isCliError, () => Effect.sync(() => (process.exitCode = 2))),
  Effect.provide(Layer.mergeAll(NodeServices.layer, globalFlags, presenter(process.argv.includes("--json")))),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => {
      if (stopped !== null) {
        endProgress()
        console.error("Stopped: nothing is half done. Run the same command again to continue.")
        return onExit(stopped)
      }
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
        console.error(`error internal: ${Cause.pretty(exit.cause)}\n  This is a fault of Keepsake: please report it.`)
        return onExit(1)
      }
      return Runtime.defaultTeardown(exit, () => onExit(Number(process.exitCode ?? 0)))
    }
  })
)
