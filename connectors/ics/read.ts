/** From the files of an archive set to all events in them. */
import { posix } from "node:path"
import { Effect, Result } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Origin, Reject, Skip } from "../../src/component/batch.ts"
import type { SourceError } from "../../src/component/error.ts"
import { skipped, tally } from "../media/tally.ts"
import { type CalendarOptions, readCalendar } from "./calendar.ts"
import { type Component, components, decodeText } from "./content.ts"
import { type IcsEvent, readEvent } from "./event.ts"

/** What was found, in the order of the files. */
export interface Found {
  readonly events: ReadonlyArray<IcsEvent>
  readonly rejects: ReadonlyArray<Reject>
  readonly skipped: ReadonlyArray<Skip>
}

const NOT_EVENTS = new Map([
  ["VTODO", "a task (VTODO), not an event"],
  ["VJOURNAL", "a journal entry (VJOURNAL), not an event"],
  ["VFREEBUSY", "free or busy time (VFREEBUSY), not an event"],
  ["VALARM", "a reminder (VALARM) of an event"]
])

/** The start of a file is enough to see what it is. */
const SHOWN_BYTES = 4096

export const rejectOf = (
  event: { readonly component: Component; readonly origin: Origin },
  code: string,
  reason: string
): Reject => ({
  code,
  reason,
  origin: event.origin,
  position: event.component.line,
  raw: new TextEncoder().encode(event.component.raw())
})

const notCalendar = (origin: Origin, bytes: Uint8Array): Reject => ({
  code: "ics-not-calendar",
  reason:
    bytes.length === 0
      ? "the file is empty: export the calendar again"
      : "the file has no VCALENDAR in it, whatever its name says: leave it out, or export the calendar again",
  origin,
  raw: bytes.slice(0, SHOWN_BYTES)
})

/** The calendars of a file; events outside of any are taken for one of their own. */
const calendarsOf = (text: string): ReadonlyArray<Component> => {
  const roots = components(text)
  const loose = roots.filter(({ name }) => name !== "VCALENDAR")
  const calendars = roots.filter(({ name }) => name === "VCALENDAR")
  return loose.some(({ name }) => name === "VEVENT")
    ? [...calendars, { name: "VCALENDAR", lines: [], children: loose, line: 1, raw: () => text, complete: false }]
    : calendars
}

/** Everything in one file. Never throws, whatever its bytes. */
export const readFile = (bytes: Uint8Array, origin: Origin, options: CalendarOptions): Found => {
  const calendars = calendarsOf(decodeText(bytes))
  if (calendars.length === 0) return { events: [], rejects: [notCalendar(origin, bytes)], skipped: [] }
  const events: Array<IcsEvent> = []
  const rejects: Array<Reject> = []
  const left: Array<Skip> = []
  const place = origin.member ?? origin.archive
  for (const component of calendars) {
    const calendar = readCalendar(component, options)
    for (const child of component.children) {
      if (child.name === "VTIMEZONE") continue
      if (child.name !== "VEVENT") {
        left.push(skipped(NOT_EVENTS.get(child.name) ?? `a component that is no event (${child.name})`, place))
        continue
      }
      const event = readEvent(child, calendar, origin)
      if (Result.isFailure(event)) {
        rejects.push(rejectOf({ component: child, origin }, event.failure.code, event.failure.reason))
        continue
      }
      events.push(event.success)
      left.push(...event.success.notes.map(({ reason, example }) => skipped(reason, example)))
      for (const { name } of child.children) {
        const reason = NOT_EVENTS.get(name)
        if (reason !== undefined) left.push(skipped(reason, place))
      }
    }
  }
  return { events, rejects, skipped: tally(left) }
}

const CALENDAR_FILE = /\.(?:ics|ical|icalendar|ifb)$/i
const MAX_BYTES = 256 * 1024 * 1024

// Damage within one file doesn't spoil the others.
const SPOILS_ONE = new Set(["archive-damaged", "entry-too-large"])

/** Is it named like a calendar? */
export const isCalendarName = (path: string): boolean => CALENDAR_FILE.test(path)

/** Reads all calendars of a set; `known` ones and files that the pipeline names are read whatever their extension. */
export const readAll = Effect.fnUntraced(function* (
  set: ArchiveSet,
  options: Omit<CalendarOptions, "fileName">,
  known: ReadonlySet<Entry>
): Effect.fn.Return<Found, SourceError, Archives> {
  const archives = yield* Archives
  const named = new Set(set.archives.map(({ path }) => path))
  const isCalendar = (entry: Entry) =>
    isCalendarName(entry.path) || known.has(entry) || (entry.location.kind === "file" && named.has(entry.archive))
  const read = (entry: Entry) => {
    const origin = { archive: entry.archive, member: entry.path }
    return archives.read(entry, { maxBytes: MAX_BYTES }).pipe(
      Effect.map((bytes) => readFile(bytes, origin, { ...options, fileName: posix.basename(entry.path) })),
      Effect.catchIf(
        ({ code }) => SPOILS_ONE.has(code),
        ({ code, message, hint }): Effect.Effect<Found> =>
          Effect.succeed({ events: [], rejects: [{ code, reason: `${message} ${hint}`, origin }], skipped: [] })
      )
    )
  }
  const found = yield* Effect.forEach(set.entries.filter(isCalendar), read)
  const others = set.entries.filter((entry) => !isCalendar(entry))
  return {
    events: found.flatMap(({ events }) => events),
    rejects: [...set.rejects, ...found.flatMap(({ rejects }) => rejects)],
    skipped: tally([
      ...set.skipped,
      ...others.map(({ path }) => skipped("not an .ics file", path)),
      ...found.flatMap((each) => each.skipped)
    ])
  }
})
