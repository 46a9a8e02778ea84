/** Files that hold secrets: readable by their owner only, and replaced as a whole or not at all. */
import { randomUUID } from "node:crypto"
import { open, readdir, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect, Predicate } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"

/** The system's own word for a failure, such as `ENOENT`. */
export const systemCode = (cause: unknown): string | null =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : null

const failure =
  (path: string, action: "read" | "written") =>
  (cause: unknown): SourceError =>
    systemCode(cause) === "ENOSPC"
      ? sourceError("disk-full", `${path} can't be written: the disk is full.`, "Free some space and try again.")
      : sourceError(
          action === "read" ? "vault-not-readable" : "vault-not-writable",
          `${path} can't be ${action} (${systemCode(cause) ?? "unknown cause"}).`,
          "Mend the permissions of the home directory: it and its files belong to you alone."
        )

/** A step on the file system; `path` and `action` are for the message. */
export const onDisk = <A>(
  path: string,
  action: "read" | "written",
  step: () => Promise<A>
): Effect.Effect<A, SourceError> => Effect.tryPromise({ try: step, catch: failure(path, action) })

/** The same, and null where the file isn't there. */
export const ifThere = <A>(path: string, step: () => Promise<A>): Effect.Effect<A | null, SourceError> =>
  onDisk(path, "read", () =>
    step().catch((cause: unknown) => (systemCode(cause) === "ENOENT" ? null : Promise.reject(cause)))
  )

/** Changes whenever the file is replaced; null where there is none. */
export const fileIdentity = (path: string): Effect.Effect<string | null, SourceError> =>
  Effect.map(
    ifThere(path, () => stat(path, { bigint: true })),
    (found) => (found === null ? null : `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`)
  )

const writeSynced = async (path: string, content: Uint8Array | string): Promise<void> => {
  const handle = await open(path, "wx", 0o600)
  await handle
    .writeFile(content)
    .then(() => handle.sync())
    .finally(() => handle.close())
}

/** Some systems can't sync a directory; the rename itself is atomic on all. */
const syncDirectory = (directory: string): Promise<void> =>
  open(directory).then(
    (handle) =>
      handle
        .sync()
        .catch(() => {})
        .finally(() => handle.close()),
    () => {}
  )

/** Replaces a file: whatever instant the process dies at, the old or the new content is there, whole. */
export const replaceFile = (path: string, content: Uint8Array | string): Effect.Effect<void, SourceError> => {
  const temporary = `${path}.${randomUUID()}.tmp`
  return onDisk(path, "written", () =>
    writeSynced(temporary, content)
      .then(() => rename(temporary, path))
      .then(() => syncDirectory(dirname(path)))
  ).pipe(
    Effect.tapError(() => Effect.ignore(onDisk(temporary, "written", () => rm(temporary, { force: true })))),
    Effect.uninterruptible
  )
}

/** Removes what killed processes left half written. Only while nobody else writes. */
export const removeLeftovers = (path: string): Effect.Effect<void, SourceError> =>
  onDisk(path, "written", async () => {
    const directory = dirname(path)
    const left = (await readdir(directory)).filter(
      (entry) => entry.startsWith(`${basename(path)}.`) && entry.endsWith(".tmp")
    )
    await Promise.all(left.map((entry) => rm(join(directory, entry), { force: true })))
  })
