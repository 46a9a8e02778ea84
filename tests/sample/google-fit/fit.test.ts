import { Schema } from "effect"
import { describe, expect, test } from "vitest"
import { fitEntries, fitTruth } from "../../../src/sample/google-fit/index.ts"
import { daysOf } from "../../../src/sample/ordinary.ts"
import { textsOf } from "../support.ts"

const exported = (from: number, days: number) => {
  const life = daysOf(3)
  const range = { seed: 3, from, days }
  return { files: textsOf(fitEntries(life, range)), truth: fitTruth(life, range) }
}

const { files, truth } = exported(0, 60)

const Nanos = Schema.Union([Schema.String, Schema.Number])
const Points = Schema.fromJsonString(
  Schema.Struct({
    "Data Source": Schema.String,
    "Data Points": Schema.Array(
      Schema.Struct({
        fitValue: Schema.Tuple([
          Schema.Struct({
            value: Schema.Struct({
              intVal: Schema.optionalKey(Schema.Int),
              fpVal: Schema.optionalKey(Schema.Number)
            })
          })
        ]),
        dataTypeName: Schema.String,
        startTimeNanos: Nanos,
        endTimeNanos: Nanos
      })
    )
  })
)
const Session = Schema.fromJsonString(
  Schema.Struct({
    fitnessActivity: Schema.String,
    startTime: Schema.String,
    endTime: Schema.String,
    duration: Schema.String
  })
)

describe("Google Fit", () => {
  test("has the points of the truth, in files whose names are cut and numbered", () => {
    for (const { data_source, path, points, sum, type } of truth.sources) {
      const data = Schema.decodeUnknownSync(Points)(files.get(path))
      expect(data["Data Source"]).toBe(data_source)
      expect(data["Data Points"].length).toBe(points)
      expect(data["Data Points"].every(({ dataTypeName }) => dataTypeName === type)).toBe(true)
      const values = data["Data Points"].map(({ fitValue: [{ value }] }) => value.intVal ?? value.fpVal ?? Number.NaN)
      expect(values.reduce((all, value) => all + value, 0)).toBeCloseTo(sum, 2)
    }
    const names = truth.sources.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))
    expect(names).toContain("derived_com.google.step_count.delta_com.google.json")
    expect(names).toContain("derived_com.google.step_count.delta_com.google(1).json")
    expect(truth.sources.some(({ points }) => points === 0)).toBe(true)
  })

  test("tells steps twice, to the nanosecond in numbers that JavaScript can't hold, and hearts in texts", () => {
    const [merged, device, heart] = truth.sources.map(({ path }) => files.get(path) ?? "")
    expect(merged).toMatch(/"startTimeNanos": \d{13}000000,/)
    expect(device).toMatch(/"startTimeNanos": \d{13}000517,/)
    expect(heart).toMatch(/"startTimeNanos": "\d{19}",/)
    const [one, other] = truth.sources
    expect([one?.points, one?.sum]).toEqual([other?.points, other?.sum])
    expect(truth.steps.reduce((sum, { steps }) => sum + steps, 0)).toBe(one?.sum)
  })

  test("has a session for each activity, and the track of most", () => {
    for (const { activity, ends_at, path, seconds, starts_at, track, track_points } of truth.sessions) {
      const session = Schema.decodeUnknownSync(Session)(files.get(path))
      expect(session.fitnessActivity).toBe(activity)
      expect(session.startTime.replace(/\.\d+Z/, "Z")).toBe(starts_at)
      expect(session.endTime.replace(/\.\d+Z/, "Z")).toBe(ends_at)
      expect(session.duration).toMatch(/^\d+(\.\d+)?s$/)
      expect(Number.parseFloat(session.duration)).toBe(seconds)
      if (track !== null) expect(files.get(track)?.match(/<Trackpoint>/g)?.length).toBe(track_points)
    }
    const sessions = [...files].filter(([path]) => path.includes("/All Sessions/"))
    expect(sessions.length).toBe(truth.sessions.length)
    const texts = sessions.map(([, text]) => text)
    expect(texts.some((text) => /"startTime": "[^".]+Z"/.test(text))).toBe(true)
    expect(texts.some((text) => /"startTime": "[^"]+\.\d{3}Z"/.test(text))).toBe(true)
    expect(truth.sessions.some(({ track }) => track === null)).toBe(true)
  })

  test("has a table of quarter-hours for each date, which adds up to the points", () => {
    const tables = [...files].filter(([path]) => /\/\d{4}-\d\d-\d\d\.csv$/.test(path))
    expect(tables.length).toBe(truth.daily_tables)
    const sums = tables.map(([path, text]) => {
      const rows = text.trim().split("\n").slice(1)
      const steps = rows.reduce((sum, row) => sum + Number(row.split(",").at(-1)), 0)
      return [path.slice(-14, -4), rows.length, steps] as const
    })
    expect(sums.reduce((all, [, , steps]) => all + steps, 0)).toBe(truth.sources[0]?.sum)
    // Dates of the tables are those of the place, which no point knows: at home they are the same.
    const byDate = new Map(truth.steps.map(({ date, steps }) => [date, steps]))
    expect(sums.filter(([date, , steps]) => byDate.get(date) === steps).length).toBeGreaterThan(45)
    expect(new Set(sums.map(([, rows]) => rows))).toEqual(new Set([96]))
  })

  test("loses tracks and the table of all days from one export to the next, and nothing else", () => {
    const exports = Array.from({ length: 12 }, (_, index) => exported(index, 60 - index))
    expect(new Set(exports.map(({ truth: { summary } }) => summary === null)).size).toBe(2)
    for (const { files: others, truth: other } of exports.slice(1, 4)) {
      const kept = truth.sessions.filter(({ starts_at }) => starts_at > (other.sessions[0]?.starts_at ?? ""))
      for (const { path } of kept) expect(others.get(path)).toBe(files.get(path))
      const lost = kept.filter(({ track }) => track !== null && !others.has(track))
      expect(lost.length).toBeGreaterThan(0)
    }
  })
})
