/** From an appearance to the record that is staged. */
import type { Origin, Record } from "../../src/component/batch.ts"
import { EpochMillis, type Row } from "../../src/component/column.ts"
import { entities } from "../../src/life/entity.ts"
import { DAY, localDate } from "./clock.ts"
import { eventId } from "./identity.ts"
import type { Appearance } from "./series.ts"
import { toInstant, toWall } from "./zone.ts"

export const EVENT_COLUMNS = { ...entities.events.columns, ...entities.events.relations }
export type EventColumns = typeof EVENT_COLUMNS
export type EventRecord = Record<EventColumns>

const endOf = ({ event, wall, startsAt, length }: Appearance): number =>
  (length.days === 0 ? startsAt : toInstant(event.zone, wall + length.days * DAY)) + length.millis

/** The last date, inclusive: what ends at midnight ends on the day before. */
const lastDate = ({ event, wall, startsAt, length }: Appearance, endsAt: number, firstWall: number): number => {
  if (event.allDay) return wall + (length.days - 1) * DAY
  const end = toWall(event.endShownIn, endsAt) - (endsAt > startsAt ? 1 : 0)
  // A flight across the date line can land on the day before.
  return Math.max(end, firstWall)
}

const rowOf = (appearance: Appearance): Row<EventColumns> => {
  const { event, details, key, startsAt } = appearance
  const endsAt = endOf(appearance)
  const firstWall = event.allDay ? appearance.wall : toWall(event.shownIn, startsAt)
  return {
    title: details.title,
    description: details.description,
    starts_at: EpochMillis(startsAt),
    ends_at: EpochMillis(endsAt),
    all_day: event.allDay,
    local_start_date: localDate(firstWall),
    local_end_date: localDate(lastDate(appearance, endsAt, firstWall)),
    time_zone: event.shownIn.name,
    location_text: details.location,
    latitude: details.latitude,
    longitude: details.longitude,
    status: details.status,
    uid: event.uid,
    recurrence_id: key === "" ? null : key,
    calendar: event.calendar.name,
    attendees: details.attendees
  }
}

/** `origin`: where it stands, if not with the event that counts. */
export const recordOf = (appearance: Appearance, account: string, origin?: Origin): EventRecord => {
  const { event, key } = appearance
  return {
    // A key has no #, so that no UID with one can be mistaken for a series and its occurrence.
    sourceId: `${event.uid}#${key}`,
    id: eventId(event.uid, key, account),
    origin: origin ?? event.origin,
    row: rowOf(appearance)
  }
}
