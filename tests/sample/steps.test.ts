import * as fc from "fast-check"
import { expect, test } from "vitest"
import { EpochMillis } from "../../src/component/column.ts"
import { daysOf } from "../../src/sample/ordinary.ts"
import { nightAfter, sleptIn } from "../../src/sample/sleep.ts"
import { minutesOf, trueSteps, union, walksOn } from "../../src/sample/steps.ts"
import { MINUTE } from "../../src/sample/time.ts"

const QUARTER = 15 * MINUTE
const life = daysOf(3)

test("no interval leaves its quarter of an hour, and the phone's lie within the watch's or where it has none", () => {
  const walks = Array.from({ length: 300 }, (_, day) => walksOn(life, day)).flat()
  for (const { phone, watch } of walks) {
    const all = [...watch, ...(phone === null ? [] : [phone])]
    expect(new Set(all.flatMap(({ end, start }) => [start, end - 1].map((at) => Math.floor(at / QUARTER)))).size).toBe(
      1
    )
    if (phone === null || watch.length === 0) continue
    expect(phone.start).toBeGreaterThanOrEqual(watch[0]?.start ?? Infinity)
    expect(phone.end).toBeLessThanOrEqual(watch.at(-1)?.end ?? 0)
  }
  const kinds = walks.map(({ phone, watch }) => `${watch.length > 0} ${phone !== null}`)
  expect(new Set(kinds)).toEqual(new Set(["true true", "true false", "false true"]))
})

test("the true steps are neither the sum of both devices nor one of them", () => {
  const walks = Array.from({ length: 30 }, (_, day) => walksOn(life, day)).flat()
  const sum = (count: (walk: (typeof walks)[number]) => number) => walks.reduce((all, walk) => all + count(walk), 0)
  const watch = sum((walk) => walk.watch.reduce((all, { count }) => all + count, 0))
  const phone = sum((walk) => walk.phone?.count ?? 0)
  const steps = sum(trueSteps)
  expect(steps).toBeGreaterThan(Math.max(watch, phone))
  expect(steps).toBeLessThan(watch + phone)
})

const interval = fc
  .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 90 }))
  .map(([start, length]) => ({ start: EpochMillis(start * MINUTE), end: EpochMillis((start + length) * MINUTE) }))

test("the union has the minutes that any interval has, each once", () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 20 }), (intervals) => {
      const minutes = new Set(
        intervals.flatMap(({ end, start }) =>
          Array.from({ length: (end - start) / MINUTE }, (_, index) => start / MINUTE + index)
        )
      )
      expect(minutesOf(intervals)).toBe(minutes.size)
      const joined = union(intervals)
      joined.slice(1).forEach(({ start }, index) => expect(start).toBeGreaterThan(joined[index]?.end ?? 0))
    })
  )
})

test("nights have one source, or the other, or both, which overlap", () => {
  const nights = Array.from({ length: 120 }, (_, day) => nightAfter(life, day))
  const sources = nights.map(({ asleep, stages }) => `${asleep !== null} ${stages.length > 0}`)
  expect(new Set(sources)).toEqual(new Set(["true true", "true false", "false true"]))
  const doubled = nights.filter((night) => {
    const slept = sleptIn(night)
    const sum = slept.reduce((all, { end, start }) => all + (end - start) / MINUTE, 0)
    return sum > minutesOf(slept)
  })
  expect(doubled.length).toBeGreaterThan(40)
  for (const night of nights) expect(minutesOf(sleptIn(night))).toBeGreaterThan(240)
})
