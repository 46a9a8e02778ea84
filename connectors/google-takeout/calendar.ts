/** The calendars of a Takeout: `.ics` files, one per calendar, read as the ics connector reads them. */
import { Effect, Stream } from "effect"
import { Archives, type Entry } from "../../src/component/archive.ts"
import { extractStream } from "../../src/component/connector.ts"
import { type Recognise, eventsBatches, eventsConfig, eventsFingerprint } from "../ics/open.ts"
import { EVENT_COLUMNS } from "../calendar/record.ts"
import { nameOf, parseName } from "../media/name.ts"

// Takeout cuts long names, and with them the extension: `.ic`, `.i`, or none; or numbers them behind it.
const MAY_BE_CUT = /^(?:\.i?c?|\.ics\(\d+\))?$/i

const mayBeCut = ({ path, size }: Entry): boolean => {
  const name = nameOf(path)
  return size > 0 && (MAY_BE_CUT.test(parseName(name).extension) || /\.ics\(\d+\)$/i.test(name))
}

const BEGIN = /^\uFEFF?\s*BEGIN:VCALENDAR/i
const SHOWN_BYTES = 256

const beginsCalendar = (entry: Entry) =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const [head] = yield* Stream.runCollect(Stream.take(archives.stream(entry), 1))
    return BEGIN.test(new TextDecoder().decode(head?.subarray(0, SHOWN_BYTES)))
  }).pipe(
    // What can't be read isn't known to be a calendar: it stays among the files left out.
    Effect.orElseSucceed(() => false)
  )

/** Calendars whose name no longer shows it, by their first line. */
const recognise: Recognise = ({ entries }) =>
  Effect.map(Effect.filter(entries.filter(mayBeCut), beginsCalendar), (found) => new Set(found))

export const calendar = extractStream({
  type: "google-takeout.calendar",
  summary: "Events of the calendars in a Google Takeout, one row per occurrence.",
  description:
    "Reads the .ics files of all parts of an export, straight from the zips or unpacked, wherever they lie and whatever " +
    "the folder is called in your language; a calendar whose long name lost its extension is known by its first line. They " +
    "are read as `ics.events` reads them, with the same options, and the same event has the same id from either. The " +
    "calendar's name is the one in the file (X-WR-CALNAME).",
  entity: "events",
  columns: EVENT_COLUMNS,
  time: "starts_at",
  config: eventsConfig,
  recognises: /(^|\/)Takeout\/.*\.ics$/i,
  examples: [
    { title: "All calendars of an export", yaml: "type: google-takeout.calendar\npath: takeout-*.zip" },
    {
      title: "An unpacked export, series up to half a year ahead",
      yaml: "type: google-takeout.calendar\npath: Downloads/Takeout\nhorizon: 183d"
    }
  ],
  fingerprint: eventsFingerprint,
  batches: (settings, opening) => eventsBatches(settings, opening, recognise)
})
