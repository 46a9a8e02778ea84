/** Searches all that a test run has left for the secrets that were used in it. */
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { basename, join, relative } from "node:path"
import { finder } from "./finder.ts"
import { SECRETS_FILE, SHORTEST, type Secret } from "./record.ts"
import { textsOf } from "./tables.ts"

/** A secret where it should not be. */
export interface Leak {
  readonly kind: string
  /** The file, and the table in it. */
  readonly place: string
}

export interface Searched {
  readonly secrets: number
  readonly files: number
  readonly databases: number
  readonly leaks: ReadonlyArray<Leak>
}

/** Base64 of a longer text that holds the value, wherever it begins in it. */
const inBase64 = (value: string): ReadonlyArray<string> =>
  [0, 1, 2].map((lead) =>
    Buffer.from("\0".repeat(lead) + value)
      .toString("base64")
      .slice(Math.ceil((lead * 8) / 6), Math.floor(((lead + value.length) * 8) / 6))
  )

/** The ways in which a value may be written. */
const formsOf = (value: string): ReadonlyArray<string> => [
  value,
  encodeURIComponent(value),
  ...inBase64(value),
  Buffer.from(value).toString("hex")
]

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const noted = (run: string): ReadonlyArray<Secret> => {
  const file = join(run, SECRETS_FILE)
  if (!existsSync(file)) return []
  const lines = new Set(readFileSync(file, "utf8").split("\n"))
  return [...lines].flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Secret]))
}

const VAULT_KEY = "vault.key"

/** The keys of vaults that lie beside them are for their own file only. */
const vaultKeys = (files: ReadonlyArray<string>): ReadonlyArray<Secret> =>
  files
    .filter((file) => basename(file) === VAULT_KEY)
    .flatMap((file) => /AGE-SECRET-KEY-[A-Z0-9]+/.exec(readFileSync(file, "latin1"))?.[0] ?? [])
    .map((value) => ({ kind: VAULT_KEY, value }))

/** Databases. */
const AT_ONCE = 4

export const search = async (run: string): Promise<Searched> => {
  const files = filesIn(run).filter((file) => basename(file) !== SECRETS_FILE)
  const secrets = [...noted(run), ...vaultKeys(files)]
  const kinds = new Map(secrets.flatMap(({ kind, value }) => formsOf(value).map((form) => [form, kind] as const)))
  const find = finder(kinds.keys(), SHORTEST)
  const leaks = new Map<string, Leak>()
  const look = (place: string, text: Buffer): void => {
    for (const needle of find(text)) {
      const leak = { kind: kinds.get(needle) ?? "", place }
      if (leak.kind !== VAULT_KEY || basename(place) !== VAULT_KEY) leaks.set(JSON.stringify(leak), leak)
    }
  }
  for (const file of files) look(relative(run, file), readFileSync(file))
  const databases = files.filter((file) => file.endsWith(".duckdb"))
  const waiting = databases.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const file of waiting) {
        for await (const [table, text] of textsOf(file)) look(`${relative(run, file)}: ${table}`, Buffer.from(text))
      }
    })
  )
  return {
    secrets: new Set(secrets.map(({ value }) => value)).size,
    files: files.length,
    databases: databases.length,
    leaks: [...leaks.values()]
  }
}
