/** What is kept of a series or single event, as events and as the records that they become. */
import { Result } from "effect"
import type { Item, Origin, Record, Reject } from "../../src/component/batch.ts"
import { type Json, text } from "../../src/component/column.ts"
import { changedItem, readItem } from "../../src/component/item.ts"
import type { Calendar, CalendarEvent } from "../calendar/event.ts"
import { rowsOf } from "../calendar/group.ts"
import { EVENT_COLUMNS, type EventRecord } from "../calendar/record.ts"
import { eventOf } from "./event.ts"
import { Event } from "./shape.ts"

export const COLUMNS = {
  ...EVENT_COLUMNS,
  calendar_id: text("Google's id of the calendar."),
  item_id: text("Google's id of the event, or of its series: `item_group` in the table of raw items.")
}
export type GoogleColumns = typeof COLUMNS
export type GoogleRecord = Record<GoogleColumns>

export const readEvent = readItem(Event)

export const originOf = (calendar: string, id: string): Origin => ({
  archive: "google-calendar",
  member: `calendars/${calendar}/events/${id}`
})

/** Which items belong together: by the series' id, or its own. */
export const groupOf = ({ id, recurringEventId }: Event): string => recurringEventId ?? id

/** Cancelled, and all that is said of it: the rest is what was said before. */
export const isBare = ({ start, status }: Event): boolean => status === "cancelled" && start === undefined

/** What was known of an item, with what is new about it. */
export const completed = (known: Json | undefined, news: Json): Json =>
  typeof known === "object" && known !== null && typeof news === "object" && news !== null
    ? { ...known, ...news }
    : news

interface Place {
  readonly calendarId: string
  readonly calendar: Calendar
  readonly account: string
}

interface Group {
  readonly records: ReadonlyMap<string, GoogleRecord>
  readonly rejects: ReadonlyArray<Reject>
  /** Is it a series, of which more follow when the horizon moves? */
  readonly recurring: boolean
}

/** The records of one group of items. */
export const recordsOf = (items: ReadonlyArray<Item>, place: Place, horizon: number): Group => {
  const { account, calendar, calendarId } = place
  const read = items.flatMap(({ raw }) => Result.match(readEvent(raw), { onFailure: () => [], onSuccess: (e) => [e] }))
  const [first] = read
  if (first === undefined) return { records: new Map(), rejects: [], recurring: false }
  const head = read.find(({ recurringEventId }) => recurringEventId === undefined) ?? null
  const rejects: Array<Reject> = []
  const events = read.flatMap((event): ReadonlyArray<CalendarEvent> => {
    // Of a series that isn't there, a cancelled occurrence says nothing.
    if (head === null && isBare(event)) return []
    const made = eventOf(event, calendar, originOf(calendarId, event.id), head?.iCalUID ?? event.iCalUID)
    if (made !== null) return [made]
    const raw = items.find(({ id }) => id === event.id)?.raw ?? null
    rejects.push(changedItem("at start: no date or time that exists", originOf(calendarId, event.id), raw))
    return []
  })
  const rows = rowsOf(events, account, horizon)
  const deleted = head?.status === "cancelled"
  const own = (key: string, record: EventRecord): GoogleRecord => ({
    ...record,
    sourceId: `${calendarId}/${groupOf(first)}#${key}`,
    row: {
      ...record.row,
      // Deleting a series cancels all of it, exceptions too.
      status: deleted ? "cancelled" : (record.row.status ?? null),
      calendar_id: calendarId,
      item_id: groupOf(first)
    },
    gone: deleted
  })
  return {
    records: new Map([...rows.records].map(([key, record]) => [key, own(key, record)])),
    rejects: [...rejects, ...rows.rejects],
    recurring: !deleted && ((head?.recurrence ?? []).length > 0 || head === null || read.length > 1)
  }
}
