/** Commands that write, check and run pipelines. */
import type { Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { PIPELINE, type PipelineInput, YES, call } from "./shared.ts"

export interface InitInput {
  readonly file: string
  readonly photos: Option.Option<string>
  readonly calendar: Option.Option<string>
}

export const demo = Command.make(
  "demo",
  {},
  call<object>(async () => (await import("../demo.ts")).demo)
).pipe(Command.withDescription("Make a small sample life and run pipelines/memories.yaml over it"))

export const init = Command.make(
  "init",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("The pipeline to write"),
      Argument.withDefault("memories.yaml")
    ),
    photos: Flag.String("photos").pipe(Flag.withDescription("Takeout zips or a folder of pictures"), Flag.optional),
    calendar: Flag.String("calendar").pipe(Flag.withDescription("An .ics file"), Flag.optional)
  },
  call<InitInput>(async () => (await import("../init.ts")).init)
).pipe(Command.withDescription("Ask where your data is, and write a pipeline that validates"))

export const validate = Command.make(
  "validate",
  { pipeline: PIPELINE },
  call<PipelineInput>(async () => (await import("../validate.ts")).validate)
).pipe(Command.withDescription("Check a pipeline without reading any data"))

export interface PlanInput extends PipelineInput {
  readonly diff: boolean
}

export const plan = Command.make(
  "plan",
  {
    pipeline: PIPELINE,
    diff: Flag.Boolean("diff").pipe(
      Flag.withDescription("Also say what a run would insert, update and leave"),
      Flag.withDefault(false)
    )
  },
  call<PlanInput>(async () => (await import("../plan.ts")).plan)
).pipe(Command.withDescription("Show what a run would do: the graph, and the SQL of each step"))

export interface RunInput extends PipelineInput {
  readonly budget: Option.Option<number>
  readonly rebuild?: boolean
  readonly yes?: boolean
}

export const run = Command.make(
  "run",
  {
    pipeline: PIPELINE,
    budget: Flag.Int("budget").pipe(
      Flag.withDescription("Stop after so many requests to providers; the next run continues"),
      Flag.filter(
        (requests) => requests >= 0,
        (requests) => `${requests} is no number of requests`
      ),
      Flag.optional
    ),
    rebuild: Flag.Boolean("rebuild").pipe(
      Flag.withDescription("Read nothing: make the memories anew from what is staged, and say what that changes"),
      Flag.withDefault(false)
    ),
    yes: YES
  },
  call<RunInput>(async () => (await import("../run.ts")).run)
).pipe(
  Command.withDescription("Run a pipeline; what was read before is not read again"),
  Command.withExamples([{ command: "keepsake run pipelines/memories.yaml", description: "Archives in, memories out" }])
)

export const test = Command.make(
  "test",
  { pipeline: PIPELINE },
  call<PipelineInput>(async () => (await import("../test.ts")).test)
).pipe(Command.withDescription("Run the tests that stand in a pipeline file"))
