import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isFit, kindOf } from "../../../connectors/google-fit/files.ts"
import { cellsOf, readMetrics } from "../../../connectors/google-fit/metrics.ts"
import { instantOf, offsetOf } from "../../../connectors/google-fit/row.ts"
import { readSession } from "../../../connectors/google-fit/session.ts"
import { readTrack } from "../../../connectors/google-fit/tcx.ts"
import { EpochMillis } from "../../../src/component/column.ts"
import { STEPS, TRACK, data, session, tcx } from "./takeout.ts"

const utcDay = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** A text with something else in the place of a stretch of it. */
const spoiled = (text: string) =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(100),
      fc.oneof(fc.string(), fc.constantFrom("<", "</", "{", '"', "\u0000", "]]>", "&"))
    )
    .map(([at, length, put]) => text.slice(0, at) + put + text.slice(at + length))

describe("readTrack", () => {
  it("reads laps and trackpoints, whatever the prefix", () => {
    const prefixed = TRACK.replaceAll(/<(\/?)(?=[A-Z])/g, "<$1ns2:")
    for (const text of [TRACK, prefixed]) {
      const [activity] = readTrack(text)?.activities ?? []
      expect(activity?.session).toMatchObject({
        text: "walking",
        value: 765.047,
        end: Date.parse("2018-12-02T16:07:39.046Z")
      })
      expect(JSON.parse(activity?.session?.metadata ?? "")).toEqual({
        laps: [{ startTime: "2018-12-02T15:54:53.999Z", seconds: 765.047, metres: 800.5, kilocalories: 61 }]
      })
      expect(activity?.points.map(({ type, value }) => [type, value])).toEqual([
        ["DistanceMeters", 0],
        ["Position", null],
        ["HeartRateBpm", 96],
        ["DistanceMeters", 80.5]
      ])
    }
  })

  it("keeps the trackpoints before a cut, but no activity that never ends", () => {
    const cut = readTrack(TRACK.slice(0, TRACK.indexOf("<HeartRateBpm")))
    expect(cut?.activities.map((activity) => [activity.session, activity.points.length])).toEqual([[null, 2]])
    expect(cut?.problems.map(({ code }) => code)).toEqual(["fit-track-broken"])
  })

  it("says which trackpoints and activities have no time", () => {
    const odd = tcx("some time", 60, [{ time: "noon" }])
    expect(readTrack(odd)?.problems.map(({ code }) => code)).toEqual(["fit-trackpoint-time", "fit-activity-time"])
  })

  it("takes no absurd length for one", () => {
    const start = "2018-12-02T15:54:53Z"
    for (const seconds of [1e300, -5])
      expect(readTrack(tcx(start, seconds, []))?.activities[0]?.session).toMatchObject({
        end: Date.parse(start),
        value: 0
      })
  })

  it("leaves other XML alone", () => {
    for (const text of ["", "<html><body/></html>", "<gpx/>", "no XML"]) expect(readTrack(text)).toBeNull()
  })

  it("never throws, and stores only times and numbers", () => {
    fc.assert(
      fc.property(spoiled(TRACK), (text) => {
        for (const { points, session: whole } of readTrack(text)?.activities ?? [])
          for (const row of whole === null ? points : [whole, ...points]) {
            expect(row.end).toBeGreaterThanOrEqual(row.start)
            expect(row.value === null || Number.isFinite(row.value)).toBe(true)
          }
      })
    )
  })
})

describe("readSession", () => {
  it("never throws: a session, a problem, or another file", () => {
    fc.assert(
      fc.property(fc.oneof(spoiled(session()), fc.json(), fc.string()), (text) => {
        const made = readSession(text, "x.json")
        if (made !== null) expect(made.rows.length + made.problems.length).toBe(1)
      })
    )
  })

  it("survives depth", () => {
    const deep = `{"fitnessActivity":"walking","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`
    expect(readSession(deep, "x.json")?.rows).toEqual([])
  })
})

describe("readMetrics", () => {
  it("reads any cells that a table can hold", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é") })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 5 })
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), (rows, end) => {
        const text = rows.map((cells) => cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join(end)
        expect(cellsOf(text)).toEqual(rows)
      })
    )
  })

  it("never throws, on long unclosed quotes either", () => {
    fc.assert(fc.property(fc.string(), (text) => void readMetrics(text, "2018-12-02.csv", utcDay)))
    expect(cellsOf(`"${"x".repeat(20_000_000)}`)).toHaveLength(1)
  })

  it("takes a day's rows for no other day, and rejects rows without a time", () => {
    const table = "Start time,End time,Step count\n00:00:00.000Z,00:15:00.000Z,3\nnoon,later,4"
    expect(readMetrics(table, "steps.csv", utcDay)).toBeNull()
    const found = readMetrics(table, "2018-12-02(1).csv", utcDay)
    expect(found?.rows).toMatchObject([{ start: utcDay("2018-12-02"), value: 3 }])
    expect(found?.problems).toMatchObject([{ code: "fit-row-time", position: 3, raw: "noon,later,4" }])
  })
})

describe("times", () => {
  it.for([
    ["2018-12-02T15:54:53Z", "2018-12-02T15:54:53.000Z"],
    ["2018-12-02T15:54:53.9Z", "2018-12-02T15:54:53.900Z"],
    ["2018-12-02T15:54:53.999123456Z", "2018-12-02T15:54:53.999Z"],
    ["2018-12-02T16:54:53.5+01:00", "2018-12-02T15:54:53.500Z"]
  ] as const)("%s", ([text, expected]) => {
    expect(instantOf(text)).toBe(Date.parse(expected))
  })

  it.for(["", "2018-12-02", "2018-12-02T15:54:53", "noon", 5, null])("%s is no instant", (text) => {
    expect(instantOf(text)).toBeNull()
  })

  it("offsets", () => {
    expect(["2018-12-02T16:54:53+01:00", "T18_30_00-05_30", "15:54Z", 7].map(offsetOf)).toEqual([60, -330, null, null])
  })
})

describe("files", () => {
  const entry = (path: string) => ({
    archive: "takeout.zip",
    path,
    size: 1,
    modifiedAt: EpochMillis(0),
    crc32: null,
    location: { kind: "file", file: `/x/${path}` } as const
  })
  const set = { archives: [], fingerprint: "", entries: [], rejects: [], skipped: [] }

  it.for([
    ["Takeout/Fit/Alle Daten/x.json", true],
    ["Takeout/Google Fit/x.json", true],
    ["derived_com.google.weight_com(1).json", true],
    ["2014-10-22T19_46_33.073+02_00_PT11M1.714S_Lopen.tcx", true],
    ["Daily activity metrics/2018-12-02.csv", true],
    ["Takeout/Fitbit/x.json", false],
    ["Takeout/Google Photos/Fit/x.jpg", false],
    ["Takeout/Drive/old.tcx", false],
    ["Activities/old.tcx", true],
    ["Takeout/Google Photos/IMG.json", false]
  ] as const)("%s", ([path, expected]) => {
    expect(isFit(set)(entry(path))).toBe(expected)
  })

  it("are known by their content", () => {
    const kind = (text: string, path = "x") => kindOf(new TextEncoder().encode(text), path)
    expect([
      kind(data(STEPS, [])),
      kind(`\uFEFF ${session()}`),
      kind(TRACK),
      kind("a,b", "x.csv"),
      kind(""),
      kind("hello")
    ]).toEqual(["points", "json", "xml", "table", "empty", "other"])
  })
})
