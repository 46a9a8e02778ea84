/** What recurs, and goes on while the person is away: a meeting online each day, one at the office, a book club. */
import { type LifeEvent, timed, uidOf } from "../event.ts"
import { type Place, bookshop } from "../places.ts"
import type { Series } from "../series.ts"
import { stream } from "../random.ts"
import { compactTime, dayOfMonth, instantAt, weekdayOf } from "../time.ts"
import { type Engagement, attended, missed } from "./agenda.ts"
import { homeOn, jobOn, officeOn } from "./eras.ts"
import { excursionOn, flatFriday, isTaken, journeyOn } from "./journeys.ts"
import { guestsOf } from "./people.ts"

/** Invitations are sent anew for each quarter. */
const QUARTER = 84

interface Kind {
  readonly name: string
  readonly calendar: Engagement["calendar"]
  readonly title: string
  readonly at: number
  readonly minutes: number
  readonly days: string
  readonly occursOn: (day: number) => boolean
  readonly placeOn: (day: number) => Place | null
  readonly link: boolean
  readonly photos: number
}

const KINDS: ReadonlyArray<Kind> = [
  {
    name: "standup",
    calendar: "work",
    title: "Stand-up",
    at: 9 * 60 + 15,
    minutes: 15,
    days: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    occursOn: (day) => weekdayOf(day) < 5,
    placeOn: officeOn,
    link: true,
    photos: 0
  },
  {
    name: "team",
    calendar: "work",
    title: "Team meeting",
    at: 10 * 60,
    minutes: 60,
    days: "FREQ=WEEKLY;BYDAY=TU",
    occursOn: (day) => weekdayOf(day) === 1,
    placeOn: officeOn,
    link: false,
    photos: 0
  },
  {
    name: "book-club",
    calendar: "private",
    title: "Book club, round the corner",
    at: 19 * 60,
    minutes: 120,
    days: "FREQ=MONTHLY;BYDAY=1TH",
    occursOn: (day) => weekdayOf(day) === 3 && dayOfMonth(day) <= 7,
    placeOn: () => bookshop,
    link: false,
    photos: 5
  }
]

export interface HardSeries extends Series {
  readonly kind: Kind
}

const seriesOf = (seed: number, kind: Kind, block: number): ReadonlyArray<HardSeries> => {
  const days = Array.from({ length: QUARTER }, (_, index) => block * QUARTER + index).filter(kind.occursOn)
  const [firstDay] = days
  const lastDay = days.at(-1)
  const place = firstDay === undefined ? null : kind.placeOn(firstDay)
  if (firstDay === undefined || lastDay === undefined || place === null) return []
  // Where the job ends, so do its meetings.
  const held = days.filter((day) => kind.placeOn(day) === place)
  const until = compactTime(instantAt(held.at(-1) ?? lastDay, kind.at * 60, place.zone))
  return [
    {
      kind,
      uid: uidOf(kind.name, firstDay, seed),
      title: kind.title,
      description: "Agenda: last time, this time; blockers, decisions",
      place,
      clock: kind.calendar === "work" ? "windows" : "zone",
      at: kind.at,
      minutes: kind.minutes,
      rule: `${kind.days};UNTIL=${until}Z`,
      firstDay,
      occursOn: (day) => held.includes(day),
      exceptions: new Map(held.filter((_, index) => index % 17 === 5).map((day) => [day, "excluded"])),
      photos: kind.photos
    }
  ]
}

/** All series that have to do with the days from `from` to before `to`. */
export const hardSeriesIn = (seed: number, from: number, to: number): ReadonlyArray<HardSeries> => {
  const first = Math.floor(from / QUARTER)
  return Array.from({ length: Math.floor((to - 1) / QUARTER) - first + 1 }, (_, index) => first + index).flatMap(
    (block) => KINDS.flatMap((kind) => seriesOf(seed, kind, block))
  )
}

/** A series' instance on a day, unless it is excluded. */
export const instanceOf = (seed: number, series: Series & { readonly kind?: Kind }, day: number): LifeEvent | null => {
  const { kind } = series
  if (kind === undefined || !series.occursOn(day) || series.exceptions.has(day)) return null
  const { place } = series
  return timed(
    series.uid,
    day,
    {
      title: series.title,
      place,
      at: series.at,
      minutes: series.minutes,
      photos: stream("hard instance", seed, series.uid, day).integer(0, series.photos)
    },
    {
      recurrenceId: instantAt(day, series.at * 60, place.zone),
      description: series.description,
      clock: series.clock,
      geo: !kind.link,
      location: kind.link ? "https://meet.example.com/team" : `${place.name}, ${place.address}`,
      guests: guestsOf(
        seed,
        series.firstDay,
        kind.calendar === "work" ? jobOn(series.firstDay) : "friends",
        kind.calendar === "work" ? 5 : 4,
        kind.name
      )
    }
  )
}

/** Whether a Thursday's evening is free for books. */
const isFree = (seed: number, day: number): boolean =>
  journeyOn(seed, day) === null &&
  !isTaken(seed, day) &&
  flatFriday(seed, day) === null &&
  excursionOn(seed, day) === null

/** What recurs on a day, and whether she goes there: to books, if she is at home. */
export const recurringOn = (seed: number, day: number): ReadonlyArray<Engagement> =>
  hardSeriesIn(seed, day, day + 1).flatMap((series) => {
    const event = instanceOf(seed, series, day)
    if (event === null) return []
    const { calendar, photos } = series.kind
    if (photos === 0 || !isFree(seed, day) || homeOn(seed, day) === event.place) return [missed(event, calendar)]
    return [attended(event, { calendar, overrun: 10 })]
  })
