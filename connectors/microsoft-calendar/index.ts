/** Microsoft's calendars by Graph, stretch by stretch, and afterwards only what has changed. */
import { Schema } from "effect"
import { apiStream } from "../../src/component/api-stream.ts"
import { type ConnectorSpec, type Services, connector } from "../../src/component/connector.ts"
import { DurationText, boundInstant, withDefault } from "../../src/component/fields.ts"
import { localDate } from "../calendar/clock.ts"
import { horizonAt } from "../calendar/horizon.ts"
import { COLUMNS } from "./record.ts"
import { sync } from "./sync.ts"
import { stretchesOf } from "./views.ts"

const events = apiStream({
  type: "microsoft-calendar.events",
  summary: "Events of a Microsoft account's calendars, one row per occurrence.",
  description:
    "Reads all calendars of the account (Outlook.com, Microsoft 365), or those that are named. Microsoft shows a calendar " +
    "in stretches of five years at most: from `since` to `until`; without these, from at least three years back to the " +
    "horizon. The first run lists everything, later ones only what has changed since. Each occurrence of a series is a " +
    "row; cancelled and deleted events keep title and times and have the status cancelled, deleted ones are marked as gone " +
    "too. An event that has moved out of what is read is looked up, and its row follows it. The same meeting has the same " +
    "id as from an .ics file or a Google calendar. Rooms are left out of the attendees. Everything that Microsoft sends is " +
    "kept as JSON beside the rows, in the table <pipeline>__<source>-items of staging.",
  provider: "microsoft",
  scopes: ["Calendars.Read"],
  stores: "events, with their places and the people invited",
  entity: "events",
  columns: COLUMNS,
  time: "starts_at",
  scope: "view_id",
  keepsItems: true,
  config: {
    calendars: Schema.optionalKey(
      Schema.Array(Schema.NonEmptyString).annotate({
        description: 'Names or ids of calendars to read ("primary" is the account\'s default one). Default: all.'
      })
    ),
    horizon: DurationText.annotate({
      description:
        "How far into the future calendars are read at least, counted from the first of the month of the run."
    }).pipe(withDefault("730d"))
  },
  examples: [
    { title: "All calendars", yaml: "type: microsoft-calendar.events\nconnection: microsoft" },
    {
      title: "Two of them, from 2015 on",
      yaml: "type: microsoft-calendar.events\nconnection: microsoft\ncalendars: [primary, Family]\nsince: 2015-01-01"
    },
    {
      title: "One year, slowly",
      yaml: "type: microsoft-calendar.events\nconnection: microsoft\nsince: 2024-01-01\nuntil: 2025-01-01\nrate_limit: 2/s"
    }
  ],
  batches: ({ calendars, horizon, since, until }, opening) => {
    const bounds = {
      horizon: horizonAt(opening.now, horizon),
      since: since === undefined ? null : boundInstant(since, opening.timeZone),
      until: until === undefined ? null : boundInstant(until, opening.timeZone)
    }
    const stretches = stretchesOf(bounds, opening.now)
    const [first] = stretches
    return sync(opening, {
      choice: calendars ?? null,
      stretches,
      earlier:
        since !== undefined || first === undefined
          ? null
          : {
              reason: `events before ${localDate(first.from)}: to read them too, say since when (since: 2010-01-01)`,
              count: null
            }
    })
  }
})

export const microsoftCalendar: ConnectorSpec<Services> = connector({
  name: "microsoft-calendar",
  summary: "Calendars of a Microsoft account, by Microsoft Graph.",
  description: "Reads calendars of a connected account; it can change nothing there.",
  streams: [events]
})
