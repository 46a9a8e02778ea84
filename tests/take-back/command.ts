/** Calls commands as the command line does. */
import { Console, Effect, Option, Schema } from "effect"
import type { Shared } from "../../src/command/reply.ts"
import { Reply } from "../support/reply.ts"
import { noteSaid } from "../support/secrecy/record.ts"

export const sharedOf = (home: string): Shared => ({
  home: Option.some(home),
  memory: Option.none(),
  json: true,
  quiet: true,
  verbose: false
})

/** What a command prints with `--json`, and its exit code. */
export const called = <I>(
  command: (shared: Shared, input: I) => Effect.Effect<number>,
  home: string,
  input: I
): Effect.Effect<typeof Reply.Type & { readonly exit: number }> =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
    const exit = yield* command(sharedOf(home), input).pipe(Effect.provideService(Console.Console, capture))
    noteSaid("commands", ...printed)
    return { exit, ...Schema.decodeUnknownSync(Reply)(printed.join("\n")) }
  })
