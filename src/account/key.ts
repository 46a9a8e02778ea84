/**
 * The key of the vault, an age identity, and where it is kept. `vault.key` beside the vault says where: it holds the
 * identity itself, or the identity encrypted with a passphrase, or the name of its entry in the system's keyring.
 */
import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Decrypter, Encrypter, armor, generateX25519Identity } from "age-encryption"
import { Effect, Redacted } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"
import { ifThere, replaceFile } from "./files.ts"
import { Keyring } from "./keyring.ts"

/** An age identity (`AGE-SECRET-KEY-1…`). */
export type Key = Redacted.Redacted<string>
/** KEEPSAKE_PASSPHRASE, null when it isn't set. */
export type Passphrase = Redacted.Redacted<string> | null

/** 128 MB and about a second, once per process; of the strength that OWASP asks for. */
const WORK_FACTOR = 17

const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m
const KEYRING_ENTRY = /^keyring: (\S+)$/m
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----"

const unusable = (path: string): SourceError =>
  sourceError(
    "vault-key-damaged",
    `${path} holds no key.`,
    "Restore it from a backup. Without it the vault can't be opened: delete the vault, then connect your accounts again."
  )

/** Reads the key; null where none was made yet. */
export const readKey = (path: string, passphrase: Passphrase): Effect.Effect<Key | null, SourceError, Keyring> =>
  Effect.gen(function* () {
    const text = yield* ifThere(path, () => readFile(path, "utf8"))
    if (text === null) return null
    if (text.startsWith(ARMOR)) return yield* unlock(path, text, passphrase)
    const [, entry] = KEYRING_ENTRY.exec(text) ?? []
    if (entry !== undefined) return yield* fromKeyring(path, entry)
    const [identity] = IDENTITY.exec(text) ?? []
    return identity === undefined ? yield* unusable(path) : Redacted.make(identity)
  })

const unlock = (path: string, text: string, passphrase: Passphrase): Effect.Effect<Key, SourceError> => {
  if (passphrase === null) {
    return Effect.fail(
      sourceError(
        "vault-passphrase-missing",
        "The vault is locked with a passphrase.",
        "Set KEEPSAKE_PASSPHRASE to it and try again."
      )
    )
  }
  return Effect.tryPromise({
    try: async () => {
      const decrypter = new Decrypter()
      decrypter.addPassphrase(Redacted.value(passphrase))
      return decrypter.decrypt(armor.decode(text), "text")
    },
    catch: () =>
      sourceError(
        "vault-passphrase-wrong",
        `KEEPSAKE_PASSPHRASE doesn't open ${path}.`,
        "Set it to the passphrase with which the vault was made. If it is lost, delete the vault and its key, then connect your accounts again."
      )
  }).pipe(
    Effect.flatMap((identity) =>
      IDENTITY.test(identity) ? Effect.succeed(Redacted.make(identity.trim())) : Effect.fail(unusable(path))
    )
  )
}

const fromKeyring = (path: string, entry: string): Effect.Effect<Key, SourceError, Keyring> =>
  Effect.gen(function* () {
    const keyring = yield* Keyring
    const found = yield* keyring.get(entry)
    if (found !== null && IDENTITY.test(Redacted.value(found))) return found
    return yield* sourceError(
      "vault-keyring-silent",
      `The vault's key is in the system's keyring, as ${path} says, and the keyring doesn't give it.`,
      "Unlock the keyring, or sign in to the desktop session that holds it, and try again. If the entry is lost, delete the vault and its key, then connect your accounts again."
    )
  })

/** Makes a key, and keeps it: under the passphrase if there is one, else in the keyring if one answers, else in the file. */
export const makeKey = (path: string, passphrase: Passphrase): Effect.Effect<Key, SourceError, Keyring> =>
  Effect.gen(function* () {
    const key = Redacted.make(yield* Effect.promise(() => generateX25519Identity()))
    yield* replaceFile(path, yield* keep(key, passphrase))
    return key
  })

const keep = (key: Key, passphrase: Passphrase): Effect.Effect<string, never, Keyring> =>
  Effect.gen(function* () {
    if (passphrase !== null) return yield* lock(key, passphrase)
    const keyring = yield* Keyring
    const entry = randomUUID()
    if (yield* keyring.set(entry, key)) return `# The key of vault.age is in the system's keyring.\nkeyring: ${entry}\n`
    return `# Opens vault.age beside it: keep it to yourself.\n${Redacted.value(key)}\n`
  })

const lock = (key: Key, passphrase: Redacted.Redacted<string>): Effect.Effect<string> =>
  Effect.promise(async () => {
    const encrypter = new Encrypter()
    encrypter.setScryptWorkFactor(WORK_FACTOR)
    encrypter.setPassphrase(Redacted.value(passphrase))
    return armor.encode(await encrypter.encrypt(`${Redacted.value(key)}\n`))
  })
