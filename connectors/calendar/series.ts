/** All events of one UID, from all files: which copy counts, and what each occurrence finally is. */
import { DAY, startOfDay } from "./clock.ts"
import type { Details } from "./details.ts"
import type { CalendarEvent } from "./event.ts"
import type { Length } from "./moment.ts"
import {
  MAX_OCCURRENCES,
  type Occurrence,
  firstOccurrence,
  namedByItself,
  occurrenceAt,
  occurrencesOf
} from "./occurrence.ts"
import { toInstant, toWall } from "./zone.ts"

/** One occurrence as it takes place. */
export interface Appearance<E extends CalendarEvent = CalendarEvent> {
  readonly event: E
  readonly details: Details
  /** Of a single event, empty. */
  readonly key: string
  /** Wall time in the event's zone. */
  readonly wall: number
  readonly startsAt: number
  readonly length: Length
}

export type SeriesPart<E extends CalendarEvent> =
  | { readonly kind: "appearance"; readonly appearance: Appearance<E> }
  /** A copy that doesn't count, with an appearance of the one that does; null: that one never takes place. */
  | { readonly kind: "copy"; readonly event: E; readonly of: Appearance<E> | null }
  /** A series without any occurrence. */
  | { readonly kind: "empty"; readonly event: E }
  | {
      readonly kind: "problem"
      readonly event: E
      readonly code: "ics-bad-rule" | "ics-too-many-occurrences"
      readonly reason: string
    }

const order = <A>(a: A, b: A): number => (a < b ? -1 : a > b ? 1 : 0)

/** The copy that counts comes first; the order of files never matters. */
const byVersion = (a: CalendarEvent, b: CalendarEvent): number =>
  order(b.version.sequence, a.version.sequence) ||
  order(b.version.modified, a.version.modified) ||
  order(b.version.stamped, a.version.stamped) ||
  order(a.version.digest, b.version.digest) ||
  order(a.calendar.name, b.calendar.name) ||
  order(a.origin.member ?? "", b.origin.member ?? "") ||
  order(a.origin.archive, b.origin.archive) ||
  order(a.line, b.line)

/** Some write the same date for start and end of one day: it is one. */
const lengthOf = (event: CalendarEvent, length: Length | null): Length => {
  const { days, millis } = length ?? event.length ?? { days: 0, millis: 0 }
  return event.allDay ? { days: Math.max(1, days + Math.ceil(millis / DAY)), millis: 0 } : { days, millis }
}

const appear = <E extends CalendarEvent>(event: E, { key, wall, instant, length }: Occurrence): Appearance<E> => ({
  event,
  details: event.details,
  key,
  wall,
  startsAt: instant,
  length: lengthOf(event, length)
})

/** What a cancellation leaves unsaid is what the series said: the event keeps its title, place and people. */
const inherit = (own: Details, series: Details): Details =>
  own.status !== "cancelled"
    ? own
    : {
        ...own,
        title: own.title ?? series.title,
        description: own.description ?? series.description,
        location: own.location ?? series.location,
        latitude: own.latitude ?? series.latitude,
        longitude: own.longitude ?? series.longitude,
        attendees: own.attendees.length > 0 ? own.attendees : series.attendees
      }

interface Override<E extends CalendarEvent> {
  readonly event: E
  /** The occurrence that it replaces, as its series has it. */
  readonly original: Occurrence
  readonly copies: ReadonlyArray<E>
}

/** The overrides that count, in the order of the occurrences that they replace. */
const overridesOf = <E extends CalendarEvent>(
  events: ReadonlyArray<E>,
  master: E | null
): ReadonlyArray<Override<E>> => {
  const placed = events.flatMap((event) => {
    const { recurrence, calendar } = event
    if (recurrence === null) return []
    const named = master ?? namedByItself(event, recurrence)
    return [{ event, original: occurrenceAt(named, recurrence, calendar.zones) }]
  })
  return [...Map.groupBy(placed, ({ original }) => original.key).values()]
    .flatMap((group) => {
      const [first, ...copies] = group.toSorted((a, b) => byVersion(a.event, b.event))
      return first === undefined ? [] : [{ ...first, copies: copies.map(({ event }) => event) }]
    })
    .toSorted((a, b) => order(a.original.instant, b.original.instant) || order(a.original.key, b.original.key))
}

