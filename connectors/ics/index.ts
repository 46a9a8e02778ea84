/** iCalendar files (RFC 5545), as every calendar exports them. */
import { Duration, Effect, Schema, Stream } from "effect"
import { type ArchiveSet, Archives } from "../../src/component/archive.ts"
import { type ConnectorSpec, type Opening, connector, extractStream } from "../../src/component/connector.ts"
import { DurationText, PathGlob, withDefault } from "../../src/component/fields.ts"
import { type Outcome, batchesOf } from "./batches.ts"
import { dateParts, utcMidnight } from "./clock.ts"
import { readAll } from "./read.ts"
import { EVENT_COLUMNS } from "./record.ts"
import { UTC, ianaZones } from "./zone.ts"

const config = {
  path: PathGlob,
  horizon: DurationText.annotate({
    description:
      "How far into the future recurring events are expanded, counted from the first of the month of the run, so that " +
      "runs of one month agree. Single events and dates that are named one by one are kept however late they are."
  }).pipe(withDefault("730d")),
  calendar: Schema.optionalKey(
    Schema.NonEmptyString.annotate({
      description: "A name for the calendar. Default: the one in the file, else the file's own."
    })
  )
}
type Config = Schema.Struct<typeof config>["Type"]

// Raise when the same files would give other rows.
const VERSION = 1

/** Calendars have four digits for a year. */
const LAST_DAY = utcMidnight(9999, 12, 31)

const outcomeFor = ({ fingerprint }: ArchiveSet, { horizon, calendar }: Config, opening: Opening): Outcome => {
  const { account, timeZone, now } = opening
  const { year, month } = dateParts(now)
  const end = Math.min(utcMidnight(year, month, 1) + Duration.toMillis(horizon), LAST_DAY)
  return {
    account,
    horizon: end,
    fingerprint: JSON.stringify([VERSION, fingerprint, end, calendar ?? null, timeZone, account])
  }
}

const openEvents = Effect.fnUntraced(function* (settings: Config, opening: Opening) {
  const archives = yield* Archives
  const set = yield* archives.open(settings.path)
  const iana = ianaZones()
  const found = yield* readAll(set, { name: settings.calendar ?? null, zone: iana(opening.timeZone) ?? UTC, iana })
  const outcome = outcomeFor(set, settings, opening)
  const batches = { [Symbol.iterator]: () => batchesOf(found, outcome, opening.checkpoint) }
  return Stream.fromIterable(batches, { chunkSize: 1 })
})

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
  config,
  recognises: /\.ics$/i,
  examples: [
    { title: "One calendar", yaml: "type: ics.events\npath: family.ics" },
    {
      title: "All calendars of a Takeout, series up to half a year ahead",
      yaml: "type: ics.events\npath: takeout-*.zip\nhorizon: 183d"
    },
    { title: "A file under a name of your own", yaml: "type: ics.events\npath: basic.ics\ncalendar: Work" }
  ],
  fingerprint: Effect.fnUntraced(function* (settings, opening) {
    const archives = yield* Archives
    return outcomeFor(yield* archives.open(settings.path), settings, opening).fingerprint
  }),
  batches: (settings, opening) => Stream.unwrap(openEvents(settings, opening))
})

export const ics: ConnectorSpec = connector({
  name: "ics",
  summary: "iCalendar files, as every calendar exports them.",
  description: "Reads calendars where they lie, without a network: nothing is changed.",
  streams: [events]
})
