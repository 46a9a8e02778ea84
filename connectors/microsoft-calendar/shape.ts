/** Graph v1.0 as far as it is read. What is not named here is kept in the raw item. */
import { Schema } from "effect"

/** Left out by some, null in others. */
export const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** Wall time without an offset: `2026-05-01T08:00:00.0000000`, and the zone in which it is meant. */
const Time = Schema.Struct({ dateTime: Schema.String, timeZone: optional(Schema.String) })
export type Time = typeof Time.Type

const Person = Schema.Struct({
  emailAddress: optional(Schema.Struct({ name: optional(Schema.String), address: optional(Schema.String) })),
  /** required, optional, resource. */
  type: optional(Schema.String),
  status: optional(Schema.Struct({ response: optional(Schema.String) }))
})
export type Person = typeof Person.Type

export const Event = Schema.Struct({
  id: Schema.NonEmptyString,
  "@removed": optional(Schema.Struct({ reason: optional(Schema.String) })),
  /** singleInstance, seriesMaster, occurrence or exception. */
  type: optional(Schema.String),
  seriesMasterId: optional(Schema.String),
  /** Of an occurrence, all else than its times is said by its series. */
  start: optional(Time),
  end: optional(Time),
  originalStart: optional(Schema.String),
  originalStartTimeZone: optional(Schema.String),
  originalEndTimeZone: optional(Schema.String),
  isAllDay: optional(Schema.Boolean),
  uid: optional(Schema.String),
  iCalUId: optional(Schema.String),
  subject: optional(Schema.String),
  body: optional(Schema.Struct({ contentType: optional(Schema.String), content: optional(Schema.String) })),
  location: optional(
    Schema.Struct({
      displayName: optional(Schema.String),
      coordinates: optional(Schema.Struct({ latitude: optional(Schema.Number), longitude: optional(Schema.Number) }))
    })
  ),
  organizer: optional(Person),
  attendees: optional(Schema.Array(Person)),
  isCancelled: optional(Schema.Boolean),
  showAs: optional(Schema.String),
  lastModifiedDateTime: optional(Schema.String)
})
export type Event = typeof Event.Type

/** Items are decoded one by one, so that one of another shape doesn't spoil the page. */
export const EventPage = Schema.Struct({
  value: Schema.Array(Schema.Json),
  "@odata.nextLink": optional(Schema.String),
  "@odata.deltaLink": optional(Schema.String)
})

const CalendarEntry = Schema.Struct({
  id: Schema.NonEmptyString,
  name: optional(Schema.String),
  isDefaultCalendar: optional(Schema.Boolean)
})
export type CalendarEntry = typeof CalendarEntry.Type

export const CalendarPage = Schema.Struct({
  value: Schema.Array(CalendarEntry),
  "@odata.nextLink": optional(Schema.String)
})
