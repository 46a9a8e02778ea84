/** A database file written anew: what was deleted from it isn't in the new one (I7). */
import { mkdir, open as openFile, readdir, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Schema } from "effect"
import { Database } from "../component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../component/error.ts"
import { literal, name, sql } from "../component/sql.ts"
import type { Home } from "./home.ts"

const draftOf = ({ database }: Home): string => `${database}.new`

const onDisk = (home: Home, step: () => Promise<void>): Effect.Effect<void, SourceError> =>
  Effect.tryPromise({
    try: step,
    catch: (cause) =>
      sourceError(
        "rewrite-failed",
        `The database file can't be written anew: ${cause instanceof Error ? cause.message : String(cause)}`,
        `What was forgotten is deleted, but its bytes may still be in ${home.database}. Free some space, and forget once more.`
      )
  })

/** Copies all that the open database holds into a new file beside it. Call it outside of transactions. */
export const copyDatabase = (home: Home): Effect.Effect<void, DatabaseError | SourceError, Database> =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* onDisk(home, () => removeDraft(home))
    const [current] = yield* database.rows(
      sql`select current_database() as name, current_setting('checkpoint_threshold') as threshold`,
      Schema.Struct({ name: Schema.String, threshold: Schema.String })
    )
    // Written by one checkpoint at the end, the file has no free blocks.
    yield* database.execute(sql`
      set checkpoint_threshold = '1TB';
      attach ${literal(draftOf(home))} as fresh;`)
    yield* database
      .execute(sql`copy from database ${name(current?.name ?? "keepsake")} to fresh; checkpoint fresh;`)
      .pipe(
        Effect.ensuring(
          Effect.ignore(
            database.execute(sql`detach fresh; set checkpoint_threshold = ${literal(current?.threshold ?? "16MB")}`)
          )
        )
      )
  })

/** Puts the copy in the place of the database, which must be closed. From here on only the new bytes are in the home. */
export const replaceDatabase = (home: Home): Effect.Effect<void, SourceError> =>
  onDisk(home, async () => {
    await sync(draftOf(home))
    await rm(`${home.database}.wal`, { force: true })
    await rename(draftOf(home), home.database)
    if (process.platform !== "win32") await sync(dirname(home.database))
  })

const sync = async (path: string) => {
  const handle = await openFile(path, "r+").catch(() => openFile(path, "r"))
  await handle.sync()
  await handle.close()
}

const removeDraft = async (home: Home) => {
  await rm(draftOf(home), { force: true })
  await rm(`${draftOf(home)}.wal`, { force: true })
}

/** What runs leave beside the database: spill, logs and thumbnails. */
export const clearLeftovers = (home: Home): Effect.Effect<void, SourceError> =>
  onDisk(home, async () => {
    for (const folder of [home.spill, join(home.directory, "logs"), join(home.directory, "thumbnails")]) {
      const entries = await readdir(folder).catch(() => null)
      if (entries === null) continue
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
    }
  })
