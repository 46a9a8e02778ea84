import { text } from "node:stream/consumers"
import { Effect, Redacted } from "effect"
import { Prompt } from "effect/cli"
import { removeSecret, secretNames, setSecret } from "../account/secret.ts"
import { prepareHome } from "../warehouse/home.ts"
import { accountParts } from "./online.ts"
import { type Shared, answer, commandError } from "./reply.ts"
import type { SecretInput } from "./flags/accounts.ts"
import { homeOf } from "./session.ts"

/** I5: a secret's value comes from a prompt or stdin, never from the arguments, which others on the machine can see. */
const valueOf = (name: string) =>
  process.stdin.isTTY === true
    ? Effect.mapError(Prompt.run(Prompt.Hidden({ message: `The value of ${name}` })), () =>
        commandError("no-answer", "Nothing was stored.", "Run it again.", 2)
      )
    : Effect.map(
        Effect.promise(() => text(process.stdin)),
        (value) => Redacted.make(value.replace(/\r?\n$/, ""))
      )

/** Stores a secret for `${secret:NAME}`. */
export const setSecretCommand = (shared: Shared, { name }: SecretInput) =>
  answer(
    "secret set",
    shared,
    Effect.gen(function* () {
      const value = yield* valueOf(name)
      if (Redacted.value(value) === "") {
        return yield* commandError("secret-empty", "The value is empty.", "Type it, or pipe it in.", 2)
      }
      yield* prepareHome(homeOf(shared))
      yield* Effect.provide(setSecret(name, value), accountParts(homeOf(shared)))
      return { summary: { name }, result: null, text: `Stored. Write \${secret:${name}} where it belongs.` }
    })
  )

export const listSecretsCommand = (shared: Shared) =>
  answer(
    "secret list",
    shared,
    Effect.map(Effect.provide(secretNames, accountParts(homeOf(shared))), (names) => ({
      summary: { secrets: names.length },
      result: names,
      text: names.length === 0 ? "No secrets are stored." : names.join("\n")
    }))
  )

export const removeSecretCommand = (shared: Shared, { name }: SecretInput) =>
  answer(
    "secret remove",
    shared,
    Effect.gen(function* () {
      const removed = yield* Effect.provide(removeSecret(name), accountParts(homeOf(shared)))
      if (!removed) {
        return yield* commandError("secret-missing", `There is no secret ${name}.`, "See: keepsake secret list", 2)
      }
      return { summary: { name }, result: null, text: "Removed." }
    })
  )
