/** Of the files behind a scan, those that are to be read: where the others are as they were, their rows stand. */
import { createHash } from "node:crypto"
import { Option, Schema } from "effect"
import type { Checkpoint } from "../component/batch.ts"
import type { Files } from "../component/connector.ts"
import { type Sql, join, literal, sql } from "../component/sql.ts"

const FilesRead = Schema.Struct({
  /** What they looked like. */
  files: Schema.Record(Schema.String, Schema.String),
  /** Some key came more than once: not all of its rows are staged. */
  copies: Schema.Boolean,
  /** Records are staged that are in no file any more. */
  strays: Schema.Boolean
})

export interface Part {
  readonly only: ReadonlySet<string>
  readonly copies: boolean
  readonly strays: boolean
}

/** Unchanged means that nothing is new. */
export const identityOf = (files: Files): string =>
  createHash("sha256")
    .update(JSON.stringify([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest("hex")

/** What to read after a read that left this checkpoint; null: all. */
export const partOf = (files: Files, checkpoint: Checkpoint | null | undefined): Part | null => {
  const last = Option.getOrNull(Schema.decodeUnknownOption(FilesRead)(checkpoint))
  if (last === null) return null
  const known = new Map(Object.entries(last.files))
  const { copies, strays } = last
  // What a file that is gone, or was another, has kept out of staging would have to come in now.
  if ([...known.keys()].some((path) => !files.has(path))) return null
  const only = new Set([...files].flatMap(([path, looks]) => (known.get(path) === looks ? [] : [path])))
  if (copies && [...only].some((path) => known.has(path))) return null
  return only.size === files.size ? null : { only, copies, strays }
}

/** For the next read. */
export const filesRead = (files: Files, { copies, strays }: Omit<Part, "only">): Checkpoint => ({
  files: Object.fromEntries(files),
  copies,
  strays
})

/** Is it one of these archives that a record is from? */
export const isFrom = (archive: Sql, some: ReadonlySet<string>): Sql =>
  sql`${archive} in (${join([...some].map((path) => literal(path)))})`
