/** The system's keyring, where there is one that outlives a restart. */
import { createRequire } from "node:module"
import { Context, Effect, Option, Redacted } from "effect"

/** Entries of the system's keyring by name. Null or false: no keyring answers, which is no error. */
export class Keyring extends Context.Service<
  Keyring,
  {
    readonly get: (name: string) => Effect.Effect<Redacted.Redacted<string> | null>
    /** True once the entry can be read back. */
    readonly set: (name: string, value: Redacted.Redacted<string>) => Effect.Effect<boolean>
  }
>()("keepsake/account/Keyring") {}

/** For machines without one, and for who doesn't want it used. */
export const noKeyring: Keyring["Service"] = { get: () => Effect.succeed(null), set: () => Effect.succeed(false) }

type Native = typeof import("@napi-rs/keyring")

const SERVICE = "keepsake"
/** Long enough to unlock it by hand. */
const PATIENCE = "1 minute"

// Pinned: without a Secret Service the library would turn to the kernel's key store, which forgets all at a restart.
const entry = (name: string) => {
  const { AsyncEntry }: Native = createRequire(import.meta.url)("@napi-rs/keyring")
  return new AsyncEntry(SERVICE, name, { linux: { store: "secret-service" } })
}

/** The native module is loaded when first asked; where it can't be, no keyring answers. */
const ask = <A>(call: () => Promise<A>): Effect.Effect<Option.Option<A>> =>
  Effect.tryPromise(call).pipe(
    Effect.timeout(PATIENCE),
    Effect.tapError(() => Effect.logDebug("No keyring answers")),
    Effect.option
  )

const get: Keyring["Service"]["get"] = (name) =>
  Effect.map(
    ask(() => entry(name).getPassword()),
    (found) => (Option.isSome(found) && found.value !== null ? Redacted.make(found.value) : null)
  )

export const systemKeyring: Keyring["Service"] = {
  get,
  set: (name, value) =>
    Effect.gen(function* () {
      yield* ask(() => entry(name).setPassword(Redacted.value(value)))
      const kept = yield* get(name)
      return kept !== null && Redacted.value(kept) === Redacted.value(value)
    })
}
