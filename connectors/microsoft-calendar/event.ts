/** An event of Graph as calendars in general have it. */
import type { Origin } from "../../src/component/batch.ts"
import { DAY, startOfDay } from "../calendar/clock.ts"
import { type Attendee, type Details, invited } from "../calendar/details.ts"
import type { Calendar, CalendarEvent } from "../calendar/event.ts"
import { type Length, type Moment, parseMoment } from "../calendar/moment.ts"
import { plainText, properties } from "../calendar/property.ts"
import { readRecurrence } from "../calendar/recurrence.ts"
import { windowsZone } from "../calendar/windows-zones.ts"
import { UTC, type Zone, sameOffsets, toInstant } from "../calendar/zone.ts"
import { plainOf } from "./plain.ts"
import type { Event, Person, Time } from "./shape.ts"

/**
 * Zones by the names that Outlook uses, each made once; null: one of Outlook's own making, or none. Windows has one zone
 * for many: where its clocks are those of `own`, that is meant.
 */
export const zoneNamed = (iana: (name: string) => Zone | null, own: Zone): ((name: string) => Zone | null) => {
  const known = new Map<string, Zone | null>()
  const make = (given: string): Zone | null => {
    const name = given.replace(/^tzone:\/\/Microsoft\//i, "").trim()
    if (/^(?:utc|gmt|coordinated universal time)$/i.test(name)) return UTC
    const windows = windowsZone(name)
    const zone = iana(windows ?? name)
    return zone !== null && windows !== null && sameOffsets(zone, own) ? own : zone
  }
  return (name) => {
    const zone = known.get(name) ?? make(name)
    known.set(name, zone)
    return zone
  }
}

/** Wall time as written; null: none that exists. */
const wallOf = ({ dateTime }: Time): number | null => parseMoment(dateTime.replace(/\.\d+$/, ""))?.wall ?? null

const instantOf = (time: Time, calendar: Calendar): number | null => {
  const wall = wallOf(time)
  const zone = typeof time.timeZone === "string" ? calendar.zones.byId(time.timeZone) : UTC
  return wall === null ? null : toInstant(zone ?? UTC, wall)
}

const RESPONSES = new Map([
  ["accepted", "accepted"],
  ["declined", "declined"],
  ["tentativelyAccepted", "tentative"],
  ["notResponded", "needs-action"]
])

const personOf = ({ emailAddress, status }: Person, role: Attendee["role"]): Attendee => {
  // Within an organisation, an address may be a path of its directory.
  const address = emailAddress?.address?.includes("@") ? emailAddress.address.trim().toLowerCase() : null
  const name = plainText(emailAddress?.name)
  return {
    name: name?.toLowerCase() === address ? null : name,
    address,
    role,
    response: RESPONSES.get(status?.response ?? "") ?? null
  }
}

const descriptionOf = ({ body }: Event): string | null => {
  const content = body?.content ?? ""
  return (body?.contentType?.toLowerCase() === "html" ? plainOf(content) : content.trim()) || null
}

const detailsOf = (event: Event): Details => {
  const { attendees, isCancelled, location, organizer, showAs, subject } = event
  const { latitude = null, longitude = null } = location?.coordinates ?? {}
  const isKnown = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0)
  return {
    title: subject?.trim() || null,
    description: descriptionOf(event),
    location: location?.displayName?.trim() || null,
    latitude: isKnown ? latitude : null,
    longitude: isKnown ? longitude : null,
    status: isCancelled === true ? "cancelled" : showAs === "tentative" ? "tentative" : "confirmed",
    attendees: invited([
      ...(organizer === null || organizer === undefined ? [] : [personOf(organizer, "organiser")]),
      ...(attendees ?? []).filter(({ type }) => type !== "resource").map((person) => personOf(person, "attendee"))
    ])
  }
}

/** Exchange writes the date of an occurrence into the UID of its series: here, in the 17th to the 20th byte. */
const OCCURRENCE_DATE = /^(040000008200E00074C5B7101A82E008)[0-9A-F]{8}/i

const uidOf = ({ iCalUId, id, uid }: Event): string =>
  (uid || iCalUId || id).replace(OCCURRENCE_DATE, (_, head: string) => `${head}00000000`)

/** Which occurrence it is, by its original start. Midnight may be that of any zone: the nearest date is meant. */
const originalOf = ({ originalStart }: Event, allDay: boolean, starts: number): Moment => {
  const given = originalStart === null || originalStart === undefined ? Number.NaN : Date.parse(originalStart)
  const instant = Number.isNaN(given) ? starts : given
  return allDay ? { kind: "date", wall: startOfDay(instant + DAY / 2) } : { kind: "utc", wall: instant }
}

/** The series that an occurrence or exception belongs to; null: it is neither. */
export const seriesOf = ({ seriesMasterId }: Event): string | null => seriesMasterId || null

export const isMaster = ({ type }: Event): boolean => type === "seriesMaster"

/**
 * `series`: the master of an occurrence or exception, null of all others. Gives null where it has no place in time.
 * Graph names all occurrences itself: no rule is followed here.
 */
export const eventOf = (
  event: Event,
  series: Event | null,
  calendar: Calendar,
  origin: Origin
): CalendarEvent | null => {
  const { end, start } = event
  const { zones } = calendar
  const allDay = (event.isAllDay ?? series?.isAllDay) === true
  // Of a whole day, whatever zone it is told in, the date is what counts.
  const timeOf = (time: Time | null | undefined) =>
    time === null || time === undefined ? null : allDay ? wallOf(time) : instantOf(time, calendar)
  const [starts, ends] = [timeOf(start), timeOf(end)]
  if (starts === null) return null
  const named = (name: string | null | undefined): Zone | null =>
    typeof name === "string" && name !== "" ? zones.byId(name) : null
  const zone = named(event.originalStartTimeZone ?? series?.originalStartTimeZone) ?? zones.own
  const endZone = named(event.originalEndTimeZone ?? series?.originalEndTimeZone) ?? zone
  // An instant in UTC names no place.
  const shown = (own: Zone): Zone => (own.name === "UTC" ? zones.own : own)
  const modified = Date.parse(event.lastModifiedDateTime ?? "")
  const said = event.type === "occurrence" ? (series ?? event) : event
  return {
    ...readRecurrence(properties({ lines: [] }), zones),
    uid: uidOf(series ?? event),
    calendar,
    allDay,
    // Instants are given as such; in which zone they are shown is another matter.
    zone: allDay ? zones.own : UTC,
    shownIn: allDay ? zones.own : shown(zone),
    endShownIn: allDay ? zones.own : shown(endZone),
    floating: false,
    start: allDay ? startOfDay(starts) : starts,
    startGiven: true,
    length: lengthOf(starts, ends, allDay),
    recurrence: series === null ? null : originalOf(event, allDay, starts),
    andFuture: false,
    details: detailsOf({ ...said, isCancelled: event.isCancelled ?? said.isCancelled ?? null }),
    version: {
      sequence: 0,
      modified: Number.isNaN(modified) ? Number.NEGATIVE_INFINITY : modified,
      stamped: Number.NEGATIVE_INFINITY,
      digest: event.id
    },
    origin,
    line: 0
  }
}

const lengthOf = (starts: number, ends: number | null, allDay: boolean): Length | null => {
  if (ends === null || ends < starts) return null
  return allDay ? { days: Math.round((ends - starts) / DAY), millis: 0 } : { days: 0, millis: ends - starts }
}
