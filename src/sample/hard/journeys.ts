/** When the person is away overnight, and which weekends go to the flat or to an excursion. Four weeks hold them all. */
import type { Place } from "../places.ts"
import { type NonEmpty, cycled, stream } from "../random.ts"
import type { Trip } from "../trips.ts"
import { JOB_ENDS, NEXT_JOB_BEGINS, hasFlat } from "./eras.ts"
import { type Route, type StopPlace, businessRoutes, excursions, holidayRoutes, weekendRoutes } from "./places.ts"

const BLOCK = 28

export interface Stop extends StopPlace {
  /** Days of the first and the last night. */
  readonly firstNight: number
  readonly lastNight: number
}

/** How the calendar has a journey: with coordinates, with the town's name alone, stop by stop, or not at all. */
export type Mention = "placed" | "text" | "stops" | "none"

export interface Journey extends Trip {
  readonly kind: "holiday" | "weekend" | "business"
  readonly route: Route
  readonly stops: NonEmpty<Stop>
  readonly mention: Mention
}

/** Nights by stop: most of them at the first. */
const stopsOf = ({ stops }: Route, firstDay: number, nights: number): NonEmpty<Stop> => {
  const [main, ...others] = stops
  const later = nights > 2 ? others : []
  const share = Math.floor(nights / (later.length + 1)) - (later.length > 0 ? 1 : 0)
  const first = { ...main, firstNight: firstDay, lastNight: firstDay + nights - 1 - share * later.length }
  return [
    first,
    ...later.map((one, index) => {
      const firstNight = first.lastNight + 1 + index * share
      return { ...one, firstNight, lastNight: firstNight + share - 1 }
    })
  ]
}

interface JourneyOptions extends Pick<Journey, "block" | "firstDay" | "kind" | "mention" | "route"> {
  readonly nights: number
}

const journey = ({ block, firstDay, kind, mention, nights, route }: JourneyOptions): Journey => {
  const stops = stopsOf(route, firstDay, nights)
  const [main] = stops
  return {
    block,
    kind,
    route,
    stops,
    holiday: kind === "holiday",
    firstDay,
    lastDay: firstDay + nights,
    destination: { title: route.title, album: route.album, centre: main.centre, sights: main.sights },
    mention: mention === "stops" && stops.length === 1 ? "placed" : mention
  }
}

const MENTIONS: NonEmpty<Mention> = ["placed", "stops", "text", "none", "placed", "text", "placed", "none"]

/** A block's journeys, in their order: one of several days, and in some blocks one for work. */
const journeysOf = (seed: number, block: number): ReadonlyArray<Journey> => {
  const random = stream("journey", seed, block)
  const start = block * BLOCK
  const saturday = start + random.pick([5, 12])
  const mention = cycled(MENTIONS, block + seed)
  const common = { block, mention }
  const long =
    block % 4 === 0
      ? journey({
          ...common,
          kind: "holiday",
          route: cycled(holidayRoutes, Math.floor(block / 4) + seed),
          firstDay: saturday,
          nights: random.integer(7, 10)
        })
      : journey({
          ...common,
          kind: "weekend",
          route: cycled(weekendRoutes, block + seed),
          firstDay: saturday,
          nights: random.integer(1, 3)
        })
  // On Tuesdays of the last week.
  const tuesday = start + 22
  const employed = tuesday + 3 < JOB_ENDS || tuesday > NEXT_JOB_BEGINS + 7
  if (block % 3 !== 1 || !employed) return [long]
  const work = journey({
    block,
    mention: "placed",
    kind: "business",
    route: cycled(businessRoutes, Math.floor(block / 3)),
    firstDay: tuesday,
    nights: random.integer(1, 2)
  })
  return [long, work]
}

export const journeyOn = (seed: number, day: number): Journey | null =>
  journeysOf(seed, Math.floor(day / BLOCK)).find(({ firstDay, lastDay }) => day >= firstDay && day <= lastDay) ?? null

/** Journeys that touch the days from `from` to before `to`. */
export const journeysIn = (seed: number, from: number, to: number): ReadonlyArray<Journey> =>
  Array.from({ length: Math.floor((to - 1) / BLOCK) - Math.floor(from / BLOCK) + 1 }, (_, index) =>
    journeysOf(seed, Math.floor(from / BLOCK) + index)
  )
    .flat()
    .filter(({ firstDay, lastDay }) => firstDay < to && lastDay >= from)

/** Where a journey's night after a day is spent; null after its last day. */
export const stopAfter = ({ stops }: Journey, day: number): Stop | null =>
  stops.find(({ firstNight, lastNight }) => day >= firstNight && day <= lastNight) ?? null

/** Away, or on the eve of a journey: no time for anything of its own. */
export const isTaken = (seed: number, day: number): boolean =>
  journeyOn(seed, day) !== null || journeyOn(seed, day + 1) !== null

/** The weekend at the flat that covers a day, by its Friday: every other one that is free. */
export const flatFriday = (seed: number, day: number): number | null => {
  if (!hasFlat(seed)) return null
  const friday = Math.floor(day / 7) * 7 + 4
  if (day < friday) return null
  const free = [friday, friday + 1, friday + 2].every((one) => !isTaken(seed, one))
  return free && stream("flat", seed, friday).chance(0.6) ? friday : null
}

/** What an excursion goes to, on a Saturday that is free. */
export const excursionOn = (seed: number, day: number): readonly [Place, Place] | null => {
  if (day % 7 !== 5 || isTaken(seed, day) || flatFriday(seed, day) !== null) return null
  const random = stream("excursion", seed, day)
  return random.chance(hasFlat(seed) ? 0.6 : 0.4) ? random.pick(excursions) : null
}