/** An override in place of its occurrence. */
const replaced = <E extends CalendarEvent>({ event, original }: Override<E>, master: E | null): Appearance<E> => {
  const details = master === null ? event.details : inherit(event.details, master.details)
  if (event.startGiven || master === null) {
    const instant = toInstant(event.zone, event.start)
    return { ...appear(event, { key: original.key, wall: event.start, instant, length: null }), details }
  }
  return {
    ...appear(master, { ...original, length: event.length }),
    event: { ...master, origin: event.origin },
    details
  }
}

/** A later occurrence of a series that an override has changed from one occurrence on: moved by as much as that one. */
const shifted = <E extends CalendarEvent>(
  { event, original }: Override<E>,
  later: Occurrence,
  master: E
): Appearance<E> => {
  const details = inherit(event.details, master.details)
  if (!event.startGiven) return { ...appear(master, { ...later, length: event.length }), details }
  const local = (instant: number) => {
    const wall = toWall(event.zone, instant)
    return event.allDay ? startOfDay(wall) : wall
  }
  const wall = local(later.instant) + event.start - local(original.instant)
  return { ...appear(event, { key: later.key, wall, instant: toInstant(event.zone, wall), length: null }), details }
}

const problemsOf = <E extends CalendarEvent>(event: E, complete: boolean): ReadonlyArray<SeriesPart<E>> => [
  ...event.brokenRules.map((reason): SeriesPart<E> => ({
    kind: "problem",
    event,
    code: "ics-bad-rule",
    reason: `a rule of this series can't be read and is left out, its other dates are kept: ${reason}`
  })),
  ...(complete
    ? []
    : [
        {
          kind: "problem",
          event,
          code: "ics-too-many-occurrences",
          reason: `this series has more occurrences than can be kept, so only the first ${MAX_OCCURRENCES} at most are: give its rule an end`
        } as const
      ])
]

/** The occurrences of a series, less those that have an override of their own. */
const ofSeries = <E extends CalendarEvent>(master: E, overrides: ReadonlyArray<Override<E>>, horizon: number) => {
  if (!master.recurring && overrides.length === 0)
    return { appearances: [appear(master, { ...firstOccurrence(master), key: "" })], complete: true }
  const { all, complete } = occurrencesOf(master, horizon)
  const replacedKeys = new Set(overrides.map(({ original }) => original.key))
  const ranges = overrides.filter(({ event }) => event.andFuture)
  const appearances = all
    .filter(({ key }) => !replacedKeys.has(key))
    .map((occurrence) => {
      const range = ranges.findLast(({ original }) => original.instant <= occurrence.instant)
      return range === undefined ? appear(master, occurrence) : shifted(range, occurrence, master)
    })
  return { appearances, complete }
}

/**
 * What becomes of all events with one UID. Rules are followed up to the horizon, a wall time. Appearances come before
 * the copies that repeat them.
 */
export function* partsOf<E extends CalendarEvent>(events: ReadonlyArray<E>, horizon: number): Generator<SeriesPart<E>> {
  const [overriding, masters] = [
    events.filter(({ recurrence }) => recurrence !== null),
    events.filter(({ recurrence }) => recurrence === null)
  ]
  const [master = null, ...masterCopies] = masters.toSorted(byVersion)
  const overrides = overridesOf(overriding, master)
  let first: Appearance<E> | null = null
  if (master !== null) {
    const { appearances, complete } = ofSeries(master, overrides, horizon)
    yield* problemsOf(master, complete)
    for (const appearance of appearances) yield { kind: "appearance", appearance }
    first = appearances[0] ?? null
  }
  for (const override of overrides) {
    const appearance = replaced(override, master)
    yield { kind: "appearance", appearance }
    for (const event of override.copies) yield { kind: "copy", event, of: appearance }
    first ??= appearance
  }
  if (master !== null && first === null) yield { kind: "empty", event: master }
  for (const event of masterCopies) yield { kind: "copy", event, of: first }
}
