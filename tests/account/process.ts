/** What one process has of accounts: for tests, and for processes that tests start. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Layer } from "effect"
import { accountsLayer } from "../../src/account/accounts.ts"
import { Providers } from "../../src/account/provider.ts"
import { vaultLayer } from "../../src/account/vault.ts"
import { homeAt } from "../../src/warehouse/home.ts"

/** Services of a process of its own over the same home. */
export const processOver = (home: string) =>
  accountsLayer.pipe(
    Layer.provideMerge(vaultLayer(homeAt(home), { KEEPSAKE_KEYRING: "off" })),
    Layer.provideMerge(Providers.layer)
  )

/** Runs a script, given by its URL; gives its exit code. */
export const exitOf = (script: string, args: ReadonlyArray<string>): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: "inherit" })
    child.on("exit", resolve)
  })
