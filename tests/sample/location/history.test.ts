import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { deviceFiles, historyEntries, locationTruth } from "../../../src/sample/location/index.ts"
import { daysOf } from "../../../src/sample/ordinary.ts"
import { metres, textsOf } from "../support.ts"

const HISTORY = "Takeout/Location History (Timeline)"

const exported = (from: number, days: number) => {
  const life = daysOf(3)
  const range = { seed: 3, from, days }
  const takeout = textsOf(historyEntries(life, from, from + days))
  const [android = "", ios = ""] = deviceFiles(life, range).map(({ content }) => [...content].join(""))
  return { takeout, android, ios, truth: locationTruth(life, range) }
}

const E7 = Schema.Number
const Stamps = { timestamp: Schema.optionalKey(Schema.String), timestampMs: Schema.optionalKey(Schema.String) }
const Records = Schema.fromJsonString(
  Schema.Struct({ locations: Schema.Array(Schema.Struct({ latitudeE7: E7, longitudeE7: E7, ...Stamps })) })
)
const Point = Schema.Struct({ latitudeE7: E7, longitudeE7: E7, placeId: Schema.optionalKey(Schema.String) })
const Duration = Schema.Struct({
  startTimestamp: Schema.optionalKey(Schema.String),
  startTimestampMs: Schema.optionalKey(Schema.String),
  endTimestamp: Schema.optionalKey(Schema.String),
  endTimestampMs: Schema.optionalKey(Schema.String)
})
const Month = Schema.fromJsonString(
  Schema.Struct({
    timelineObjects: Schema.Array(
      Schema.Struct({
        placeVisit: Schema.optionalKey(
          Schema.Struct({
            location: Schema.optionalKey(Point),
            duration: Duration,
            otherCandidateLocations: Schema.Array(Schema.Struct({ latitudeE7: E7, longitudeE7: E7 }))
          })
        ),
        activitySegment: Schema.optionalKey(
          Schema.Struct({
            startLocation: Schema.optionalKey(Point),
            simplifiedRawPath: Schema.optionalKey(Schema.Struct({ points: Schema.Array(Schema.Struct(Stamps)) }))
          })
        )
      })
    )
  })
)
const Android = Schema.fromJsonString(
  Schema.Struct({
    semanticSegments: Schema.Array(
      Schema.Struct({
        startTime: Schema.String,
        endTime: Schema.String,
        visit: Schema.optionalKey(
          Schema.Struct({ topCandidate: Schema.Struct({ placeLocation: Schema.Struct({ latLng: Schema.String }) }) })
        ),
        timelinePath: Schema.optionalKey(Schema.Array(Schema.Struct({ point: Schema.String, time: Schema.String })))
      })
    ),
    rawSignals: Schema.Array(
      Schema.Struct({
        position: Schema.optionalKey(Schema.Struct({ LatLng: Schema.String, timestamp: Schema.String }))
      })
    )
  })
)
const Ios = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      startTime: Schema.String,
      endTime: Schema.String,
      visit: Schema.optionalKey(
        Schema.Struct({
          probability: Schema.String,
          topCandidate: Schema.Struct({ placeID: Schema.String, placeLocation: Schema.String })
        })
      ),
      timelinePath: Schema.optionalKey(
        Schema.Array(Schema.Struct({ point: Schema.String, durationMinutesOffsetFromStartTime: Schema.String }))
      )
    })
  )
)

const timeOf = ({ timestamp, timestampMs }: { readonly timestamp?: string; readonly timestampMs?: string }): number =>
  timestampMs === undefined ? Date.parse(timestamp ?? "") : Number(timestampMs)

const unwrapped = (value: number): number => (value > 2 ** 31 - 1 ? value - 2 ** 32 : value) / 1e7

const numbersIn = (text: string): readonly [number, number] => {
  const [latitude = Number.NaN, longitude = Number.NaN] = text.match(/-?\d+\.\d+/g)?.map(Number) ?? []
  return [latitude, longitude]
}

