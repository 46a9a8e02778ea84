import fc from "fast-check"
import { expect, test } from "vitest"
import { numberOf, shortNumber } from "../../../connectors/apple-health/number.ts"
import { attributeText } from "../../../connectors/apple-health/text.ts"
import { TIME_LENGTH, instantOf, offsetAt, timeOf, wallAt } from "../../../connectors/apple-health/time.ts"
import { STEPS, entry, healthData, readXml, record, reference, samplesOf } from "./exports.ts"

const RUNS = { numRuns: Number(process.env["KEEPSAKE_FUZZ"] ?? 50) * 10 }

/** Text as it can stand in an attribute: plain, accented, escaped, and broken as Apple breaks it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "a",
        " ",
        "é",
        "😀",
        "\u000b",
        "\t",
        "\r\n",
        "\n",
        "&amp;",
        "&lt;",
        "&#233;",
        "&#xB;",
        "&#10;",
        "& ",
        "&x;",
        ">",
        "'",
        "0x1",
        "]]>"
      ),
      fc.string({ unit: "grapheme", maxLength: 4 })
    ),
    { maxLength: 6 }
  )
  .map((parts) => parts.join("").replaceAll(/[<"]/g, ""))

const time = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
      .chain((date) =>
        fc
          .constantFrom("+0000", "+0100", "-0730", "+1345", "-1800")
          .map((offset) => `${date.toISOString().slice(0, 19).replace("T", " ")} ${offset}`)
      )
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "20150616071916-0700",
      "2019-02-29 00:00:00 +0100",
      "2019-06-11 15:00:00",
      "",
      "2019-06-11 15:00:00 +01:00"
    )
  }
)

const value = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom(
    "007",
    "+5",
    "-0",
    "5.",
    ".5",
    "1e3",
    "0x10",
    "Infinity",
    "NaN",
    "",
    " 5",
    "7&#50;",
    "1.2.3",
    "-",
    "HKCategoryValueNotApplicable"
  ),
  text
)

const attributes = fc
  .record(
    {
      type: fc.oneof(fc.constantFrom("A", "B"), text),
      sourceName: fc.oneof(fc.constantFrom("Phone", "Watch"), text),
      sourceVersion: text,
      device: fc.oneof(fc.constantFrom("&lt;&lt;HKDevice: 0x1f&gt;, name:Watch&gt;"), text),
      unit: fc.constantFrom("count", "km", "%"),
      creationDate: time,
      startDate: time,
      endDate: time,
      value,
      extra: text,
      source: text
    },
    { requiredKeys: ["type", "startDate"] }
  )
  .chain((given) =>
    fc
      .boolean()
      .map((reversed) => Object.fromEntries(reversed ? Object.entries(given).toReversed() : Object.entries(given)))
  )

const metadata = fc
  .array(
    fc.oneof(
      fc
        .tuple(
          fc.oneof(fc.constantFrom("a", "HKTimeZone", "__proto__"), text),
          fc.oneof(fc.constantFrom("Europe/Zurich", "UTC"), text)
        )
        .map(([key, value]) => entry(key, value)),
      fc.constantFrom(
        `<MetadataEntry value="1" key="k"/>`,
        `<MetadataEntry key='k' value="1"/>`,
        "<!-- </Record> -->",
        `<HeartRateVariabilityMetadataList><InstantaneousBeatsPerMinute bpm="80"/></HeartRateVariabilityMetadataList>`,
        `<MetadataEntry key="k" value="1"></MetadataEntry>`
      )
    ),
    { maxLength: 3 }
  )
  .map((parts) => parts.join(""))

const body = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.tuple(attributes, metadata).map(([given, children]) => record(given, children)) },
    { weight: 3, arbitrary: fc.tuple(time, value).map(([startDate, value]) => record({ ...STEPS, startDate, value })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "<!-- <Record/> -->",
        `<Correlation type="x">${record(STEPS)}</Correlation>`,
        `<ActivitySummary dateComponents="2016-11-15"/>`,
        `<Workout workoutActivityType="x"><WorkoutEvent/></Workout>`
      )
    }
  ),
  { maxLength: 8 }
)

test("the fast reader gives the rows that saxes gives", () => {
  fc.assert(
    fc.property(body, (parts) => {
      const xml = healthData(parts.join(""))
      const expected = reference(xml)
      fc.pre(expected !== null)
      const outcome = readXml(xml)
      expect(samplesOf([outcome])).toEqual(expected)
    }),
    RUNS
  )
})

test("short numbers are those that the language reads", () => {
  fc.assert(
    fc.property(value, fc.nat(3), (given, before) => {
      const fast = shortNumber(`${"x".repeat(before)}${given}"`, before, before + given.length)
      if (!Number.isNaN(fast)) expect(fast).toBe(numberOf(given))
    }),
    RUNS
  )
})

test("times at a place in a text are those that are read alone", () => {
  fc.assert(
    fc.property(time, fc.nat(3), (given, before) => {
      const long = `${"x".repeat(before)}${given}"`
      const wall = wallAt(long, before)
      const offset = offsetAt(long, before + TIME_LENGTH - 6)
      const fast = given.length === TIME_LENGTH ? instantOf(wall, offset) : Number.NaN
      const slow = timeOf(given)
      if (!Number.isNaN(fast)) expect({ instant: fast, offsetMinutes: offset }).toEqual(slow)
      else if (slow !== null) expect(given.length === TIME_LENGTH && given[10] === " " && given[19] === " ").toBe(false)
    }),
    RUNS
  )
})

test("a decoded text holds nothing that XML forbids", () => {
  fc.assert(
    fc.property(text, (given) => {
      const decoded = attributeText(Buffer.from(given, "utf8").toString("latin1"))
      // oxlint-disable-next-line no-control-regex -- That is what is looked for.
      expect(decoded).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/)
    }),
    RUNS
  )
})
