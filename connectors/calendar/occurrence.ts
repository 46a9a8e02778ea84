/** When a series takes place: its start, what its rules and extra dates add, less what is excepted. */
import { DAY, basicDate, basicTime, startOfDay } from "./clock.ts"
import type { CalendarEvent } from "./event.ts"
import { type Length, type Moment, type Zones, dateIn, instantIn, wallIn, zoneOf } from "./moment.ts"
import { type Rule, expand } from "./rule.ts"
import { type Zone, toInstant, toWall } from "./zone.ts"

export interface Occurrence {
  /** Names it within its series: the original start in UTC, of an all-day event its date. */
  readonly key: string
  /** In the zone of its series. */
  readonly wall: number
  readonly instant: number
  /** Where it differs from its series. */
  readonly length: Length | null
}

/** More are no calendar that a person keeps: every day for 80 years. */
export const MAX_OCCURRENCES = 30_000

/** What decides how occurrences of an event are named. */
export type Named = Pick<CalendarEvent, "allDay" | "zone" | "floating" | "start">

const occurrence = (event: Named, wall: number, instant: number, length: Length | null = null): Occurrence => {
  // A floating time keeps its name whatever zone is assumed for it.
  const key = event.allDay ? basicDate(wall) : event.floating ? basicTime(wall) : `${basicTime(instant)}Z`
  return { key, wall, instant, length }
}

const atWall = (event: Named, wall: number): Occurrence => occurrence(event, wall, toInstant(event.zone, wall))

/** The occurrence of an event that a date or time of its file means. */
export const occurrenceAt = (event: Named, moment: Moment, zones: Zones, length: Length | null = null): Occurrence => {
  if (event.allDay) {
    const date = dateIn(moment, zones.own, zones)
    return occurrence(event, date, toInstant(event.zone, date), length)
  }
  if (moment.kind === "utc" || (moment.kind === "wall" && moment.tzid !== null)) {
    const instant = instantIn(moment, zones)
    return occurrence(event, toWall(event.zone, instant), instant, length)
  }
  // A mere date means the usual time on that day.
  const wall = moment.kind === "date" ? moment.wall + event.start - startOfDay(event.start) : moment.wall
  return occurrence(event, wall, toInstant(event.zone, wall), length)
}

/** The last wall time that UNTIL leaves to a rule. */
const lastOf = (rule: Rule, event: CalendarEvent): number => {
  const { zones } = event.calendar
  if (rule.until === null) return Number.POSITIVE_INFINITY
  if (event.allDay) return dateIn(rule.until, zones.own, zones)
  return rule.until.kind === "date" ? rule.until.wall + DAY - 1 : wallIn(rule.until, event.zone, zones)
}

interface Ruled {
  readonly walls: ReadonlyArray<number>
  readonly complete: boolean
}

const follow = (rule: Rule, event: CalendarEvent, horizon: number): Ruled => {
  const most = Math.min(rule.count ?? MAX_OCCURRENCES, MAX_OCCURRENCES)
  const { times, complete } = expand(rule, event.start, Math.min(horizon, lastOf(rule, event)), most)
  return { walls: times, complete: complete || times.length === rule.count }
}

/** The start is the first occurrence and counts as such, also where it doesn't fulfil the rule. */
const fromStart = (rule: Rule, event: CalendarEvent, horizon: number): Ruled => {
  const { walls, complete } = follow(rule, event, horizon)
  const later = walls.filter((wall) => wall > event.start)
  return { walls: rule.count === null ? later : later.slice(0, rule.count - 1), complete }
}

export interface Occurrences {
  /** In order, each once. */
  readonly all: ReadonlyArray<Occurrence>
  /** False: a rule has more before the horizon than are kept. */
  readonly complete: boolean
}

/**
 * The occurrences of a series. Rules recur in the wall time of the event's zone and end at the horizon (wall time);
 * dates that are named one by one have no such end.
 */
export const occurrencesOf = (event: CalendarEvent, horizon: number): Occurrences => {
  const { zones } = event.calendar
  const ruled = event.rules.map((rule) => fromStart(rule, event, horizon))
  const walls = [event.start, ...ruled.flatMap((each) => each.walls)]
  const candidates = [
    ...walls.map((wall) => atWall(event, wall)),
    ...event.extraDates.map(({ moment, length }) => occurrenceAt(event, moment, zones, length))
  ]
  const exceptKeys = new Set([
    ...event.exceptDates.map((moment) => occurrenceAt(event, moment, zones).key),
    ...event.exceptRules.flatMap((rule) => follow(rule, event, horizon).walls).map((wall) => atWall(event, wall).key)
  ])
  const exceptDays = new Set(event.exceptDates.flatMap((moment) => (moment.kind === "date" ? [moment.wall] : [])))
  const kept = candidates.filter(({ key, wall }) => !exceptKeys.has(key) && !exceptDays.has(startOfDay(wall)))
  // Of equal keys the last stays: a period knows its own length.
  const unique = new Map(kept.map((each) => [each.key, each]))
  return {
    all: [...unique.values()].toSorted((a, b) => a.instant - b.instant),
    complete: ruled.every(({ complete }) => complete)
  }
}

/** The event's own start, as an occurrence. */
export const firstOccurrence = (event: CalendarEvent): Occurrence => atWall(event, event.start)

/** How an override without a series names its occurrence. */
export const namedByItself = (event: CalendarEvent, recurrence: Moment): Named => {
  const zone: Zone = zoneOf(recurrence, event.calendar.zones)
  const floating = recurrence.kind === "wall" && recurrence.tzid === null && event.calendar.assumed
  return { allDay: recurrence.kind === "date", zone, floating, start: recurrence.wall }
}
