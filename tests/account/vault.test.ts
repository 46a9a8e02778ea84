import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import type { Keyring } from "../../src/account/keyring.ts"
import { fillSecrets, removeSecret, secretNames, setSecret } from "../../src/account/secret.ts"
import { Vault, vaultLayer } from "../../src/account/vault.ts"
import { homeAt } from "../../src/warehouse/home.ts"
import { temporaryDirectory } from "../support/engine.ts"
import { noteSecret } from "../support/secrecy/record.ts"
import { exitOf } from "./process.ts"

const WRITER = import.meta.resolve("./vault-writer.ts")
const off = { KEEPSAKE_KEYRING: "off" }
const SECRET = noteSecret("secret by name", "s3cret-of-the-test")

const over = (home: string, environment: Record<string, string> = off, keyring?: Keyring["Service"]) =>
  vaultLayer(homeAt(home), environment, keyring)

const store = setSecret("NAME", Redacted.make(SECRET))
const recall = Effect.map(fillSecrets(Redacted.make("${secret:NAME}")), Redacted.value)

/** A keyring that lives as long as the test. */
const memoryKeyring = () => {
  const entries = new Map<string, Redacted.Redacted<string>>()
  const keyring: Keyring["Service"] = {
    get: (name) => Effect.sync(() => entries.get(name) ?? null),
    set: (name, value) => Effect.sync(() => entries.set(name, value).has(name))
  }
  return { entries, keyring }
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe("the vault", () => {
  it.live("keeps secrets encrypted, for their owner's eyes only", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.provide(store, over(home))
      assert.strictEqual(yield* Effect.provide(recall, over(home)), SECRET)
      assert.deepStrictEqual(readdirSync(home).sort(), ["vault.age", "vault.key"])
      for (const file of ["vault.age", "vault.key"]) {
        assert.strictEqual(modeOf(join(home, file)), "600")
        assert.notInclude(readFileSync(join(home, file), "latin1"), SECRET)
      }
      assert.match(readFileSync(join(home, "vault.age"), "latin1"), /^age-encryption\.org\/v1\n-> X25519 /)
    })
  )

  it.live("is empty before anything was stored, and reading makes no file", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      assert.deepStrictEqual(yield* Effect.provide(secretNames, over(home)), [])
      assert.deepStrictEqual(readdirSync(home), [])
    })
  )

  it.live("fills secrets into a text, says which is missing, and forgets what is removed", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        yield* store
        const filled = yield* fillSecrets(Redacted.make("a-${secret:NAME}-z"))
        assert.strictEqual(Redacted.value(filled), `a-${SECRET}-z`)
        assert.notInclude(JSON.stringify({ filled }) + String(filled), SECRET)
        const error = yield* Effect.flip(fillSecrets(Redacted.make("${secret:NAMES}")))
        assert.deepInclude(error, { code: "secret-missing", hint: "Did you mean NAME?" })
        assert.isTrue(yield* removeSecret("NAME"))
        assert.isFalse(yield* removeSecret("NAME"))
        assert.strictEqual((yield* Effect.flip(recall)).code, "secret-missing")
      }).pipe(Effect.provide(over(home)))
    })
  )

  it.live("sees at once what another process has stored", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* secretNames, [])
        yield* Effect.provide(store, over(home), { local: true })
        assert.deepStrictEqual(yield* secretNames, ["NAME"])
        yield* Effect.provide(setSecret("OTHER", Redacted.make("x")), over(home), { local: true })
        assert.deepStrictEqual(yield* secretNames, ["NAME", "OTHER"])
      }).pipe(Effect.provide(over(home)))
    })
  )

  it.live("says what is wrong with a cut, altered or foreign file, and never writes over it", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.provide(store, over(home))
      const path = join(home, "vault.age")
      const whole = readFileSync(path)
      const altered = Buffer.from(whole)
      altered[altered.length - 5] = (altered.at(-5) ?? 0) ^ 1
      for (const broken of [whole.subarray(0, whole.length - 20), altered, Buffer.from("nonsense"), Buffer.alloc(0)]) {
        writeFileSync(path, broken)
        for (const attempt of [recall, store]) {
          const error = yield* Effect.flip(Effect.provide(attempt, over(home)))
          assert.strictEqual(error.code, "vault-damaged")
          assert.include(error.hint, "backup")
        }
        assert.deepStrictEqual(readFileSync(path), broken)
      }
      writeFileSync(path, whole)
      assert.strictEqual(yield* Effect.provide(recall, over(home)), SECRET)
    })
  )

  it.live("tells a missing key, a wrong key and a key file without one apart", () =>
    Effect.gen(function* () {
      const [home, other] = [yield* temporaryDirectory, yield* temporaryDirectory]
      yield* Effect.provide(store, over(home))
      yield* Effect.provide(store, over(other))
      const key = join(home, "vault.key")
      const codeNow = Effect.map(Effect.flip(Effect.provide(store, over(home))), ({ code }) => code)
      writeFileSync(key, readFileSync(join(other, "vault.key")))
      assert.strictEqual(yield* codeNow, "vault-key-wrong")
      writeFileSync(key, "# nothing\n")
      assert.strictEqual(yield* codeNow, "vault-key-damaged")
      rmSync(key)
      assert.strictEqual(yield* codeNow, "vault-key-missing")
      assert.isFalse(existsSync(key))
    })
  )

  it.live("is locked with KEEPSAKE_PASSPHRASE where that is set", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const locked = { ...off, KEEPSAKE_PASSPHRASE: noteSecret("passphrase", "correct horse battery staple") }
      yield* Effect.provide(store, over(home, locked))
      assert.match(readFileSync(join(home, "vault.key"), "utf8"), /^-----BEGIN AGE ENCRYPTED FILE-----/)
      assert.strictEqual(yield* Effect.provide(recall, over(home, locked)), SECRET)
      const wrong = { ...off, KEEPSAKE_PASSPHRASE: "wrong" }
      assert.strictEqual((yield* Effect.flip(Effect.provide(recall, over(home, wrong)))).code, "vault-passphrase-wrong")
      assert.strictEqual((yield* Effect.flip(Effect.provide(recall, over(home)))).code, "vault-passphrase-missing")
    })
  )

  it.live("keeps its key in the keyring where one answers, and says so when it falls silent", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const { entries, keyring } = memoryKeyring()
      yield* Effect.provide(store, over(home, {}, keyring))
      assert.strictEqual(entries.size, 1)
      assert.notInclude(readFileSync(join(home, "vault.key"), "utf8"), "AGE-SECRET-KEY")
      assert.strictEqual(yield* Effect.provide(recall, over(home, {}, keyring)), SECRET)
      entries.clear()
      assert.strictEqual(
        (yield* Effect.flip(Effect.provide(recall, over(home, {}, keyring)))).code,
        "vault-keyring-silent"
      )
    })
  )

  it.live("names the cause when the home can't be written (skipped for root, who can)", () =>
    Effect.gen(function* () {
      if (process.getuid?.() === 0) return
      const home = yield* temporaryDirectory
      chmodSync(home, 0o500)
      const error = yield* Effect.flip(Effect.provide(store, over(home)))
      chmodSync(home, 0o700)
      assert.strictEqual(error.code, "vault-not-writable")
    })
  )
})

