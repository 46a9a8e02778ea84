/** The stretches of time in which a calendar is read: Graph gives no more than five years at a time. */
import { DAY, addMonths, utcMidnight } from "../calendar/clock.ts"

/** Milliseconds since 1970; `to` is exclusive. */
export interface Stretch {
  /** Where the stretch would begin if all of it were read: it is the same one, whichever part of it is. */
  readonly of: number
  readonly from: number
  readonly to: number
}

/** "ErrorCalendarViewRangeTooBig: Maximum days: 1825". */
const LONGEST = 1825 * DAY

/** Stretches are counted from here, so that they are the same in every run. */
const COUNTED_FROM = utcMidnight(2020, 1, 1)

/** Without `since`, at least so many months back are read. */
export const MONTHS_BACK = 36

export interface Bounds {
  readonly since: number | null
  readonly until: number | null
  /** Without `until`, at least up to here. */
  readonly horizon: number
}

/**
 * Stretches that don't move with the time of the run: what changes in one is asked for by one link, and when the horizon
 * moves out of the last, another is added. Two at most without `since` and `until`, as long as the horizon is near.
 */
export const stretchesOf = ({ horizon, since, until }: Bounds, now: number): ReadonlyArray<Stretch> => {
  const first = since ?? addMonths(now, -MONTHS_BACK)
  const end = until ?? horizon
  const stretches: Array<Stretch> = []
  for (let of = COUNTED_FROM + Math.floor((first - COUNTED_FROM) / LONGEST) * LONGEST; of < end; of += LONGEST) {
    stretches.push({
      of,
      from: Math.max(of, since ?? Number.NEGATIVE_INFINITY),
      to: Math.min(of + LONGEST, until ?? Number.POSITIVE_INFINITY)
    })
  }
  return stretches
}
