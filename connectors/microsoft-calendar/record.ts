/** Events as the records that they become, and as the items that are kept of them. */
import { Option, Result } from "effect"
import type { Item, Origin, Record, Reject } from "../../src/component/batch.ts"
import { type Json, text } from "../../src/component/column.ts"
import { changedItem, readItem } from "../../src/component/item.ts"
import type { Calendar } from "../calendar/event.ts"
import { rowsOf } from "../calendar/group.ts"
import { EVENT_COLUMNS } from "../calendar/record.ts"
import { eventOf, isMaster, seriesOf } from "./event.ts"
import { Event } from "./shape.ts"

export const COLUMNS = {
  ...EVENT_COLUMNS,
  calendar_id: text("Microsoft's id of the calendar."),
  item_id: text("Microsoft's id of the event or occurrence: `id` in the table of raw items."),
  view_id: text("The calendar and the stretch of time in which it was read: `scope` in the table of raw items.")
}
export type MicrosoftColumns = typeof COLUMNS
export type MicrosoftRecord = Record<MicrosoftColumns>

/** An event with all that Graph said of it. */
export interface Told {
  readonly event: Event
  readonly raw: Json
}

const readEvent = readItem(Event)

export const originOf = (calendar: string, id: string): Origin => ({
  archive: "microsoft-calendar",
  member: `calendars/${calendar}/events/${id}`
})

export const isRemoved = ({ "@removed": removed }: Event): boolean => removed !== undefined && removed !== null

/** What was kept of events that could be read when they came. */
export const toldIn = (items: ReadonlyArray<Item>): ReadonlyArray<Told> =>
  items.flatMap(({ raw }) => Option.toArray(Option.map(Result.getSuccess(readEvent(raw)), (event) => ({ event, raw }))))

/** Events by id, the last of each, and those of a shape that isn't known. */
export const readEvents = (raws: ReadonlyArray<Json>, calendar: string) => {
  const rejects: Array<Reject> = []
  const told = new Map<string, Told>()
  for (const raw of raws) {
    const read = readEvent(raw)
    if (Result.isSuccess(read)) told.set(read.success.id, { event: read.success, raw })
    else rejects.push(changedItem(read.failure, originOf(calendar, "?"), raw))
  }
  return { told, rejects }
}

export const itemOf = (scope: string, { event, raw }: Told): Item => ({
  scope,
  group: seriesOf(event) ?? event.id,
  id: event.id,
  raw
})

/** The item of an event that is no longer shown: all that was known of it stays. */
export const removedItem = (scope: string, { event, raw }: Told, reason: "deleted" | "moved"): Item => ({
  ...itemOf(scope, { event, raw }),
  raw: typeof raw === "object" && raw !== null ? { ...raw, "@removed": { reason } } : raw
})

export interface Place {
  readonly calendarId: string
  readonly calendar: Calendar
  readonly account: string
  /** The view that shows what takes place then: where several do, that in which it starts. Null: none does. */
  readonly viewAt: (starts: number, ends: number) => string | null
}

/** Null of a series: its occurrences are told one by one. */
export const recordOf = (
  { event, raw }: Told,
  series: Told | null,
  place: Place
): { readonly record: MicrosoftRecord | null; readonly reject: Reject | null } => {
  const { account, calendar, calendarId, viewAt } = place
  if (isMaster(event)) return { record: null, reject: null }
  const origin = originOf(calendarId, event.id)
  const made = eventOf(event, series?.event ?? null, calendar, origin)
  const [record] = made === null ? [] : [...rowsOf([made], account, made.start).records.values()]
  if (record === undefined) {
    return { record: null, reject: changedItem("at start: no date or time that exists", origin, raw) }
  }
  const { row } = record
  return {
    record: {
      ...record,
      sourceId: `${calendarId}/${event.id}`,
      row: { ...row, calendar_id: calendarId, item_id: event.id, view_id: viewAt(row.starts_at ?? 0, row.ends_at ?? 0) }
    },
    reject: null
  }
}
