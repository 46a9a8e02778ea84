/** One VEVENT: its identity, its times, and what it says about itself. */
import { createHash } from "node:crypto"
import { Result } from "effect"
import type { Origin } from "../../src/component/batch.ts"
import type { IcsCalendar } from "./calendar.ts"
import type { CalendarEvent, Version } from "../calendar/event.ts"
import { DAY, startOfDay } from "../calendar/clock.ts"
import type { Component } from "./content.ts"
import { detailsOf } from "./details.ts"
import {
  type Length,
  type Moment,
  type Zones,
  dateIn,
  instantIn,
  momentOf,
  parseLength,
  wallIn,
  zoneOf
} from "../calendar/moment.ts"
import { type Properties, type Property, plainText, properties } from "../calendar/property.ts"
import { readRecurrence } from "../calendar/recurrence.ts"
import { type Zone, toInstant } from "../calendar/zone.ts"

export interface IcsEvent extends CalendarEvent {
  readonly component: Component
  /** Lines that were left out. */
  readonly notes: ReadonlyArray<Note>
}

export interface Note {
  readonly reason: string
  readonly example: string
}

export interface Refusal {
  readonly code: "ics-event-cut" | "ics-no-start" | "ics-bad-date"
  readonly reason: string
}

const UNREADABLE = "a line of an event that can't be read; the event is kept without it"
const BACKWARDS = "an end before the start; the event is kept without it"
const UNKNOWN_ZONE = "a time zone that nothing defines; the calendar's own is taken"

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

/** Lines that differ between exports of the same event. */
const VOLATILE = /^(?:DTSTAMP|CREATED|LAST-MODIFIED|SEQUENCE)[;:]/i

/** The identity of an event without UID: its content. */
const contentUid = (lines: ReadonlyArray<string>): string =>
  `content:${sha256(
    lines
      .filter((line) => !VOLATILE.test(line))
      .toSorted()
      .join("\n")
  ).slice(0, 32)}`

const instantOf = (property: Property | null): number => {
  const moment = property === null ? null : momentOf(property)
  return moment?.wall ?? Number.NEGATIVE_INFINITY
}

const versionOf = (has: Properties, lines: ReadonlyArray<string>): Version => {
  const stamped = instantOf(has.first("DTSTAMP"))
  const sequence = Number.parseInt(has.first("SEQUENCE")?.value ?? "0", 10)
  return {
    sequence: Number.isNaN(sequence) ? 0 : sequence,
    modified: has.has("LAST-MODIFIED") ? instantOf(has.first("LAST-MODIFIED")) : stamped,
    stamped,
    digest: sha256(lines.toSorted().join("\n"))
  }
}

/** From a start and an end, where both are given, to a length; null: the end lies before the start. */
const lengthBetween = (start: Moment, end: Moment, zone: Zone, zones: Zones): Length | null => {
  if (start.kind === "date") {
    const last = end.kind === "date" ? end.wall : startOfDay(wallIn(end, zone, zones) + DAY - 1)
    return last < start.wall ? null : { days: (last - start.wall) / DAY, millis: 0 }
  }
  const endsAt = end.kind === "date" ? toInstant(zone, end.wall) : instantIn(end, zones)
  const millis = endsAt - instantIn(start, zones)
  return millis < 0 ? null : { days: 0, millis }
}

const refuse = (code: Refusal["code"], reason: string): Result.Result<never, Refusal> => Result.fail({ code, reason })

/** The value of a line that must be readable where it is there; null: it isn't there. */
const required = <A>(
  has: Properties,
  name: string,
  read: (property: Property) => A | null
): Result.Result<A | null, Refusal> => {
  if (!has.has(name)) return Result.succeed(null)
  const property = has.first(name)
  const value = property === null ? null : read(property)
  return value === null
    ? refuse(
        "ics-bad-date",
        `${name} is not a date, time or length that exists: "${property?.value ?? has.unreadable(name)[0]}"; correct it in the calendar and export that again`
      )
    : Result.succeed(value)
}

/** Reads a VEVENT; fails when it can't be placed in time. */
export const readEvent = (
  component: Component,
  calendar: IcsCalendar,
  origin: Origin
): Result.Result<IcsEvent, Refusal> =>
  Result.gen(function* () {
    if (!component.complete)
      return yield* refuse("ics-event-cut", "the event has no END: the file was cut here, export the calendar again")
    const has = properties(component)
    const given = yield* required(has, "DTSTART", momentOf)
    const recurrence = yield* required(has, "RECURRENCE-ID", momentOf)
    const end = yield* required(has, "DTEND", momentOf)
    const duration = yield* required(has, "DURATION", ({ value }) => parseLength(value))
    const start = given ?? recurrence
    if (start === null)
      return yield* refuse(
        "ics-no-start",
        "the event has no DTSTART, so it has no place in time: give it a date in the calendar and export that again"
      )

    const { zones } = calendar
    const allDay = start.kind === "date"
    const zone = zoneOf(start, zones)
    const shownIn = start.kind === "utc" ? zones.own : zone
    const ends = end === null ? null : lengthBetween(start, end, zone, zones)
    const series = readRecurrence(has, zones)
    const moments = [start, end, recurrence, ...series.exceptDates, ...series.extraDates.map(({ moment }) => moment)]
    const unknown = moments.flatMap((each) =>
      each?.kind === "wall" && each.tzid !== null && zones.byId(each.tzid) === null ? [each.tzid] : []
    )
    const named = ["DTSTART", "DTEND", "RDATE", "EXDATE", "RRULE", "SUMMARY", "LOCATION", "ATTENDEE", "ORGANIZER"]
    const unreadable = [...named.flatMap(has.unreadable), ...series.brokenDates]
    return {
      ...series,
      uid: plainText(has.first("UID")?.value) ?? contentUid(component.lines),
      calendar,
      allDay,
      zone,
      shownIn,
      endShownIn: end === null || end.kind === "date" ? shownIn : end.kind === "utc" ? zones.own : zoneOf(end, zones),
      floating: start.kind === "wall" && start.tzid === null && calendar.assumed,
      start: allDay ? dateIn(start, zone, zones) : start.wall,
      startGiven: given !== null,
      length: ends ?? duration,
      recurrence,
      andFuture: has.first("RECURRENCE-ID")?.params.get("range")?.toUpperCase() === "THISANDFUTURE",
      details: detailsOf(has, calendar.cancels),
      version: versionOf(has, component.lines),
      origin,
      line: component.line,
      component,
      notes: [
        ...unreadable.map((example) => ({ reason: UNREADABLE, example })),
        ...(end !== null && ends === null ? [{ reason: BACKWARDS, example: has.first("DTEND")?.value ?? "" }] : []),
        ...[...new Set(unknown)].map((example) => ({ reason: UNKNOWN_ZONE, example }))
      ]
    }
  })
