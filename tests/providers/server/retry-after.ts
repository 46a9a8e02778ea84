/** Every form in which a server says when to come back. */
import type { NonEmpty } from "../../../src/sample/random.ts"

export type RetryAfterForm = "seconds" | "date" | "zero" | "missing"

export const RETRY_AFTER_FORMS: NonEmpty<RetryAfterForm> = ["seconds", "date", "zero", "missing"]

/** The header's value; null where the form is to have none. A date has whole seconds, so it may lie up to one later. */
export const retryAfter = (form: RetryAfterForm, milliseconds: number, now: number): string | null => {
  switch (form) {
    case "seconds":
      return String(Math.ceil(milliseconds / 1000))
    case "date":
      return new Date(Math.ceil((now + milliseconds) / 1000) * 1000).toUTCString()
    case "zero":
      return "0"
    case "missing":
      return null
  }
}
