/** What a format's module tells of files, and how their rows are had. */
import { Effect, type Scope } from "effect"
import type { Skip } from "../../src/component/batch.ts"
import type { Columns } from "../../src/component/column.ts"
import type { Database } from "../../src/component/database.ts"
import { type DatabaseError, type SourceError, sourceError } from "../../src/component/error.ts"
import type { Sql } from "../../src/component/sql.ts"
import type { Types } from "./columns.ts"
import type { Found } from "./find.ts"

export type Reading<A> = Effect.Effect<A, SourceError | DatabaseError, Database | Scope.Scope>

/** A file that can't be read at all. */
export interface Unreadable {
  readonly file: Found
  readonly error: SourceError
}

const UNREADABLE = "file-unreadable"

/** A file can't be read at all. */
export const unreadable = ({ path }: Found, cause: unknown, hint: string = GET_ANEW): SourceError =>
  sourceError(UNREADABLE, `${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}.`, hint)

const GET_ANEW = "Get the file anew, or check that you may read it; or say with `format` how it is written."

/** Looks at files one by one. Those that can't be read are told, and the others are looked at. */
export const lookAtEach = <A>(
  files: ReadonlyArray<Found>,
  lookAt: (file: Found) => Reading<A>
): Reading<{ readonly readable: ReadonlyArray<A>; readonly unreadable: ReadonlyArray<Unreadable> }> =>
  Effect.map(
    Effect.forEach(files, (file) =>
      lookAt(file).pipe(
        Effect.map((found) => ({ readable: [found], unreadable: [] })),
        Effect.catchTag("SourceError", (error) =>
          error.code === UNREADABLE
            ? Effect.succeed({ readable: [], unreadable: [{ file, error }] })
            : Effect.fail(error)
        )
      )
    ),
    (looked) => ({
      readable: looked.flatMap((each): ReadonlyArray<A> => each.readable),
      unreadable: looked.flatMap((each): ReadonlyArray<Unreadable> => each.unreadable)
    })
  )

/** Of all files that were looked at, those whose rows are to be read. */
export type Wanted = (file: Found) => boolean

/** Files of one format, looked at. */
export interface Survey {
  /** The columns that they have, by the values that come first. */
  readonly types: Types
  readonly unreadable: ReadonlyArray<Unreadable>
  readonly skipped: (wanted: Wanted) => ReadonlyArray<Skip>
  readonly load: (columns: Columns, wanted: Wanted) => Reading<Loaded>
  /** Where reading the rows has failed: the files to blame. Absent: the format takes what it can of any file. */
  readonly damaged?: Reading<ReadonlyArray<Unreadable>>
}

export interface Loaded {
  /** The rows that can be used, with the columns, and the file's path as `_row_file`. */
  readonly rows: Sql
  /** The others, as a scan gives them. Empty where there can be none. */
  readonly rejects: ReadonlyArray<Sql>
}

/** What is left out of some files, with a file or two to look at. */
export const leftOut = (
  reason: string,
  files: ReadonlyArray<Found>,
  count: number = files.length
): ReadonlyArray<Skip> => (count === 0 ? [] : [{ reason, count, examples: files.slice(0, 2).map(({ path }) => path) }])
