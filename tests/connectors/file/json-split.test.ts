import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type JsonRecord,
  type JsonSplitter,
  makeElementSplitter,
  makeLineSplitter,
  membersOf
} from "../../../connectors/file/json-split.ts"

/** The records of a file that comes in pieces of these sizes. */
const recordsOf = (make: () => JsonSplitter, bytes: Buffer, sizes: ReadonlyArray<number> = []) => {
  const split = make()
  const records: Array<JsonRecord> = []
  let rest: Buffer = Buffer.alloc(0)
  let at = 0
  for (const size of sizes) {
    const next = Buffer.concat([rest, bytes.subarray(at, at + size)])
    at += size
    const { pieces, used } = split(next, false)
    records.push(...pieces)
    rest = next.subarray(used)
  }
  return [...records, ...split(Buffer.concat([rest, bytes.subarray(at)]), true).pieces]
}

const shown = (make: () => JsonSplitter, text: string | Buffer) =>
  recordsOf(make, Buffer.from(text)).map(({ position, problem, raw, text: whole }) => ({
    position,
    found: whole === null ? { problem, raw: raw.toString() } : JSON.parse(whole)
  }))

describe("JSON, line by line", () => {
  it("reads objects, and says which lines are none", () => {
    expect(shown(makeLineSplitter, '\uFEFF{"a":1}\r\n\n{"a":\n[2]\n"x"\n{"a":3}')).toEqual([
      { position: 1, found: { a: 1 } },
      { position: 3, found: { problem: "syntax", raw: '{"a":' } },
      { position: 4, found: { problem: "not-object", raw: "[2]" } },
      { position: 5, found: { problem: "not-object", raw: '"x"' } },
      { position: 6, found: { a: 3 } }
    ])
  })

  it("refuses what isn't UTF-8, and half of a character", () => {
    const [first, second] = recordsOf(makeLineSplitter, Buffer.from('{"a":"\u00ff"}\n{"a":"\\ud800"}', "latin1"))
    expect(first).toMatchObject({ position: 1, text: null, problem: "encoding" })
    expect(second).toMatchObject({ position: 2, text: null, problem: "syntax" })
  })
})

