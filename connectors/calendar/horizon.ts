/** How far into the future series are followed. */
import { Duration } from "effect"
import { DurationText, withDefault } from "../../src/component/fields.ts"
import { dateParts, utcMidnight } from "./clock.ts"

export const HORIZON = DurationText.annotate({
  description:
    "How far into the future recurring events are expanded, counted from the first of the month of the run, so that " +
    "runs of one month agree. Single events and dates that are named one by one are kept however late they are."
}).pipe(withDefault("730d"))

/** Calendars have four digits for a year. */
const LAST_DAY = utcMidnight(9999, 12, 31)

/** The wall time up to which rules are followed in a run of this time. */
export const horizonAt = (now: number, length: Duration.Duration): number => {
  const { year, month } = dateParts(now)
  return Math.min(utcMidnight(year, month, 1) + Duration.toMillis(length), LAST_DAY)
}
