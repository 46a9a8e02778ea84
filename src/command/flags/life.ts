/** Commands about what is stored: why it is there, how it is corrected, taken back and given out. */
import { Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { YES, call } from "./shared.ts"

const ID = "As in life.*: memory_id, media_id…; may be cut short, and may say its type, such as events:1b9f0f4b"

const one = Argument.String("id").pipe(Argument.withDescription(ID))

const several = (min: number) => Argument.String("id").pipe(Argument.withDescription(ID), Argument.variadic({ min }))

export interface ExplainInput {
  readonly id: Option.Option<string>
  readonly missing: Option.Option<string>
}

export const explain = Command.make(
  "explain",
  {
    id: one.pipe(Argument.optional),
    missing: Flag.String("missing").pipe(
      Flag.withDescription("A picture, of which to say why it is in no memory"),
      Flag.optional
    )
  },
  call<ExplainInput>(async () => (await import("../explain.ts")).explain)
).pipe(
  Command.withDescription("Say why something is there: from a memory down to archive, member and offset"),
  Command.withExamples([
    { command: "keepsake explain 1b9f0f4b", description: "Where a memory comes from, and by which rules" },
    { command: "keepsake explain --missing IMG_0042.jpg", description: "Why a picture is in no memory" }
  ])
)

export interface EditInput {
  readonly id: string
  readonly fields: ReadonlyArray<string>
}

export const edit = Command.make(
  "edit",
  {
    id: one,
    fields: Argument.String("field=value").pipe(
      Argument.withDescription("Such as title='Dinner with Ana'; nothing behind = means no value"),
      Argument.variadic({ min: 1 })
    )
  },
  call<EditInput>(async () => (await import("../edit.ts")).edit)
).pipe(
  Command.withDescription("Correct a row; it stays corrected whatever is imported later"),
  Command.withExamples([
    { command: "keepsake edit 1b9f0f4b title='Dinner with Ana'", description: "A better title for a memory" }
  ])
)

export interface IdsInput {
  readonly ids: ReadonlyArray<string>
}

export const merge = Command.make(
  "merge",
  { ids: several(2) },
  call<IdsInput>(async () => (await import("../edit.ts")).merge)
).pipe(Command.withDescription("Make several people, places, memories… one: the first stays"))

export const split = Command.make(
  "split",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("../edit.ts")).split)
).pipe(
  Command.withDescription(
    "Take members out of a memory, addresses out of a person, or what was merged into one out again: the whole first, then parts"
  )
)

export const hide = Command.make(
  "hide",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("../edit.ts")).hide)
).pipe(Command.withDescription("Leave rows out of timelines; nothing is deleted"))

export const unhide = Command.make(
  "unhide",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("../edit.ts")).unhide)
).pipe(Command.withDescription("Show again what was hidden"))

export interface UndoInput {
  readonly run: string
  readonly yes: boolean
}

export const undo = Command.make(
  "undo",
  {
    run: Argument.String("run").pipe(Argument.withDescription("The run's id, which may be cut short; or: last")),
    yes: YES
  },
  call<UndoInput>(async () => (await import("../undo.ts")).undo)
).pipe(Command.withDescription("Take back what a run did; what other runs brought too stays"))

const wanted = (flag: string, description: string) =>
  Flag.String(flag).pipe(Flag.withDescription(description), Flag.optional)

export interface ForgetInput {
  readonly source: Option.Option<string>
  readonly account: Option.Option<string>
  readonly connection: Option.Option<string>
  readonly place: Option.Option<string>
  readonly person: Option.Option<string>
  readonly between: ReadonlyArray<string>
  readonly yes: boolean
}

export const forget = Command.make(
  "forget",
  {
    source: wanted("source", "All that a source brought, as PIPELINE.SOURCE"),
    account: wanted("account", "All of an account"),
    connection: wanted("connection", "All that came by a connection"),
    place: wanted("place", "What happened at a place: its name or id"),
    person: wanted("person", "A person: name, address or id; what they took part in stays, without them"),
    between: Flag.String("between").pipe(
      Flag.withDescription("What happened from one date to another, both included: --between FROM --between UNTIL"),
      Flag.atLeast(0)
    ),
    until: Argument.String("until").pipe(Argument.withDescription("The last date of --between"), Argument.optional),
    yes: YES
  },
  call<ForgetInput & { readonly until: Option.Option<string> }>(async () => {
    const { forget: handler } = await import("../forget.ts")
    return (flags, { between, until, ...input }) =>
      handler(flags, { ...input, between: [...between, ...Option.toArray(until)] })
  })
).pipe(
  Command.withDescription("Erase for good: from staging, memories, caches and the database file itself"),
  Command.withExamples([
    { command: "keepsake forget --source memories.photos", description: "All that one source brought" },
    { command: "keepsake forget --between 2024-05-01 2024-05-31", description: "A month" }
  ])
)

export interface ExportInput {
  readonly directory: string
  readonly media: "copy" | "link" | "none"
}

export const exportCommand = Command.make(
  "export",
  {
    directory: Argument.String("directory").pipe(Argument.withDescription("A new one, or that of an earlier export")),
    media: Flag.Literals("media", ["copy", "link", "none"]).pipe(
      Flag.withDescription(
        "Copy pictures and videos; link those that are plain files, and copy those in zips; or none"
      ),
      Flag.withDefault("link")
    )
  },
  call<ExportInput>(async () => (await import("../export.ts")).exportLife)
).pipe(
  Command.withDescription("Write everything in open formats: Parquet, NDJSON, pictures, and a timeline for any browser")
)

export interface ImportInput {
  readonly directory: string
}

export const importCommand = Command.make(
  "import",
  { directory: Argument.String("directory").pipe(Argument.withDescription("Made by `keepsake export`")) },
  call<ImportInput>(async () => (await import("../import.ts")).importLife)
).pipe(Command.withDescription("Read an export into an empty home"))
