/** How long the program takes to be there, beside the library that it stands on. */
import { type Bench } from "./report.ts"
import { alternate, rounded, runNode } from "./process.ts"

const ROUNDS = 11

const seconds = (args: ReadonlyArray<string>) => async () => (await runNode(args)).seconds

export const start: Bench = {
  name: "start",
  summary: "starting the program / starting Node with Effect",
  run: async () => {
    const [base = Number.NaN, help = Number.NaN, validate = Number.NaN] = await alternate(ROUNDS, [
      seconds(["-e", "import('effect')"]),
      seconds(["bin/keepsake.js", "--help"]),
      seconds(["bin/keepsake.js", "validate", "pipelines/memories.yaml"])
    ])
    return [
      { name: "help_ratio", value: rounded(help / base), meaning: "keepsake --help / node importing effect" },
      {
        name: "validate_ratio",
        value: rounded(validate / base),
        meaning: "keepsake validate pipelines/memories.yaml / the same"
      },
      { name: "effect_seconds", value: rounded(base), meaning: `node -e "import('effect')", median of ${ROUNDS}` },
      { name: "help_seconds", value: rounded(help), meaning: "keepsake --help" },
      { name: "validate_seconds", value: rounded(validate), meaning: "keepsake validate" }
    ]
  }
}
