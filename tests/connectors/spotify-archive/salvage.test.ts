import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { MEMBERS } from "../../../connectors/spotify-archive/record.ts"
import { salvage } from "../../../connectors/spotify-archive/salvage.ts"
import { ADDRESS, type Entry, basic, extended, history } from "./entries.ts"

const TITLE = MEMBERS.indexOf("master_metadata_track_name")

const titles = (bytes: Buffer): ReadonlyArray<string | null | undefined> =>
  salvage(bytes).entries.map((entry) => entry[TITLE])

const songs = (...names: ReadonlyArray<string>): ReadonlyArray<Entry> =>
  names.map((master_metadata_track_name) => extended({ master_metadata_track_name }))

/** Texts that look like structure, and characters of all widths. */
const title = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("}]", '[{"ts":1}', '},{"ts":"', "\\", '\\"', '"', ',{"ts":', "é]東京\u2028", "a\u0000b")
)

describe("what can be read of a file that isn't whole", () => {
  it("all of one that is, as JSON has it", () => {
    fc.assert(
      fc.property(fc.array(title, { maxLength: 8 }), fc.boolean(), (names, indented) => {
        const text = JSON.stringify(songs(...names), null, indented ? 2 : undefined)
        expect(salvage(Buffer.from(text)).debris).toEqual([])
        expect(titles(Buffer.from(text))).toEqual(names)
      })
    )
  })

  it("the entries before a cut, and no others", () => {
    const names = ["one", "two", "three"]
    const whole = Buffer.from(history(songs(...names)))
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        const { debris } = salvage(whole.subarray(0, length))
        const read = titles(whole.subarray(0, length))
        expect(read).toEqual(names.slice(0, read.length))
        expect(debris.length).toBeLessThanOrEqual(1)
        // Whatever isn't read is accounted for.
        const next = whole.indexOf(`"${names[read.length]}"`)
        if (next !== -1 && length > next) expect(debris).toHaveLength(1)
      })
    )
  })

  it("the entries around damage; nothing that wasn't there, and never an address", () => {
    const names = ["one", "two", "three", "four"]
    const whole = Buffer.from(history(songs(...names)))
    const byte = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 2 }), (changes) => {
        const damaged = Buffer.from(whole)
        for (const { at, value } of changes) damaged[at] = value
        const { debris, entries } = salvage(damaged)
        expect(entries.length + debris.length).toBeGreaterThanOrEqual(2)
        expect(entries.length).toBeLessThanOrEqual(names.length)
        expect(JSON.stringify([entries, debris])).not.toContain(ADDRESS)
      })
    )
  })

  it("says at which byte the damage begins", () => {
    const text = `[${JSON.stringify(extended({ master_metadata_track_name: "東京" }))},{"ts":"2023-05-01T18:04:37Z",broken}]`
    const bytes = Buffer.from(text)
    expect(salvage(bytes).debris).toEqual([
      { position: bytes.lastIndexOf('{"ts"'), raw: '{"ts":"2023-05-01T18:04:37Z"}' }
    ])
  })

  it("bytes that are no UTF-8 spoil their entry only", () => {
    const bytes = Buffer.from(history(songs("one", "two", "three")))
    bytes[bytes.indexOf('"two"') + 1] = 0xff
    expect(titles(bytes)).toEqual(["one", "three"])
  })

  it("two arrays, one behind the other", () => {
    expect(titles(Buffer.from(history(songs("one")) + history(songs("two"))))).toEqual(["one", "two"])
  })

  it("a byte order mark is no damage", () => {
    expect(salvage(Buffer.from(`\uFEFF${history([basic()])}`))).toMatchObject({
      entries: [expect.arrayContaining(["2023-05-01 18:04"])],
      debris: []
    })
  })

  it("keeps nothing of a private session that it can't read", () => {
    const text = history([extended({ incognito_mode: true })])
    expect(salvage(Buffer.from(text.replace('"ts"', '"ts')))).toEqual({
      entries: [],
      debris: [{ position: 0, raw: "{}" }]
    })
  })

  it("megabytes without an entry are one piece of debris", () => {
    expect(salvage(Buffer.alloc(4_000_000, '{"'))).toMatchObject({ entries: [], debris: [{ position: 0 }] })
  })
})
