/** The person's nights, as a watch and a sleep app tell them; each has nights without. */
import { EpochMillis } from "../component/column.ts"
import { type NonEmpty, type Random, cycled, stream } from "./random.ts"
import { MINUTE, instantAt } from "./time.ts"
import type { Days } from "./whereabouts.ts"

export type Stage = "Core" | "Deep" | "REM" | "Awake"

export interface Interval {
  readonly start: EpochMillis
  readonly end: EpochMillis
}

export interface Night {
  /** By the app; null where it was not asked. */
  readonly inBed: Interval | null
  readonly asleep: Interval | null
  /** By the watch, without gaps; none where it was on its charger. */
  readonly stages: ReadonlyArray<Interval & { readonly stage: Stage }>
}

const CYCLE: NonEmpty<Stage> = ["Core", "Deep", "Core", "REM", "Core", "Awake"]

const stagesBetween = (random: Random, start: number, end: number): Night["stages"] => {
  const stages: Array<Night["stages"][number]> = []
  for (let at = start, turn = 0; at < end; turn++) {
    const stage = cycled(CYCLE, turn)
    const minutes = stage === "Awake" ? random.integer(2, 12) : random.integer(14, 50)
    const until = Math.min(end, at + minutes * MINUTE)
    stages.push({ stage, start: EpochMillis(at), end: EpochMillis(until) })
    at = until
  }
  return stages
}

/** The night that follows a day. All its times are full minutes. */
export const nightAfter = (days: Days, day: number): Night => {
  const random = stream("night", days.seed, day)
  const bed = instantAt(day, random.integer(22 * 60 + 40, 23 * 60 + 50) * 60, days.zoneOn(day))
  const up = bed + random.integer(400, 480) * MINUTE
  const sources = random.next()
  const stages = stagesBetween(random, bed + random.integer(5, 25) * MINUTE, up - random.integer(0, 20) * MINUTE)
  const asleep = {
    start: EpochMillis(bed + random.integer(5, 25) * MINUTE),
    end: EpochMillis(up - random.integer(0, 20) * MINUTE)
  }
  const withApp = sources < 0.75
  return {
    inBed: withApp ? { start: bed, end: EpochMillis(up) } : null,
    asleep: withApp ? asleep : null,
    stages: sources < 0.55 || !withApp ? stages : []
  }
}

/** What counts as sleep, by whichever source. */
export const sleptIn = ({ asleep, stages }: Night): ReadonlyArray<Interval> => [
  ...(asleep === null ? [] : [asleep]),
  ...stages.filter(({ stage }) => stage !== "Awake")
]
