/** Before a test run: where its secrets are noted. After it: nothing of them may be found anywhere (I5). */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { RUN_VARIABLE, SAID, SECRETS_FILE } from "./record.ts"
import { search } from "./search.ts"

/** A test run that was killed has left its directory: whose process has ended needs it no more. */
const removeAbandoned = (): void => {
  for (const entry of readdirSync(tmpdir())) {
    const [, owner] = /^keepsake-secrecy-(\d+)-/.exec(entry) ?? []
    if (owner !== undefined && !isRunning(Number(owner)))
      rmSync(join(tmpdir(), entry), { recursive: true, force: true })
  }
}

const isRunning = (id: number): boolean => {
  try {
    return process.kill(id, 0)
  } catch (cause) {
    // Someone else's runs, too.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

export const setup = (): void => {
  removeAbandoned()
  const run = mkdtempSync(join(tmpdir(), `keepsake-secrecy-${process.pid}-`))
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
