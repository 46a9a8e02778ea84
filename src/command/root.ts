/** All commands. Only flags are declared here: what a command does is loaded when it is called. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ProviderName } from "../component/account.ts"
import type { Shared } from "./reply.ts"
import type { SqlInput } from "./sql.ts"

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

const keepsake = Command.make("keepsake").pipe(
  Command.withSharedFlags(shared),
  Command.withDescription("Turns a person's own data into memories, each knowing where it came from.")
)

/** As in src/component/account.ts, which would be loaded for the sake of three words. */
const PROVIDERS: ReadonlyArray<ProviderName> = ["google", "microsoft", "spotify"]

const PIPELINE = Argument.String("pipeline").pipe(Argument.withDescription("The pipeline's YAML file"))

/** Runs a handler with the shared flags, and keeps its exit code. */
const call = <I>(
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

const validate = Command.make(
  "validate",
  { pipeline: PIPELINE },
  call<PipelineInput>(async () => (await import("./validate.ts")).validate)
).pipe(Command.withDescription("Check a pipeline without reading any data"))

export interface PlanInput extends PipelineInput {
  readonly diff: boolean
}

const plan = Command.make(
  "plan",
  {
    pipeline: PIPELINE,
    diff: Flag.Boolean("diff").pipe(
      Flag.withDescription("Also say what a run would insert, update and leave"),
      Flag.withDefault(false)
    )
  },
  call<PlanInput>(async () => (await import("./plan.ts")).plan)
).pipe(Command.withDescription("Show what a run would do: the graph, and the SQL of each step"))

const YES = Flag.Boolean("yes").pipe(Flag.withDescription("Don't ask"), Flag.withDefault(false))

export interface RunInput extends PipelineInput {
  readonly budget: Option.Option<number>
  readonly rebuild?: boolean
  readonly yes?: boolean
}

const run = Command.make(
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
  call<RunInput>(async () => (await import("./run.ts")).run)
).pipe(
  Command.withDescription("Run a pipeline; what was read before is not read again"),
  Command.withExamples([{ command: "keepsake run pipelines/memories.yaml", description: "Archives in, memories out" }])
)

const test = Command.make(
  "test",
  { pipeline: PIPELINE },
  call<PipelineInput>(async () => (await import("./test.ts")).test)
).pipe(Command.withDescription("Run the tests that stand in a pipeline file"))

const sql = Command.make(
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
  call<SqlInput>(async () => (await import("./sql.ts")).sql)
).pipe(Command.withDescription("Query the memories, and anything else, with SQL"))

const status = Command.make(
  "status",
  {},
  call<object>(async () => (await import("./status.ts")).status)
).pipe(Command.withDescription("Show the last runs, and what is stored"))

const list = Command.make(
  "list",
  {},
  call<object>(async () => (await import("./list.ts")).list)
).pipe(Command.withDescription("List all sources, transforms and sinks"))

export interface DescribeInput {
  readonly type: string
}

const describe = Command.make(
  "describe",
  { type: Argument.String("type").pipe(Argument.withDescription("Such as google-takeout.photos or dedupe")) },
  call<DescribeInput>(async () => (await import("./describe.ts")).describe)
).pipe(Command.withDescription("Explain one source, transform or sink, with examples"))

const schema = Command.make(
  "schema",
  {},
  call<object>(async () => (await import("./schema.ts")).schema)
).pipe(Command.withDescription("Print the JSON Schema of pipelines, for editors"))

export interface InspectInput {
  readonly paths: ReadonlyArray<string>
  readonly deep: boolean
}

const inspect = Command.make(
  "inspect",
  {
    paths: Argument.String("archive").pipe(
      Argument.withDescription("Archives, folders or globs, such as ~/Downloads/takeout-*.zip"),
      Argument.variadic({ min: 1 })
    ),
    deep: Flag.Boolean("deep").pipe(Flag.withDescription("Read pictures too, all of them"), Flag.withDefault(false))
  },
  call<InspectInput>(async () => (await import("./inspect.ts")).inspect)
).pipe(Command.withDescription("Say what archives hold, which parts are missing, and which stream reads them"))

export interface SampleInput {
  readonly directory: string
  readonly days: number
  readonly seed: number
  readonly all: boolean
  readonly hard: boolean
}

const sample = Command.make(
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
  call<SampleInput>(async () => (await import("./sample.ts")).sample)
).pipe(Command.withDescription("Write a believable life as real archives, with truth.json beside them"))

export interface InitInput {
  readonly file: string
  readonly photos: Option.Option<string>
  readonly calendar: Option.Option<string>
}

const init = Command.make(
  "init",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("The pipeline to write"),
      Argument.withDefault("memories.yaml")
    ),
    photos: Flag.String("photos").pipe(Flag.withDescription("Takeout zips or a folder of pictures"), Flag.optional),
    calendar: Flag.String("calendar").pipe(Flag.withDescription("An .ics file"), Flag.optional)
  },
  call<InitInput>(async () => (await import("./init.ts")).init)
).pipe(Command.withDescription("Ask where your data is, and write a pipeline that validates"))

