/** A series of four days, and changes of its occurrences. */
import { event } from "../ics/calendar-text.ts"

export const daily = (...lines: ReadonlyArray<string>) =>
  event(
    "UID:a",
    "SUMMARY:series",
    "DTSTART:20240609T030000Z",
    "DTEND:20240609T040000Z",
    "RRULE:FREQ=DAILY;COUNT=4",
    ...lines
  )
export const change = (recurrence: string, ...lines: ReadonlyArray<string>) =>
  event("UID:a", `RECURRENCE-ID${recurrence}`, ...lines)
