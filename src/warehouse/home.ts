/** The home directory: the database, caches, logs and spill of one person. */
import { mkdir, chmod } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { type SourceError, sourceError } from "../component/error.ts"

export interface Home {
  readonly directory: string
  readonly database: string
  readonly spill: string
  /** Says where the process that holds the database listens. */
  readonly owner: string
}

export const homeAt = (directory: string): Home => ({
  directory,
  database: join(directory, "keepsake.duckdb"),
  spill: join(directory, "spill"),
  owner: join(directory, "owner.json")
})

/** Makes the directory, for its owner's eyes only. */
export const prepareHome = (home: Home): Effect.Effect<void, SourceError> =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(home.directory, { recursive: true, mode: 0o700 })
      await chmod(home.directory, 0o700)
      await mkdir(home.spill, { recursive: true, mode: 0o700 })
    },
    catch: (cause) =>
      sourceError(
        "home-not-writable",
        `The home directory ${home.directory} can't be made or written: ${cause instanceof Error ? cause.message : String(cause)}`,
        "Choose another with --home DIR or KEEPSAKE_HOME, or mend its permissions."
      )
  })
