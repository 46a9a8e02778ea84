/** How every command answers: words for people, one JSON object for machines, an exit code for scripts. */
import { Console, Effect, type Option, Schema } from "effect"
import type { DatabaseError, SourceError } from "../component/error.ts"
import type { SampleError } from "../sample/error.ts"
import { type Finding, renderFinding } from "../pipeline/finding.ts"
import { endProgress } from "./progress.ts"
import { counted } from "./text.ts"

/** Flags that all commands share. */
export interface Shared {
  readonly home: Option.Option<string>
  /** Bytes. */
  readonly memory: Option.Option<number>
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

export interface Reply {
  readonly summary: unknown
  readonly result: unknown
  /** For people. */
  readonly text: string
}

/** A failure in words, with the exit code that its kind has. */
export class CommandError extends Schema.TaggedError<CommandError>()("CommandError", {
  code: Schema.String,
  message: Schema.String,
  hint: Schema.String,
  exit: Schema.Literals([1, 2, 3]),
  at: Schema.NullOr(Schema.Struct({ file: Schema.String, line: Schema.Number, column: Schema.Number })),
  /** Everything that was found, rendered for people. */
  details: Schema.String,
  findings: Schema.Array(Schema.Unknown)
}) {}

export const commandError = (
  code: string,
  message: string,
  hint: string,
  exit: 1 | 2 | 3,
  at: CommandError["at"] = null
): CommandError => new CommandError({ code, message, hint, exit, at, details: "", findings: [] })

/** A finding as `--json` has it. */
export const toJson = ({ at, code, hint, message, severity }: Finding) => ({ code, message, hint, at, severity })

/** A pipeline that can't run. */
export const findingsError = (findings: ReadonlyArray<Finding>): CommandError => {
  const errors = findings.filter((finding) => finding.severity === "error")
  const [first] = errors
  return new CommandError({
    code: first?.code ?? "invalid-pipeline",
    message: first?.message ?? "The pipeline is not valid.",
    hint: first?.hint ?? "",
    exit: 2,
    at: first?.at ?? null,
    details: `${findings.map(renderFinding).join("\n\n")}\n\n${counted(errors.length, "error")}: nothing was read or written.`,
    findings: findings.map(toJson)
  })
}

const DATABASE_WORDS: { readonly [C in DatabaseError["code"]]: readonly [exit: 1 | 3, message: string, hint: string] } =
  {
    locked: [
      3,
      "Another process holds this home's database.",
      "Wait until its run is done, or use another home with --home DIR."
    ],
    "disk-full": [
      3,
      "The disk is full; everything up to the last checkpoint is kept.",
      "Free some space and run the same command again: it continues where it stopped."
    ],
    corrupt: [3, "The database file can't be read.", "Restore it from a backup, or start anew with another --home."],
    "out-of-memory": [3, "The memory limit was reached.", "Close other programs, or give more with --memory 4GB."],
    interrupted: [1, "The query was interrupted.", ""],
    io: [3, "The database file can't be read or written.", "Check the disk and the permissions of the home directory."],
    sql: [1, "DuckDB refused a statement.", ""]
  }

type AnyError = CommandError | SourceError | DatabaseError | SampleError

/** The one place that decides what a failure means for the exit code. */
const classify = (error: AnyError): CommandError => {
  switch (error._tag) {
    case "CommandError":
      return error
    case "SampleError":
    case "SourceError": {
      const { code, fault, hint, message } = error
      const at = error._tag === "SourceError" ? (error.at ?? null) : null
      return commandError(code, message, hint, fault === "run" ? 1 : fault === "pipeline" ? 2 : 3, at)
    }
    case "DatabaseError": {
      const [exit, message, hint] = DATABASE_WORDS[error.code]
      const holder = /\(PID (\d+)\)/.exec(error.message)?.[1]
      if (error.code === "locked" && holder !== undefined)
        return commandError("database-locked", message.replace("process", `process (${holder})`), hint, exit)
      const [first = ""] = error.message.split("\n")
      return commandError(`database-${error.code}`, error.code === "sql" ? first : `${message} (${first})`, hint, exit)
    }
  }
}

const words = ({ at, code, hint, message }: CommandError): string => {
  const where = at === null ? "" : `${at.file}:${at.line}:${at.column} `
  return [`${where}error ${code}: ${message}`, ...(hint === "" ? [] : [`  ${hint}`])].join("\n")
}

/** Runs a command to its end: prints its reply or its failure, and gives the exit code. */
export const answer = <R>(
  command: string,
  shared: Shared,
  effect: Effect.Effect<Reply, AnyError, R>
): Effect.Effect<number, never, R> =>
  effect.pipe(
    Effect.flatMap(({ result, summary, text }) =>
      Effect.as(
        shared.json
          ? Console.log(JSON.stringify({ command, ok: true, summary, result, error: null }))
          : text === ""
            ? Effect.void
            : Console.log(text),
        0
      )
    ),
    Effect.catch((raised) => {
      endProgress()
      const error = classify(raised)
      const { at, code, details, exit, findings, hint, message } = error
      return Effect.as(
        shared.json
          ? Console.log(
              JSON.stringify({
                command,
                ok: false,
                summary: null,
                result: findings.length === 0 ? null : { findings },
                error: { code, message, hint, at }
              })
            )
          : Console.error(details === "" ? words(error) : details),
        exit
      )
    })
  )
