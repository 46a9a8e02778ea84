/** The pictures of a hard life: at events and elsewhere, many without a place, each so that someone could tell where it belongs. */
import { EpochMillis } from "../../component/column.ts"
import type { LifeEvent } from "../event.ts"
import { type Place, near } from "../places.ts"
import { type Random, stream } from "../random.ts"
import type { CameraName, KnownPlaces, Shot } from "../shots.ts"
import { HOUR, MINUTE, SECOND, instantAt } from "../time.ts"
import { between } from "../track.ts"
import { type Days, type Move, type Stay, metresBetween } from "../whereabouts.ts"
import { type Engagement, worksAtHome } from "./agenda.ts"
import { HOME_ZONE, toldBy } from "./cameras.ts"
import { homeOn, officeOn } from "./eras.ts"
import { excursionOn, journeyOn } from "./journeys.ts"
import { family, known, ownerOf } from "./people.ts"
import { aroundFlat, flat } from "./places.ts"
import { baseOn, entriesOn } from "./plan.ts"
import { wholeDayEntriesOn } from "./whole-days.ts"

/** No two pictures of a day's first 26 share a number. */
const MOST = 26

interface Scene {
  readonly place: Place
  /** Around the place. */
  readonly metres: number
  readonly start: number
  readonly end: number
  readonly count: number
  readonly event: LifeEvent | null
}

const sceneOf = (one: Stay, count: number, metres: number, event: LifeEvent | null): Scene => ({
  place: one.place,
  metres,
  start: one.start + 2 * MINUTE,
  end: one.end - 2 * MINUTE,
  count,
  event
})

const attendedScenes = (stays: ReadonlyArray<Stay>, entries: ReadonlyArray<Engagement>): ReadonlyArray<Scene> =>
  entries.flatMap(({ event, present }) => {
    if (present === null || event.photos === 0) return []
    const there = stays.find(
      ({ end, place, start }) => place === event.place && start < present.end && end > present.start
    )
    if (there === undefined) return []
    const start = Math.max(there.start, present.start, event.start - 3 * MINUTE)
    const end = Math.min(there.end, present.end)
    return end - start < 10 * MINUTE
      ? []
      : [sceneOf({ ...there, start: EpochMillis(start), end: EpochMillis(end) }, event.photos, event.reach, event)]
  })

/** On a journey nearly all is worth a picture, elsewhere little is. */
const otherScenes = (
  seed: number,
  day: number,
  stays: ReadonlyArray<Stay>,
  taken: ReadonlySet<Place>,
  random: Random
): ReadonlyArray<Scene> => {
  const journey = journeyOn(seed, day)
  const base = baseOn(seed, day)
  const home = homeOn(seed, day)
  const office = officeOn(day)
  const whole = wholeDayEntriesOn(seed, day)
  return stays.flatMap((one) => {
    const { place } = one
    if (taken.has(place) || one.end - one.start < 15 * MINUTE) return []
    if (journey !== null && place !== home) {
      const event = belongsTo(place, whole)
      if (place === base) return random.chance(0.2) ? [sceneOf(daylight(one), 1, 15, event)] : []
      return [sceneOf(one, random.integer(2, 5), 300, event)]
    }
    if (place === home || place === flat)
      return random.chance(0.2) ? [sceneOf(daylight(one), random.integer(1, 2), 20, null)] : []
    if (place === office) return random.chance(0.06) ? [sceneOf(one, 1, 25, null)] : []
    const out = excursionOn(seed, day)?.includes(place) === true || aroundFlat.includes(place)
    return random.chance(out ? 0.95 : 0.3) ? [sceneOf(one, random.integer(out ? 3 : 1, out ? 6 : 3), 120, null)] : []
  })
}

