import { describe, expect, test } from "vitest"
import { instancesIn } from "../../src/sample/calendar.ts"
import { exportDay } from "../../src/sample/day.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { makePalette } from "../../src/sample/picture.ts"
import { HOUR } from "../../src/sample/time.ts"
import { type TruthEvent, type TruthPhoto, truthOfEvent } from "../../src/sample/truth.ts"
import { metres } from "./support.ts"

const DAYS = 365
const palette = makePalette()

interface Timed {
  readonly event: TruthEvent
  readonly start: number
  readonly end: number
}

interface Candidate {
  readonly event: TruthEvent
  readonly gap: number
  /** Null where either has no coordinates. */
  readonly distance: number | null
}

const placeOf = ({ latitude, longitude }: TruthPhoto | TruthEvent) =>
  latitude === null || longitude === null ? null : { latitude, longitude }

/** A join as a person would explain it: within two hours, within the radius where both places are known. */
const candidates = (photo: TruthPhoto, events: ReadonlyArray<Timed>, radius: number): ReadonlyArray<Candidate> => {
  if (photo.taken_at === null) return []
  const at = Date.parse(photo.taken_at)
  const here = placeOf(photo)
  return events.flatMap(({ event, start, end }) => {
    const gap = Math.max(0, start - at, at - end)
    if (gap > 2 * HOUR) return []
    const there = placeOf(event)
    const distance = here === null || there === null ? null : metres(here, there)
    return distance === null || distance <= radius ? [{ event, gap, distance }] : []
  })
}

/** Inside the event first, then the nearer place, then the nearer time. */
const best = (found: ReadonlyArray<Candidate>): TruthEvent | null =>
  found.toSorted(
    (left, right) =>
      Number(left.gap > 0) - Number(right.gap > 0) ||
      (left.distance ?? 0) - (right.distance ?? 0) ||
      left.gap - right.gap
  )[0]?.event ?? null

const keyOf = (event: { readonly uid: string; readonly starts_at: string } | null) =>
  event === null ? null : `${event.uid} ${event.starts_at}`

describe.each([1, 42, -7])("the life of seed %i", (seed) => {
  const days = daysOf(seed)
  const photos = Array.from({ length: DAYS }, (_, day) => exportDay(palette, days, day)).flatMap((day) => day.photos)
  const events = instancesIn(seed, 0, DAYS).map(truthOfEvent)
  const timed = events.map((event) => ({ event, start: Date.parse(event.starts_at), end: Date.parse(event.ends_at) }))

  test.each([500, 1000, 5000])("is unambiguous to a join within %i m", (radius) => {
    const wrong = photos.filter((photo) => keyOf(best(candidates(photo, timed, radius))) !== keyOf(photo.event))
    expect(wrong.map(({ path, event }) => `${path} ${keyOf(event)}`)).toEqual([])
  })

  test("has photos in no event only far from any", () => {
    const outside = photos.filter(({ event, taken_at }) => event === null && taken_at !== null)
    expect(outside.length).toBeGreaterThan(150)
    for (const photo of outside) expect(candidates(photo, timed, Infinity)).toEqual([])
  })

  test("has photos that only their place can tell apart", () => {
    const hard = photos.filter((photo) => candidates(photo, timed, Infinity).filter(({ gap }) => gap === 0).length > 1)
    expect(hard.length).toBeGreaterThan(20)
    expect(hard.every(({ latitude }) => latitude !== null)).toBe(true)
  })

  test("has no photos at what was cancelled, and most photos at events", () => {
    const cancelled = new Set(events.filter(({ status }) => status === "cancelled").map(keyOf))
    expect(cancelled.size).toBeGreaterThan(3)
    expect(photos.filter(({ event }) => cancelled.has(keyOf(event)))).toEqual([])
    expect(photos.filter(({ event }) => event !== null).length / photos.length).toBeGreaterThan(0.6)
  })

  test("takes photos of whole-day trips on their dates", () => {
    const trips = new Map(events.filter(({ all_day }) => all_day).map((trip) => [trip.uid, trip]))
    const onTrips = photos.flatMap(({ event, taken_at }) => {
      const trip = event === null ? undefined : trips.get(event.uid)
      return trip === undefined || taken_at === null ? [] : [{ trip, at: Date.parse(taken_at) }]
    })
    expect(onTrips.length).toBeGreaterThan(200)
    for (const { trip, at } of onTrips) {
      // Whatever zone a reader takes for the trip's midnights, as long as it is on this side of the globe.
      expect(at).toBeGreaterThan(Date.parse(trip.local_start_date))
      expect(at).toBeLessThan(Date.parse(trip.local_end_date ?? ""))
    }
  })
})
