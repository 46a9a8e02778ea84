import { expect, test } from "vitest"
import { exportDay, trapNames } from "../../src/sample/day.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { makePalette } from "../../src/sample/picture.ts"
import { shotsOn } from "../../src/sample/shots.ts"
import { tripOn } from "../../src/sample/trips.ts"

const palette = makePalette()
const life = daysOf(11)

test("over the years no two files have one path", () => {
  const paths = Array.from({ length: 800 }, (_, day) => exportDay(palette, life, day)).flatMap(({ files }) =>
    files.map(({ path }) => path)
  )
  expect(paths.length).toBeGreaterThan(10_000)
  expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length)
})

test("any day can be made alone, and is what it was", () => {
  const day = exportDay(palette, life, 123)
  exportDay(palette, life, 7)
  expect(exportDay(palette, life, 123)).toEqual(day)
})

test.each([1, 2, 3, -1, 2_147_483_648])("a year of seed %i meets every trap", (seed) => {
  const met = new Set(
    Array.from({ length: 365 }, (_, day) => exportDay(palette, daysOf(seed), day)).flatMap(({ photos }) =>
      photos.map(({ trap }) => trap)
    )
  )
  expect(trapNames.filter((name) => !met.has(name))).toEqual([])
})

test("a month meets nearly all of them", () => {
  const met = new Set(
    Array.from({ length: 30 }, (_, day) => exportDay(palette, daysOf(1), day)).flatMap(({ photos }) =>
      photos.flatMap(({ trap }) => trap ?? [])
    )
  )
  expect(met.size / trapNames.length).toBeGreaterThan(0.85)
})

test("a day's pictures are few enough for cameras that count to four digits, and each has its own second", () => {
  for (const seed of [1, 2, 3]) {
    for (let day = 0; day < 1500; day++) {
      const shots = shotsOn(seed, day)
      expect(shots.length).toBeLessThanOrEqual(27)
      expect(new Set(shots.map(({ at }) => at)).size).toBe(shots.length)
    }
  }
})

test("trips stay at least three days apart, and none is on the birthday", () => {
  for (const seed of [1, 2, 3, 4]) {
    let home = 99
    for (let day = 0; day < 3000; day++) {
      const trip = tripOn(seed, day)
      if (trip?.firstDay === day) expect(home).toBeGreaterThan(2)
      home = trip === null ? home + 1 : 0
    }
    // 14 October of 2023 to 2029.
    for (const birthday of [222, 588, 953, 1318, 1683, 2049, 2414]) expect(tripOn(seed, birthday)).toBeNull()
  }
})
