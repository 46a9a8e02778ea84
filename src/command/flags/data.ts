/** Commands that look at archives and at what is stored, and the one that makes some up. */
import { Argument, Command, Flag } from "effect/cli"
import type { SqlInput } from "../sql.ts"
import { call } from "./shared.ts"

export const sql = Command.make(
  "sql",
  {
    query: Argument.String("query").pipe(
      Argument.withDescription("A query over life.*, staging.*, state.* and local files")
    ),
    format: Flag.Literals("format", ["table", "csv", "json", "ndjson", "markdown", "arrow", "parquet"]).pipe(
      Flag.withDescription("How to print rows (default: by the file's name; a table on a terminal, else csv)"),
      Flag.optional
    ),
    output: Flag.String("output").pipe(Flag.withDescription("The file to write, instead of stdout"), Flag.optional)
  },
  call<SqlInput>(async () => (await import("../sql.ts")).sql)
).pipe(Command.withDescription("Query the memories, and anything else, with SQL"))

export const status = Command.make(
  "status",
  {},
  call<object>(async () => (await import("../status.ts")).status)
).pipe(Command.withDescription("Show the last runs, and what is stored"))

export interface InspectInput {
  readonly paths: ReadonlyArray<string>
  readonly deep: boolean
}

export const inspect = Command.make(
  "inspect",
  {
    paths: Argument.String("archive").pipe(
      Argument.withDescription("Archives, folders or globs, such as ~/Downloads/takeout-*.zip"),
      Argument.variadic({ min: 1 })
    ),
    deep: Flag.Boolean("deep").pipe(Flag.withDescription("Read pictures too, all of them"), Flag.withDefault(false))
  },
  call<InspectInput>(async () => (await import("../inspect.ts")).inspect)
).pipe(Command.withDescription("Say what archives hold, which parts are missing, and which stream reads them"))

export interface SampleInput {
  readonly directory: string
  readonly days: number
  readonly seed: number
  readonly all: boolean
  readonly hard: boolean
}

export const sample = Command.make(
  "sample",
  {
    directory: Argument.String("directory").pipe(Argument.withDescription("Where to write; made if it is not there")),
    days: Flag.Int("days").pipe(Flag.withDescription("How many days of a life"), Flag.withDefault(90)),
    seed: Flag.Int("seed").pipe(Flag.withDescription("Which life: the same seed, the same bytes"), Flag.withDefault(1)),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Write location, health, Fit, iCloud and Spotify archives too"),
      Flag.withDefault(false)
    ),
    hard: Flag.Boolean("hard").pipe(
      Flag.withDescription("A life that is hard to put together: wrong clocks, namesakes, double bookings, two homes"),
      Flag.withDefault(false)
    )
  },
  call<SampleInput>(async () => (await import("../sample.ts")).sample)
).pipe(Command.withDescription("Write a believable life as real archives, with truth.json beside them"))
