/** The calendars' single entries: what is entered, and when the person was there after all. */
import { EpochMillis } from "../../component/column.ts"
import { type LifeEvent, call, quarterHour, timed, uidOf } from "../event.ts"
import { dinners, farApart, museums, stages } from "../places.ts"
import { type NonEmpty, type Random, cycled, stream } from "../random.ts"
import { HOUR, MINUTE, dateOf, weekdayOf } from "../time.ts"
import { homeOn, jobOn, officeOn } from "./eras.ts"
import { excursionOn, flatFriday, isTaken, journeyOn } from "./journeys.ts"
import { distinctGuests, guestsOf, namesakesOn } from "./people.ts"

/** What became of an entry. */
export interface Engagement {
  readonly event: LifeEvent
  readonly calendar: "private" | "work"
  /** When the person was at its place: late, or long after its end. Null: never, or it has no place of its own. */
  readonly present: { readonly start: number; readonly end: number } | null
}

interface Presence {
  /** Minutes after its start, and after its end. */
  readonly late?: number
  readonly overrun?: number
  readonly calendar?: Engagement["calendar"]
}

export const attended = (
  event: LifeEvent,
  { calendar = "private", late = 0, overrun = 5 }: Presence = {}
): Engagement => ({
  event,
  calendar,
  present: { start: event.start + late * MINUTE, end: event.end + overrun * MINUTE }
})

export const missed = (event: LifeEvent, calendar: Engagement["calendar"] = "private"): Engagement => ({
  event: { ...event, photos: 0 },
  calendar,
  present: null
})

const SUPPERS: NonEmpty<string> = ["Dinner", "Tapas; bring cash", "Pizza night", "Farewell dinner"]

/** An evening out. Some have no place in the calendar, some its name alone; some go on long after their end. */
const evening = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const supper = random.chance(0.6)
  const place = random.pick(supper ? dinners : stages)
  const form = random.next()
  const event = timed(
    uidOf("evening", day, seed),
    day,
    {
      title: supper ? random.pick(SUPPERS) : `Concert: ${place.name}`,
      place,
      at: quarterHour(random, 18.5, 19.5),
      minutes: random.integer(8, 12) * 15,
      photos: random.integer(2, 6)
    },
    {
      clock: random.pick(["zone", "zone", "floating", "utc"]),
      geo: form < 0.7,
      location: form >= 0.85 ? null : `${place.name}, ${place.address}`,
      // Now and then a colleague comes along whose name a friend has too.
      guests: distinctGuests([
        ...guestsOf(seed, day, "friends", random.integer(1, 4)),
        ...(random.chance(0.12) ? namesakesOn(day) : [])
      ])
    }
  )
  const fate = random.next()
  if (fate < 0.07) return [missed({ ...event, cancelled: true })]
  if (fate < 0.14) return [missed({ ...event, declined: true })]
  if (fate < 0.4) return [attended(event, { late: 5, overrun: random.integer(30, 90) })]
  if (fate > 0.52 || form >= 0.7) return [attended(event, { late: random.integer(0, 10) })]
  return twice(seed, day, random, event)
}

/** Another table is booked before the first evening is over: she stays where she is, or comes late. */
const twice = (seed: number, day: number, random: Random, event: LifeEvent): ReadonlyArray<Engagement> => {
  const place = random.pick(stages) === event.place ? dinners[0] : random.pick(stages)
  if (place === event.place) return [attended(event)]
  const later = {
    ...timed(
      uidOf("second", day, seed),
      day,
      { title: `Drinks at ${place.name}`, place, at: 0, minutes: 0, photos: random.integer(2, 4) },
      { guests: guestsOf(seed, day, "friends", 2, "second") }
    ),
    start: EpochMillis(event.end - 30 * MINUTE),
    end: EpochMillis(event.end + 2 * HOUR)
  }
  return random.chance(0.5)
    ? [attended(event, { overrun: random.integer(40, 90) }), missed(later)]
    : [attended(event), attended(later, { late: 75 })]
}

