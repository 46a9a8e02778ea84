import fc from "fast-check"
import { expect, test } from "vitest"
import { type Item, makeWalker } from "../../../connectors/google-timeline/walk.ts"

const KEYS = ["locations", "rawSignals"]

/** Walks through bytes that come in windows of `size`, as the loader does: what is left over comes again with more. */
const walkAll = (bytes: Buffer, size: number, stride: number) => {
  const walker = makeWalker(new Set([...KEYS, ""]))
  const found: Array<Omit<Item, "start" | "end"> & { readonly start: number; readonly end: number }> = []
  let offset = 0
  let filled = Math.min(size, bytes.length)
  for (let steps = 0; steps < bytes.length * 4 + 100; steps++) {
    const final = filled >= bytes.length
    const window = bytes.subarray(offset, filled)
    let at = 0
    for (;;) {
      const walked = walker.walk(window, at, Math.min(at + stride, window.length), final)
      for (const item of walked.items) found.push({ ...item, start: offset + item.start, end: offset + item.end })
      if (walked.at === at || walked.at >= window.length) {
        at = walked.at
        break
      }
      at = walked.at
    }
    offset += at
    if (final) return found
    filled = Math.min(bytes.length, filled + size)
  }
  throw new Error("the walk doesn't end")
}

const name = fc.constantFrom("latitudeE7", "timestamp", 'q"uote', "{", "[", "é", "\\")
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.integer(),
    fc.constant(null),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(name, tie("json"), { maxKeys: 3 })
  )
})).json
const element = fc.record({ timestamp: fc.string({ unit: "binary-ascii" }), more: value })
const indent = fc.constantFrom(0, 1, 2, "\t")
const file = fc.oneof(
  fc.array(element, { maxLength: 8 }).map((elements) => ({ whole: elements as unknown, elements })),
  fc
    .tuple(fc.array(element, { maxLength: 8 }), fc.array(element, { maxLength: 8 }), value)
    .map(([locations, rawSignals, other]) => ({
      whole: { other, locations, more: [other], rawSignals } as unknown,
      elements: [...locations, ...rawSignals]
    }))
)
const window = fc.integer({ min: 1, max: 400 })

test("whatever the windows, the elements are those that JSON.parse finds", () => {
  fc.assert(
    fc.property(file, indent, window, window, ({ elements, whole }, space, size, stride) => {
      const bytes = Buffer.from(JSON.stringify(whole, null, space))
      const found = walkAll(bytes, size, stride)
      expect(found.filter(({ code }) => code !== null)).toEqual([])
      expect(found.map(({ text }) => JSON.parse(text ?? ""))).toEqual(elements)
      for (const { end, start, text } of found) expect(bytes.toString("utf8", start, end)).toBe(text)
    })
  )
})

test("of a file that is cut, every whole element is found, and the end is noticed", () => {
  fc.assert(
    fc.property(
      file,
      indent,
      window,
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ elements, whole }, space, size, part) => {
        const bytes = Buffer.from(JSON.stringify(whole, null, space))
        const cut = bytes.subarray(0, Math.floor(part * bytes.length))
        if (cut.length === bytes.length) return
        const found = walkAll(cut, size, 1000)
        const texts = found.flatMap(({ text }) => (text === null ? [] : [JSON.parse(text)]))
        expect(texts).toEqual(elements.slice(0, texts.length))
        expect(found.at(-1)?.code).toBe("timeline-cut")
      }
    )
  )
})

test("whatever the damage, the walk ends, in order, and each element is JSON", () => {
  fc.assert(
    fc.property(
      file,
      indent,
      window,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      ({ whole }, space, size, damage) => {
        const bytes = Buffer.from(JSON.stringify(whole, null, space))
        for (const [at, byte] of damage) bytes[at % bytes.length] = byte
        let end = 0
        for (const item of walkAll(bytes, size, 100)) {
          expect(item.start).toBeGreaterThanOrEqual(end)
          expect(item.end).toBeGreaterThanOrEqual(item.start)
          end = item.end
          if (item.text !== null) expect(() => JSON.parse(item.text ?? "")).not.toThrow()
        }
        expect(end).toBeLessThanOrEqual(bytes.length)
      }
    ),
    { numRuns: 300 }
  )
})

test("a flipped bit costs no other element than the one that it is in, where the elements begin alike", () => {
  const elements = Array.from({ length: 20 }, (_, index) => ({
    timestamp: String(index),
    activity: [{ type: "STILL" }, { type: "x" }]
  }))
  fc.assert(
    fc.property(
      fc.constantFrom<unknown>({ locations: elements }, elements),
      indent,
      // Most of what can go wrong does so in the first: nothing is known yet of how elements begin.
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 19 })),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (whole, space, which, at, bit) => {
        const bytes = Buffer.from(JSON.stringify(whole, null, space))
        const texts = walkAll(bytes, bytes.length, bytes.length)
        const hit = texts[which]
        if (hit === undefined) throw new Error("no such element")
        const position = hit.start + (at % (hit.end - hit.start))
        bytes[position] = (bytes[position] ?? 0) ^ (1 << bit)
        const times = walkAll(bytes, bytes.length, bytes.length).flatMap(({ text }) =>
          text === null ? [] : [/"timestamp":\s*"(\d+)"/.exec(text)?.[1]]
        )
        const others = elements.map(({ timestamp }) => timestamp).filter((_, index) => index !== which)
        expect(times.filter((time) => time !== undefined)).toEqual(expect.arrayContaining(others))
      }
    ),
    { numRuns: 1000 }
  )
})

test("damage to how the first element begins costs no other one", () => {
  const elements = Array.from({ length: 20 }, (_, index) => ({
    timestamp: String(index),
    activity: [{ type: "STILL" }, { type: "x" }]
  }))
  for (const space of [0, 1, 2, "\t"]) {
    const whole = Buffer.from(JSON.stringify({ locations: elements }, null, space))
    const [first] = walkAll(whole, whole.length, whole.length)
    if (first === undefined) throw new Error("no element")
    for (let at = 1; at < 20; at++) {
      const bytes = Buffer.from(whole)
      bytes[first.start + at] = 0x22
      const texts = walkAll(bytes, bytes.length, bytes.length).flatMap(({ text }) => (text === null ? [] : [text]))
      expect(texts.length, String(bytes.subarray(0, 80))).toBeGreaterThanOrEqual(19)
    }
  }
})
