/** Calendar entries of any number: single events, days, series with exceptions and cancellations, in several zones. */
import { type NonEmpty, type Random, stream } from "../../../src/sample/random.ts"
import type { Entry, Person } from "./agenda.ts"
import { DAY_MS, type Instant, type Moment, dayAt, daysLater, instantAtWall, later, stampOf } from "./moment.ts"
import { partyOf } from "./people.ts"
import { type Rule, occurrencesOf } from "./recurrence.ts"

export const ZONES: NonEmpty<string> = [
  "Europe/Vienna",
  "Europe/Vienna",
  "Europe/Vienna",
  "America/New_York",
  "Asia/Tokyo",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "UTC"
]

const TITLES: NonEmpty<string> = [
  "Lunch",
  "Dentist 🦷",
  "Über den Entwurf sprechen",
  "פגישה עם דנה",
  "Call & review <draft>",
  "Running, 10 km",
  "誕生日会",
  "Standup"
]

const LOCATIONS: NonEmpty<string> = [
  "Florianigasse 46, 1080 Wien, Österreich",
  "Room 4.07",
  "Konzerthaus, Lothringerstraße 20, 1030 Wien",
  "https://meet.example.com/abc-defg-hij"
]

const PATTERNS: NonEmpty<string> = [
  "FREQ=DAILY",
  "FREQ=WEEKLY;BYDAY=MO,WE",
  "FREQ=WEEKLY;INTERVAL=2",
  "FREQ=MONTHLY;BYDAY=1TU",
  "FREQ=MONTHLY;BYMONTHDAY=15",
  "FREQ=YEARLY"
]

const HOUR = 3_600_000

export interface EntriesOptions {
  readonly seed: number
  /** How many, exceptions counted. */
  readonly size: number
  readonly owner: Person
  /** Milliseconds since 1970: entries begin between these. */
  readonly from: number
  readonly to: number
  /** Makes ids of another agenda of the same seed differ. */
  readonly name: string
}

const idOf = (random: Random): string => Array.from({ length: 26 }, () => random.integer(0, 31).toString(32)).join("")

/** A wall-clock quarter of an hour between six and ten in the evening. */
const wallTime = (random: Random, { from, to }: EntriesOptions): number => {
  const days = Math.max(1, Math.floor((to - from) / DAY_MS))
  return Math.floor(from / DAY_MS + random.integer(0, days - 1)) * DAY_MS + random.integer(6 * 4, 22 * 4) * (HOUR / 4)
}

const single = (random: Random, options: EntriesOptions): Entry => {
  const id = idOf(random)
  const wall = wallTime(random, options)
  const allDay = random.chance(0.2)
  const start: Moment = allDay ? dayAt(wall) : instantAtWall(wall, random.pick(ZONES))
  const end = allDay ? daysLater(start, random.chance(0.7) ? 1 : random.integer(2, 14)) : endOf(random, start)
  // Entered some weeks ahead.
  const createdAt = wall - random.integer(1, 90) * DAY_MS
  return {
    id,
    uid: `${id}@google.com`,
    series: null,
    rule: null,
    excluded: [],
    title: random.chance(0.03) ? null : `${random.pick(TITLES)} ${random.integer(1, 999)}`,
    description: random.chance(0.3) ? "First line\nSecond line, with “quotes”; <b>bold</b>" : null,
    location: random.chance(0.5) ? random.pick(LOCATIONS) : null,
    start,
    end,
    ...partyOf(random, options.owner),
    status: random.chance(0.05) ? "tentative" : "confirmed",
    createdAt,
    updatedAt: createdAt
  }
}

const endOf = (random: Random, start: Moment): Moment =>
  later(start, random.chance(0.02) ? 0 : random.integer(1, 8) * (HOUR / 2))

const ruleFor = (random: Random, start: Moment): Rule => {
  const pattern = random.pick(PATTERNS)
  if (random.chance(0.25)) return { pattern, count: null, until: null }
  if (random.chance(0.5)) return { pattern, count: random.integer(3, 40), until: null }
  return { pattern, count: null, until: daysLater(start, random.integer(30, 600)) }
}

/** The instance that begins at `original`, as the rule has it. */
export const instanceOf = (master: Entry, original: Moment): Entry => {
  const length = lengthOf(master)
  return {
    ...master,
    id: `${master.id}_${stampOf(original)}`,
    series: { id: master.id, original },
    rule: null,
    excluded: [],
    start: original,
    end: original.kind === "day" ? daysLater(original, length / DAY_MS) : later(original, length)
  }
}

const lengthOf = ({ start, end }: Entry): number =>
  start.kind === "instant" && end.kind === "instant"
    ? end.at - start.at
    : Date.parse(dateOf(end)) - Date.parse(dateOf(start))

const dateOf = (moment: Moment): string => (moment.kind === "day" ? moment.date : new Date(moment.at).toISOString())

const moved = (random: Random, instance: Entry): Entry => {
  const hours = random.integer(1, 5) * HOUR
  const shifted = (moment: Moment): Moment =>
    moment.kind === "day" ? daysLater(moment, 1) : ({ ...moment, at: moment.at + hours } satisfies Instant)
  return {
    ...instance,
    title: random.chance(0.5) ? `${instance.title ?? ""} (moved)` : instance.title,
    start: shifted(instance.start),
    end: shifted(instance.end),
    updatedAt: instance.updatedAt + HOUR
  }
}

/** A series with its exceptions, at most `room` entries in all. */
const series = (random: Random, options: EntriesOptions, room: number): ReadonlyArray<Entry> => {
  const plain = single(random, options)
  const ruled: Entry = { ...plain, rule: ruleFor(random, plain.start) }
  const starts = occurrencesOf(ruled, -Infinity, Infinity, 60)
  const chosen = starts.filter((_, index) => index > 0 && random.chance(0.08)).slice(0, room)
  const excluded = random.chance(0.3) ? chosen.slice(0, 1) : []
  const different = chosen.slice(excluded.length)
  const master: Entry = { ...ruled, excluded }
  const exceptions = different.slice(0, room - 1).map((original) => {
    const instance = instanceOf(master, original)
    return random.chance(0.5) ? moved(random, instance) : { ...instance, status: "cancelled" as const }
  })
  return [master, ...exceptions]
}

/** Exactly `size` entries; the same options give the same ones. */
export const entriesOf = (options: EntriesOptions): ReadonlyArray<Entry> => {
  const random = stream("entries", options.seed, options.name)
  const entries: Array<Entry> = []
  while (entries.length < options.size) {
    const room = options.size - entries.length
    entries.push(...(random.chance(0.12) ? series(random, options, room) : [single(random, options)]))
  }
  return entries
}