/** The cat, while others talk: at home during a meeting online. */
const meanwhile = (
  seed: number,
  day: number,
  entries: ReadonlyArray<Engagement>,
  random: Random
): ReadonlyArray<Scene> =>
  worksAtHome(seed, day) && journeyOn(seed, day) === null && journeyOn(seed, day + 1) === null
    ? entries.flatMap(({ event, present }) =>
        present === null &&
        event.recurrenceId === null &&
        !event.cancelled &&
        event.end < instantAt(day, 17 * 3600, HOME_ZONE) &&
        random.chance(0.5)
          ? [
              {
                place: homeOn(seed, day),
                metres: 20,
                start: event.start,
                end: event.end,
                count: random.integer(1, 2),
                event: null
              }
            ]
          : []
      )
    : []

/** Nights are for sleeping. */
const daylight = (one: Stay): Stay => {
  const last = Math.min(one.end, one.start + 3 * 60 * MINUTE)
  return { ...one, end: EpochMillis(last) }
}

/** Of a journey's entries the one for this stop, else the one for all of it. */
const belongsTo = (place: Place, entries: ReadonlyArray<LifeEvent>): LifeEvent | null =>
  entries.toSorted((left, right) => metresBetween(left.place, place) - metresBetween(right.place, place))[0] ?? null

interface Taken {
  readonly at: number
  readonly place: Place
  readonly position: Shot["position"]
  readonly event: LifeEvent | null
  /** Its neighbours are close enough to tell its place. */
  readonly amid: boolean
}

const takenIn = (random: Random, { count, end, event, metres, place, start }: Scene): ReadonlyArray<Taken> => {
  const times = Array.from({ length: count }, () => start + random.next() * (end - start)).toSorted((a, b) => a - b)
  return times.map((at, index) => {
    const [before, after] = [times[index - 1], times[index + 1]]
    const amid =
      index % 2 === 1 &&
      before !== undefined &&
      after !== undefined &&
      at - before < 20 * MINUTE &&
      after - at < 20 * MINUTE
    return { at, place, position: near(random, place, metres), event, amid }
  })
}

/** Looking out of the window, now and then; of a journey it is part of it, where that is one entry, or none. */
const underway = (seed: number, day: number, random: Random, moves: ReadonlyArray<Move>): ReadonlyArray<Taken> =>
  moves.flatMap(({ end, from, mode, start, to }) => {
    if (mode === "flying" || end - start < 20 * MINUTE || !random.chance(0.12)) return []
    const share = 0.2 + random.next() * 0.6
    const position = between(from, to, share)
    const at = start + (end - start) * share
    const [event = null, other] = wholeDayEntriesOn(seed, day)
    if (other !== undefined || (event !== null && metresBetween(position, homeOn(seed, day)) < 30_000)) return []
    return [{ at, place: from, position: { ...position, altitude: Math.round(position.altitude) }, event, amid: false }]
  })

const cameraFor = (seed: number, day: number, random: Random): CameraName => {
  const journey = journeyOn(seed, day)
  const turn = random.next()
  if (turn < 0.15) return "iphone"
  if (journey?.kind === "holiday" && turn < 0.32) return "lumix"
  const out = journey !== null || excursionOn(seed, day) !== null
  return turn > (out ? 0.75 : 0.93) ? "nikon" : "pixel"
}

const knows = (camera: CameraName, random: Random): boolean => {
  switch (camera) {
    case "pixel":
    case "iphone":
      return random.chance(0.92)
    case "lumix":
      return random.chance(0.5)
    case "nikon":
      return false
  }
}

/** Friends who came along, and now and then someone else. */
const tagsOf = (event: LifeEvent | null, atHome: boolean, random: Random): ReadonlyArray<string> => {
  const named = (tags: ReadonlyArray<string | null>) => tags.flatMap((tag) => (tag === null ? [] : [tag]))
  if (event !== null && event.guests.length > 0) {
    const present = named(event.guests.map(({ address }) => ownerOf(address)?.tag ?? null))
    return present.filter(() => random.chance(0.35))
  }
  if (!random.chance(0.12)) return []
  const others = named((atHome ? family : known).map(({ tag }) => tag))
  const chosen = others[random.integer(0, others.length - 1)]
  return chosen === undefined ? [] : [chosen]
}

