/** What is true of a hard life: what links, people, places and trips must find. */
import type { Shown } from "../day.ts"
import type { LifeEvent } from "../event.ts"
import type { Position } from "../places.ts"
import type { Range } from "../takeout.ts"
import { SECOND, dateOf, isoTime } from "../time.ts"
import type { TruthEventKey } from "../truth.ts"
import type { Days, Stay } from "../whereabouts.ts"
import { GAIN, HOME_ZONE, SET_RIGHT } from "./cameras.ts"
import { eras, homeOn } from "./eras.ts"
import { type Journey, excursionOn, journeyOn } from "./journeys.ts"
import { type Known, everyone, ownerOf, self } from "./people.ts"
import { flat } from "./places.ts"
import { entriesOf } from "./whole-days.ts"

/** A picture, whichever of its files tells what is known of it. */
export interface HardPhoto {
  readonly asset: string
  readonly path: string
  /** In truth; null where no file tells a time, so that nobody could know. */
  readonly taken_at: string | null
  /** What the files tell, less the truth. */
  readonly clock_seconds: number
  /** In truth. */
  readonly latitude: number
  readonly longitude: number
  /** Told by the files; to be inferred from others; or nobody could know. */
  readonly place: "told" | "to-infer" | "unknowable"
  /** Null: no event. */
  readonly event: TruthEventKey | null
  readonly tags: ReadonlyArray<{ readonly name: string; readonly person: string }>
}

export interface HardPerson {
  readonly person: string
  readonly names: ReadonlyArray<string>
  readonly addresses: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly owner: boolean
}

/** Where somebody is named: once for each event or series, and once for each picture. */
export type HardMention =
  | { readonly person: string; readonly uid: string; readonly name: string; readonly address: string }
  | { readonly person: string; readonly asset: string; readonly tag: string }

export interface HardPlace {
  readonly name: string
  readonly latitude: number
  readonly longitude: number
}

export interface HardTrip {
  readonly kind: "trip" | "day-trip"
  /** When she leaves home, and when she is there again. */
  readonly starts_at: string
  readonly ends_at: string
  /** Local, where she is; the last one included. */
  readonly first_date: string
  readonly last_date: string
  readonly nights: number
  /** Where most nights are spent; of a day the place of the excursion. */
  readonly main: HardPlace
  readonly stops: ReadonlyArray<HardPlace>
  readonly events: ReadonlyArray<string>
}

export interface HardEra extends HardPlace {
  readonly kind: "home" | "second-home" | "work"
  /** Local dates within the sample; `to` is the first without. */
  readonly from: string
  readonly to: string
}

export interface HardCamera {
  /** Make and model. */
  readonly camera: string
  readonly why: "drifts" | "keeps-home-zone"
  /** Seconds that it gains on each day, and after how many it is set right, counted from the life's first. */
  readonly seconds_per_day: number
  readonly set_right_after: number | null
  readonly zone: string | null
}

export interface HardTruth {
  readonly photos: ReadonlyArray<HardPhoto>
  readonly people: ReadonlyArray<HardPerson>
  readonly mentions: ReadonlyArray<HardMention>
  readonly trips: ReadonlyArray<HardTrip>
  readonly homes: ReadonlyArray<HardEra>
  readonly works: ReadonlyArray<HardEra>
  readonly cameras: ReadonlyArray<HardCamera>
  /** Dates on which the location history has nothing but the night after. */
  readonly gaps: ReadonlyArray<string>
}

const tagged = (name: string): Known | undefined => everyone.find(({ tag }) => tag === name)

const photoOf = (first: Shown, files: ReadonlyArray<Shown>): HardPhoto => {
  const { photo, shot } = files.find((one) => one.photo.taken_at !== null) ?? first
  const told = files.some((one) => one.photo.location_status === "known")
  return {
    asset: photo.asset,
    path: photo.path,
    taken_at: photo.taken_at === null ? null : isoTime(Date.parse(photo.taken_at) - shot.ahead),
    clock_seconds: photo.taken_at === null ? 0 : shot.ahead / SECOND,
    latitude: shot.position.latitude,
    longitude: shot.position.longitude,
    place: told ? "told" : photo.taken_at === null ? "unknowable" : "to-infer",
    event: photo.event,
    // Names are in sidecars alone.
    tags: files.every((one) => one.photo.sidecar === null)
      ? []
      : shot.people.flatMap((name) => {
          const person = tagged(name)
          return person === undefined ? [] : [{ name, person: person.id }]
        })
  }
}

const photosOf = (shown: ReadonlyArray<Shown>): ReadonlyArray<HardPhoto> =>
  [...Map.groupBy(shown, ({ photo }) => photo.asset).values()].flatMap((files) =>
    files.slice(0, 1).map((first) => photoOf(first, files))
  )

const personOf = ({ addresses, id, name, tag }: Known): HardPerson => ({
  person: id,
  names: [...new Set([name, ...addresses.map((one) => one.name)])],
  addresses: addresses.map(({ address }) => address),
  tags: tag === null ? [] : [tag],
  owner: id === self.id
})

