/** Locks that hold between fibers and between processes: a file that names its holder, and that nobody keeps after death. */
import { randomUUID } from "node:crypto"
import { readFile, rm, stat, writeFile } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Clock, Effect, Option, RcMap, Schema, type Scope, Semaphore } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"
import { ifThere, onDisk, systemCode } from "./files.ts"

export interface Locks {
  /** Runs an effect while holding the lock `name`; waits for others, two minutes at most. */
  readonly withLock: (name: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SourceError, R>
}

/** Whoever holds a lock lets go within this time, by the limits on what is done under it. */
const LONGEST_HOLD = 300_000
/** A holder writes its name at once; a file without one for this long has lost its writer. */
const NAMELESS = 10_000
const PATIENCE = 120_000
const PAUSE = "25 millis"

// A process id alone may be another's by now: in containers, it nearly always is.
const INSTANCE = randomUUID()

const Holder = Schema.fromJsonString(
  Schema.Struct({ pid: Schema.Int, host: Schema.String, instance: Schema.String, token: Schema.String })
)
const decodeHolder = Schema.decodeUnknownOption(Holder)
const encodeHolder = Schema.encodeSync(Holder)

interface Seen {
  readonly text: string
  readonly modifiedAt: number
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return systemCode(cause) !== "ESRCH"
  }
}

/** Is the holder dead for certain? */
const isLeft = ({ modifiedAt, text }: Seen, now: number): boolean => {
  const holder = Option.getOrNull(decodeHolder(text))
  if (holder === null) return now - modifiedAt > NAMELESS
  if (holder.host !== hostname()) return now - modifiedAt > LONGEST_HOLD
  return holder.pid === process.pid ? holder.instance !== INSTANCE : !isAlive(holder.pid)
}

const look = (path: string): Effect.Effect<Seen | null, SourceError> =>
  ifThere(path, async () => ({ text: await readFile(path, "utf8"), modifiedAt: (await stat(path)).mtimeMs }))

/** Writes a file that must not be there yet; false where it is. */
const claim = (path: string, text: string): Effect.Effect<boolean, SourceError> =>
  onDisk(path, "written", () =>
    writeFile(path, text, { flag: "wx", mode: 0o600 }).then(
      () => true,
      (cause: unknown) => (systemCode(cause) === "EEXIST" ? false : Promise.reject(cause))
    )
  )

const remove = (path: string): Effect.Effect<void, SourceError> =>
  onDisk(path, "written", () => rm(path, { force: true }))

/**
 * Removes a dead holder's lock. Only who holds the guard that is named after that very lock may, and looks again first:
 * so nobody removes the lock of the one who came next.
 */
const clear = (path: string, seen: Seen): Effect.Effect<void, SourceError> => {
  const token = Option.match(decodeHolder(seen.text), { onNone: () => "nameless", onSome: (holder) => holder.token })
  const guard = `${path}.${token}`
  return Effect.acquireUseRelease(
    claim(guard, ""),
    (mine) =>
      Effect.gen(function* () {
        if (mine && (yield* look(path))?.text === seen.text) yield* remove(path)
      }),
    (mine) => (mine ? Effect.ignore(remove(guard)) : Effect.void)
  )
}

const stillHeld = (path: string): SourceError =>
  sourceError(
    "vault-locked",
    `Another process has held ${path} for too long.`,
    `Wait for it and try again. If no keepsake is running, delete ${path} and the files whose names begin with it.`,
    { retryable: true }
  )

/** One attempt: ours, or not yet. */
const attempt = (path: string, text: string): Effect.Effect<boolean, SourceError> =>
  Effect.gen(function* () {
    if (yield* claim(path, text)) return true
    const seen = yield* look(path)
    if (seen !== null && isLeft(seen, yield* Clock.currentTimeMillis)) yield* clear(path, seen)
    return false
  })

const withFile = <A, E, R>(path: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SourceError, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const text = encodeHolder({ pid: process.pid, host: hostname(), instance: INSTANCE, token: randomUUID() })
      const deadline = (yield* Clock.currentTimeMillis) + PATIENCE
      // Only the waiting can be interrupted: a lock that was got is always let go.
      while (!(yield* attempt(path, text))) {
        if ((yield* Clock.currentTimeMillis) > deadline) return yield* stillHeld(path)
        yield* restore(Effect.sleep(PAUSE))
      }
      const release = Effect.gen(function* () {
        if ((yield* look(path))?.text === text) yield* remove(path)
      })
      return yield* Effect.ensuring(restore(effect), Effect.ignore(release))
    })
  )

/** The locks of a directory; each is a file `<name>.lock` while it is held. */
export const makeLocks = (directory: string): Effect.Effect<Locks, never, Scope.Scope> =>
  Effect.map(RcMap.make({ lookup: (_name: string) => Semaphore.make(1) }), (semaphores) => ({
    withLock: (name) => (effect) =>
      Effect.scoped(
        Effect.flatMap(RcMap.get(semaphores, name), (semaphore) =>
          // Fibers wait here rather than at the file.
          semaphore.withPermit(Effect.suspend(() => withFile(join(directory, `${name}.lock`), effect)))
        )
      )
  }))
