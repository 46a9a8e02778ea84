/** iCalendar files (RFC 5545), as every calendar exports them. */
import { type ConnectorSpec, connector, extractStream } from "../../src/component/connector.ts"
import { eventsBatches, eventsConfig, eventsFingerprint } from "./open.ts"
import { EVENT_COLUMNS } from "../calendar/record.ts"

const events = extractStream({
  type: "ics.events",
  summary: "Events of iCalendar files, one row per occurrence.",
  description:
    "Reads .ics files as they are, in folders or straight from zips. A series becomes one row for each occurrence, " +
    "recurring at the same time of its own clock across daylight saving; changed occurrences replace theirs, cancelled " +
    "events keep title and times. Zones may have IANA's names, Windows' or the file's own definition; times without any " +
    "take the calendar's (X-WR-TIMEZONE), else the pipeline's, as do whole days and the dates of instants in UTC. " +
    "The same event in several files is one: the copy with the highest SEQUENCE, then the latest change, counts, the " +
    "others are duplicates. Rooms and equipment are left out of the attendees. Tasks, journals and reminders are skipped; " +
    "an event that can't be placed in time is rejected, the rest of its file is read.",
  entity: "events",
  columns: EVENT_COLUMNS,
  time: "starts_at",
  config: eventsConfig,
  recognises: /\.ics$/i,
  examples: [
    { title: "One calendar", yaml: "type: ics.events\npath: family.ics" },
    {
      title: "All calendars of a Takeout, series up to half a year ahead",
      yaml: "type: ics.events\npath: takeout-*.zip\nhorizon: 183d"
    },
    { title: "A file under a name of your own", yaml: "type: ics.events\npath: basic.ics\ncalendar: Work" }
  ],
  fingerprint: eventsFingerprint,
  batches: (settings, opening) => eventsBatches(settings, opening)
})

export const ics: ConnectorSpec = connector({
  name: "ics",
  summary: "iCalendar files, as every calendar exports them.",
  description: "Reads calendars where they lie, without a network: nothing is changed.",
  streams: [events]
})
