/** How long the program takes to be there, beside the library that it stands on. */
import { type Bench } from "./report.ts"
import { alternate, median, rounded, runNode } from "./process.ts"

const ROUNDS = 11

const seconds = (args: ReadonlyArray<string>) => async () => (await runNode(args)).seconds

export const start: Bench = {
  name: "start",
  summary: "starting the program / starting Node with Effect",
  run: async () => {
    const { effect, help, validate } = await alternate(ROUNDS, {
      effect: seconds(["-e", "import('effect')"]),
      help: seconds(["bin/keepsake.js", "--help"]),
      validate: seconds(["bin/keepsake.js", "validate", "pipelines/memories.yaml"])
    })
    const base = median(effect)
    return [
      { name: "help_ratio", value: rounded(median(help) / base), meaning: "keepsake --help / node importing effect" },
      {
        name: "validate_ratio",
        value: rounded(median(validate) / base),
        meaning: "keepsake validate pipelines/memories.yaml / the same"
      },
      { name: "effect_seconds", value: rounded(base), meaning: `node -e "import('effect')", median of ${ROUNDS}` },
      { name: "help_seconds", value: rounded(median(help)), meaning: "keepsake --help" },
      { name: "validate_seconds", value: rounded(median(validate)), meaning: "keepsake validate" }
    ]
  }
}