/** Two invitations for one afternoon: to one, or from the one to the other. */
const doubleBooked = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const [first, second] = random.pick(farApart).map((place, index) =>
    timed(
      uidOf(index === 0 ? "festival" : "match", day, seed),
      day,
      {
        title: index === 0 ? `Garden party at ${place.name}` : `${place.name}: a match, then music`,
        place,
        at: 13 * 60 + index * 60,
        minutes: 240,
        photos: random.integer(3, 6)
      },
      { guests: guestsOf(seed, day, "friends", 3, place.name) }
    )
  )
  if (first === undefined || second === undefined) return []
  const turn = random.next()
  if (turn < 0.35) return [attended(first), missed(second)]
  if (turn < 0.6) return [missed(first), attended(second)]
  return [attended(first, { overrun: -105 }), attended(second, { late: 90 })]
}

/** With both who bear one name. */
const barbecue = (seed: number, day: number, random: Random): Engagement => {
  const [, place] = farApart[0]
  return attended(
    timed(
      uidOf("barbecue", day, seed),
      day,
      { title: "Barbecue", place, at: 12 * 60, minutes: 240, photos: random.integer(4, 8) },
      { guests: distinctGuests([...guestsOf(seed, day, "friends", 2), ...namesakesOn(day)]) }
    ),
    { overrun: random.integer(5, 60) }
  )
}

const museum = (seed: number, day: number, random: Random): Engagement => {
  const place = random.pick(museums)
  return attended(
    timed(
      uidOf("museum", day, seed),
      day,
      { title: `${place.name} with the children`, place, at: 13 * 60, minutes: 150, photos: random.integer(3, 7) },
      { clock: random.pick(["zone", "windows"]), guests: guestsOf(seed, day, "friends", random.integer(0, 2)) }
    )
  )
}

/** Meetings online: the place is a link, or the office, wherever the person is. */
const online = (seed: number, day: number, random: Random): Engagement => {
  const office = officeOn(day) ?? homeOn(seed, day)
  const linked = random.chance(0.6)
  return missed(
    timed(
      uidOf("review", day, seed),
      day,
      {
        title: "Quarterly review",
        place: office,
        at: random.pick([10 * 60 + 30, 14 * 60, 16 * 60]),
        minutes: 90,
        photos: 0
      },
      {
        clock: "windows",
        geo: !linked,
        location: linked
          ? `https://meet.example.com/${day}-${random.integer(1000, 9999)}`
          : `${office.name}, ${office.address}`,
        guests: guestsOf(seed, day, jobOn(day), random.integer(2, 5))
      }
    ),
    "work"
  )
}

/** In the evening, for those overseas: she is out by then, and doesn't take part. */
const lateCall = (seed: number, day: number, random: Random): Engagement => {
  const office = officeOn(day) ?? homeOn(seed, day)
  const form = random.next()
  return missed(
    timed(
      uidOf("boston", day, seed),
      day,
      { title: "Call with Boston", place: office, at: 19 * 60, minutes: 120, photos: 0 },
      {
        clock: "utc",
        geo: form < 0.3,
        location:
          form < 0.3 ? `${office.name}, ${office.address}` : form < 0.7 ? "https://meet.example.com/boston" : null,
        guests: guestsOf(seed, day, jobOn(day), 3)
      }
    ),
    "work"
  )
}

const workshop = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const office = officeOn(day)
  if (office === null) return []
  const event = timed(
    uidOf("workshop", day, seed),
    day,
    { title: "Planning workshop", place: office, at: 13 * 60, minutes: 180, photos: random.integer(1, 3) },
    { clock: "windows", guests: guestsOf(seed, day, jobOn(day), random.integer(2, 4)) }
  )
  return [attended(event, { calendar: "work", overrun: 0 })]
}

