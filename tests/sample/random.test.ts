import * as fc from "fast-check"
import { expect, test } from "vitest"
import { cycled, stream } from "../../src/sample/random.ts"

const first = (count: number, ...name: ReadonlyArray<string | number>) => {
  const random = stream(...name)
  return Array.from({ length: count }, random.next)
}

test("a name has the same numbers for ever: a change here changes every sample", () => {
  const random = stream("pinned", 1)
  // Computed with another implementation of SHA-256 and sfc32.
  expect(Array.from({ length: 8 }, () => random.integer(0, 999))).toEqual([106, 964, 213, 402, 664, 434, 528, 923])
})

test("names that differ in any part have streams that differ", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (left, right) => {
      fc.pre(left !== right)
      expect(first(4, "day", left)).not.toEqual(first(4, "day", right))
    })
  )
  expect(first(4, "a", "bc")).not.toEqual(first(4, "ab", "c"))
})

test("numbers are uniform: no tenth of the range holds much more or less than its share", () => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const value of first(20_000, "uniform")) {
    const slot = Math.floor(value * 10)
    counts[slot] = (counts[slot] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
})

test("integers stay within their bounds, and reach both", () => {
  const random = stream("bounds")
  const values = new Set(Array.from({ length: 500 }, () => random.integer(-3, 4)))
  expect([...values].toSorted((left, right) => left - right)).toEqual([-3, -2, -1, 0, 1, 2, 3, 4])
})

test("cycling counts around the end, for negative numbers too", () => {
  expect([-4, -1, 0, 2, 3, 7].map((index) => cycled(["a", "b", "c"], index))).toEqual(["c", "c", "a", "c", "a", "b"])
})
