/** The instances of a series by its rule, in wall-clock time. */
import ICAL from "ical.js"
import type { Entry } from "./agenda.ts"
import { type Moment, dayAt, instantAtWall, stampOf, timeOf, wallOf } from "./moment.ts"

export interface Rule {
  /** FREQ, INTERVAL, BYDAY and so on, without an end. */
  readonly pattern: string
  /** At most so many, the excluded ones counted. */
  readonly count: number | null
  /** The last moment at which an instance may begin. */
  readonly until: Moment | null
}

/** `RRULE:…`. UNTIL is in UTC where the series has times. */
export const ruleText = ({ pattern, count, until }: Rule): string =>
  `RRULE:${pattern}${count === null ? "" : `;COUNT=${count}`}${until === null ? "" : `;UNTIL=${stampOf(until)}`}`

/** A series without an end goes on for so many instances and until this time, as far as a server that lists them goes. */
const MOST = 730
const HORIZON = Date.UTC(2032, 0, 1)

const icalTime = (wall: number, date: boolean) => {
  const at = new Date(wall)
  return ICAL.Time.fromData({
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    isDate: date
  })
}

/** When the instances begin that begin from `from` to before `to`, excluded ones left out, changed ones not. */
export const occurrencesOf = (
  { start, rule, excluded }: Entry,
  from = -Infinity,
  to = Infinity,
  most = MOST
): ReadonlyArray<Moment> => {
  if (rule === null) return []
  const next = ICAL.Recur.fromString(rule.pattern).iterator(icalTime(wallOf(start), start.kind === "day"))
  const without = new Set(excluded.map(stampOf))
  const endless = rule.count === null && rule.until === null
  const end = Math.min(to, rule.until === null ? Infinity : timeOf(rule.until) + 1, endless ? HORIZON : Infinity)
  const found: Array<Moment> = []
  for (let index = 0; index < Math.min(most, rule.count ?? most); index++) {
    const time = next.next()
    if (time === null || time === undefined) break
    const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
    const moment = start.kind === "day" ? dayAt(wall) : instantAtWall(wall, start.zone)
    if (timeOf(moment) >= end) break
    if (timeOf(moment) >= from && !without.has(stampOf(moment))) found.push(moment)
  }
  return found
}