/** Whether the person works at home on a day. */
export const worksAtHome = (seed: number, day: number): boolean =>
  officeOn(day) !== null && stream("home office", seed, day).chance(0.25)

export const isWorkday = (day: number): boolean => weekdayOf(day) < 5 && officeOn(day) !== null

const workdayOf = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const atHome = worksAtHome(seed, day)
  const meeting = random.chance(atHome ? 0.6 : 0.15) ? [online(seed, day, random)] : []
  if (meeting.length > 0 || atHome) return meeting
  return random.chance(0.15) ? workshop(seed, day, random) : []
}

/** A day out, entered half of the time. */
const excursion = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const [place] = excursionOn(seed, day) ?? []
  if (place === undefined || random.chance(0.5)) return []
  return [
    attended(
      timed(
        uidOf("excursion", day, seed),
        day,
        { title: `${place.name} / picnic`, place, at: 10 * 60 + 30, minutes: 330, photos: random.integer(5, 9) },
        {
          reach: 300,
          guests: guestsOf(seed, day, "friends", random.integer(1, 3)),
          album: random.chance(0.4) ? `${place.name}, ${dateOf(day)}` : null
        }
      )
    )
  ]
}

/** What goes on at home: a call, which nobody takes photos of. */
const mum = (seed: number, day: number): Engagement =>
  missed({ ...call(uidOf("call", day, seed), day, 18 * 60), place: homeOn(seed, day) })

const weekend = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  if (excursionOn(seed, day) !== null) return excursion(seed, day, random)
  if (weekdayOf(day) === 5) return random.chance(0.6) ? doubleBooked(seed, day, random) : evening(seed, day, random)
  if (Math.floor(day / 7) % 4 === 3) return [barbecue(seed, day, random)]
  return random.chance(0.6) ? [museum(seed, day, random)] : []
}

/** Sights of a journey, some with tickets, and what there is at a conference. */
const abroad = (seed: number, day: number, random: Random): ReadonlyArray<Engagement> => {
  const journey = journeyOn(seed, day)
  if (journey === null || day === journey.firstDay) return []
  const stop = journey.stops.find(({ firstNight, lastNight }) => day > firstNight && day <= lastNight)
  if (journey.kind === "business") {
    const { centre, title } = journey.destination
    const talk = timed(
      uidOf("talk", day, seed),
      day,
      { title: `${title}: keynote`, place: centre, at: 9 * 60 + 30, minutes: 60, photos: random.integer(1, 3) },
      { guests: guestsOf(seed, day, jobOn(day), 2) }
    )
    return [attended(talk, { calendar: "work", overrun: 0 })]
  }
  if (stop === undefined || !random.chance(0.4)) return []
  const place = cycled(stop.sights, day)
  return [
    attended(
      timed(
        uidOf("sight", day, seed),
        day,
        { title: `${place.name}, tickets booked`, place, at: 10 * 60, minutes: 120, photos: random.integer(3, 6) },
        { clock: random.pick(["zone", "zone", "utc"]) }
      ),
      { overrun: 10 }
    )
  ]
}

/** Single timed entries that start on a day. */
export const engagementsOn = (seed: number, day: number): ReadonlyArray<Engagement> => {
  const random = stream("engagements", seed, day)
  if (journeyOn(seed, day) !== null) return abroad(seed, day, random)
  const working = isWorkday(day) ? workdayOf(seed, day, random) : []
  if (isTaken(seed, day)) return working
  if (flatFriday(seed, day) !== null) return working
  if (weekdayOf(day) > 4) return weekend(seed, day, random)
  if (weekdayOf(day) === 0 && random.chance(0.3)) return [...working, mum(seed, day)]
  if (!random.chance(0.35)) return working
  const late = officeOn(day) !== null && random.chance(0.4) ? [lateCall(seed, day, random)] : []
  return [...working, ...late, ...evening(seed, day, random)]
}