const NEAR = 800
const CLEAR = 150 * MINUTE

interface Case extends Pick<Taken, "event" | "position"> {
  /** When it was taken, and what its files tell. */
  readonly times: ReadonlyArray<number>
  /** At home, at work or at the flat, where one isn't at an appointment elsewhere. */
  readonly settled: boolean
  /** The phones have recorded nothing. */
  readonly gap: boolean
}

/** Whether one could tell that a picture doesn't belong to an entry which isn't its own. */
const isNot = ({ event, gap, position, settled, times }: Case, other: LifeEvent): boolean => {
  const within = (margin: number) => times.some((at) => at > other.start - margin && at < other.end + margin)
  const link = other.location?.startsWith("https") === true
  const elsewhere = metresBetween(other.place, position) > NEAR
  if (other.cancelled) return true
  if (event !== null) {
    if (!within(0)) return true
    return link || other.location === null ? event.location !== null : elsewhere
  }
  if (link || !within(CLEAR)) return true
  if (other.location === null) return settled || !within(HOUR)
  // A name is found by the visit alone.
  return elsewhere && (other.geo || settled || (!gap && !within(HOUR)))
}

/** Whether someone who has seen it all could tell where a picture belongs. */
const isFair = (picture: Case, entries: ReadonlyArray<LifeEvent>): boolean => {
  const { event, gap, times } = picture
  if (gap && event !== null && !event.geo && times.some((at) => at > event.end)) return false
  return entries.every((other) => other.uid === event?.uid || isNot(picture, other))
}

/** A day's pictures, in the order in which their files tell them. */
export const hardShotsOn = (
  seed: number,
  day: number,
  days: Pick<Days, "whereabouts">,
  hasGap: (day: number) => boolean
): ReadonlyArray<Shot> => {
  const random = stream("hard shots", seed, day)
  const { moves, stays } = days.whereabouts(day)
  const entries = entriesOn(seed, day)
  const attended = attendedScenes(stays, entries)
  const scenes = [
    ...attended,
    ...meanwhile(seed, day, entries, random),
    ...otherScenes(seed, day, stays, new Set(attended.map(({ place }) => place)), random)
  ]
  const gap = hasGap(day)
  const nearby = [day - 1, day, day + 1].flatMap((other) => entriesOn(seed, other)).map(({ event }) => event)
  const used = new Set<number>()
  return [...scenes.flatMap((scene) => takenIn(random, scene)), ...(gap ? [] : underway(seed, day, random, moves))]
    .slice(0, MOST)
    .flatMap(({ amid, at, event, place, position }) => {
      const camera = gap ? "pixel" : cameraFor(seed, day, random)
      const placed = gap ? !amid : knows(camera, random)
      const told = toldBy(camera, EpochMillis(at), day, place, placed)
      const settled = place === homeOn(seed, day) || place === officeOn(day) || place === flat
      const people = tagsOf(event, settled, random)
      if (!isFair({ event, position, settled, gap, times: [at, told.at] }, nearby)) return []
      let shown: number = told.at
      while (used.has(shown)) shown += SECOND
      used.add(shown)
      const known: KnownPlaces = placed ? { camera: position, google: position } : { camera: null, google: null }
      return [{ camera, event, known, people, place, position, shown, told, at }]
    })
    .toSorted((left, right) => left.shown - right.shown)
    .map(({ at, camera, event, known, people, position, shown, told }, index) => ({
      id: `${seed}/hard/${day}/${index}`,
      day,
      index,
      at: EpochMillis(shown),
      ahead: shown - Math.floor(at / SECOND) * SECOND,
      zone: told.zone,
      position,
      camera,
      event,
      known,
      people,
      needsPlace: gap
    }))
}
