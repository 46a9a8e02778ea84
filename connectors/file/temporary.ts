/** Temporary tables and files of a scan. */
import { randomUUID } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { Database } from "../../src/component/database.ts"
import { type SourceError, sourceError } from "../../src/component/error.ts"
import { name, sql } from "../../src/component/sql.ts"

/** The name of a table that no other source has, and that ends with the scope. */
export const temporaryTable = (kind: string): Effect.Effect<string, never, Database | Scope.Scope> =>
  Effect.flatMap(Database, ({ execute }) =>
    Effect.acquireRelease(
      Effect.sync(() => `_file_${kind}_${randomUUID()}`),
      (table) => Effect.ignore(execute(sql`drop table if exists ${name(table)}`))
    )
  )

/** A file with this content, which ends with the scope. */
export const temporaryFile = (file: string, content: string): Effect.Effect<string, SourceError, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => mkdtemp(join(tmpdir(), "keepsake-rows-")), catch: unwritable }),
      (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
    )
    const path = join(folder, file)
    yield* Effect.tryPromise({ try: () => writeFile(path, content, { mode: 0o600 }), catch: unwritable })
    return path
  })

const unwritable = (cause: unknown): SourceError =>
  sourceError(
    "temporary-files",
    `No temporary file can be written in ${tmpdir()}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Free some space there, or name another folder in TMPDIR, and run again."
  )
