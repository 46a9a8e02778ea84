/** All files below a folder, with nothing left out in silence. */
import type { Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import type { SourceError } from "../component/error.ts"
import { systemFailure } from "./failure.ts"
import { type LeftOut, fileLeftOut, folderLeftOut } from "./left-out.ts"

/** A file as the file system knows it. */
export interface FileFound {
  readonly path: string
  /** From the root of its set, `/` between segments. */
  readonly below: string
  readonly bytes: number
  /** Milliseconds since 1970, whole. */
  readonly modifiedAt: number
}

export interface Walked {
  /** In the order of their paths. */
  readonly files: ReadonlyArray<FileFound>
  readonly leftOut: ReadonlyArray<LeftOut>
  /** What the system refused to list or to show. */
  readonly refused: ReadonlyArray<{ readonly path: string; readonly error: SourceError }>
}

const STATS_AT_ONCE = 16

/**
 * Walks `folder`; `prefix` is its own path from the root of the set with a `/` at the end, empty for the root.
 * Links to folders aren't followed.
 */
export const walk = (folder: string, prefix: string): Effect.Effect<Walked> =>
  Effect.gen(function* () {
    const files: Array<FileFound> = []
    const leftOut: Array<LeftOut> = []
    const refused: Array<{ readonly path: string; readonly error: SourceError }> = []

    const visit = (directory: string, above: string): Effect.Effect<void> =>
      Effect.tryPromise({
        try: () => readdir(directory, { withFileTypes: true }),
        catch: (cause) => systemFailure(directory, "listed", cause)
      }).pipe(
        Effect.flatMap((children) => {
          const folders = children.filter((child) => child.isDirectory())
          const others = children.filter((child) => !child.isDirectory())
          return Effect.andThen(
            Effect.forEach(others, (child) => look(child, directory, above), {
              concurrency: STATS_AT_ONCE,
              discard: true
            }),
            Effect.forEach(folders, (child) => enter(child.name, directory, above), { discard: true })
          )
        }),
        Effect.catch((error) => Effect.sync(() => void refused.push({ path: above, error })))
      )

    const enter = (name: string, directory: string, above: string): Effect.Effect<void> => {
      const reason = folderLeftOut(name)
      const path = above + name.normalize("NFC")
      return reason === null
        ? visit(join(directory, name), `${path}/`)
        : Effect.sync(() => void leftOut.push({ reason, path }))
    }

    const look = (child: Dirent, directory: string, above: string): Effect.Effect<void> => {
      const path = join(directory, child.name)
      const found = above + child.name.normalize("NFC")
      const reason = fileLeftOut(child.name)
      if (reason !== null) return Effect.sync(() => void leftOut.push({ reason, path: found }))
      return Effect.tryPromise({ try: () => stat(path), catch: (cause) => systemFailure(path, "read", cause) }).pipe(
        Effect.map((stats) => {
          if (stats.isFile())
            files.push({ path, below: found, bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) })
          else leftOut.push({ reason: stats.isDirectory() ? "links to folders" : "not a file", path: found })
        }),
        Effect.catch((error) => Effect.sync(() => void refused.push({ path: found, error })))
      )
    }

    yield* visit(folder, prefix)
    const byBelow = (left: FileFound, right: FileFound) => (left.below < right.below ? -1 : 1)
    return { files: files.sort(byBelow), leftOut, refused }
  })
