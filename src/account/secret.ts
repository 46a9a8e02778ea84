/** Secrets by name: what `${secret:NAME}` stands for. */
import { Effect, Layer, Redacted } from "effect"
import { Secrets } from "../component/account.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { nearest } from "../component/nearest.ts"
import { Vault } from "./vault.ts"

const REFERENCE = /\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}/g

/** Stores a secret, in place of an earlier one. */
export const setSecret = (name: string, value: Redacted.Redacted<string>): Effect.Effect<void, SourceError, Vault> =>
  Effect.flatMap(Vault, ({ update }) =>
    Effect.asVoid(update((contents) => ({ ...contents, secrets: { ...contents.secrets, [name]: value } })))
  )

/** Removes a secret; false where there was none. */
export const removeSecret = (name: string): Effect.Effect<boolean, SourceError, Vault> =>
  Effect.gen(function* () {
    const vault = yield* Vault
    const { secrets } = yield* vault.contents
    yield* vault.update((contents) => ({
      ...contents,
      secrets: Object.fromEntries(Object.entries(contents.secrets).filter(([known]) => known !== name))
    }))
    return Object.hasOwn(secrets, name)
  })

/** The names of all secrets. */
export const secretNames: Effect.Effect<ReadonlyArray<string>, SourceError, Vault> = Effect.flatMap(Vault, (vault) =>
  Effect.map(vault.contents, ({ secrets }) => Object.keys(secrets).sort())
)

const missing = (name: string, known: ReadonlyArray<string>): SourceError => {
  const near = nearest(name, known)
  return sourceError(
    "secret-missing",
    `There is no secret ${name} in the vault.`,
    near === null ? `Store it in the vault under the name ${name}.` : `Did you mean ${near}?`,
    { fault: "pipeline" }
  )
}

/** A text with every `${secret:NAME}` in it filled in; what comes out stays redacted. */
export const fillSecrets = (
  text: Redacted.Redacted<string>
): Effect.Effect<Redacted.Redacted<string>, SourceError, Vault> =>
  Effect.gen(function* () {
    const raw = Redacted.value(text)
    const names = [...raw.matchAll(REFERENCE)].map(([, name = ""]) => name)
    if (names.length === 0) return text
    const vault = yield* Vault
    const { secrets } = yield* vault.contents
    const absent = names.find((name) => !Object.hasOwn(secrets, name))
    if (absent !== undefined) return yield* missing(absent, Object.keys(secrets))
    return Redacted.make(
      raw.replaceAll(REFERENCE, (match, name: string) => {
        const value = secrets[name]
        return value === undefined ? match : Redacted.value(value)
      })
    )
  })

/** `Secrets` over the vault. */
export const secretsLayer: Layer.Layer<Secrets, never, Vault> = Layer.effect(
  Secrets,
  Effect.map(Vault, (vault) => ({ fill: (text) => Effect.provideService(fillSecrets(text), Vault, vault) }))
)