describe("several at once", () => {
  it.live("no update of concurrent fibers and vaults is lost", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const write = (name: string) =>
        Effect.forEach([0, 1, 2, 3, 4], (index) => setSecret(`${name}_${index}`, Redacted.make("x")), {
          concurrency: "unbounded",
          discard: true
        }).pipe(Effect.provide(over(home), { local: true }))
      yield* Effect.all([write("A"), write("B")], { concurrency: "unbounded" })
      assert.lengthOf(yield* Effect.provide(secretNames, over(home)), 10)
      assert.deepStrictEqual(readdirSync(home).sort(), ["vault.age", "vault.key"])
    })
  )

  it.live("no update of concurrent processes is lost", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const names = ["A", "B", "C", "D"]
      const codes = yield* Effect.promise(() => Promise.all(names.map((name) => exitOf(WRITER, [home, name, "8"]))))
      assert.deepStrictEqual(codes, [0, 0, 0, 0])
      assert.lengthOf(yield* Effect.provide(secretNames, over(home)), 32)
    })
  )

  it.live("a killed process leaves a vault that opens, and a lock that nobody waits for", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.provide(store, over(home))
      const script = fileURLToPath(WRITER)
      for (let round = 0; round < 4; round++) {
        const before = statSync(join(home, "vault.age")).ino
        const child = spawn(process.execPath, [script, home, `R${round}`, "100000"], { stdio: "ignore" })
        const gone = new Promise((resolve) => child.on("exit", resolve))
        while (statSync(join(home, "vault.age")).ino === before) yield* Effect.sleep("5 millis")
        yield* Effect.sleep(`${round * 3} millis`)
        child.kill("SIGKILL")
        yield* Effect.promise(() => gone)
        yield* Effect.provide(setSecret(`AFTER_${round}`, Redacted.make("x")), over(home))
        assert.strictEqual(yield* Effect.provide(recall, over(home)), SECRET)
      }
      // What was half written is cleared away by whoever writes next.
      assert.deepStrictEqual(readdirSync(home).sort(), ["vault.age", "vault.key"])
    })
  )

  const lockText = (holder: { readonly pid: number; readonly host?: string }) =>
    JSON.stringify({ host: hostname(), instance: randomUUID(), token: randomUUID(), ...holder })

  it.live("a lock of a dead process, or of an earlier one with our id, is cleared", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      for (const holder of [{ pid: 2 ** 22 + 1 }, { pid: process.pid }]) {
        writeFileSync(join(home, "vault.lock"), lockText(holder))
        yield* Effect.provide(store, over(home))
        assert.deepStrictEqual(readdirSync(home).sort(), ["vault.age", "vault.key"])
      }
    })
  )

  it.live("a lock of a living process, or of another machine, is waited for", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      for (const holder of [{ pid: process.ppid }, { pid: 2 ** 22 + 1, host: "another-machine" }]) {
        const lock = join(home, "vault.lock")
        writeFileSync(lock, lockText(holder))
        const fiber = yield* Effect.forkChild(
          Effect.provide(
            Effect.flatMap(Vault, (vault) => vault.withLock("vault")(Effect.succeed("mine"))),
            over(home)
          )
        )
        yield* Effect.sleep("150 millis")
        assert.isUndefined(fiber.pollUnsafe())
        rmSync(lock)
        assert.strictEqual(yield* Fiber.join(fiber), "mine")
      }
    })
  )

  it.live("an interrupted holder lets go", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        const vault = yield* Vault
        const fiber = yield* Effect.forkChild(vault.withLock("vault")(Effect.never))
        while (!existsSync(join(home, "vault.lock"))) yield* Effect.sleep("5 millis")
        yield* Fiber.interrupt(fiber)
        assert.isFalse(existsSync(join(home, "vault.lock")))
        assert.strictEqual(yield* vault.withLock("vault")(Effect.succeed(1)), 1)
      }).pipe(Effect.provide(over(home)))
    })
  )
})