const demo = Command.make(
  "demo",
  {},
  call<object>(async () => (await import("./demo.ts")).demo)
).pipe(Command.withDescription("Make a small sample life and run pipelines/memories.yaml over it"))

const ID = "As in life.*: memory_id, media_id…; may be cut short, and may say its type, such as events:1b9f0f4b"
const one = Argument.String("id").pipe(Argument.withDescription(ID))
const several = (min: number) => Argument.String("id").pipe(Argument.withDescription(ID), Argument.variadic({ min }))

export interface ExplainInput {
  readonly id: Option.Option<string>
  readonly missing: Option.Option<string>
}

const explain = Command.make(
  "explain",
  {
    id: one.pipe(Argument.optional),
    missing: Flag.String("missing").pipe(
      Flag.withDescription("A picture, of which to say why it is in no memory"),
      Flag.optional
    )
  },
  call<ExplainInput>(async () => (await import("./explain.ts")).explain)
).pipe(
  Command.withDescription("Say why something is there: from a memory down to archive, member and offset"),
  Command.withExamples([
    { command: "keepsake explain 1b9f0f4b", description: "Where a memory comes from, and by which rules" },
    { command: "keepsake explain --missing IMG_0042.jpg", description: "Why a picture is in no memory" }
  ])
)

export interface UndoInput {
  readonly run: string
  readonly yes: boolean
}

const undo = Command.make(
  "undo",
  {
    run: Argument.String("run").pipe(Argument.withDescription("The run's id, which may be cut short; or: last")),
    yes: YES
  },
  call<UndoInput>(async () => (await import("./undo.ts")).undo)
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

const forget = Command.make(
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
    const { forget: handler } = await import("./forget.ts")
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

const exportCommand = Command.make(
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
  call<ExportInput>(async () => (await import("./export.ts")).exportLife)
).pipe(
  Command.withDescription("Write everything in open formats: Parquet, NDJSON, pictures, and a timeline for any browser")
)

export interface ImportInput {
  readonly directory: string
}

const importCommand = Command.make(
  "import",
  { directory: Argument.String("directory").pipe(Argument.withDescription("Made by `keepsake export`")) },
  call<ImportInput>(async () => (await import("./import.ts")).importLife)
).pipe(Command.withDescription("Read an export into an empty home"))

export interface EditInput {
  readonly id: string
  readonly fields: ReadonlyArray<string>
}

const edit = Command.make(
  "edit",
  {
    id: one,
    fields: Argument.String("field=value").pipe(
      Argument.withDescription("Such as title='Dinner with Ana'; nothing behind = means no value"),
      Argument.variadic({ min: 1 })
    )
  },
  call<EditInput>(async () => (await import("./edit.ts")).edit)
).pipe(
  Command.withDescription("Correct a row; it stays corrected whatever is imported later"),
  Command.withExamples([
    { command: "keepsake edit 1b9f0f4b title='Dinner with Ana'", description: "A better title for a memory" }
  ])
)

export interface IdsInput {
  readonly ids: ReadonlyArray<string>
}

const merge = Command.make(
  "merge",
  { ids: several(2) },
  call<IdsInput>(async () => (await import("./edit.ts")).merge)
).pipe(Command.withDescription("Make several people, places, memories… one: the first stays"))

const split = Command.make(
  "split",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("./edit.ts")).split)
).pipe(
  Command.withDescription(
    "Take members out of a memory, or what was merged into one out again: the whole first, then parts"
  )
)

const hide = Command.make(
  "hide",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("./edit.ts")).hide)
).pipe(Command.withDescription("Leave rows out of timelines; nothing is deleted"))