describe("JSON, element by element", () => {
  it("reads an array, and objects one after the other", () => {
    const expected = [{ a: 1 }, { a: [{ b: "}]" }] }]
    for (const text of [
      '[{"a":1},{"a":[{"b":"}]"}]}]',
      '{"a":1}{"a":[{"b":"}]"}]}',
      '{\n"a":1\n}\n{"a":[{"b":"}]"}]}\n'
    ]) {
      expect(shown(makeElementSplitter, text).map(({ found }) => found)).toEqual(expected)
    }
  })

  it("keeps what comes before a cut", () => {
    expect(shown(makeElementSplitter, '[{"a":1}, {"a":2},\n {"a":"thr')).toEqual([
      { position: 1, found: { a: 1 } },
      { position: 10, found: { a: 2 } },
      { position: 20, found: { problem: "cut", raw: '{"a":"thr' } }
    ])
  })

  it("finds the next object behind a missing quote, a missing brace, and junk", () => {
    expect(shown(makeElementSplitter, '[\n{"a":"1"},\n{"a":"2},\n{"a":"3"}\n]').map(({ found }) => found)).toEqual([
      { a: "1" },
      { problem: "syntax", raw: '{"a":"2}' },
      { a: "3" }
    ])
    expect(shown(makeElementSplitter, '[{"a":1},{"a":{"b":2},{"a":3}]').map(({ found }) => found)).toEqual([
      { a: 1 },
      { problem: "syntax", raw: '{"a":{"b":2}' },
      { a: 3 }
    ])
    expect(shown(makeElementSplitter, '[{"a":1},7,{"a":x},{"a":3}]').map(({ found }) => found)).toEqual([
      { a: 1 },
      { problem: "not-object", raw: "7" },
      { problem: "syntax", raw: '{"a":x}' },
      { a: 3 }
    ])
  })

  const objects = fc.array(
    fc
      .dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1, maxKeys: 3 })
      .filter((each) => !JSON.stringify(each).includes("\\ud")),
    { maxLength: 5 }
  )

  it("gives back any objects, in whatever layout and pieces they come", () => {
    fc.assert(
      fc.property(objects, fc.array(fc.nat(30)), fc.constantFrom(undefined, 2), (written, sizes, indent) => {
        const array = Buffer.from(JSON.stringify(written, null, indent))
        const sequence = Buffer.from(written.map((each) => JSON.stringify(each, null, indent)).join("\n"))
        const lines = Buffer.from(written.map((each) => JSON.stringify(each)).join("\n"))
        const read = (make: () => JsonSplitter, bytes: Buffer) =>
          recordsOf(make, bytes, sizes).map(({ text }) => (text === null ? null : JSON.parse(text)))
        const expected = JSON.parse(JSON.stringify(written))
        expect(read(makeElementSplitter, array)).toEqual(expected)
        expect(read(makeElementSplitter, sequence)).toEqual(expected)
        expect(read(makeLineSplitter, lines)).toEqual(expected)
      })
    )
  })

  it("of an array that is cut anywhere, all objects before the cut are read, and at most one piece is refused", () => {
    fc.assert(
      fc.property(objects, fc.nat(), (written, seed) => {
        const bytes = Buffer.from(JSON.stringify(written))
        const cut = bytes.subarray(0, seed % (bytes.length + 1))
        const read = recordsOf(makeElementSplitter, cut)
        const whole = read.flatMap(({ text }) => (text === null ? [] : [JSON.parse(text)]))
        expect(whole).toEqual(JSON.parse(JSON.stringify(written)).slice(0, whole.length))
        expect(read.length - whole.length).toBeLessThanOrEqual(1)
        const lost = read.filter(({ text }) => text === null).map(({ raw }) => raw.toString())
        const ends = [...written.slice(0, whole.length).map((each) => JSON.stringify(each)), ...lost].join(",")
        expect(
          cut
            .toString()
            .replace(/^\[/, "")
            .replace(/[\],]$/, "")
            .startsWith(ends.replace(/[\],]$/, ""))
        ).toBe(true)
      })
    )
  })

  const records = fc.array(
    fc.record({
      id: fc.nat(99),
      name: fc.string({ unit: fc.constantFrom("a", "é", ",", "{", "}", "[", ":", '"', "\\", "\n"), maxLength: 5 }),
      more: fc.option(fc.record({ x: fc.array(fc.nat(9), { maxLength: 2 }) }))
    }),
    { minLength: 1, maxLength: 6 }
  )

  it("of an array that lacks a byte, one object is lost at most, and none is made up", () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.constantFrom(undefined, 2), (written, seed, indent) => {
        const bytes = Buffer.from(JSON.stringify(written, null, indent))
        const hole = seed % bytes.length
        const damaged = Buffer.concat([bytes.subarray(0, hole), bytes.subarray(hole + 1)])
        const read = recordsOf(makeElementSplitter, damaged).flatMap(({ text }) => (text === null ? [] : [text]))
        const originals = new Set(written.map((each) => JSON.stringify(each)))
        const others = read.filter((text) => !originals.has(JSON.stringify(JSON.parse(text))))
        expect(read.length).toBeGreaterThanOrEqual(written.length - 1)
        expect(read.length).toBeLessThanOrEqual(written.length)
        expect(others.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 2000 }
    )
  })

  it("gives the members of an object as they are written", () => {
    expect([...membersOf('{ "a" : 12345678901234567890, "b\\"c":{"x" : [1, 2]},"d":"e\\n", "f":null}')]).toEqual([
      ["a", "12345678901234567890"],
      ['b"c', '{"x" : [1, 2]}'],
      ["d", '"e\\n"'],
      ["f", "null"]
    ])
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1), (written, indent) => {
        const members = membersOf(JSON.stringify(written, null, indent))
        expect(Object.fromEntries([...members].map(([key, value]) => [key, JSON.parse(value)]))).toEqual(
          JSON.parse(JSON.stringify({ ...written }))
        )
      })
    )
  })
})