const { android, ios, takeout, truth } = exported(0, 90)
const records = Schema.decodeUnknownSync(Records)(takeout.get(`${HISTORY}/Records.json`)).locations
const months = [...takeout].filter(([path]) => path.includes("Semantic Location History"))
const objects = months.flatMap(([, text]) => Schema.decodeUnknownSync(Month)(text).timelineObjects)
const onAndroid = Schema.decodeUnknownSync(Android)(android.replace("\uFEFF", ""))
const onIos = Schema.decodeUnknownSync(Ios)(ios)

describe("a location history", () => {
  test("has a month's visits in a file of its name", () => {
    expect(months.map(([path]) => path.slice(HISTORY.length))).toEqual([
      "/Semantic Location History/2023/2023_MARCH.json",
      "/Semantic Location History/2023/2023_APRIL.json",
      "/Semantic Location History/2023/2023_MAY.json",
      "/Semantic Location History/2023/2023_JUNE.json"
    ])
  })

  test("has the visits of the truth, at their places, whatever is missing about them", () => {
    const visits = objects.flatMap(({ placeVisit }) => placeVisit ?? [])
    expect(visits.length).toBe(truth.visits)
    visits.forEach(({ duration, location, otherCandidateLocations: [candidate] }, index) => {
      const told = truth.list[index]
      const { endTimestamp: end, endTimestampMs: endMs, startTimestamp: start, startTimestampMs: startMs } = duration
      expect(startMs === undefined ? start : new Date(Number(startMs)).toISOString().replace(".000", "")).toBe(
        told?.starts_at
      )
      expect(endMs === undefined ? end : new Date(Number(endMs)).toISOString().replace(".000", "")).toBe(told?.ends_at)
      const place = location ?? candidate
      if (place === undefined || told === undefined) return expect.fail("a visit is nowhere")
      const here = { latitude: unwrapped(place.latitudeE7), longitude: unwrapped(place.longitudeE7) }
      expect(metres(here, told)).toBeLessThan(0.1)
    })
    expect(visits.some(({ location }) => location === undefined)).toBe(true)
    expect(visits.some(({ location }) => location !== undefined && location.placeId === undefined)).toBe(true)
    expect(new Set(visits.map(({ duration }) => duration.startTimestampMs === undefined)).size).toBe(2)
  })

  test("has ways without a start, and ways whose points are those of the records", () => {
    const segments = objects.flatMap(({ activitySegment }) => activitySegment ?? [])
    expect(segments.some(({ startLocation }) => startLocation === undefined)).toBe(true)
    const points = segments.flatMap(({ simplifiedRawPath }) => simplifiedRawPath?.points ?? [])
    expect(points.length).toBe(truth.files.semantic.points)
    const known = new Set(records.map(timeOf))
    expect(points.filter((point) => !known.has(timeOf(point)))).toEqual([])
  })

  test("has as many records as the truth counts, in old and new words, wrapped and not", () => {
    expect(records.length).toBe(truth.points)
    expect(new Set(records.map(timeOf)).size).toBe(truth.points)
    expect(new Set(records.map(({ timestampMs }) => timestampMs === undefined)).size).toBe(2)
    expect(records.some(({ timestamp }) => /:\d\dZ$/.test(timestamp ?? ""))).toBe(true)
    expect(records.some(({ timestamp }) => /\.\d+Z$/.test(timestamp ?? ""))).toBe(true)
    expect(records.some(({ longitudeE7 }) => longitudeE7 > 2 ** 31)).toBe(true)
    for (const { latitudeE7, longitudeE7 } of records) {
      expect(Math.abs(unwrapped(latitudeE7))).toBeLessThan(90)
      expect(Math.abs(unwrapped(longitudeE7))).toBeLessThan(180)
    }
  })

  test("has the points that the truth names", () => {
    const known = new Map(records.map((record) => [timeOf(record), record]))
    expect(truth.named.length).toBeGreaterThan(10)
    for (const { at, latitude, longitude } of truth.named) {
      const record = known.get(Date.parse(at))
      expect([unwrapped(record?.latitudeE7 ?? 0), unwrapped(record?.longitudeE7 ?? 0)]).toEqual([latitude, longitude])
    }
  })

  test("is told again by an Android phone, in degrees, with its last days as raw signals", () => {
    expect(android.startsWith("\uFEFF")).toBe(true)
    const visits = onAndroid.semanticSegments.flatMap(({ visit, ...times }) =>
      visit === undefined ? [] : [{ ...times, place: numbersIn(visit.topCandidate.placeLocation.latLng) }]
    )
    expect(visits.length).toBe(truth.files.android.visits)
    const told = new Map(truth.list.map((visit) => [Date.parse(visit.starts_at), visit]))
    for (const { place, startTime } of visits) {
      const visit = told.get(Date.parse(startTime))
      expect(place).toEqual([visit?.latitude, visit?.longitude])
    }
    const points = [
      ...onAndroid.semanticSegments.flatMap(({ timelinePath }) => timelinePath ?? []),
      ...onAndroid.rawSignals.flatMap(({ position }) =>
        position === undefined ? [] : [{ point: position.LatLng, time: position.timestamp }]
      )
    ]
    expect(points.length).toBe(truth.files.android.points)
    const known = new Map(records.map((record) => [timeOf(record), record]))
    for (const { point, time } of points) {
      const record = known.get(Date.parse(time))
      const [latitude, longitude] = numbersIn(point)
      expect(Math.abs(latitude - unwrapped(record?.latitudeE7 ?? 0))).toBeLessThan(6e-7)
      expect(Math.abs(longitude - unwrapped(record?.longitudeE7 ?? 0))).toBeLessThan(6e-7)
    }
    expect(onAndroid.rawSignals.some(({ position }) => position === undefined)).toBe(true)
  })

  test("is told again by an iPhone, in texts, its paths after everything else", () => {
    expect(onIos.filter(({ visit }) => visit !== undefined).length).toBe(truth.files.ios.visits)
    const paths = onIos.flatMap(({ startTime, timelinePath }) =>
      (timelinePath ?? []).map(({ durationMinutesOffsetFromStartTime: minutes, point }) => ({
        at: Date.parse(startTime) + Number(minutes) * 60_000,
        point
      }))
    )
    expect(paths.length).toBe(truth.files.ios.points)
    const known = new Set(records.map(timeOf))
    expect(paths.filter(({ at }) => !known.has(at))).toEqual([])
    expect(paths.every(({ point }) => /^geo:-?\d+\.\d{6},-?\d+\.\d{6}$/.test(point))).toBe(true)
    const first = onIos.findIndex(({ timelinePath }) => timelinePath !== undefined)
    expect(onIos.slice(first).every(({ timelinePath }) => timelinePath !== undefined)).toBe(true)
    expect(Date.parse(onIos[first]?.startTime ?? "")).toBeLessThan(Date.parse(onIos[first - 1]?.startTime ?? ""))
  })

  test("has files beside it that hold none", () => {
    for (const { path } of truth.skipped) expect(takeout.has(path)).toBe(true)
    expect(truth.skipped.map(({ why }) => why)).toEqual(["settings", "edits", "encrypted"])
  })

  test("has the days that a later export has too in the same words", () => {
    const later = exported(45, 90)
    const lines = new Set((later.takeout.get(`${HISTORY}/Records.json`) ?? "").split("\n").map(withoutComma))
    const own = (takeout.get(`${HISTORY}/Records.json`) ?? "").split("\n").slice(-500, -2).map(withoutComma)
    expect(own.filter((line) => !lines.has(line))).toEqual([])
    const starts = new Set(later.truth.list.map((visit) => JSON.stringify(visit)))
    const shared = truth.list.filter(({ starts_at }) => starts_at > "2023-04-21")
    expect(shared.length).toBeGreaterThan(80)
    expect(shared.filter((visit) => !starts.has(JSON.stringify(visit)))).toEqual([])
  })
})

const withoutComma = (line: string): string => line.replace(/,$/, "")
