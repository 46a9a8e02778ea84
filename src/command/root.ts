/** All commands, in the order in which help lists them. */
import { Command } from "effect/cli"
import { connect, devProviders, disconnect, doctor, secret } from "./flags/accounts.ts"
import { describe, list, schema } from "./flags/components.ts"
import { inspect, sample, sql, status } from "./flags/data.ts"
import { edit, explain, exportCommand, forget, hide, importCommand, merge, split, undo, unhide } from "./flags/life.ts"
import { demo, init, plan, run, test, validate } from "./flags/pipelines.ts"
import { keepsake } from "./flags/shared.ts"

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
