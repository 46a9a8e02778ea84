import { describe, expect, test } from "vitest"
import { type Attributes, STEPS, TIME, entry, healthData, readXml, record, samplesOf } from "./exports.ts"

const only = (body: string, dtd?: string) => {
  const outcome = readXml(healthData(body, dtd))
  const [sample, ...others] = samplesOf([outcome])
  expect(others).toEqual([])
  return { outcome, sample }
}

const metadataOf = (body: string): unknown => JSON.parse(only(body).sample?.metadata ?? "null")

const without = (name: string): Attributes => Object.fromEntries(Object.entries(STEPS).filter(([key]) => key !== name))

describe("a record", () => {
  test("has its type, unit, source, times and value", () => {
    const { outcome, sample } = only(record(STEPS))
    expect(sample).toEqual({
      kind: {
        type: "HKQuantityTypeIdentifierStepCount",
        unit: "count",
        source: "Ana’s iPhone",
        version: "12.3",
        device: "name:iPhone, manufacturer:Apple"
      },
      start: Date.parse("2019-06-11T13:00:00Z"),
      end: Date.parse("2019-06-11T13:09:00Z"),
      created: Date.parse("2019-06-11T13:10:00Z"),
      offset: 120,
      value: 312,
      text: null,
      metadata: null
    })
    expect(outcome).toMatchObject({ refused: [], closed: true, rest: null })
  })

  test("may lack any attribute but its type and start", () => {
    const { sample } = only(record({ type: "T", startDate: TIME }))
    expect(sample?.kind).toEqual({ type: "T", unit: null, source: null, version: null, device: null })
    expect([sample?.end, sample?.created, sample?.value]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect([sample?.text, sample?.metadata]).toEqual([null, null])
  })

  test("may have attributes in any order, and varying ones within one type", () => {
    const reversed = Object.fromEntries(Object.entries(STEPS).toReversed())
    const body = record(STEPS) + record(reversed) + record(without("device")) + record(without("unit")) + record(STEPS)
    const samples = samplesOf([readXml(healthData(body))])
    expect(samples.map(({ kind }) => [kind.device === null, kind.unit])).toEqual([
      [false, "count"],
      [false, "count"],
      [true, "count"],
      [false, null],
      [false, "count"]
    ])
    expect(samples[1]).toEqual(samples[0])
    expect(samples[4]).toEqual(samples[0])
  })

  test("of a category has it in words", () => {
    const sleep = {
      ...STEPS,
      type: "HKCategoryTypeIdentifierSleepAnalysis",
      value: "HKCategoryValueSleepAnalysisInBed"
    }
    const { sample } = only(record(sleep))
    expect([sample?.value, sample?.text]).toEqual([Number.NaN, "HKCategoryValueSleepAnalysisInBed"])
  })

  test.each(["type", "startDate"])("without %s is refused, with its bytes and place", (name) => {
    const xml = healthData(record(without(name)) + record(STEPS))
    const outcome = readXml(xml)
    expect(outcome.rows.count).toBe(1)
    expect(outcome.refused).toHaveLength(1)
    const [refused] = outcome.refused
    expect(refused).toMatchObject({ code: "sample-incomplete", position: Buffer.from(xml).indexOf("<Record") })
    expect(Buffer.from(refused?.raw ?? "", "latin1").toString()).toBe(record(without(name)).trim())
  })

  test.each(["2019-02-30 00:00:00 +0100", "2019-06-11 25:00:00 +0100", "yesterday", ""])(
    "that starts at %j is refused",
    (startDate) => {
      const outcome = readXml(healthData(record({ ...STEPS, startDate })))
      expect([outcome.rows.count, outcome.refused.length]).toEqual([0, 1])
    }
  )

  test("with a creation date that is no time keeps it in words", () => {
    expect(metadataOf(record({ ...STEPS, creationDate: "soon" }))).toEqual({ creationDate: "soon" })
  })
})

describe("the device", () => {
  test("loses its address in memory: one phone is one device", () => {
    const addresses = ["0x282a45810", "0x282A45", "0x1"]
    const body = addresses.map((address) =>
      record({ ...STEPS, device: STEPS["device"]?.replace("0x282a45810", address) ?? "" })
    )
    const devices = samplesOf([readXml(healthData(body.join("")))]).map(({ kind }) => kind.device)
    expect(new Set(devices)).toEqual(new Set(["name:iPhone, manufacturer:Apple"]))
    expect(devices).toHaveLength(3)
  })

  test("that is only an address is unknown", () => {
    const { sample } = only(record({ ...STEPS, device: "&lt;&lt;HKDevice: 0x282a45810&gt;&gt;" }))
    expect(sample?.kind.device).toBeNull()
  })
})

describe("metadata", () => {
  test("is JSON, and carries units", () => {
    const children = entry("HKWeatherTemperature", "56 degF") + entry("HKWasUserEntered", "0")
    expect(metadataOf(record(STEPS, children))).toEqual({ HKWeatherTemperature: "56 degF", HKWasUserEntered: "0" })
  })

  test("can repeat a key: all values are kept", () => {
    const children = entry("Note", "a") + entry("Other", "b") + entry("Note", "c")
    expect(metadataOf(record(STEPS, children))).toEqual({ Note: ["a", "c"], Other: "b" })
  })

  test("in another order is the same metadata", () => {
    const [a, b] = [entry("a", "1"), entry("b", "2")]
    expect(only(record(STEPS, a + b)).sample?.metadata).toBe(only(record(STEPS, b + a)).sample?.metadata)
  })

  test("holds attributes and children that have no column", () => {
    const beats = `  <HeartRateVariabilityMetadataList>\n   <InstantaneousBeatsPerMinute bpm="80" time="7:41:26,21 AM"/>\n  </HeartRateVariabilityMetadataList>\n`
    expect(metadataOf(record({ ...STEPS, recordCount: "3" }, entry("a", "1") + beats))).toEqual({
      a: "1",
      recordCount: "3",
      HeartRateVariabilityMetadataList: [{ InstantaneousBeatsPerMinute: [{ bpm: "80", time: "7:41:26,21 AM" }] }]
    })
  })

  test("that names a zone says how far local time was ahead", () => {
    const times = { startDate: "2019-06-11 15:00:00 +0200", endDate: "2019-06-11 16:00:00 +0200" }
    expect(only(record({ ...STEPS, ...times }, entry("HKTimeZone", "Asia/Tokyo"))).sample?.offset).toBe(540)
    expect(only(record({ ...STEPS, ...times }, entry("HKTimeZone", "Moon/Crater"))).sample?.offset).toBe(120)
  })
})

describe("files that are not quite XML", () => {
  const BROKEN =
    "<!DOCTYPE HealthData [\n<!ATTLIST VisionPrescription\n  type CDATA #REQUIRED\n<!ELEMENT Record ((MetadataEntry)*)\n]>\n"

  test("a broken DTD is passed over", () => {
    expect(only(record(STEPS), BROKEN).outcome.refused).toEqual([])
    expect(only(record(STEPS), "<!DOCTYPE HealthData [\n<!ELEMENT Record\n").outcome.refused).toEqual([])
  })

  test("control characters are left out, wherever they stand", () => {
    const body = record({ ...STEPS, sourceName: "An\u000ba", unit: "co\u0000unt" }, entry("No\u000bte", "a\u0001b"))
    const { outcome, sample } = only(body.replace("<Record ", "<Record \u000b"))
    expect(outcome.refused).toEqual([])
    expect(sample?.kind).toMatchObject({ source: "Ana", unit: "count" })
    expect(sample?.metadata).toBe('{"Note":"ab"}')
  })

  test("entities and what only looks like one are read as they were meant", () => {
    const { sample } = only(record({ ...STEPS, sourceName: "Tom & Jerry &amp; &#233;&#x1F600; &#11;&quot;&nope;" }))
    expect(sample?.kind.source).toBe('Tom & Jerry & é😀 "&nope;')
  })

  test("iOS 8: attribute names with spaces, compact dates, source", () => {
    const body = record({
      type: "HKQuantityTypeIdentifierBodyFatPercentage",
      source: "Withings",
      unit: "%",
      creationDate: "20150616071916-0700",
      startDate: "20150616071820-0700",
      endDate: "20150616071820-0700",
      "Health Mate App Version": "2.6.0",
      "Modified Date": "2015-06-16 14:19:08 +0000",
      value: "21.5"
    })
    const { outcome, sample } = only(body)
    expect(outcome.refused).toEqual([])
    expect(sample).toMatchObject({
      kind: { source: "Withings", unit: "%" },
      start: Date.parse("2015-06-16T14:18:20Z"),
      created: Date.parse("2015-06-16T14:19:16Z"),
      offset: -420,
      value: 21.5,
      metadata: '{"Health Mate App Version":"2.6.0","Modified Date":"2015-06-16 14:19:08 +0000"}'
    })
  })

  test("an attribute that is there twice keeps both values", () => {
    const { sample } = only(record(STEPS).replace(' value="312"', ' value="312" value="313"'))
    expect([sample?.value, sample?.metadata]).toEqual([312, '{"value":"313"}'])
  })

  test("comments and processing instructions are passed over, CDATA is refused", () => {
    const { outcome } = only(`<!-- <Record type="x"/> --><?pi <Record ?>${record(STEPS)}`)
    expect(outcome.refused).toEqual([])
    const cdata = readXml(healthData(`<![CDATA[ ${record(STEPS)} ]]>`))
    expect([cdata.rows.count, cdata.refused.length]).toEqual([0, 1])
  })

  test("single quotes, line ends in tags and empty end tags are XML like any other", () => {
    const { outcome, sample } = only(
      record(STEPS).replaceAll('"', "'").replaceAll(" s", "\r\n\ts").replace("/>", "></Record >")
    )
    expect(outcome.refused).toEqual([])
    expect(sample?.value).toBe(312)
  })
})

describe("damage stays where it is", () => {
  const good = record({ ...STEPS, value: "1" })
  const damaged = [
    ["a value without its quote", (text: string) => text.replace('unit="', "unit=")],
    ["a tag without its end", (text: string) => text.replace("/>", "")],
    ["an end tag of another name", () => record(STEPS, entry("a", "b")).replace("</Record", "</Recorz")],
    ["an element that never ends", (text: string) => text.replace("/>", ">")],
    ["text between records", (text: string) => text.replace("<Record", "|Record")],
    ["a stray end tag", () => "</MetadataEntry>\n"],
    ["a comment that never ends", () => "<!-- \n"]
  ] as const

  test.each(damaged)("%s", (_, damage) => {
    const outcome = readXml(healthData(good + damage(record(STEPS)) + good + good))
    const values = samplesOf([outcome]).map(({ value }) => value)
    expect(values).toEqual([1, 1, 1])
    expect(outcome.refused.length).toBeGreaterThan(0)
    expect(outcome.closed).toBe(true)
  })

  test("a file that is cut gives what is whole, and the rest with its place", () => {
    const xml = healthData(good + good)
    const cut = xml.indexOf('unit="count"', xml.lastIndexOf("<Record"))
    const outcome = readXml(xml.slice(0, cut))
    expect(outcome.rows.count).toBe(1)
    expect(outcome.closed).toBe(false)
    expect(outcome.rest?.position).toBe(Buffer.from(xml.slice(0, xml.lastIndexOf("<Record"))).length)
  })
})

test("what a Correlation holds is read, and the Correlation itself is none", () => {
  const pressure = record({ ...STEPS, type: "HKQuantityTypeIdentifierBloodPressureSystolic" })
  const body = ` <Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="x" startDate="${TIME}">\n${entry("a", "b")}${pressure} </Correlation>\n${pressure}`
  const outcome = readXml(healthData(body))
  const samples = samplesOf([outcome])
  expect(samples).toHaveLength(2)
  expect(samples[0]).toEqual(samples[1])
  expect(outcome.passed.get("Correlation")).toBe(1)
  expect(outcome.refused).toEqual([])
})

describe("workouts", () => {
  const workout = (children: string) =>
    ` <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="31.5" durationUnit="min" totalDistance="5.1" totalDistanceUnit="km" sourceName="Watch" creationDate="${TIME}" startDate="${TIME}" endDate="${TIME}">\n${children} </Workout>\n`
  const STATISTICS = `  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="301.2" unit="kcal"/>\n`

  test("have type, duration and unit; totals, statistics and events are metadata", () => {
    const event = `  <WorkoutEvent type="HKWorkoutEventTypePause" date="${TIME}"/>\n`
    const outcome = readXml(healthData(record(STEPS) + workout(STATISTICS + STATISTICS + event)), "workouts")
    const [sample, ...others] = samplesOf([outcome])
    expect(others).toEqual([])
    expect(sample).toMatchObject({ kind: { type: "HKWorkoutActivityTypeRunning", unit: "min" }, value: 31.5 })
    const one = { type: "HKQuantityTypeIdentifierActiveEnergyBurned", sum: "301.2", unit: "kcal" }
    expect(JSON.parse(sample?.metadata ?? "")).toEqual({
      totalDistance: "5.1",
      totalDistanceUnit: "km",
      WorkoutStatistics: [one, one],
      WorkoutEvent: [{ type: "HKWorkoutEventTypePause", date: TIME }]
    })
    expect(outcome.passed.get("Record")).toBe(1)
  })

  test("that hold their route give its points, and not as metadata", () => {
    const location = (latitude: string) =>
      `<Location date="${TIME}" latitude="${latitude}" longitude="8.5" altitude="400" horizontalAccuracy="-1" speed="2.5"/>`
    const route = `<WorkoutRoute sourceName="Phone">${location("47.1")}${location("91")}</WorkoutRoute>`
    const outcome = readXml(healthData(workout(route)), "workouts")
    expect(outcome.points.count).toBe(1)
    expect(outcome.points.numbers.map(([first]) => first)).toEqual([
      Date.parse("2019-06-11T13:00:00Z"),
      47.1,
      8.5,
      400,
      Number.NaN,
      2.5,
      Date.parse("2019-06-11T13:00:00Z")
    ])
    expect(outcome.refused.map(({ code }) => code)).toEqual(["point-incomplete"])
    expect(samplesOf([outcome])[0]?.metadata).not.toContain("Location")
  })
})
