/** Calls commands as the command line does. */
import { Console, Effect, Option, Schema } from "effect"
import type { Shared } from "../../src/command/reply.ts"
import { noteSaid } from "../support/secrecy/record.ts"

const Printed = Schema.fromJsonString(
  Schema.Struct({
    ok: Schema.Boolean,
    summary: Schema.Any,
    result: Schema.Any,
    error: Schema.NullOr(Schema.Struct({ code: Schema.String, message: Schema.String, hint: Schema.String }))
  })
)

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
): Effect.Effect<typeof Printed.Type & { readonly exit: number }> =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const capture: Console.Console = { ...globalThis.console, log: (line: string) => void printed.push(line) }
    const exit = yield* command(sharedOf(home), input).pipe(Effect.provideService(Console.Console, capture))
    noteSaid("commands", ...printed)
    return { exit, ...Schema.decodeUnknownSync(Printed)(printed.join("\n")) }
  })
