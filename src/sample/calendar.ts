/** The life's calendar as an iCalendar file (RFC 5545). */
import { type ClockForm, type LifeEvent, type Person, owner } from "./event.ts"
import { eventOfTrip, eventsOn } from "./life.ts"
import { home } from "./places.ts"
import { type Series, instanceOn, seriesIn } from "./series.ts"
import { DAY, HOUR, compactTime, dateOf, offsetMinutes } from "./time.ts"
import { tripsIn } from "./trips.ts"
import type { EpochMillis } from "../component/column.ts"
import { WINDOWS_ZONE, timeZoneLines } from "./zones.ts"

export interface Calendar {
  readonly text: string
  /** UIDs in the order of the file. */
  readonly uids: ReadonlyArray<string>
  /** VEVENT components: masters, overrides and single events. */
  readonly components: number
}

const escaped = (text: string): string => text.replaceAll(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n")

/** Lines of at most 75 octets; what follows begins with a space. No character is cut. */
const folded = (line: string): string => {
  const lines: Array<string> = []
  let current = ""
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > 75) {
      lines.push(current)
      current = " "
      octets = 1
    }
    current += character
    octets += size
  }
  return [...lines, current].join("\r\n")
}

const compactDate = (day: number) => dateOf(day).replaceAll("-", "")

const localTime = (instant: EpochMillis, zone: string) => compactTime(instant, offsetMinutes(instant, zone))

/** A property whose value is a time, in the event's own form. */
const timeLine = (name: string, instant: EpochMillis, zone: string, form: ClockForm): string => {
  switch (form) {
    case "zone":
      return `${name};TZID=${zone}:${localTime(instant, zone)}`
    case "windows":
      return `${name};TZID=${WINDOWS_ZONE}:${localTime(instant, zone)}`
    case "floating":
      return `${name}:${localTime(instant, zone)}`
    case "utc":
      return `${name}:${compactTime(instant)}Z`
  }
}

const timesOf = ({ day, lastDay, start, end, place, clock }: LifeEvent): ReadonlyArray<string> =>
  lastDay === null
    ? [timeLine("DTSTART", start, place.zone, clock), timeLine("DTEND", end, place.zone, clock)]
    : [`DTSTART;VALUE=DATE:${compactDate(day)}`, `DTEND;VALUE=DATE:${compactDate(lastDay + 1)}`]

/** Whom the calendar belongs to; people are invited by them. */
const peopleOf = ({ declined, guests }: LifeEvent, owner: Person): ReadonlyArray<string> =>
  guests.length === 0
    ? []
    : [
        `ORGANIZER;CN="${owner.name}":mailto:${owner.address}`,
        ...[owner, ...guests].map(
          (person) =>
            `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${declined && person === owner ? "DECLINED" : "ACCEPTED"};CN="${person.name}":mailto:${person.address}`
        )
      ]

const RECENT = 9 * DAY

/** One VEVENT; `extra` are the lines that make it a master or an override. */
const component = (event: LifeEvent, owner: Person, extra: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  // Entered some days ahead: the same in every export.
  const entered = `${compactTime(event.start - RECENT)}Z`
  const { latitude, longitude } = event.place
  return [
    "BEGIN:VEVENT",
    `UID:${event.uid}`,
    `DTSTAMP:${entered}`,
    ...timesOf(event),
    ...extra,
    `SUMMARY:${escaped(event.title)}`,
    ...(event.description === null ? [] : [`DESCRIPTION:${escaped(event.description)}`]),
    ...(event.location === null ? [] : [`LOCATION:${escaped(event.location)}`]),
    ...(event.geo ? [`GEO:${latitude};${longitude}`] : []),
    ...peopleOf(event, owner),
    `STATUS:${event.cancelled ? "CANCELLED" : "CONFIRMED"}`,
    `TRANSP:${event.lastDay === null ? "OPAQUE" : "TRANSPARENT"}`,
    `LAST-MODIFIED:${compactTime(event.start - RECENT + HOUR)}Z`,
    "SEQUENCE:0",
    "END:VEVENT"
  ]
}

