import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { type ExampleRows, exampleTable } from "../../src/component/example.ts"
import { authored, sql } from "../../src/component/sql.ts"
import { linkEvents } from "../../transforms/link-events.ts"
import { property, relation, run, services } from "./harness.ts"

const MINUTE = 60_000
const DAY = 1440
const START = Date.UTC(2024, 4, 1)
const instant = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()
const dayOf = (minutes: number) => instant(minutes).slice(0, 10)
const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`

interface Photo {
  readonly key: string
  readonly at: number | null
  readonly place: number | null
  readonly people: ReadonlyArray<string>
}

interface Event {
  readonly id: string
  readonly start: number
  readonly length: number
  readonly allDay: boolean
  readonly cancelled: boolean
  readonly place: number | null
  readonly people: ReadonlyArray<string>
}

// Steps of a quarter of an hour and of 100 m: ties and edges are frequent.
const quarters = fc.integer({ min: -40, max: 40 }).map((steps) => steps * 15)
const place = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null })
const people = fc.subarray(["Ana Lindner", "Leo", "Émile Zola"], { maxLength: 2 })
const photos = fc
  .array(fc.record({ at: fc.option(quarters, { freq: 9, nil: null }), place, people }), { minLength: 1, maxLength: 10 })
  .map((all) => all.map((one, index): Photo => ({ ...one, key: `p${index}` })))
const events = fc
  .array(
    fc.record({
      start: quarters,
      length: fc.integer({ min: 0, max: 12 }).map((steps) => steps * 15),
      allDay: fc.nat(4).map((of) => of === 0),
      cancelled: fc.nat(6).map((of) => of === 0),
      place,
      people
    }),
    { minLength: 1, maxLength: 8 }
  )
  .map((all) => all.map((one, index): Event => ({ ...one, id: id(index) })))

const STEP = 0.0009
const METRES_PER_STEP = (STEP * Math.PI * 6_371_008.8) / 180
const coordinates = (steps: number | null) => ({
  latitude: steps === null ? null : 47 + steps * STEP,
  longitude: steps === null ? null : 8
})
const named = (names: ReadonlyArray<string>) => (names.length === 0 ? null : names.map((name) => ({ name })))

const typed = (called: string, casts: string, rows: ExampleRows) =>
  relation(called, sql`select * replace (${authored(casts)}) from (${exampleTable(rows)})`)

const PLACE = "latitude::double as latitude, longitude::double as longitude"

const photosOf = (all: ReadonlyArray<Photo>) =>
  typed(
    "photos",
    `taken_at::timestamptz as taken_at, local_date::date as local_date, people::json as people, ${PLACE}`,
    all.map(({ at, key, people: names, place: where }) => ({
      key,
      taken_at: at === null ? null : instant(at),
      local_date: at === null ? null : dayOf(at),
      people: named(names),
      ...coordinates(where)
    }))
  )

const eventsOf = (all: ReadonlyArray<Event>) =>
  typed(
    "events",
    `local_start_date::date as local_start_date, local_end_date::date as local_end_date, attendees::json as attendees, ${PLACE}`,
    all.map((event) => ({
      _id: event.id,
      starts_at: instant(event.start),
      ends_at: instant(event.start + event.length),
      all_day: event.allDay,
      local_start_date: event.allDay ? dayOf(event.start) : null,
      local_end_date: event.allDay ? dayOf(event.start + event.length) : null,
      status: event.cancelled ? "cancelled" : "confirmed",
      attendees: named(event.people.map((name) => name.toUpperCase())),
      ...coordinates(event.place)
    }))
  )

const AT_PLACE = 75

/** The rule as it is stated, over every pair. */
const scoreOf = (photo: Photo, event: Event, within: number, metres: number): number | null => {
  if (photo.at === null || event.cancelled) return null
  const end = event.start + event.length
  const apart = Math.max(0, event.start - photo.at, photo.at - end)
  if (event.allDay && (dayOf(photo.at) < dayOf(event.start) || dayOf(photo.at) > dayOf(end))) return null
  const distance =
    photo.place === null || event.place === null ? null : Math.abs(photo.place - event.place) * METRES_PER_STEP
  const margin = distance === null ? within : Math.max(within, AT_PLACE)
  if (!event.allDay && apart > margin) return null
  if (event.allDay && event.place === null && dayOf(event.start) === dayOf(end)) return null
  const during = photo.at < end ? event.start <= photo.at : event.start === photo.at
  const time = event.allDay ? 0.5 : during ? 1 : 1 - (0.5 * apart) / (margin || Infinity)
  const radius = event.allDay ? metres * 2 : metres
  if (distance !== null && distance > radius) return null
  const near = distance === null ? 0.5 : 1 - (0.5 * distance) / radius
  const known = photo.people.length > 0 && event.people.length > 0
  const shared = known ? (photo.people.some((name) => event.people.includes(name)) ? 1 : 0) : 0.5
  return 0.5 * time + 0.35 * near + 0.15 * shared
}

const ranked = (photo: Photo, all: ReadonlyArray<Event>, within: number, metres: number) =>
  all
    .flatMap((event) => {
      const score = scoreOf(photo, event, within, metres)
      const length = event.allDay
        ? (Date.parse(dayOf(event.start + event.length)) - Date.parse(dayOf(event.start))) / MINUTE
        : event.length
      return score === null ? [] : [{ id: event.id, score: Math.round(score * 1e6), length }]
    })
    .toSorted((a, b) => b.score - a.score || a.length - b.length || (a.id < b.id ? -1 : 1))

const othersOf = (evidence: unknown): ReadonlyArray<{ id: string; score: number }> =>
  typeof evidence === "string" ? (JSON.parse(evidence).others ?? []) : []

layer(services)("link-events", (it) => {
  it.effect(
    "chooses the event with the best score, as a look at every pair does, and lists the others",
    () =>
      property(
        fc.tuple(photos, events, fc.constantFrom(0, 30, 60), fc.constantFrom(250, 650)),
        ([lefts, rights, within, metres]) =>
          Effect.gen(function* () {
            const options = `time: { within: ${within}m, at_place: ${AT_PLACE}m }\nplace: { within: ${metres}m, all_day: ${2 * metres}m }`
            const found = yield* run(
              linkEvents,
              `type: link-events\nfrom: photos\nevents: events\nmatch: all\n${options}`,
              [yield* photosOf(lefts), yield* eventsOf(rights)]
            )
            expect(found).toHaveLength(lefts.length)
            for (const photo of lefts) {
              const row = found.find(({ key }) => key === photo.key)
              const [best, ...others] = ranked(photo, rights, within, metres)
              expect(row?.["right_id"]).toBe(best?.id ?? null)
              if (best === undefined) continue
              expect(row?.["link_confidence"]).toBeCloseTo(best.score / 1e6, 5)
              expect(othersOf(row?.["link_evidence"]).map((other) => other.id)).toEqual(others.map((other) => other.id))
            }
          }),
        60
      ),
    120_000
  )

  /** Three days away: a phone and a camera at two events a day, the camera an amount of minutes off. */
  const away = (off: number, days: number) => {
    const all = Array.from({ length: days }, (_, day) => day)
    const occasions = all.flatMap((day) => [10, 15].map((hour) => ({ day, at: day * DAY + hour * 60 + day * 7 })))
    const shot = (camera: string, at: number, located: boolean) => ({
      key: `${camera} ${at}`,
      camera,
      taken_at: instant(at),
      local_date: dayOf(at),
      time_zone: "Europe/Zurich",
      ...coordinates(located ? 0 : null)
    })
    return {
      photos: occasions.flatMap(({ at }) =>
        [5, 25, 50].flatMap((minute) => [
          shot("phone", at + minute, true),
          shot("camera", at + minute + 4 - off, false)
        ])
      ),
      events: occasions.map(({ at }, index) => ({
        id: id(index),
        start: at,
        length: 60,
        allDay: false,
        cancelled: false,
        place: 0,
        people: []
      }))
    }
  }

  const clocks = (off: number, more = "") =>
    Effect.gen(function* () {
      const { events: all, photos: shots } = away(off, 6)
      const left = yield* typed("photos", `local_date::date as local_date, ${PLACE}`, shots)
      const found = yield* run(linkEvents, `type: link-events\nfrom: photos\nevents: events${more}`, [
        left,
        yield* eventsOf(all)
      ])
      const given = new Map(shots.map((shot) => [shot.key, shot]))
      for (const row of found) expect(row["taken_at"]).toBe(given.get(String(row["key"]))?.taken_at)
      return {
        linked: found.filter((row) => row["camera"] === "camera" && row["right_id"] !== null).length,
        corrected: new Set(found.filter((row) => row["camera"] === "camera").map((row) => row["clock_seconds"])),
        phone: new Set(found.filter((row) => row["camera"] === "phone").map((row) => row["clock_seconds"])),
        evidence: found.filter((row) => row["camera"] === "camera").map((row) => String(row["link_evidence"]))
      }
    })

  it.effect("leaves a clock that is right alone", () =>
    Effect.gen(function* () {
      expect(yield* clocks(0)).toMatchObject({ linked: 36, corrected: new Set([null]), phone: new Set([null]) })
      expect((yield* clocks(12)).corrected).toEqual(new Set([null]))
    })
  )

  it.effect("finds a clock that is ninety minutes off, says so, and changes no time", () =>
    Effect.gen(function* () {
      const found = yield* clocks(90)
      expect(found.linked).toBe(36)
      for (const seconds of found.corrected) expect(Math.abs(Number(seconds) - 5400)).toBeLessThan(900)
      expect(found.evidence[0]).toContain('"clock":{"seconds":')
      expect(found.phone).toEqual(new Set([null]))
      expect((yield* clocks(90, "\nclock: trust")).linked).toBeLessThan(36)
    })
  )

  it.effect("takes all that is away from home for part of a journey that was visited, however far it went", () =>
    Effect.gen(function* () {
      const spot = (latitude: number, longitude: number) => ({ latitude, longitude })
      const [vienna, tokyo, kyoto, rome] = [spot(48.21, 16.34), spot(35.7, 139.8), spot(35, 135.8), spot(41.9, 12.5)]
      const shot = (key: string, day: number, at: typeof vienna) => ({
        key,
        taken_at: instant(day * DAY + 600),
        local_date: dayOf(day * DAY),
        ...at
      })
      const whole = (index: number, first: number, last: number, at: typeof vienna) => ({
        _id: id(index),
        starts_at: instant(first * DAY),
        ends_at: instant((last + 1) * DAY),
        all_day: true,
        local_start_date: dayOf(first * DAY),
        local_end_date: dayOf(last * DAY),
        ...at
      })
      const stay = (day: number, at: typeof vienna) => ({
        starts_at: instant(day * DAY),
        ends_at: instant(day * DAY + 900),
        ...at
      })
      const found = yield* run(
        linkEvents,
        "type: link-events\nfrom: photos\nevents: events\nvisits: visits\nplaces: places",
        [
          yield* typed("photos", `taken_at::timestamptz as taken_at, local_date::date as local_date, ${PLACE}`, [
            shot("kyoto", 5, kyoto),
            shot("back", 8, vienna),
            shot("later", 20, kyoto)
          ]),
          yield* typed(
            "events",
            `local_start_date::date as local_start_date, local_end_date::date as local_end_date, ${PLACE}`,
            [whole(1, 1, 8, tokyo), whole(2, 19, 22, rome)]
          ),
          yield* typed("visits", PLACE, [stay(2, tokyo), stay(5, kyoto), stay(20, kyoto)]),
          yield* typed("places", PLACE, [{ kind: "home", ...vienna }])
        ]
      )
      // Nobody was in Rome: that is another's journey.
      expect(new Map(found.map((row) => [row["key"], row["right_id"]]))).toEqual(
        new Map([
          ["kyoto", id(1)],
          ["back", null],
          ["later", null]
        ])
      )
    })
  )

  it.effect("prefers the event whose text names where the person stayed", () =>
    Effect.gen(function* () {
      const timed = (index: number, start: number, length: number, text: string | null) => ({
        _id: id(index),
        starts_at: instant(start),
        ends_at: instant(start + length),
        location_text: text
      })
      const stay = { starts_at: instant(600), ends_at: instant(725), name: "Glacis Beisl", ...coordinates(0) }
      const found = yield* run(linkEvents, "type: link-events\nfrom: photos\nevents: events\nvisits: visits", [
        yield* typed("photos", `taken_at::timestamptz as taken_at, ${PLACE}`, [
          { key: "a", taken_at: instant(660), ...coordinates(0) }
        ]),
        // The call is the shorter one.
        yield* relation("events", exampleTable([timed(1, 610, 90, null), timed(2, 600, 120, "Glacis Beisl, Wien")])),
        yield* typed("visits", PLACE, [stay])
      ])
      expect(found[0]).toMatchObject({ right_id: id(2), link_place_score: 1 })
    })
  )
})
