/** Before a test run: where its secrets are noted. After it: nothing of them may be found anywhere (I5). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { RUN_VARIABLE, SAID, SECRETS_FILE } from "./record.ts"
import { search } from "./search.ts"

export const setup = (): void => {
  const run = mkdtempSync(join(tmpdir(), "keepsake-secrecy-"))
  mkdirSync(join(run, SAID))
  writeFileSync(join(run, SECRETS_FILE), "")
  process.env[RUN_VARIABLE] = run
}

export const teardown = async (): Promise<void> => {
  const run = process.env[RUN_VARIABLE] ?? ""
  const { databases, files, leaks, secrets } = await search(run)
  if (secrets === 0) return rmSync(run, { recursive: true, force: true })
  const where = `${files} files and all tables of ${databases} databases`
  if (leaks.length > 0) {
    const list = leaks.map(({ kind, place }) => `  ${kind} in ${place}`).join("\n")
    throw new Error(`Secrets of the tests were found. See ${run}:\n${list}`)
  }
  rmSync(run, { recursive: true, force: true })
  process.stdout.write(`None of the ${secrets} secrets of the tests is in what they left: ${where}.\n`)
}
