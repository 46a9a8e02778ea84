/** Commands that say what pipelines can be made of. */
import { Argument, Command } from "effect/cli"
import { call } from "./shared.ts"

export const list = Command.make(
  "list",
  {},
  call<object>(async () => (await import("../list.ts")).list)
).pipe(Command.withDescription("List all sources, transforms and sinks"))

export interface DescribeInput {
  readonly type: string
}

export const describe = Command.make(
  "describe",
  { type: Argument.String("type").pipe(Argument.withDescription("Such as google-takeout.photos or dedupe")) },
  call<DescribeInput>(async () => (await import("../describe.ts")).describe)
).pipe(Command.withDescription("Explain one source, transform or sink, with examples"))

export const schema = Command.make(
  "schema",
  {},
  call<object>(async () => (await import("../schema.ts")).schema)
).pipe(Command.withDescription("Print the JSON Schema of pipelines, for editors"))
