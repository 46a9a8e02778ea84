/** Events as Calendar v3 writes them. */
import { type Json, type JsonObject, compact } from "../server/json.ts"
import type { Entry, Guest, Kept, Person } from "../life/agenda.ts"
import { type Moment, stampOf, timeOf, wallOf, withOffset } from "../life/moment.ts"
import { ruleText } from "../life/recurrence.ts"
import { compactTime } from "../../../src/sample/time.ts"

export interface Reader {
  /** Whose calendar it is. */
  readonly self: string
  /** The zone in which offsets are written; an event's own zone stands beside them. */
  readonly zone: string
}

const timeJson = (moment: Moment, zone: string): JsonObject =>
  moment.kind === "day" ? { date: moment.date } : { dateTime: withOffset(moment.at, zone), timeZone: moment.zone }

const isoMillis = (time: number) => new Date(time).toISOString()

const personJson = ({ name, address }: Person, self: string): JsonObject =>
  compact({ email: address, displayName: name ?? undefined, self: address === self ? true : undefined })

const guestJson = (guest: Guest, organizer: Person, self: string): JsonObject =>
  compact({
    ...personJson(guest, self),
    organizer: guest.address === organizer.address ? true : undefined,
    optional: guest.optional ? true : undefined,
    resource: guest.resource ? true : undefined,
    responseStatus: guest.response
  })

const excludedText = (moment: Moment): string =>
  moment.kind === "day"
    ? `EXDATE;VALUE=DATE:${stampOf(moment)}`
    : `EXDATE;TZID=${moment.zone}:${compactTime(wallOf(moment))}`

const recurrenceOf = ({ rule, excluded }: Entry): ReadonlyArray<Json> | undefined =>
  rule === null ? undefined : [ruleText(rule), ...excluded.map(excludedText)]

const seriesOf = ({ series }: Entry, { zone }: Reader): JsonObject =>
  series === null ? {} : { recurringEventId: series.id, originalStartTime: timeJson(series.original, zone) }

const fullEvent = (entry: Entry, version: number, reader: Reader): JsonObject => {
  const { organizer, guests, start } = entry
  const allDay = start.kind === "day"
  return compact({
    kind: "calendar#event",
    etag: `"${version}"`,
    id: entry.id,
    status: entry.status,
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(entry.id).toString("base64url")}`,
    created: isoMillis(entry.createdAt),
    updated: isoMillis(entry.updatedAt),
    summary: entry.title ?? undefined,
    description: entry.description ?? undefined,
    location: entry.location ?? undefined,
    creator: personJson(organizer, reader.self),
    organizer: personJson(organizer, reader.self),
    start: timeJson(start, reader.zone),
    end: timeJson(entry.end, reader.zone),
    recurrence: recurrenceOf(entry),
    ...seriesOf(entry, reader),
    transparency: allDay ? "transparent" : undefined,
    iCalUID: entry.uid,
    sequence: 0,
    attendees: guests.length === 0 ? undefined : guests.map((guest) => guestJson(guest, organizer, reader.self)),
    guestsCanInviteOthers: guests.length > 3 ? false : undefined,
    reminders: { useDefault: !allDay },
    eventType: "default"
  })
}

/** Of a cancelled event only this much is promised. */
const bareEvent = (entry: Entry, version: number, reader: Reader): JsonObject => ({
  kind: "calendar#event",
  etag: `"${version}"`,
  id: entry.id,
  status: "cancelled",
  ...seriesOf(entry, reader)
})

export const eventJson = ({ entry, version }: Kept, reader: Reader): JsonObject =>
  entry.status === "cancelled" ? bareEvent(entry, version, reader) : fullEvent(entry, version, reader)

/** From the beginning to the end, of a series to the end of its last instance; infinite where it has none. */
export const reachOf = (
  { start, end, rule }: Entry,
  lastStart: () => Moment | undefined
): readonly [number, number] => {
  if (rule === null) return [timeOf(start), timeOf(end)]
  if (rule.count === null && rule.until === null) return [timeOf(start), Infinity]
  return [timeOf(start), timeOf(lastStart() ?? start) + timeOf(end) - timeOf(start)]
}
