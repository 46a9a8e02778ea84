/** All tests with other examples than every day's, and ten times the damaged files: `npm run campaign [-- FILES]`. */
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs")
const { status } = spawnSync(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { KEEPSAKE_SEED: "random", KEEPSAKE_FUZZ: "500", ...process.env }
})
process.exitCode = status ?? 1
