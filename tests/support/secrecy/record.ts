/**
 * What the search at the end of a test run needs (I5): each secret that is made, all that is said, and the homes of tests
 * that have had accounts. Outside of a test run nothing is noted.
 */
import { appendFileSync, cpSync, readdirSync, rmSync } from "node:fs"
import { basename, join } from "node:path"

/** The directory of the run, made by `index.ts`. */
export const RUN_VARIABLE = "KEEPSAKE_TEST_SECRECY"
export const SECRETS_FILE = "secrets.ndjson"
export const SAID = "said"
export const HOMES = "homes"

/** Shorter ones could be part of anything. */
export const SHORTEST = 16

export interface Secret {
  readonly kind: string
  readonly value: string
}

/** Of this process. */
let kept = 0

/** Notes a token, code, key or passphrase that must be found nowhere. */
export const noteSecret = (kind: string, value: string): string => {
  const run = process.env[RUN_VARIABLE]
  if (run === undefined || value === "") return value
  if (value.length < SHORTEST)
    throw new Error(`A test's ${kind} needs ${SHORTEST} characters to be told from other words.`)
  appendFileSync(join(run, SECRETS_FILE), `${JSON.stringify({ kind, value })}\n`)
  return value
}

/** Notes what was said: output, logs, errors, traces. */
export const noteSaid = (where: string, ...texts: ReadonlyArray<string>): void => {
  const run = process.env[RUN_VARIABLE]
  if (run === undefined) return
  appendFileSync(join(run, SAID, where.replaceAll(/[^\w.-]/g, "-")), `${texts.join("\n")}\n`)
}

const hasVault = (directory: string): boolean =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).some((path) => basename(path) === "vault.age")

/** Removes a test's directory, or keeps it for the search: where there is a vault, accounts have been used. */
export const discard = (directory: string): void => {
  const run = process.env[RUN_VARIABLE]
  if (run !== undefined && hasVault(directory)) {
    // It may be in memory, where there is no room for all.
    cpSync(directory, join(run, HOMES, `${process.pid}-${kept++}`), { recursive: true })
  }
  rmSync(directory, { recursive: true, force: true })
}
