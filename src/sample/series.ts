/** What recurs: the team's weekly meeting, the book club, a birthday. Each has its rule and its exceptions. */
import { type ClockForm, type LifeEvent, guestsFor, timed, uidOf } from "./event.ts"
import { type Place, birthdayHouse, bookshop, office } from "./places.ts"
import { stream } from "./random.ts"
import { clip, compactTime, dayOf, dayOfMonth, instantAt, weekdayOf, yearOf } from "./time.ts"
import { isBirthday, tripOn } from "./trips.ts"

export type Exception = "excluded" | "cancelled" | "moved"

export interface Series {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly place: Place
  readonly clock: ClockForm
  /** Minutes after midnight, and how many the instance lasts. */
  readonly at: number
  readonly minutes: number
  readonly rule: string
  readonly firstDay: number
  /** By the rule alone, exceptions included. */
  readonly occursOn: (day: number) => boolean
  readonly exceptions: ReadonlyMap<number, Exception>
  /** At most so many photos of an instance. */
  readonly photos: number
}

const MEETINGS = 12
const WEEKS = MEETINGS * 7
const YEAR = 364

const untilOf = (day: number, at: number, place: Place) => `UNTIL=${compactTime(instantAt(day, at * 60, place.zone))}Z`

/** Tuesdays at ten, twelve of them; then the invitation is sent anew. */
const teamMeeting = (seed: number, block: number): Series => {
  const firstDay = block * WEEKS + 1
  const days = Array.from({ length: MEETINGS }, (_, week) => firstDay + week * 7)
  const exceptions = new Map<number, Exception>()
  for (const day of days) if (tripOn(seed, day) !== null) exceptions.set(day, "excluded")
  // In the first weeks already, so that a sample of a month has one of each.
  const free = days.filter((day) => !exceptions.has(day))
  const kinds: ReadonlyArray<Exception> = ["moved", "cancelled", "excluded"]
  kinds.forEach((kind, index) => {
    const day = free[index]
    if (day !== undefined) exceptions.set(day, kind)
  })
  const at = 10 * 60
  return {
    uid: uidOf("team", firstDay, seed),
    title: "Team meeting",
    description: "Agenda: last week, this week; blockers, decisions\nNotes are in the shared folder.",
    place: office,
    clock: "windows",
    at,
    minutes: 60,
    rule: `FREQ=WEEKLY;BYDAY=TU;${untilOf(days.at(-1) ?? firstDay, at, office)}`,
    firstDay,
    occursOn: (day) => days.includes(day),
    exceptions,
    photos: 2
  }
}

const isFirstThursday = (day: number) => weekdayOf(day) === 3 && dayOfMonth(day) <= 7

/** The first Thursday of each month, for about a year. */
const bookClub = (seed: number, block: number): Series => {
  const days = Array.from({ length: YEAR }, (_, index) => block * YEAR + index).filter(isFirstThursday)
  const firstDay = days[0] ?? block * YEAR
  const exceptions = new Map<number, Exception>()
  for (const day of days) if (tripOn(seed, day) !== null) exceptions.set(day, "excluded")
  const at = 19 * 60
  return {
    uid: uidOf("book-club", firstDay, seed),
    title: "Book club, round the corner",
    description: "Bring the book; bring a friend, or a cake.",
    place: bookshop,
    clock: "zone",
    at,
    minutes: 120,
    rule: `FREQ=MONTHLY;BYDAY=1TH;${untilOf(days.at(-1) ?? firstDay, at, bookshop)}`,
    firstDay,
    occursOn: (day) => days.includes(day),
    exceptions,
    photos: 5
  }
}

const FIRST_BIRTHDAY = dayOf(2019, 10, 14)

/** Every year without end, at a local time without a zone. */
const birthday = (seed: number): Series => ({
  uid: uidOf("birthday", FIRST_BIRTHDAY, seed),
  title: "Jonas' birthday 🎂",
  description: "Cake, then dinner.",
  place: birthdayHouse,
  clock: "floating",
  at: 18 * 60 + 30,
  minutes: 240,
  rule: "FREQ=YEARLY",
  firstDay: FIRST_BIRTHDAY,
  occursOn: isBirthday,
  exceptions: new Map(),
  photos: 9
})

/** All series that have to do with the days from `from` up to, not including, `to`. */
export const seriesIn = (seed: number, from: number, to: number): ReadonlyArray<Series> => {
  const blocks = (length: number, make: (seed: number, block: number) => Series) => {
    const first = Math.floor(from / length)
    return Array.from({ length: Math.floor((to - 1) / length) - first + 1 }, (_, index) => make(seed, first + index))
  }
  return [...blocks(WEEKS, teamMeeting), ...blocks(YEAR, bookClub), birthday(seed)]
}

/** The instance of a series on a day, as it takes place after all; cancelled ones are still there. */
export const instanceOn = (seed: number, series: Series, day: number): LifeEvent | null => {
  if (!series.occursOn(day)) return null
  const exception = series.exceptions.get(day)
  if (exception === "excluded") return null
  const random = stream("instance", seed, series.uid, day)
  const moved = exception === "moved"
  return timed(
    series.uid,
    day,
    {
      title: moved ? `${series.title} (moved)` : series.title,
      place: series.place,
      at: series.at + (moved ? 240 : 0),
      minutes: series.minutes,
      photos: exception === "cancelled" ? 0 : clip(random.integer(-1, series.photos), 0, series.photos)
    },
    {
      recurrenceId: instantAt(day, series.at * 60, series.place.zone),
      description: series.description,
      clock: series.clock,
      guests: guestsFor(seed, series.firstDay, series.place),
      cancelled: exception === "cancelled",
      album: series.place === birthdayHouse ? `Jonas' birthday ${yearOf(day)}` : null
    }
  )
}

/** What the series have on a day. */
export const instancesOn = (seed: number, day: number): ReadonlyArray<LifeEvent> =>
  seriesIn(seed, day, day + 1).flatMap((series) => instanceOn(seed, series, day) ?? [])
