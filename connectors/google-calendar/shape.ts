/** Calendar v3 as far as it is read. What is not named here is kept in the raw item. */
import { Schema } from "effect"

const optional = Schema.optionalKey

/** All-day: `date`, and `end` exclusive; else `dateTime` with offset, and the zone in which it recurs. */
const Time = Schema.Struct({
  date: optional(Schema.String),
  dateTime: optional(Schema.String),
  timeZone: optional(Schema.String)
})
export type Time = typeof Time.Type

const Person = Schema.Struct({
  email: optional(Schema.String),
  displayName: optional(Schema.String),
  resource: optional(Schema.Boolean),
  organizer: optional(Schema.Boolean),
  responseStatus: optional(Schema.String)
})
export type Person = typeof Person.Type

export const Event = Schema.Struct({
  id: Schema.NonEmptyString,
  status: optional(Schema.String),
  iCalUID: optional(Schema.String),
  /** On an exception: its series and which occurrence it stands for. All that a cancelled one promises. */
  recurringEventId: optional(Schema.String),
  originalStartTime: optional(Time),
  start: optional(Time),
  end: optional(Time),
  recurrence: optional(Schema.Array(Schema.String)),
  summary: optional(Schema.String),
  description: optional(Schema.String),
  location: optional(Schema.String),
  organizer: optional(Person),
  attendees: optional(Schema.Array(Person)),
  sequence: optional(Schema.Number),
  updated: optional(Schema.String),
  htmlLink: optional(Schema.String),
  eventType: optional(Schema.String)
})
export type Event = typeof Event.Type

const Tokens = { nextPageToken: optional(Schema.String), nextSyncToken: optional(Schema.String) }

/** Items are decoded one by one, so that one of another shape doesn't spoil the page. */
export const EventPage = Schema.Struct({ ...Tokens, items: optional(Schema.Array(Schema.Json)) })

const CalendarEntry = Schema.Struct({
  id: Schema.NonEmptyString,
  summary: optional(Schema.String),
  summaryOverride: optional(Schema.String),
  timeZone: optional(Schema.String),
  accessRole: optional(Schema.String),
  selected: optional(Schema.Boolean),
  primary: optional(Schema.Boolean),
  deleted: optional(Schema.Boolean)
})
export type CalendarEntry = typeof CalendarEntry.Type

export const CalendarPage = Schema.Struct({ ...Tokens, items: optional(Schema.Array(CalendarEntry)) })
