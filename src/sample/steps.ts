/** How the person walks: what watch and phone count, each in its own intervals, together or alone. */
import { EpochMillis } from "../component/column.ts"
import { stream } from "./random.ts"
import { MINUTE, SECOND, instantAt } from "./time.ts"
import type { Days } from "./whereabouts.ts"

export interface Counted {
  readonly start: EpochMillis
  readonly end: EpochMillis
  readonly count: number
}

/**
 * A quarter of an hour on foot. No interval leaves it, so none crosses a midnight in any zone; the phone's one lies
 * within what the watch covers, or the watch has none.
 */
export interface Walk {
  readonly watch: ReadonlyArray<Counted>
  readonly phone: Counted | null
}

const counted = (start: number, seconds: number, count: number): Counted => ({
  start: EpochMillis(start),
  end: EpochMillis(start + seconds * SECOND),
  count
})

/** The day's walks, in the order of their times. */
export const walksOn = (days: Days, day: number): ReadonlyArray<Walk> => {
  const random = stream("steps", days.seed, day)
  // From half past seven in the morning to half past ten in the evening: no clock changes then.
  const morning = instantAt(day, 7.5 * 3600, days.zoneOn(day))
  return Array.from({ length: 60 }, (_, slot) => slot).flatMap((slot) => {
    if (!random.chance(0.18)) return []
    const start = morning + slot * 15 * MINUTE + random.integer(0, 59) * SECOND
    const first = random.integer(240, 420)
    const second = random.integer(60, 300)
    const pace = random.integer(60, 118)
    const steps = (seconds: number) => Math.round((seconds * pace) / 60)
    const split = random.chance(0.5)
    const kind = random.next()
    const watch = split
      ? [counted(start, first, steps(first)), counted(start + first * SECOND, second, steps(second))]
      : [counted(start, first + second, steps(first + second))]
    // Phones count a little less, and notice a little later.
    const phone = counted(start + 20 * SECOND, first + second - 40, steps(first + second - 40) - random.integer(0, 25))
    return [{ watch: kind < 0.8 ? watch : [], phone: kind < 0.55 || kind >= 0.8 ? phone : null }]
  })
}

/** What a person has really walked: the watch's count, and the phone's where there is none of the watch. */
export const trueSteps = ({ phone, watch }: Walk): number =>
  watch.length > 0 ? watch.reduce((sum, { count }) => sum + count, 0) : (phone?.count ?? 0)

/** Intervals without their overlaps, in order: how long something lasted is the sum of these. */
export const union = (
  intervals: ReadonlyArray<Pick<Counted, "start" | "end">>
): ReadonlyArray<Pick<Counted, "start" | "end">> =>
  intervals
    .toSorted((left, right) => left.start - right.start)
    .reduce<ReadonlyArray<Pick<Counted, "start" | "end">>>((done, next) => {
      const last = done.at(-1)
      if (last === undefined || next.start > last.end) return [...done, next]
      return [...done.slice(0, -1), { start: last.start, end: EpochMillis(Math.max(last.end, next.end)) }]
    }, [])

/** Whole minutes of the union. */
export const minutesOf = (intervals: ReadonlyArray<Pick<Counted, "start" | "end">>): number =>
  Math.round(union(intervals).reduce((sum, { end, start }) => sum + end - start, 0) / MINUTE)
