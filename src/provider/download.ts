/** Answers that go into a file as they come, so that a video's size doesn't count (I9). */
import { randomUUID } from "node:crypto"
import { mkdtemp, open, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope, Stream } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"

const onDisk = <A>(work: () => Promise<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      sourceError(
        "temporary-files",
        `No temporary file can be written in ${tmpdir()}: ${cause instanceof Error ? cause.message : String(cause)}.`,
        "Free some space there, or name another folder in TMPDIR, and run again."
      )
  })

/** A folder for its owner's eyes only, which ends with the scope. */
export const temporaryFolder: Effect.Effect<string, SourceError, Scope.Scope> = Effect.acquireRelease(
  onDisk(() => mkdtemp(join(tmpdir(), "keepsake-download-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** The path of a file in it that nobody else has, and that ends with the scope. */
export const temporaryFile = (folder: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => join(folder, randomUUID())),
    (path) => Effect.promise(() => rm(path, { force: true }))
  )

/** Writes all of a stream, in place of what is there. */
export const writeTo = <E>(path: string, content: Stream.Stream<Uint8Array, E>): Effect.Effect<void, E | SourceError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const file = yield* Effect.acquireRelease(
        onDisk(() => open(path, "w", 0o600)),
        (handle) => Effect.promise(() => handle.close())
      )
      yield* Stream.runForEach(content, (piece) => onDisk(() => file.writeFile(piece)))
    })
  )

export const sizeOf = (path: string): Effect.Effect<number, SourceError> =>
  Effect.map(
    onDisk(() => stat(path)),
    ({ size }) => size
  )
