/** Entries of whole days: journeys as the calendar has them, and what is only to be kept in mind. */
import { type LifeEvent, timed, uidOf } from "../event.ts"
import { type Place, place } from "../places.ts"
import { dayOfMonth, instantAt } from "../time.ts"
import type { Engagement } from "./agenda.ts"
import { homeOn } from "./eras.ts"
import { type Journey, journeyOn, journeysIn } from "./journeys.ts"
import { guestsOf } from "./people.ts"

interface WholeDays {
  readonly uid: string
  readonly title: string
  readonly place: Place
  readonly firstDay: number
  readonly lastDay: number
}

const wholeDays = (
  { firstDay, lastDay, place: at, title, uid }: WholeDays,
  details: Partial<LifeEvent>
): LifeEvent => ({
  ...timed(uid, firstDay, { title, place: at, at: 0, minutes: 0, photos: 0 }),
  end: instantAt(lastDay + 1, 0, at.zone),
  lastDay,
  reach: 350,
  ...details
})

/** A journey's entries: none, one, or one for each stop, of which two share the day between. */
export const entriesOf = (seed: number, journey: Journey): ReadonlyArray<LifeEvent> => {
  const { destination, firstDay, kind, lastDay, mention, stops } = journey
  const guests = kind === "business" ? [] : guestsOf(seed, firstDay, "friends", 2)
  switch (mention) {
    case "none":
      return []
    case "stops":
      return stops.map(({ centre, firstNight, lastNight, town }) =>
        wholeDays(
          {
            uid: uidOf("stop", firstNight, seed),
            title: town.split(",")[0] ?? town,
            place: centre,
            firstDay: firstNight,
            lastDay: lastNight + 1
          },
          { location: `${centre.name}, ${town}`, guests }
        )
      )
    case "placed":
    case "text":
      return [
        wholeDays(
          {
            uid: uidOf("journey", firstDay, seed),
            title: destination.title,
            place: destination.centre,
            firstDay,
            lastDay
          },
          mention === "text"
            ? { location: stops[0].town, geo: false, guests }
            : { location: `${destination.centre.name}, ${stops[0].town}`, guests }
        )
      ]
  }
}

/** Entries of the journey that covers a day, if they cover it too. */
export const wholeDayEntriesOn = (seed: number, day: number): ReadonlyArray<LifeEvent> => {
  const journey = journeyOn(seed, day)
  return journey === null
    ? []
    : entriesOf(seed, journey).filter((entry) => day >= entry.day && entry.lastDay !== null && day <= entry.lastDay)
}

const rome = place("Colosseo", "Piazza del Colosseo 1, Roma", 41.8902, 12.4922, 25)

/** Rent, birthdays, and where somebody else goes. */
const reminders = (seed: number, day: number): ReadonlyArray<LifeEvent> => {
  const home = homeOn(seed, day)
  const note = (name: string, title: string): LifeEvent =>
    wholeDays(
      { uid: uidOf(name, day, seed), title, place: home, firstDay: day, lastDay: day },
      { location: null, geo: false }
    )
  return [
    ...(dayOfMonth(day) === 1 ? [note("rent", "Rent")] : []),
    ...(day % 61 === 17 ? [note("birthday", "Mira's birthday")] : []),
    ...(day % 75 === 40
      ? [
          wholeDays(
            { uid: uidOf("away", day, seed), title: "Jonas in Rome", place: rome, firstDay: day, lastDay: day + 3 },
            { location: "Roma, Italia" }
          )
        ]
      : [])
  ]
}

/** All that start on the days from `from` to before `to`; journeys that go on then are there too, if wanted. */
export const wholeDaysIn = (
  seed: number,
  from: number,
  to: number
): ReadonlyArray<Pick<Engagement, "calendar" | "event">> => [
  ...journeysIn(seed, from, to).flatMap((journey) =>
    entriesOf(seed, journey).map((event) => ({
      event,
      calendar: journey.kind === "business" ? ("work" as const) : ("private" as const)
    }))
  ),
  ...Array.from({ length: to - from }, (_, index) => reminders(seed, from + index))
    .flat()
    .map((event) => ({ event, calendar: "private" as const }))
]
