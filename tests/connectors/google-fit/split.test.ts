import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Piece, holdsPoints, splitPoints } from "../../../connectors/google-fit/split.ts"
import { STEPS, data, steps } from "./takeout.ts"

/** The pieces of a text that comes in parts of so many bytes. */
const split = (text: string, part = 1 << 20) => {
  const splitter = splitPoints()
  const bytes = new TextEncoder().encode(text)
  const pieces: Array<Piece> = []
  for (let at = 0; at < bytes.length; at += part) pieces.push(...splitter.push(bytes.subarray(at, at + part)))
  pieces.push(...splitter.end())
  return { pieces, source: splitter.source(), closed: splitter.closed() }
}

const POINTS = [
  steps("2018-12-02T08:00:00Z", "2018-12-02T08:01:00Z", 42),
  steps("2018-12-02T12:00:00Z", "2018-12-02T12:05:00Z", 300),
  steps("2018-12-03T08:00:00Z", "2018-12-03T08:01:00Z", 7)
]
const TEXT = data(STEPS, POINTS)

const parsed = (pieces: ReadonlyArray<Piece>) => pieces.map(({ text }): unknown => JSON.parse(text))

const anyPoints = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 })

describe("splitPoints", () => {
  it("finds the points, the source and where each begins", () => {
    const { closed, pieces, source } = split(TEXT)
    expect(parsed(pieces)).toEqual(POINTS)
    expect([closed, source]).toEqual([true, STEPS])
    for (const { position, text } of pieces) expect(TEXT.slice(position, position + text.length)).toBe(text)
  })

  it("gives any points as they are, however the bytes come and however they are written", () => {
    fc.assert(
      fc.property(
        anyPoints,
        fc.string(),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        (points, source, part, pretty) => {
          const text = JSON.stringify({ "Data Source": source, "Data Points": points }, null, pretty ? 2 : 0)
          const found = split(text, part)
          expect(parsed(found.pieces)).toEqual(JSON.parse(JSON.stringify(points)))
          expect(found.pieces.every(({ kind }) => kind === "point")).toBe(true)
          expect([found.closed, found.source]).toEqual([true, source])
        }
      )
    )
  })

  it("knows a source that comes last", () => {
    expect(split(`{"Data Points": [{"a": 1}], "Data Source": "raw:\\"x"}`)).toMatchObject({
      source: 'raw:"x',
      closed: true
    })
  })

  it.for([
    ["a missing quote", '"intVal": 300', 'intVal": 300'],
    ["a missing bracket", '"intVal": 300\n          }', '"intVal": 300\n          '],
    ["a bracket too much", '"intVal": 300', '"intVal": 300 }}]}'],
    ["a list that is closed too early", '"intVal": 300', '"intVal": ]]]] 300']
  ])("goes on behind %s", ([, before = "", after = ""]) => {
    const { closed, pieces } = split(TEXT.replace(before, after))
    const whole = pieces.flatMap(({ kind, text }) => (kind === "point" ? [text] : []))
    expect(whole.some((text) => text.includes('"intVal": 42'))).toBe(true)
    expect(JSON.parse(whole.at(-1) ?? "")).toEqual(POINTS[2])
    expect(closed).toBe(true)
  })

  it("keeps every byte of the points, in a piece or another, whatever is cut out or flipped", () => {
    fc.assert(
      fc.property(fc.nat(TEXT.length - 200), fc.nat(60), fc.string({ maxLength: 3 }), (at, length, put) => {
        const start = TEXT.indexOf("[") + 1
        const from = start + (at % (TEXT.length - start))
        const text = TEXT.slice(0, from) + put + TEXT.slice(from + length)
        const kept = split(text, 50)
          .pieces.map((piece) => piece.text)
          .join("")
        const letters = (all: string) => all.replaceAll(/[\s,\]}]/g, "")
        expect(letters(kept)).toBe(letters(text.slice(start)))
      })
    )
  })

  it("says that a file is cut", () => {
    const cut = TEXT.slice(0, TEXT.lastIndexOf('{\n      "fitValue"'))
    expect(split(cut)).toMatchObject({ closed: false, pieces: [{ kind: "point" }, { kind: "point" }] })
  })

  it("gives up on what never ends, in little time", () => {
    const endless = `{"Data Source": "x", "Data Points": [${"{".repeat(3_000_000)}`
    const { closed, pieces } = split(endless)
    expect(closed).toBe(false)
    expect(pieces.every(({ kind }) => kind === "rest")).toBe(true)
    expect(pieces.reduce((sum, { text }) => sum + text.length, 0)).toBe(3_000_000)
  })
})

describe("holdsPoints", () => {
  it.for([
    [TEXT, true],
    ['{"Data Points":[]}', true],
    ['{"fitnessActivity":"walking"}', false],
    ["", false]
  ] as const)("%#", ([text, expected]) => {
    expect(holdsPoints(new TextEncoder().encode(text))).toBe(expected)
  })
})
