/** Commands about accounts, secrets, and what else a run needs. */
import type { Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ProviderName } from "../../component/account.ts"
import { PIPELINE, type PipelineInput, call } from "./shared.ts"

/** As in src/component/account.ts, which would be loaded for the sake of three words. */
const PROVIDERS: ReadonlyArray<ProviderName> = ["google", "microsoft", "spotify"]

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

export const connect = Command.make(
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
  call<ConnectInput>(async () => (await import("../connect.ts")).connect)
).pipe(
  Command.withDescription("Connect an account: says first what is asked for and what will be stored where"),
  Command.withExamples([
    { command: "keepsake connect google --connection me --pipeline my.yaml", description: "Opens a browser" }
  ])
)

export interface DisconnectInput extends ConnectionInput {
  readonly force: boolean
}

export const disconnect = Command.make(
  "disconnect",
  {
    ...connectionFlags,
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Delete the access here even if the provider can't be told"),
      Flag.withDefault(false)
    )
  },
  call<DisconnectInput>(async () => (await import("../disconnect.ts")).disconnect)
).pipe(Command.withDescription("Take an account's access back, here and at the provider; what is stored stays"))

export interface DoctorInput {
  readonly pipeline: Option.Option<string>
}

export const doctor = Command.make(
  "doctor",
  { pipeline: PIPELINE.pipe(Argument.optional) },
  call<DoctorInput>(async () => (await import("../doctor.ts")).doctor)
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

export const secret = Command.make("secret").pipe(
  Command.withDescription("Secrets that pipelines name as ${secret:NAME}"),
  Command.withSubcommands([
    Command.make(
      "set",
      SECRET,
      call<SecretInput>(async () => (await import("../secret.ts")).setSecretCommand)
    ).pipe(Command.withDescription("Store one; the value is asked for, or read from stdin")),
    Command.make(
      "list",
      {},
      call<object>(async () => (await import("../secret.ts")).listSecretsCommand)
    ).pipe(Command.withDescription("Show their names")),
    Command.make(
      "remove",
      SECRET,
      call<SecretInput>(async () => (await import("../secret.ts")).removeSecretCommand)
    ).pipe(Command.withDescription("Delete one"))
  ])
)

export interface DevProvidersInput {
  readonly port: number
  readonly seed: number
  readonly events: number
  readonly photos: number
  readonly plays: number
  readonly faults: number
  readonly latency: number
  readonly ragged: number
}

export const devProviders = Command.make(
  "dev-providers",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Of Google; Microsoft and Spotify have the next two"),
      Flag.withDefault(4711)
    ),
    seed: Flag.Int("seed").pipe(Flag.withDescription("Which data, and which faults"), Flag.withDefault(1)),
    events: Flag.Int("events").pipe(Flag.withDescription("Entries in each calendar"), Flag.withDefault(200)),
    photos: Flag.Int("photos").pipe(Flag.withDescription("Photos in the library"), Flag.withDefault(100)),
    plays: Flag.Int("plays").pipe(Flag.withDescription("Plays in the history"), Flag.withDefault(120)),
    faults: Flag.Finite("faults").pipe(
      Flag.withDescription("Share of requests that something happens to, from 0 to 1"),
      Flag.withDefault(0)
    ),
    latency: Flag.Int("latency").pipe(Flag.withDescription("Milliseconds before each answer"), Flag.withDefault(0)),
    ragged: Flag.Finite("ragged").pipe(
      Flag.withDescription("Share of pages that are short or empty, from 0 to 1"),
      Flag.withDefault(0)
    )
  },
  call<DevProvidersInput>(async () => (await import("../dev-providers.ts")).devProviders)
).pipe(Command.withDescription("Start fake providers to try connections with, and print their YAML (in a clone only)"))