/** Who is invited, and by whom. */
const mentionsIn = (events: ReadonlyArray<LifeEvent & { readonly host: string }>): ReadonlyArray<HardMention> => {
  const mentions = events.flatMap(({ guests, host, uid }) =>
    guests.length === 0
      ? []
      : [host, ...guests.map(({ address }) => address)].flatMap((address) => {
          const person = ownerOf(address)
          const name = person?.addresses.find((one) => one.address === address)?.name ?? address
          return person === null ? [] : [{ person: person.id, uid, name, address }]
        })
  )
  return [...new Map(mentions.map((one) => [`${one.uid} ${one.address}`, one])).values()]
}

const placeOf = ({ latitude, longitude, name }: Position & { readonly name: string }): HardPlace => ({
  name,
  latitude,
  longitude
})

const journeyStops = (journey: Journey): ReadonlyArray<HardPlace> =>
  journey.stops.map(({ centre, town }) => placeOf({ ...centre, name: town }))

interface Seen {
  readonly journey: Journey | null
  readonly place: Stay["place"]
  readonly first: number
  readonly last: number
}

/** What has been seen since home was left, with one more stay. */
const withStay = (seen: Seen | null, place: Stay["place"], journey: Journey | null, day: number): Seen =>
  seen === null ? { journey, place, first: day, last: day } : { ...seen, journey: seen.journey ?? journey, last: day }

/** From one stay at home to the next: a trip, if it has been to a hotel or on an excursion. */
const tripsIn = (seed: number, { days, from }: Range, whereabouts: Days["whereabouts"]): ReadonlyArray<HardTrip> => {
  const trips: Array<HardTrip> = []
  let left: Stay | null = null
  let seen: Seen | null = null
  for (let day = from; day < from + days; day++)
    for (const one of whereabouts(day).stays) {
      const isHome = one.place === homeOn(seed, day) || one.place === homeOn(seed, day + 1) || one.place === flat
      const journey = journeyOn(seed, day)
      const away = journey !== null || excursionOn(seed, day)?.includes(one.place) === true
      if (!isHome && away) seen = withStay(seen, one.place, journey, day)
      if (!isHome) continue
      if (left !== null && seen !== null) {
        const { first, last, place } = seen
        const nights = last - first
        trips.push({
          kind: nights > 0 ? "trip" : "day-trip",
          starts_at: isoTime(left.end),
          ends_at: isoTime(one.start),
          first_date: dateOf(first),
          last_date: dateOf(last),
          nights,
          main: seen.journey === null ? placeOf(place) : (journeyStops(seen.journey)[0] ?? placeOf(place)),
          stops: seen.journey === null ? [placeOf(place)] : journeyStops(seen.journey),
          events: seen.journey === null ? [] : entriesOf(seed, seen.journey).map(({ uid }) => uid)
        })
      }
      left = one
      seen = null
    }
  return trips
}

const erasIn = (seed: number, { days, from }: Range): ReadonlyArray<HardEra> =>
  eras(seed)
    .map(({ kind, place, ...era }) => ({
      kind,
      place,
      from: Math.max(from, era.from),
      to: Math.min(from + days, era.to)
    }))
    .filter((era) => era.from < era.to)
    .map((era) => ({ kind: era.kind, ...placeOf(era.place), from: dateOf(era.from), to: dateOf(era.to) }))

const cameras: ReadonlyArray<HardCamera> = [
  {
    camera: "NIKON CORPORATION NIKON D3500",
    why: "drifts",
    seconds_per_day: GAIN,
    set_right_after: SET_RIGHT,
    zone: null
  },
  { camera: "Panasonic DC-TZ95", why: "keeps-home-zone", seconds_per_day: 0, set_right_after: null, zone: HOME_ZONE }
]

export interface HardTruthOptions {
  readonly range: Range
  readonly days: Days
  readonly shown: ReadonlyArray<Shown>
  /** With the address that invites. */
  readonly events: ReadonlyArray<LifeEvent & { readonly host: string }>
  readonly gaps: ReadonlyArray<number>
}

export const hardTruth = ({ days, events, gaps, range, shown }: HardTruthOptions): HardTruth => {
  const photos = photosOf(shown)
  const places = erasIn(range.seed, range)
  const mentions: ReadonlyArray<HardMention> = [
    ...mentionsIn(events),
    ...photos.flatMap(({ asset, tags }) => tags.map(({ name, person }) => ({ person, asset, tag: name })))
  ]
  const named = new Set(mentions.map(({ person }) => person))
  return {
    photos,
    people: everyone.filter(({ id }) => named.has(id)).map(personOf),
    mentions,
    trips: tripsIn(range.seed, range, days.whereabouts),
    homes: places.filter(({ kind }) => kind !== "work"),
    works: places.filter(({ kind }) => kind === "work"),
    cameras,
    gaps: gaps.map(dateOf)
  }
}
