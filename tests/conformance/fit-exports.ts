/** Three exports of one Google Fit account: each tells of the same two days in its own way. */
import { STEPS, data, session, steps, tcx } from "../connectors/google-fit/takeout.ts"

const QUARTERS = `Start time,End time,Step count,Distance (m)
16:45:00.000+01:00,17:00:00.000+01:00,410,300.5
17:00:00.000+01:00,17:15:00.000+01:00,20,11
`

const DAYS = `Date,Step count,Distance (m)
2018-12-01,5120,3800
2018-12-02,430,311.5
`

const TRACK = tcx("2018-12-02T15:54:53.999Z", 765.047, [
  { time: "2018-12-02T15:55:00Z", metres: 0, place: [47.1, 8.5] },
  { time: "2018-12-02T15:56:00.500Z", metres: 80.5, bpm: 96 }
])

/** Sums, and a track that no session is told of. */
export const SUMS = {
  "Takeout/Fit/Daily activity metrics/Daily activity metrics.csv": DAYS,
  "Takeout/Fit/Activities/2018-12-02T16_54_53.999+01_00_PT12M45.047S_Walking.tcx": TRACK
}

/** The track's session, and the quarters of an hour of one of the days. */
export const SESSIONS = {
  "Takeout/Fit/Daily activity metrics/2018-12-02.csv": QUARTERS,
  "Takeout/Fit/All Sessions/2018-12-02T16_54_53.999+01_00_WALKING.json": session()
}

export const DATA = {
  "Takeout/Fit/All Data/derived_com.google.step_count.delta_com.google.and.json": data(STEPS, [
    steps("2018-12-02T15:55:00Z", "2018-12-02T15:56:00Z", 100),
    steps("2018-12-02T15:56:00Z", "2018-12-02T15:57:00Z", 110)
  ])
}