const unhide = Command.make(
  "unhide",
  { ids: several(1) },
  call<IdsInput>(async () => (await import("./edit.ts")).unhide)
).pipe(Command.withDescription("Show again what was hidden"))

const connectionFlags = {
  provider: Argument.Literals("provider", PROVIDERS).pipe(Argument.withDescription("google, microsoft or spotify")),
  connection: Flag.String("connection").pipe(
    Flag.withDescription("The connection's name in the pipeline (default: the provider's only one)"),
    Flag.optional
  ),
  pipeline: Flag.String("pipeline").pipe(Flag.withDescription("The pipeline's YAML file"))
}

export interface ConnectionInput extends PipelineInput {
  readonly provider: ProviderName
  readonly connection: Option.Option<string>
}

export interface ConnectInput extends ConnectionInput {
  readonly browser: boolean
  readonly device: boolean
  readonly yes: boolean
  readonly port: Option.Option<number>
}

const connect = Command.make(
  "connect",
  {
    ...connectionFlags,
    browser: Flag.Boolean("browser").pipe(
      Flag.withDescription("Open a browser; --no-browser prints the address instead"),
      Flag.withDefault(true)
    ),
    device: Flag.Boolean("device").pipe(
      Flag.withDescription("Sign in on another device with a short code, where the provider has that"),
      Flag.withDefault(false)
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Agree to what it says without being asked"),
      Flag.withDefault(false)
    ),
    port: Flag.Int("port").pipe(
      Flag.withDescription(
        "Where the browser comes back to on this machine (default: the provider's, or any free one)"
      ),
      Flag.optional
    )
  },
  call<ConnectInput>(async () => (await import("./connect.ts")).connect)
).pipe(
  Command.withDescription("Connect an account: says first what is asked for and what will be stored where"),
  Command.withExamples([
    { command: "keepsake connect google --connection me --pipeline my.yaml", description: "Opens a browser" }
  ])
)

export interface DisconnectInput extends ConnectionInput {
  readonly force: boolean
}

const disconnect = Command.make(
  "disconnect",
  {
    ...connectionFlags,
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Delete the access here even if the provider can't be told"),
      Flag.withDefault(false)
    )
  },
  call<DisconnectInput>(async () => (await import("./disconnect.ts")).disconnect)
).pipe(Command.withDescription("Take an account's access back, here and at the provider; what is stored stays"))

export interface DoctorInput {
  readonly pipeline: Option.Option<string>
}

const doctor = Command.make(
  "doctor",
  { pipeline: PIPELINE.pipe(Argument.optional) },
  call<DoctorInput>(async () => (await import("./doctor.ts")).doctor)
).pipe(Command.withDescription("Check the home, the database, the vault, and the connections of a pipeline"))

export interface SecretInput {
  readonly name: string
}

const SECRET = {
  name: Argument.String("name").pipe(
    Argument.withDescription("Letters, digits and _, as in ${secret:NAME}"),
    Argument.filter(
      (name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
      (name) => `"${name}" is no name for a secret: use letters, digits and _`
    )
  )
}

const secret = Command.make("secret").pipe(
  Command.withDescription("Secrets that pipelines name as ${secret:NAME}"),
  Command.withSubcommands([
    Command.make(
      "set",
      SECRET,
      call<SecretInput>(async () => (await import("./secret.ts")).setSecretCommand)
    ).pipe(Command.withDescription("Store one; the value is asked for, or read from stdin")),
    Command.make(
      "list",
      {},
      call<object>(async () => (await import("./secret.ts")).listSecretsCommand)
    ).pipe(Command.withDescription("Show their names")),
    Command.make(
      "remove",
      SECRET,
      call<SecretInput>(async () => (await import("./secret.ts")).removeSecretCommand)
    ).pipe(Command.withDescription("Delete one"))
  ])
)

export const root = keepsake.pipe(
  Command.withSubcommands([
    demo,
    init,
    validate,
    plan,
    run,
    test,
    connect,
    disconnect,
    secret,
    doctor,
    sql,
    status,
    explain,
    edit,
    merge,
    split,
    hide,
    unhide,
    undo,
    forget,
    exportCommand,
    importCommand,
    inspect,
    sample,
    list,
    describe,
    schema
  ])
)
