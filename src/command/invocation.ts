/** The command line's own words: help, the version, and what to type where the arguments are wrong. */
import { Console } from "effect"
import { CliConfig, type CliError, CliOutput, Flag, GlobalFlag, type HelpDoc } from "effect/cli"
import { nearest } from "../component/nearest.ts"

/** `-v` is for `--verbose`. */
const version = GlobalFlag.Action({
  flag: Flag.Boolean("version").pipe(
    Flag.withAlias("V"),
    Flag.withDescription("Show the version"),
    Flag.withDefault(false)
  ),
  run: GlobalFlag.Version.run
})

export const globalFlags = CliConfig.layer({ builtIns: [GlobalFlag.Help, version, GlobalFlag.Completions] })

const wordsOf = (error: CliError.NonShowHelpErrors, help: HelpDoc.HelpDoc): string => {
  const meant = (given: string, known: ReadonlyArray<string>) => {
    const near = nearest(given, known)
    return near === null ? "" : ` Did you mean ${near}?`
  }
  switch (error._tag) {
    case "UnrecognizedOption": {
      const flags = [...help.flags, ...(help.inheritedFlags ?? []), ...(help.globalFlags ?? [])]
      const known = flags.map(({ name }) => `--${name}`)
      return `There is no flag ${error.option}.${meant(error.option, known)}`
    }
    case "UnknownSubcommand": {
      const known = (help.subcommands ?? []).flatMap(({ commands }) => commands.map(({ name }) => name))
      return `There is no command ${error.subcommand}.${meant(error.subcommand, known)}`
    }
    default:
      // What was expected may quote what was given, too.
      return `${error.message.replaceAll(/\s*\n\s*/g, " ").replace(/: ("[^"]*")\. Expected: (?=\1)/, ": ")}.`
  }
}

/** A wrong invocation is told shortly; all help would push it off the screen. */
export const presenter = (asJson: boolean) =>
  CliOutput.layerPresenter({
    present: (event) => {
      if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
      const code = "invalid-arguments"
      const message = event.errors.map((error) => wordsOf(error, event.helpDoc)).join(" ")
      const hint = `Usage: ${event.helpDoc.usage}. More: ${[...event.commandPath, "--help"].join(" ")}`
      const command = event.commandPath.slice(1).join(" ")
      return asJson
        ? Console.log(
            JSON.stringify({
              command,
              ok: false,
              summary: null,
              result: null,
              error: { code, message, hint, at: null }
            })
          )
        : Console.error(`error ${code}: ${message}\n  ${hint}`)
    }
  })
