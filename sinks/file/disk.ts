/** Files and folders, as a sink leaves them. */
import { open, readdir, stat } from "node:fs/promises"
import { basename } from "node:path"
import { Effect } from "effect"
import type { Database } from "../../src/component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../src/component/error.ts"

export type Writing<A> = Effect.Effect<A, SourceError | DatabaseError, Database>

export const onDisk = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, SourceError> =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      sourceError(
        "file-not-written",
        `${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
        "Check that the folder is writable and the disk has room."
      )
  })

export const kindOf = (path: string): Effect.Effect<"file" | "folder" | null> =>
  Effect.promise(() =>
    stat(path).then(
      (found) => (found.isDirectory() ? "folder" : "file"),
      () => null
    )
  )

/** On the disk, also when the power goes. */
export const sync = async (path: string): Promise<void> => {
  const handle = await open(path, "r+")
  await handle.sync().finally(() => handle.close())
}

const PARTITION_FILE = /^data_\d+\.\w+$/
const LEFT_BY_SYSTEMS = new Set([".DS_Store", "Thumbs.db", "desktop.ini"])

/** Does a folder hold partitions, and nothing that a person may have put there? */
export const holdsPartitions = async (folder: string): Promise<boolean> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.every(
    (entry) =>
      entry.isDirectory() ||
      LEFT_BY_SYSTEMS.has(entry.name) ||
      (PARTITION_FILE.test(entry.name) && basename(entry.parentPath).includes("="))
  )
}
