/** All commands, in the order in which help lists them. */
import { Command } from "effect/cli"
import { connect, disconnect, doctor, secret } from "./flags/accounts.ts"
import { describe, list, schema } from "./flags/components.ts"
import { inspect, sample, sql, status } from "./flags/data.ts"
import { edit, explain, exportCommand, forget, hide, importCommand, merge, split, undo, unhide } from "./flags/life.ts"
import { demo, init, plan, run, test, validate } from "./flags/pipelines.ts"
import { keepsake } from "./flags/shared.ts"

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

const devProviders = Command.make(
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
  call<DevProvidersInput>(async () => (await import("./dev-providers.ts")).devProviders)
).pipe(Command.withDescription("Start fake providers to try connections with, and print their YAML (in a clone only)"))

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
    schema,
    devProviders
  ])
)
