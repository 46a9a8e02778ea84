/** An event of Calendar v3 as calendars in general have it. */
import type { Origin } from "../../src/component/batch.ts"
import type { Attendee, Details } from "../calendar/details.ts"
import { invited } from "../calendar/details.ts"
import { DAY } from "../calendar/clock.ts"
import type { Calendar, CalendarEvent } from "../calendar/event.ts"
import { type Length, type Moment, parseMoment } from "../calendar/moment.ts"
import { plainText, properties } from "../calendar/property.ts"
import { readRecurrence } from "../calendar/recurrence.ts"
import { type Zone, toWall } from "../calendar/zone.ts"
import type { Event, Person, Time } from "./shape.ts"

/** The instant or date that is meant; null: neither, or none that exists. */
const momentOf = ({ date, dateTime, timeZone }: Time): Moment | null => {
  if (date !== undefined) return parseMoment(date)
  if (dateTime === undefined) return null
  if (!/(?:Z|[+-]\d\d:\d\d)$/i.test(dateTime)) return parseMoment(dateTime, timeZone ?? null)
  const instant = Date.parse(dateTime)
  return Number.isNaN(instant) ? null : { kind: "utc", wall: instant }
}

/** Calendars invite and organise too, and are no people. */
const CALENDAR_ADDRESS = /@(?:group\.(?:v\.)?|import\.|resource\.)calendar\.google\.com$/i

const RESPONSES = new Map([["needsAction", "needs-action"]])

const personOf = ({ displayName, email, responseStatus }: Person, role: Attendee["role"]): Attendee => {
  const address = email?.toLowerCase() ?? null
  const name = plainText(displayName)
  return {
    name: name?.toLowerCase() === address ? null : name,
    address,
    role,
    response: responseStatus === undefined ? null : (RESPONSES.get(responseStatus) ?? responseStatus)
  }
}

const statusOf = (status: string | undefined): Details["status"] =>
  status === "cancelled" || status === "tentative" ? status : "confirmed"

const detailsOf = ({ attendees = [], description, location, organizer, status, summary }: Event): Details => {
  const isPerson = ({ email, resource }: Person) => resource !== true && !CALENDAR_ADDRESS.test(email ?? "")
  return {
    title: summary?.trim() || null,
    description: description?.trim() || null,
    location: location?.trim() || null,
    latitude: null,
    longitude: null,
    status: statusOf(status),
    attendees: invited([
      ...(organizer === undefined || !isPerson(organizer) ? [] : [personOf(organizer, "organiser")]),
      ...attendees
        .filter(isPerson)
        .map((person) => personOf(person, person.organizer === true ? "organiser" : "attendee"))
    ])
  }
}

const lengthOf = (start: Moment, end: Moment | null): Length | null => {
  if (end === null || end.kind !== start.kind || end.wall < start.wall) return null
  return start.kind === "date"
    ? { days: (end.wall - start.wall) / DAY, millis: 0 }
    : { days: 0, millis: end.wall - start.wall }
}

/** `of`: the series' own UID, which a cancelled exception leaves out. Null: it has no place in time. */
export const eventOf = (
  event: Event,
  calendar: Calendar,
  origin: Origin,
  uid: string = event.iCalUID ?? event.id
): CalendarEvent | null => {
  const { end, originalStartTime, recurrence = [], recurringEventId, start, updated } = event
  const original = originalStartTime === undefined ? null : momentOf(originalStartTime)
  const given = start === undefined ? null : momentOf(start)
  const begins = given ?? original
  if (begins === null || (recurringEventId !== undefined && original === null)) return null
  const { zones } = calendar
  const named = (time: Time | undefined): Zone | null =>
    time?.timeZone === undefined ? null : zones.byId(time.timeZone)
  const zone = named(start ?? originalStartTime) ?? zones.own
  // An instant in UTC names no place.
  const shown = (own: Zone): Zone => (own.name === "UTC" ? zones.own : own)
  const allDay = begins.kind === "date"
  const modified = updated === undefined ? Number.NEGATIVE_INFINITY : Date.parse(updated)
  return {
    ...readRecurrence(properties({ lines: recurrence }), zones),
    uid,
    calendar,
    allDay,
    zone: allDay ? zones.own : zone,
    shownIn: allDay ? zones.own : shown(zone),
    endShownIn: allDay ? zones.own : shown(named(end) ?? zone),
    floating: false,
    start: begins.kind === "utc" ? toWall(zone, begins.wall) : begins.wall,
    startGiven: given !== null,
    length: lengthOf(begins, end === undefined ? null : momentOf(end)),
    recurrence: recurringEventId === undefined ? null : original,
    andFuture: false,
    details: detailsOf(event),
    version: { sequence: event.sequence ?? 0, modified, stamped: modified, digest: event.id },
    origin,
    line: 0
  }
}
