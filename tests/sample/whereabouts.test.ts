import { describe, expect, test } from "vitest"
import { MINUTE } from "../../src/sample/time.ts"
import { trackOn } from "../../src/sample/track.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { metres } from "./support.ts"

const DAYS = 400

describe.each([1, 2, -7])("the life of seed %i", (seed) => {
  const days = daysOf(seed)
  const all = Array.from({ length: DAYS }, (_, day) => days.whereabouts(day))
  const stays = all.flatMap((day) => day.stays)
  const moves = all.flatMap((day) => day.moves)

  test("is at one place at a time, in the order of the times", () => {
    stays.forEach(({ end, place, start }, index) => {
      expect(end, `${place.name} ${new Date(start).toISOString()}`).toBeGreaterThan(start)
      const next = stays[index + 1]
      if (next !== undefined) expect(next.start, place.name).toBeGreaterThanOrEqual(end)
    })
  })

  test("gets from each place to the next, no faster than one can", () => {
    const ends = new Set(stays.map(({ end, place }) => `${place.name} ${end}`))
    for (const { end, from, metres: far, mode, start } of moves) {
      expect(ends.has(`${from.name} ${start}`)).toBe(true)
      const speed = far / ((end - start) / 1000)
      expect(speed, `${from.name} ${mode}`).toBeLessThan(mode === "walking" ? 1.5 : mode === "flying" ? 240 : 21)
    }
    expect(new Set(moves.map(({ mode }) => mode))).toEqual(new Set(["walking", "in-vehicle", "flying"]))
  })

  test("is where its pictures are taken", () => {
    const shots = Array.from({ length: DAYS }, (_, day) => days.shots(day)).flat()
    const elsewhere = shots.filter(
      ({ at, position }) =>
        !stays.some(
          ({ end, place, start }) =>
            at >= start - 4 * MINUTE && at <= end + 4 * MINUTE && metres(place, position) < 1500
        )
    )
    // Two invitations at the same time are more than one place.
    expect(elsewhere.length / shots.length).toBeLessThan(0.08)
  })

  test("leaves a track in which no two points share an instant", () => {
    const fixes = Array.from({ length: DAYS }, (_, day) => trackOn(days, day)).flat()
    expect(new Set(fixes.map(({ at }) => at)).size).toBe(fixes.length)
    expect(fixes.length / DAYS).toBeGreaterThan(20)
    for (const { at, onPath } of fixes) if (onPath) expect(at % MINUTE).toBe(0)
  })
})

test("any day can be asked for alone, and is what it was", () => {
  const days = daysOf(5)
  for (let day = 0; day < 40; day++) days.whereabouts(day)
  expect(daysOf(5).whereabouts(30)).toEqual(days.whereabouts(30))
  expect(trackOn(daysOf(5), 30)).toEqual(trackOn(days, 30))
})
