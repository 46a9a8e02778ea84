/** A process of its own that stores numbered secrets in a home's vault, one after another: `node vault-writer.ts HOME NAME COUNT`. */
import { Effect, Redacted } from "effect"
import { setSecret } from "../../src/account/secret.ts"
import { vaultLayer } from "../../src/account/vault.ts"
import { homeAt } from "../../src/warehouse/home.ts"

const [home = "", name = "", count = "0"] = process.argv.slice(2)

await Effect.runPromise(
  Effect.forEach(
    Array.from({ length: Number(count) }, (_, index) => index),
    (index) => setSecret(`${name}_${index}`, Redacted.make(String(index))),
    { discard: true }
  ).pipe(Effect.provide(vaultLayer(homeAt(home), { KEEPSAKE_KEYRING: "off" })))
)
