import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type CsvRecord, type Marks, csvLine, makeCsvSplitter } from "../../../connectors/file/csv-split.ts"

const STANDARD: Marks = { delimiter: ",", quote: '"', escape: '"' }

/** The records of a file that comes in pieces of these sizes. */
const recordsOf = (bytes: Buffer, sizes: ReadonlyArray<number>, marks = STANDARD): ReadonlyArray<CsvRecord> => {
  const split = makeCsvSplitter(marks)
  const records: Array<CsvRecord> = []
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

const fieldsOf = (text: string | Buffer, marks = STANDARD) =>
  recordsOf(Buffer.from(text), [], marks).map(({ fields, line, problem }) => ({ line, fields: fields ?? problem }))

describe("CSV, record by record", () => {
  it("reads values, quotes and newlines in them", () => {
    expect(fieldsOf('a,b\n1,"x ""y"", z"\r\n"two\nlines",\n\n,é')).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["1", 'x "y", z'] },
      { line: 3, fields: ["two\nlines", ""] },
      { line: 6, fields: ["", "é"] }
    ])
  })

  it("takes a byte-order mark for none of the text, and a lone carriage return for a newline", () => {
    expect(fieldsOf("\uFEFFa,b\r1,2")).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["1", "2"] }
    ])
  })

  it("loses one line to a quote that isn't closed, and none of the others", () => {
    expect(fieldsOf('a,b\n1,"x\n2,"y"\n3,z')).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: "quotes" },
      { line: 3, fields: ["2", "y"] },
      { line: 4, fields: ["3", "z"] }
    ])
    expect(fieldsOf('a,b\n1,x\n2,"cut')).toEqual([
      { line: 1, fields: ["a", "b"] },
      { line: 2, fields: ["1", "x"] },
      { line: 3, fields: "quotes" }
    ])
  })

  it("refuses what stands behind a closing quote, and lets a quote within a bare value be", () => {
    expect(fieldsOf('"a" b,c\n5" nail,2')).toEqual([
      { line: 1, fields: "quotes" },
      { line: 2, fields: ['5" nail', "2"] }
    ])
  })

  it("refuses lines that aren't UTF-8, and keeps their bytes", () => {
    const [, broken, last] = recordsOf(Buffer.from("a\nGr\u00fcn\nb", "latin1"), [])
    expect(broken).toMatchObject({ line: 2, fields: null, problem: "encoding" })
    expect(broken?.raw).toEqual(Buffer.from("Gr\u00fcn", "latin1"))
    expect(last).toMatchObject({ line: 3, fields: ["b"] })
  })

  it("knows other marks", () => {
    const marks = { delimiter: ";", quote: '"', escape: "\\" }
    expect(fieldsOf('1;"a \\"b\\" \\\\ c"\n', marks)).toEqual([{ line: 1, fields: ["1", 'a "b" \\ c'] }])
  })

  const value = fc.string({ unit: fc.constantFrom("a", "é", "🎈", " ", ",", '"', "\n", "\r\n", "0"), maxLength: 6 })
  // A line of one empty value is a blank line.
  const rows = fc.array(fc.array(value, { minLength: 2, maxLength: 4 }), { maxLength: 8 })

  it("gives back what was written, in whatever pieces it comes", () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(12)), (written, sizes) => {
        const bytes = Buffer.from(written.map(csvLine).join(""))
        const filled = written.filter((row) => row.some((each) => each !== ""))
        const read = recordsOf(bytes, sizes).map(({ fields }) => fields)
        expect(read.filter((row) => row?.some((each) => each !== ""))).toEqual(filled)
      })
    )
  })

  const noise = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", "é", " "), maxLength: 40 })

  it("says the same of any text, in whatever pieces it comes, and every byte that isn't a newline is in a record", () => {
    fc.assert(
      fc.property(noise, fc.array(fc.nat(5)), (text, sizes) => {
        const bytes = Buffer.from(text)
        const whole = recordsOf(bytes, [])
        expect(recordsOf(bytes, sizes)).toEqual(whole)
        const kept = whole.map(({ raw }) => raw.toString()).join("")
        const bare = (all: string) => all.replaceAll(/[\r\n ]/g, "")
        expect(bare(kept)).toBe(bare(text))
      }),
      { numRuns: 2000 }
    )
  })
})
