/** DuckDB's errors by what a person has to do about them. */
import { DatabaseError } from "../component/error.ts"

const CODES: ReadonlyArray<readonly [RegExp, DatabaseError["code"]]> = [
  [/could not set lock on file|conflicting lock|being used by another process/i, "locked"],
  [/no space left|disk (is )?full|ENOSPC|File too large|max_temp_directory_size/i, "disk-full"],
  [/^INTERRUPT Error/i, "interrupted"],
  [/not a valid DuckDB database|corrupt|checksum|Serialization Error/i, "corrupt"],
  [/^Out of Memory Error/i, "out-of-memory"],
  [/^IO Error/i, "io"]
]

/** The statement is kept for `-v` only; it never holds a secret, as secrets never reach SQL (I5). */
export const describeError = (cause: unknown, statement: string): DatabaseError => {
  const message = cause instanceof Error ? cause.message : String(cause)
  // A file's name says nothing about what went wrong.
  const bare = message.replaceAll(/"[^"\n]*"|'[^'\n]*'/g, "")
  const code = CODES.find(([pattern]) => pattern.test(bare))?.[1] ?? "sql"
  return new DatabaseError({ code, message, statement })
}
