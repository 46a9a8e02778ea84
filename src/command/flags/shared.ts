/** What commands share: their flags, and how they are called. */
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Shared } from "../reply.ts"

const shared = {
  home: Flag.String("home").pipe(
    Flag.withDescription("Where the database, caches and logs are (default: KEEPSAKE_HOME, else ./.keepsake)"),
    Flag.optional
  ),
  memory: Flag.String("memory").pipe(
    Flag.withDescription(
      "What the database may hold in memory, such as 1GB (default: a quarter of the machine's, at most 1GB)"
    ),
    Flag.filter(
      (size) => /^\d+(\.\d+)?(MB|GB)$/i.test(size),
      (size) => `"${size}" is no size: write it like 512MB or 2GB`
    ),
    Flag.map((size) => Number.parseFloat(size) * (/GB$/i.test(size) ? 1e9 : 1e6)),
    Flag.optional
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print one JSON object on stdout"), Flag.withDefault(false)),
  quiet: Flag.Boolean("quiet").pipe(
    Flag.withAlias("q"),
    Flag.withDescription("Print no progress"),
    Flag.withDefault(false)
  ),
  verbose: Flag.Boolean("verbose").pipe(
    Flag.withAlias("v"),
    Flag.withDescription("Print more"),
    Flag.withDefault(false)
  )
}

export const keepsake = Command.make("keepsake").pipe(
  Command.withSharedFlags(shared),
  Command.withDescription("Turns a person's own data into memories, each knowing where it came from.")
)

export const PIPELINE = Argument.String("pipeline").pipe(Argument.withDescription("The pipeline's YAML file"))

export const YES = Flag.Boolean("yes").pipe(Flag.withDescription("Don't ask"), Flag.withDefault(false))

/** Runs a handler with the shared flags, and keeps its exit code. It is loaded only now: programs start at once. */
export const call = <I>(
  load: () => Promise<(shared: Shared, input: I) => Effect.Effect<number, never, Command.Environment>>
) =>
  Effect.fnUntraced(function* (input: I) {
    const flags = yield* keepsake
    const handler = yield* Effect.promise(load)
    const code = yield* handler(flags, input)
    yield* Effect.sync(() => {
      process.exitCode = code
    })
  })

export interface PipelineInput {
  readonly pipeline: string
}
