/** Google Calendar by its API, calendar by calendar, and afterwards only what has changed. */
import { Schema } from "effect"
import { apiStream } from "../../src/component/api-stream.ts"
import { type ConnectorSpec, type Services, connector } from "../../src/component/connector.ts"
import { boundInstant } from "../../src/component/fields.ts"
import { HORIZON, horizonAt } from "../calendar/horizon.ts"
import { COLUMNS } from "./series.ts"
import { sync } from "./sync.ts"

const events = apiStream({
  type: "google-calendar.events",
  summary: "Events of a Google account's calendars, one row per occurrence.",
  description:
    "Reads all calendars that are shown in Google Calendar, or those that are named. The first run lists everything, later " +
    "ones only what has changed since. A series becomes one row for each occurrence; changed ones replace theirs, cancelled " +
    "and deleted events keep title and times and have the status cancelled. What a full listing no longer has is marked as " +
    "gone, and stays; an event that has moved out of `since` and `until` is looked up, and its row follows it. The same meeting has the same id as from an .ics file or a Microsoft calendar. Rooms are left out of " +
    "the attendees. Everything that Google sends is kept as JSON beside the rows, in the table <pipeline>__<source>-items of staging.",
  provider: "google",
  scopes: ["calendar.events.readonly", "calendar.calendarlist.readonly"],
  stores: "events, with their places and the people invited",
  entity: "events",
  columns: COLUMNS,
  time: "starts_at",
  scope: "calendar_id",
  keepsItems: true,
  config: {
    calendars: Schema.optionalKey(
      Schema.Array(Schema.NonEmptyString).annotate({
        description:
          'Names or ids of calendars to read ("primary" is the account\'s own). Default: all that are shown in Google Calendar.'
      })
    ),
    horizon: HORIZON
  },
  examples: [
    { title: "All calendars that are shown", yaml: "type: google-calendar.events\nconnection: google" },
    {
      title: "Two of them, from 2015 on",
      yaml: "type: google-calendar.events\nconnection: google\ncalendars: [primary, Family]\nsince: 2015-01-01"
    },
    {
      title: "Slowly, and series up to half a year ahead",
      yaml: "type: google-calendar.events\nconnection: google\nhorizon: 183d\nrate_limit: 2/s"
    }
  ],
  batches: ({ calendars, horizon, since, until }, opening) =>
    sync(opening, {
      horizon: horizonAt(opening.now, horizon),
      choice: calendars ?? null,
      since: since === undefined ? null : boundInstant(since, opening.timeZone),
      until: until === undefined ? null : boundInstant(until, opening.timeZone)
    })
})

export const googleCalendar: ConnectorSpec<Services> = connector({
  name: "google-calendar",
  summary: "Google Calendar, by its API.",
  description: "Reads calendars of a connected account; it can change nothing there.",
  streams: [events]
})
