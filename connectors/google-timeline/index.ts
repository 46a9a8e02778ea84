/** Google's Timeline: location histories from Takeout and from phones. */
import { Effect } from "effect"
import { type ConnectorSpec, connector, scanStream } from "../../src/component/connector.ts"
import { PathGlob } from "../../src/component/fields.ts"
import { POINT_COLUMNS } from "../location/point.ts"
import { pointTarget } from "./points.ts"
import { pointQuery, recallPoints } from "./same-point.ts"
import { recallVisits, visitQuery } from "./same-visit.ts"
import { type Wanted, fingerprintFiles, scanFiles } from "./scan.ts"
import { VISIT_COLUMNS, visitTarget } from "./visits.ts"

const config = { path: PathGlob }

const SOURCES =
  "Reads Takeout's Records.json (once Location History.json) and Semantic Location History, and what a phone exports " +
  "itself, Android or iPhone: straight from zips, in folders, under any name, as files are told by their content."

const pointsWanted: Wanted = {
  target: pointTarget,
  without: "a history without points",
  recall: recallPoints,
  query: Effect.fnUntraced(function* ({ placed, rows }, newTable) {
    return yield* pointQuery({ rows, best: yield* newTable("best") }, placed)
  })
}

const points = scanStream({
  type: "google-timeline.points",
  summary: "Where a person was, point by point, from Google's location history.",
  description:
    `${SOURCES} A point is known by its second and its place to five decimals, whichever device saw it, so that exports ` +
    "that overlap add nothing, whichever is read first. What several files tell with their own rounding is one point, told as the raw records have " +
    "it, else as the phone's signals, the semantic history or the paths do. Coordinates that overflowed are unwrapped; " +
    "points without a time, or outside of the Earth, are rejected.",
  entity: null,
  ids: (_, account) => ["google", account, "timeline", "point"],
  columns: POINT_COLUMNS,
  time: "recorded_at",
  holdsRows: true,
  config,
  recognises: /(^|\/)(Records|Location History|Timeline|location-history|\d{4}_\p{L}+)\.json$/iu,
  examples: [
    { title: "All of a Takeout", yaml: "type: google-timeline.points\npath: takeout-*.zip" },
    {
      title: "Takeout's history, and what the phone has had since",
      yaml: "type: google-timeline.points\npath: [Takeout/Location History, Timeline.json]"
    }
  ],
  fingerprint: ({ path }, opening) => fingerprintFiles(path, opening),
  scan: ({ path }, opening, progress) => scanFiles(path, pointsWanted, opening, progress)
})

const visitsWanted: Wanted = {
  target: visitTarget,
  without: "points without visits: google-timeline.points reads them",
  recall: recallVisits,
  query: Effect.fnUntraced(function* ({ placed, rows }, newTable) {
    return yield* visitQuery({ rows, keyed: yield* newTable("keyed"), visits: yield* newTable("visits") }, placed)
  })
}

const visits = scanStream({
  type: "google-timeline.visits",
  summary: "Stays at places, from Google's location history.",
  description:
    `${SOURCES} A visit is known by the minute of its arrival and Google's id of the place, or where there is none by its ` +
    "place to four decimals: when a later export has it end later, it is the same visit. What several files tell of one " +
    "visit is put together, Takeout's words before a phone's. Where the place is missing, it is the likeliest candidate.",
  entity: "visits",
  ids: (_, account) => ["google", account, "timeline", "visit"],
  columns: VISIT_COLUMNS,
  time: "starts_at",
  config,
  recognises: /(^|\/)(Timeline|location-history|\d{4}_\p{L}+)\.json$/iu,
  examples: [
    { title: "All of a Takeout", yaml: "type: google-timeline.visits\npath: takeout-*.zip" },
    { title: "A phone's export", yaml: "type: google-timeline.visits\npath: Timeline.json" }
  ],
  fingerprint: ({ path }, opening) => fingerprintFiles(path, opening),
  scan: ({ path }, opening, progress) => scanFiles(path, visitsWanted, opening, progress)
})

export const googleTimeline: ConnectorSpec = connector({
  name: "google-timeline",
  summary: "Google's location history, from Takeout and from phones.",
  description: "Reads exports where they lie, without a network: nothing is unpacked, moved or changed.",
  streams: [points, visits]
})
