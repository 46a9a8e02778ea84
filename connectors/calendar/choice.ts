/** Calendars that a source names. */
import { type SourceError, sourceError } from "../../src/component/error.ts"
import { nearest } from "../../src/component/nearest.ts"

/** Names or ids of calendars; null: it names none. */
export type Choice = ReadonlyArray<string> | null

/** What to say where the account doesn't have one of those that are named; null: it has them all. */
export const missingCalendar = (
  choice: ReadonlyArray<string>,
  present: ReadonlyArray<string>,
  has: (name: string) => boolean
): SourceError | null => {
  const missing = choice.find((name) => !has(name))
  if (missing === undefined) return null
  const near = nearest(missing, present)
  return sourceError(
    "calendar-not-found",
    `The account has no calendar "${missing}".`,
    near === null ? `It has: ${present.join(", ")}.` : `Did you mean "${near}"?`,
    { fault: "pipeline" }
  )
}