/** A series with its instance on a day: as it takes place after all, or by its rule alone. */
export interface Recurring {
  readonly series: Series
  readonly instance: (series: Series, day: number) => LifeEvent | null
}

/** The master with its excluded days, then the instances that differ from it. */
const seriesComponents = (
  { instance, series }: Recurring,
  ownerOn: (day: number) => Person
): ReadonlyArray<ReadonlyArray<string>> => {
  const { place, clock } = series
  const ruledSeries = { ...series, exceptions: new Map() }
  const regular = instance(ruledSeries, series.firstDay)
  if (regular === null) return []
  const owner = ownerOn(series.firstDay)
  const ruled = (day: number) => instance(ruledSeries, day)?.recurrenceId ?? regular.start
  const excluded = [...series.exceptions].flatMap(([day, kind]) => (kind === "excluded" ? [day] : []))
  const master = component(regular, owner, [
    `RRULE:${series.rule}`,
    ...excluded.toSorted((left, right) => left - right).map((day) => timeLine("EXDATE", ruled(day), place.zone, clock))
  ])
  const overrides = [...series.exceptions.keys()].flatMap((day) => {
    const changed = instance(series, day)
    if (changed === null) return []
    return [component(changed, owner, [timeLine("RECURRENCE-ID", ruled(day), place.zone, clock)])]
  })
  return [master, ...overrides]
}

const eachDay = <T>(from: number, to: number, make: (day: number) => ReadonlyArray<T>): ReadonlyArray<T> =>
  Array.from({ length: to - from }, (_, index) => make(from + index)).flat()

/** What takes place, trips and cancelled meetings included, if it starts on the days from `from` to before `to`. */
export const instancesIn = (seed: number, from: number, to: number): ReadonlyArray<LifeEvent> => {
  const trips = tripsIn(seed, from, to).filter(({ firstDay }) => firstDay >= from)
  return [...trips.map((trip) => eventOfTrip(seed, trip)), ...eachDay(from, to, (day) => eventsOn(seed, day))].toSorted(
    (left, right) => left.start - right.start
  )
}

export interface Agenda {
  /** What the calendar calls itself. */
  readonly name: string
  readonly ownerOn: (day: number) => Person
  readonly trips: ReadonlyArray<LifeEvent>
  readonly single: ReadonlyArray<LifeEvent>
  readonly series: ReadonlyArray<Recurring>
}

/** An agenda as a file. */
export const calendarFile = ({ name, ownerOn, series, single, trips }: Agenda): Calendar => {
  const components = [
    ...[...trips, ...single].map((event) => component(event, ownerOn(event.day))),
    ...series.flatMap((one) => seriesComponents(one, ownerOn))
  ]
  const zones = new Set(single.flatMap(({ clock, place }) => (clock === "zone" ? [place.zone] : [])))
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Keepsake//Sample//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${escaped(name)}`,
    `X-WR-TIMEZONE:${home.zone}`,
    ...[WINDOWS_ZONE, ...new Set([home.zone, ...zones])].flatMap(timeZoneLines),
    ...components.flat(),
    "END:VCALENDAR"
  ]
  return {
    text: `${lines.map(folded).join("\r\n")}\r\n`,
    uids: [...[...trips, ...single].map(({ uid }) => uid), ...series.map((one) => one.series.uid)],
    components: components.length
  }
}

/**
 * The calendar of the days from `from` to before `to`. A series and a trip that reach beyond them are there as a whole,
 * so that one event is the same in every export that has it.
 */
export const calendarOf = (seed: number, from: number, to: number): Calendar =>
  calendarFile({
    name: `${owner.name}, everything`,
    ownerOn: () => owner,
    trips: tripsIn(seed, from, to).map((trip) => eventOfTrip(seed, trip)),
    single: eachDay(from, to, (day) => eventsOn(seed, day)).filter(({ recurrenceId }) => recurrenceId === null),
    series: seriesIn(seed, from, to).map((series) => ({
      series,
      instance: (changed, day) => instanceOn(seed, changed, day)
    }))
  })
