import fc from "fast-check"
import { expect, test } from "vitest"
import { makeReader } from "../../../connectors/apple-health/job.ts"
import { Splitter } from "../../../connectors/apple-health/split.ts"
import { STEPS, copyOf, entry, healthData, readXml, record, samplesOf } from "./exports.ts"

const HIDDEN = `<!-- ${record(STEPS).repeat(3)} -->\n`
const WORKOUT = `<Workout workoutActivityType="x">${"<WorkoutEvent/>".repeat(20)}</Workout>\n`

const body = fc
  .array(
    fc.oneof(
      fc.nat().map((value) => record({ ...STEPS, value: String(value) })),
      fc.nat().map((value) => record({ ...STEPS, value: String(value) }, entry("Wow!", "a!b"))),
      fc.constantFrom(HIDDEN, WORKOUT, "<!-- x -->")
    ),
    { minLength: 1, maxLength: 30 }
  )
  .map((parts) => parts.join(""))

const partsOf = (bytes: Uint8Array, size: number, pieces: number, most?: number) => {
  const splitter = new Splitter(size, most)
  const parts = []
  for (let at = 0; at < bytes.length; at += pieces) {
    for (const part of splitter.push(bytes.subarray(at, at + pieces))) {
      // Memory is used again: what is needed of a part is taken at once.
      parts.push({ bytes: copyOf(part.bytes), offset: part.offset })
      splitter.reuse(part.bytes.buffer)
    }
  }
  const last = splitter.finish()
  return [...parts, { bytes: copyOf(last.bytes), offset: last.offset }]
}

const sizes = fc.record({ size: fc.integer({ min: 300, max: 4000 }), pieces: fc.integer({ min: 1, max: 5000 }) })

test("parts are the whole, and give its rows", () => {
  fc.assert(
    fc.property(body, sizes, (text, { pieces, size }) => {
      const xml = Buffer.from(healthData(text))
      const parts = partsOf(xml, size, pieces)
      expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(xml)).toBe(true)
      expect(parts.map(({ offset }) => offset)).toEqual(
        parts.map((_, index) => parts.slice(0, index).reduce((sum, { bytes }) => sum + bytes.length, 0))
      )
      const read = makeReader({ wanted: "samples", number: 0, of: 1 })
      const outcomes = parts.map((part) => read({ format: "xml", ...part }))
      expect(samplesOf(outcomes)).toEqual(samplesOf([readXml(xml)]))
      expect(outcomes.flatMap(({ refused }) => refused)).toEqual([])
      expect(outcomes.map(({ rest }) => rest)).toEqual(outcomes.map(() => null))
    }),
    { numRuns: 200 }
  )
})

test("long files come in many parts, of about the size that is wanted", () => {
  const xml = Buffer.from(healthData(record(STEPS).repeat(200)))
  const parts = partsOf(xml, 4000, 1000)
  expect(parts.length).toBeGreaterThan(xml.length / 5000)
  expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThan(5000)
})

test("what has no place to be cut is cut anywhere once it is too long: memory stays bounded", () => {
  const parts = partsOf(Buffer.alloc(100_000, "x"), 1000, 700, 8000)
  expect(Math.max(...parts.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(16_000)
  expect(parts.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(100_000)
})
