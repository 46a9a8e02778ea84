/** Asks before anything is deleted. */
import { createInterface } from "node:readline/promises"
import { Effect } from "effect"
import { type Shared, commandError } from "./reply.ts"

/** Goes on with `--yes`, or when a person at a terminal says so. What is asked about is shown first. */
export const agree = (shared: Shared, what: string, question: string, yes: boolean) =>
  Effect.gen(function* () {
    if (yes) return
    if (process.stdin.isTTY !== true || process.stderr.isTTY !== true || shared.json) {
      return yield* commandError("not-confirmed", `${what}\nNothing was changed.`, "Say --yes to go on.", 2)
    }
    const answered = yield* Effect.promise(async () => {
      process.stderr.write(`${what}\n`)
      const terminal = createInterface({ input: process.stdin, output: process.stderr })
      const line = await terminal.question(`${question} [y/N] `)
      terminal.close()
      return /^y(es)?$/i.test(line.trim())
    })
    if (!answered) return yield* commandError("not-confirmed", "Nothing was changed.", "", 2)
  })
