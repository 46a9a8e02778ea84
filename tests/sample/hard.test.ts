import { describe, expect, layer, test } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { exportDay } from "../../src/sample/day.ts"
import { hardLife } from "../../src/sample/hard/index.ts"
import { everyone } from "../../src/sample/hard/people.ts"
import { makePalette } from "../../src/sample/picture.ts"
import { HOUR } from "../../src/sample/time.ts"
import { metresBetween } from "../../src/sample/whereabouts.ts"
import { written } from "./support.ts"

const YEARS = 1095

layer(NodeServices.layer, { timeout: "60 seconds" })("writing a hard life", (it) => {
  it.effect("the same seed gives the same bytes, and two calendars", () =>
    Effect.gen(function* () {
      const options = { seed: 1, days: 25, from: 480, archives: "all", life: "hard" } as const
      const first = yield* written(options)
      const second = yield* written(options)
      expect(second.hashes).toEqual(first.hashes)
      expect(first.truth.calendars).toEqual(["calendar.ics", "work.ics"])
      expect(Object.keys(first.hashes)).toEqual(expect.arrayContaining(["calendar.ics", "work.ics"]))
    })
  )

  it.effect("an ordinary life is what it has always been", () =>
    Effect.gen(function* () {
      const { hashes } = yield* written({ seed: 1, days: 20, archives: "all" })
      // The truth has the hashes of all pictures, and every number of the other archives.
      expect([hashes["calendar.ics"], hashes["truth.json"]]).toMatchSnapshot()
    })
  )
})

describe.each([1, 2])("the hard life of seed %i", (seed) => {
  const life = hardLife(seed)
  const palette = makePalette()
  const range = { seed, from: 0, days: YEARS }
  const shown = Array.from({ length: YEARS }, (_, day) => exportDay(palette, life.days, day)).flatMap(
    (day) => day.shown
  )
  const { hard } = life.truth(range, shown)
  if (hard === undefined) throw new Error("a hard life has a truth of its own")
  const events = life.instances(0, YEARS)

  test("is at one place at a time", () => {
    const stays = Array.from({ length: YEARS }, (_, day) => life.days.whereabouts(day)).flatMap((day) => day.stays)
    const wrong = stays.filter(({ end, start }, index) => end <= start || start < (stays[index - 1]?.end ?? start))
    expect(wrong).toEqual([])
  })

  test("has its pictures where she is, whatever their clocks say", () => {
    const stays = Array.from({ length: YEARS }, (_, day) => life.days.whereabouts(day)).flatMap((day) => day.stays)
    const staying = shown.flatMap(({ shot }) => {
      const at = shot.at - shot.ahead
      const here = stays.find(({ end, start }) => at >= start && at < end)
      return here === undefined ? [] : [metresBetween(here.place, shot.position)]
    })
    expect(staying.length).toBeGreaterThan(shown.length * 0.95)
    expect(Math.max(...staying)).toBeLessThan(500)
  })

  test("is hard: wrong clocks, no places, events that overlap, meetings that go on while she is away", () => {
    const share = (count: number) => count / hard.photos.length
    const wrong = hard.photos.filter(({ clock_seconds }) => clock_seconds !== 0)
    expect(share(wrong.length)).toBeGreaterThan(0.1)
    expect(wrong.filter(({ clock_seconds }) => Math.abs(clock_seconds) >= 3600).length).toBeGreaterThan(30)
    expect(share(hard.photos.filter(({ place }) => place === "to-infer").length)).toBeGreaterThan(0.15)
    expect(share(hard.photos.filter(({ event }) => event === null).length)).toBeGreaterThan(0.2)
    const timed = events.filter(({ cancelled, lastDay }) => !cancelled && lastDay === null)
    const during = hard.photos.filter(({ event, taken_at }) => {
      const at = taken_at === null ? NaN : Date.parse(taken_at)
      return timed.some(({ end, start, uid }) => uid !== event?.uid && at >= start && at < end)
    })
    expect(during.length).toBeGreaterThan(100)
    const late = shown.filter(
      ({ shot }) => shot.event !== null && shot.event.lastDay === null && shot.at > shot.event.end + HOUR / 2
    )
    expect(late.length).toBeGreaterThan(20)
    expect(hard.gaps.length).toBeGreaterThan(15)
  })

  test("has people with several addresses, never two of them in one event, and namesakes in one event", () => {
    const invited = [
      ...Map.groupBy(
        hard.mentions.filter((one) => "uid" in one),
        ({ uid }) => uid
      ).values()
    ]
    for (const one of invited) expect(new Set(one.map(({ person }) => person)).size).toBe(one.length)
    const addresses = everyone.flatMap((one) => one.addresses.map(({ address }) => address))
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(Math.max(...hard.people.map((one) => one.addresses.length))).toBe(4)
    const together = invited.filter((one) =>
      one.some(({ name, person }) => one.some((other) => other.name === name && other.person !== person))
    )
    expect(together.length).toBeGreaterThan(3)
  })

  test("has trips of days and of nights, two homes and two jobs", () => {
    const kinds = Map.groupBy(hard.trips, ({ kind }) => kind)
    expect(kinds.get("trip")?.length).toBeGreaterThan(40)
    expect(kinds.get("day-trip")?.length).toBeGreaterThan(15)
    for (const { first_date, last_date, nights } of hard.trips)
      expect((Date.parse(last_date) - Date.parse(first_date)) / (24 * HOUR)).toBe(nights)
    expect(hard.homes.map(({ kind }) => kind)).toEqual(seed % 2 === 0 ? ["home", "home"] : ["home", "second-home"])
    expect(hard.works).toHaveLength(2)
  })

  test("names only events that are in the calendars", () => {
    const keys = new Set(events.map(({ start, uid }) => `${uid} ${start}`))
    const missing = hard.photos.filter(
      ({ event }) => event !== null && !keys.has(`${event.uid} ${Date.parse(event.starts_at)}`)
    )
    expect(missing).toEqual([])
    expect(hard.photos.some(({ event }) => events.some(({ cancelled, uid }) => cancelled && uid === event?.uid))).toBe(
      false
    )
  })
})
