/** The vault and its key. */
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { Vault } from "../../account/vault.ts"
import type { Home } from "../../warehouse/home.ts"
import { type Check, ofError, ok, warning } from "./check.ts"
import { isPrivate } from "./machine.ts"

export const checkVault = ({ directory }: Home): Effect.Effect<ReadonlyArray<Check>, never, Vault> =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const open = yield* Effect.result(vault.contents)
    if (open._tag === "Failure") return [ofError("vault", open.failure)]
    const { grants, secrets } = open.success
    const seen = yield* Effect.forEach(["vault.age", "vault.key"], (file) =>
      Effect.orElseSucceed(
        Effect.map(
          Effect.tryPromise(() => stat(join(directory, file))),
          ({ mode }) => ({ file, safe: isPrivate(mode) })
        ),
        () => null
      )
    )
    const count = (what: ReadonlyArray<string>, one: string) => `${what.length} ${one}${what.length === 1 ? "" : "s"}`
    return [
      ok("vault", `It opens: ${count(Object.keys(grants), "account")}, ${count(Object.keys(secrets), "secret")}.`),
      ...seen.flatMap((file) =>
        file === null || file.safe
          ? []
          : [warning("vault", `${file.file} can be read by others.`, `Run: chmod 600 "${join(directory, file.file)}"`)]
      )
    ]
  })
