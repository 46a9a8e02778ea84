import { SaxesParser } from "saxes"
import { describe, expect, test } from "vitest"
import { healthEntries, healthTruth } from "../../../src/sample/apple-health/index.ts"
import { daysOf } from "../../../src/sample/ordinary.ts"
import { textsOf } from "../support.ts"

interface Element {
  readonly name: string
  readonly attributes: { readonly [name: string]: string }
  readonly children: Array<Element>
}

/** Everything below the root, by a parser that is told nothing of the DTD and nothing of control characters. */
const read = (xml: string): ReadonlyArray<Element> => {
  const parser = new SaxesParser({ xmlns: false })
  const root: Element = { name: "", attributes: {}, children: [] }
  const open = [root]
  parser.on("error", (cause) => {
    throw cause
  })
  parser.on("opentag", ({ attributes, name }) => {
    const element = { name, attributes: { ...attributes }, children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on("closetag", () => {
    open.pop()
  })
  parser.write(xml.replace(/<!DOCTYPE[\s\S]*?\]>/, "").replaceAll("\u000b", " ")).close()
  return root.children[0]?.children ?? []
}

const exported = (from: number, days: number) => {
  const life = daysOf(3)
  const range = { seed: 3, from, days }
  const files = textsOf(healthEntries(life, range))
  const xml = files.get("apple_health_export/export.xml") ?? ""
  return { files, xml, elements: read(xml), truth: healthTruth(life, range) }
}

const { elements, files, truth, xml } = exported(0, 60)
const named = (name: string, all: ReadonlyArray<Element> = elements) => all.filter((element) => element.name === name)
const records = named("Record")

const withoutAddress = (device: string | undefined) => device?.replace(/^<<HKDevice: 0x[0-9a-f]+>, (.*)>$/, "$1")

/** What a record is, whichever export tells it. */
const identityOf = ({ attributes, children }: Element) =>
  JSON.stringify([
    { ...attributes, device: withoutAddress(attributes["device"]) ?? null },
    children.map((child) => child.attributes)
  ])

describe("a Health export", () => {
  test("has as many samples of each type as the truth says, each counted once", () => {
    const distinct = new Map(records.map((record) => [identityOf(record), record.attributes]))
    expect(distinct.size).toBe(truth.samples)
    for (const [type, { samples, sum }] of Object.entries(truth.by_type)) {
      const own = [...distinct.values()].filter((attributes) => attributes["type"] === type)
      expect([type, own.length]).toEqual([type, samples])
      if (sum === null) continue
      expect(own.reduce((all, attributes) => all + Number(attributes["value"]), 0)).toBeCloseTo(sum, 3)
    }
    expect(records.length - distinct.size).toBe(truth.repeated.identical)
    expect(truth.repeated.identical).toBeGreaterThan(2)
  })

  test("has the samples that the truth names", () => {
    expect(truth.named.map(({ type }) => type).toSorted()).toEqual(Object.keys(truth.by_type).toSorted())
    for (const { device, source_name, type, unit, value } of truth.named) {
      const [first] = records.filter(({ attributes }) => attributes["type"] === type)
      const attributes = first?.attributes ?? {}
      expect([withoutAddress(attributes["device"]) ?? null, attributes["sourceName"]]).toEqual([device, source_name])
      expect([attributes["unit"] ?? null, attributes["value"] ?? null]).toEqual([unit, value])
    }
  })

  test("repeats a Correlation's children at top level", () => {
    const correlations = named("Correlation")
    expect(correlations.length).toBe(truth.correlations)
    const top = new Set(records.map(identityOf))
    const children = correlations.flatMap((correlation) => correlation.children)
    expect(children.length).toBe(truth.repeated.in_correlations)
    expect(children.length).toBeGreaterThan(8)
    for (const child of children) expect(top.has(identityOf(child))).toBe(true)
  })

  test("counts steps by two devices at the same time, of which the truth takes the watch's", () => {
    const steps = records
      .filter(({ attributes }) => attributes["type"] === "HKQuantityTypeIdentifierStepCount")
      .map(({ attributes }) => ({
        date: attributes["startDate"]?.slice(0, 10) ?? "",
        watch: attributes["sourceName"]?.includes("Watch") === true,
        start: Date.parse((attributes["startDate"] ?? "").replace(" ", "T").replace(" ", "")),
        end: Date.parse((attributes["endDate"] ?? "").replace(" ", "T").replace(" ", "")),
        count: Number(attributes["value"])
      }))
    const watched = steps.filter(({ watch }) => watch)
    const counted = steps.filter(
      ({ end, start, watch }) => watch || !watched.some((other) => other.start < end && start < other.end)
    )
    const byDate = Map.groupBy(counted, ({ date }) => date)
    const sums = [...byDate].map(([date, all]) => [date, all.reduce((sum, { count }) => sum + count, 0)] as const)
    expect(new Map(sums)).toEqual(new Map(truth.steps.map(({ date, steps: count }) => [date, count])))
    expect(counted.length).toBeLessThan(steps.length)
  })

  test("has nights of two sources, of which the truth takes the union", () => {
    const sleep = records.filter(({ attributes }) => attributes["value"]?.includes("Asleep") === true)
    const minutes = new Set(
      sleep.flatMap(({ attributes }) => {
        const [start = 0, end = 0] = [attributes["startDate"], attributes["endDate"]].map(
          (date) => Date.parse((date ?? "").replace(" ", "T").replace(" ", "")) / 60_000
        )
        return Array.from({ length: end - start }, (_, index) => start + index)
      })
    )
    expect(minutes.size).toBe(truth.nights.reduce((sum, { asleep_minutes }) => sum + asleep_minutes, 0))
    expect(new Set(sleep.map(({ attributes }) => attributes["sourceName"])).size).toBe(2)
    expect(new Set(truth.nights.map(({ date }) => date)).size).toBe(truth.nights.length)
  })

  test("names devices by where they are in memory, differently from one record to the next", () => {
    const devices = records.flatMap(({ attributes }) => attributes["device"] ?? [])
    expect(new Set(devices).size).toBeGreaterThan(truth.devices.length * 3)
    expect([...new Set(devices.map(withoutAddress))].toSorted()).toEqual(truth.devices)
    expect(records.some(({ attributes }) => attributes["device"] === undefined)).toBe(true)
  })

  test("has workouts with their totals in either form, pauses, and routes that may be missing", () => {
    const workouts = named("Workout")
    expect(
      workouts.map(({ attributes }) => [attributes["workoutActivityType"], Number(attributes["duration"])])
    ).toEqual(truth.workouts.map(({ duration_minutes, type }) => [type, duration_minutes]))
    const totals = workouts.map(({ attributes, children }) => [
      Number(
        attributes["totalDistance"] ??
          named("WorkoutStatistics", children).find(({ attributes: { type } }) => type?.includes("Distance"))
            ?.attributes["sum"]
      )
    ])
    expect(totals).toEqual(truth.workouts.map(({ kilometres }) => [kilometres]))
    expect(new Set(workouts.map(({ attributes }) => attributes["totalDistance"] === undefined)).size).toBe(2)
    expect(workouts.some(({ children }) => named("WorkoutEvent", children).length === 2)).toBe(true)
    workouts.forEach(({ children }, index) => {
      const [route] = named("WorkoutRoute", children)
      const path = `apple_health_export${named("FileReference", route?.children)[0]?.attributes["path"]}`
      const told = truth.workouts[index]
      expect(files.has(path)).toBe(told?.route === path)
      expect(files.get(path)?.match(/<trkpt /g)?.length ?? 0).toBe(told?.route_points)
    })
    expect(truth.workouts.some(({ route }) => route === null)).toBe(true)
    expect(truth.workouts.some(({ route }) => /_\d{1,2}\.\d\dpm\.gpx$/.test(route ?? ""))).toBe(true)
  })

  test("has a DTD that is broken, control characters, keys that repeat, and offsets of both seasons", () => {
    const [dtd = ""] = /<!DOCTYPE[\s\S]*?\]>/.exec(xml) ?? []
    expect(dtd).toMatch(/>\n {2}startDate +CDATA/)
    expect(xml).toContain("\u000b")
    const [workout] = named("Workout")
    const keys = named("MetadataEntry", workout?.children).map(({ attributes }) => attributes["key"])
    expect(new Set(keys).size).toBeLessThan(keys.length)
    const offsets = new Set(records.map(({ attributes }) => attributes["startDate"]?.slice(20)))
    expect(offsets).toEqual(new Set(["+0100", "+0200"]))
    for (const { path } of truth.skipped) expect(files.has(path)).toBe(true)
  })

  test("tells the days that a later export has too in the same words, but for addresses", () => {
    const later = exported(30, 60)
    const shared = new Set(later.elements.map(identityOf))
    const own = named("Record").filter(({ attributes }) => (attributes["startDate"] ?? "") > "2023-04-06")
    expect(own.length).toBeGreaterThan(1000)
    expect(own.filter((record) => !shared.has(identityOf(record)))).toEqual([])
    const raw = new Set(later.elements.map(({ attributes }) => JSON.stringify(attributes)))
    const watched = own.filter(({ attributes }) => attributes["device"] !== undefined)
    expect(watched.some(({ attributes }) => raw.has(JSON.stringify(attributes)))).toBe(false)
  })
})
