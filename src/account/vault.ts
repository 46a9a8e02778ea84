/** The vault: one age-encrypted file with the tokens of all connections, and secrets by name (I5). */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption"
import { Context, Effect, Layer, Redacted, Ref, Schema } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"
import type { Home } from "../warehouse/home.ts"
import { fileIdentity, ifThere, removeLeftovers, replaceFile } from "./files.ts"
import { type Key, type Passphrase, makeKey, readKey } from "./key.ts"
import { Keyring, noKeyring, systemKeyring } from "./keyring.ts"
import { type Locks, makeLocks } from "./lock.ts"

const Secret = Schema.RedactedFromValue(Schema.String)

/** What a provider gave for one account. Times are milliseconds since 1970. */
export const Grant = Schema.Struct({
  /** Null once it has ended. */
  access: Schema.NullOr(Secret),
  refresh: Schema.NullOr(Secret),
  /** When the access token was given, and when it ends; null: the provider doesn't say. */
  issued_at: Schema.Finite,
  expires_at: Schema.NullOr(Schema.Finite),
  /** As granted, which may be less than was asked. */
  scopes: Schema.Array(Schema.String),
  /** The client that it was given to: no other can refresh it. */
  client_id: Schema.String,
  /** When the person said yes at the provider. */
  connected_at: Schema.Finite,
  /** Why it is of no use any more, in words; null while it is. */
  ended: Schema.NullOr(Schema.String)
})
export type Grant = typeof Grant.Type

const Contents = Schema.Struct({
  version: Schema.Literal(1),
  grants: Schema.Record(Schema.String, Grant),
  secrets: Schema.Record(Schema.String, Secret)
})
export type Contents = typeof Contents.Type

const ContentsText = Schema.fromJsonString(Contents)
const NOTHING: Contents = { version: 1, grants: {}, secrets: {} }

export class Vault extends Context.Service<
  Vault,
  {
    /** Everything in it; empty where there is no vault yet. Decrypted again only when the file has changed. */
    readonly contents: Effect.Effect<Contents, SourceError>
    /** Replaces the contents. On disk when it returns; updates by several processes follow one another, none is lost. */
    readonly update: (change: (contents: Contents) => Contents) => Effect.Effect<Contents, SourceError>
    readonly withLock: Locks["withLock"]
  }
>()("keepsake/account/Vault") {}

const damaged = (path: string): SourceError =>
  sourceError(
    "vault-damaged",
    `${path} is damaged.`,
    "Restore it from a backup. Without one, delete it, then connect your accounts and store your secrets again."
  )

const keyMissing = (path: string, keyPath: string): SourceError =>
  sourceError(
    "vault-key-missing",
    `${path} is there, and its key ${keyPath} is not.`,
    "Restore the key from a backup. Without it, delete the vault, then connect your accounts again."
  )

const wrongKey = (path: string, keyPath: string): SourceError =>
  sourceError(
    "vault-key-wrong",
    `${keyPath} is not the key of ${path}.`,
    "Put back the key that belongs to it. If it is lost, delete both, then connect your accounts again."
  )

const decrypt = (
  path: string,
  keyPath: string,
  key: Key,
  encrypted: Uint8Array
): Effect.Effect<Contents, SourceError> =>
  Effect.tryPromise({
    try: () => {
      const decrypter = new Decrypter()
      decrypter.addIdentity(Redacted.value(key))
      return decrypter.decrypt(encrypted, "text")
    },
    catch: (cause) => {
      const foreign = cause instanceof Error && cause.message.includes("no identity matched")
      return foreign ? wrongKey(path, keyPath) : damaged(path)
    }
  }).pipe(
    Effect.flatMap(Schema.decodeUnknownEffect(ContentsText)),
    // I5: a schema's own words may quote what it has read.
    Effect.catchTag("SchemaError", () => Effect.fail(damaged(path)))
  )

const encrypt = (key: Key, contents: Contents): Effect.Effect<Uint8Array> =>
  Effect.promise(async () => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(await identityToRecipient(Redacted.value(key)))
    return encrypter.encrypt(Schema.encodeSync(ContentsText)(contents))
  })

interface Cached {
  readonly identity: string
  readonly contents: Contents
}

const make = (home: Home, passphrase: Passphrase) =>
  Effect.gen(function* () {
    const path = join(home.directory, "vault.age")
    const keyPath = join(home.directory, "vault.key")
    const { withLock } = yield* makeLocks(home.directory)
    const keyring = yield* Keyring
    const cache = yield* Ref.make<Cached | null>(null)
    // A passphrase takes a second to check: one key file is opened once.
    const opened = yield* Ref.make<{ readonly identity: string; readonly key: Key } | null>(null)

    const key = Effect.gen(function* () {
      const identity = yield* fileIdentity(keyPath)
      const before = yield* Ref.get(opened)
      if (identity === null) return null
      if (before?.identity === identity) return before.key
      const found = yield* Effect.provideService(readKey(keyPath, passphrase), Keyring, keyring)
      if (found !== null) yield* Ref.set(opened, { identity, key: found })
      return found
    })

    const contents = Effect.gen(function* () {
      const identity = yield* fileIdentity(path)
      const before = yield* Ref.get(cache)
      if (identity !== null && before?.identity === identity) return before.contents
      const encrypted = yield* ifThere(path, () => readFile(path))
      if (identity === null || encrypted === null) return NOTHING
      const found = yield* key
      if (found === null) return yield* keyMissing(path, keyPath)
      const read = yield* decrypt(path, keyPath, found, encrypted)
      yield* Ref.set(cache, { identity, contents: read })
      return read
    })

    const update = (change: (contents: Contents) => Contents) =>
      Effect.gen(function* () {
        yield* removeLeftovers(path)
        const before = yield* contents
        const after = change(before)
        if (after === before) return before
        const made = Effect.provideService(makeKey(keyPath, passphrase), Keyring, keyring)
        yield* replaceFile(path, yield* encrypt((yield* key) ?? (yield* made), after))
        return after
      }).pipe(Effect.uninterruptible, withLock("vault"))

    return { contents, update, withLock }
  })

/** What of the environment the vault heeds. */
export type VaultEnvironment = Readonly<Record<string, string | undefined>>

const passphraseOf = (environment: VaultEnvironment): Passphrase => {
  const given = environment["KEEPSAKE_PASSPHRASE"]
  return given === undefined || given === "" ? null : Redacted.make(given)
}

/**
 * The vault of a home, which must exist. `KEEPSAKE_PASSPHRASE` locks a new vault's key; `KEEPSAKE_KEYRING=off` leaves the
 * system's keyring alone.
 */
export const vaultLayer = (
  home: Home,
  environment: VaultEnvironment,
  keyring = environment["KEEPSAKE_KEYRING"] === "off" ? noKeyring : systemKeyring
): Layer.Layer<Vault> =>
  Layer.effect(Vault, make(home, passphraseOf(environment))).pipe(Layer.provide(Layer.succeed(Keyring, keyring)))
