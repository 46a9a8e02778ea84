/** Tracks of `Activities`: TCX, Garmin's XML of laps and trackpoints. */
import { SaxesParser } from "saxes"
import { type Made, type Problem, SESSION, type SampleRow, instantOf, metadataOf, shown } from "./row.ts"

/** One activity of a file. */
export interface Activity {
  /** The activity as a whole; null where the file ends before it does. */
  readonly session: SampleRow | null
  /** What was measured on the way. */
  readonly points: ReadonlyArray<SampleRow>
}

export interface Track {
  readonly activities: ReadonlyArray<Activity>
  readonly problems: Made["problems"]
}

/** What is between an element's tags: text by the path below it, such as `HeartRateBpm/Value`. */
type Texts = Map<string, string>

const NAME = "Activities (TCX)"

/** What a trackpoint measures: the sample's type is the element's name. */
const MEASURES: ReadonlyArray<readonly [path: string, type: string, unit: string]> = [
  ["HeartRateBpm/Value", "HeartRateBpm", "bpm"],
  ["DistanceMeters", "DistanceMeters", "m"],
  ["AltitudeMeters", "AltitudeMeters", "m"],
  ["Cadence", "Cadence", "rpm"]
]

const numberOf = (text: string | undefined): number | null => {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : null
}

const positionOf = (texts: Texts) => {
  const latitude = numberOf(texts.get("Position/LatitudeDegrees"))
  const longitude = numberOf(texts.get("Position/LongitudeDegrees"))
  if (latitude === null || longitude === null) return null
  return Math.abs(latitude) > 90 || Math.abs(longitude) > 180 ? null : { latitude, longitude }
}

/** Null: without a time. */
const samplesOf = (texts: Texts): ReadonlyArray<SampleRow> | null => {
  const time = instantOf(texts.get("Time"))
  if (time === null) return null
  const at = { source: "tcx", text: null, start: time, end: time, offset: null, name: NAME, repeats: true }
  const measured = MEASURES.flatMap(([path, type, unit]): ReadonlyArray<SampleRow> => {
    const value = numberOf(texts.get(path))
    return value === null ? [] : [{ ...at, type, unit, value, metadata: null }]
  })
  const position = positionOf(texts)
  return position === null
    ? measured
    : [...measured, { ...at, type: "Position", unit: null, value: null, metadata: metadataOf(position) }]
}

const LAP_TOTALS = [
  ["TotalTimeSeconds", "seconds"],
  ["DistanceMeters", "metres"],
  ["Calories", "kilocalories"],
  ["AverageHeartRateBpm/Value", "averageHeartRate"],
  ["MaximumHeartRateBpm/Value", "maximumHeartRate"]
] as const

/** No lap takes a year. */
const MOST_SECONDS = 366 * 86_400

const lengthOf = (seconds: number | null): number | null =>
  seconds === null || seconds < 0 || seconds > MOST_SECONDS ? null : seconds

const lapOf = (texts: Texts, start: string | undefined) => ({
  start: instantOf(start),
  seconds: lengthOf(numberOf(texts.get("TotalTimeSeconds"))),
  totals: Object.fromEntries([
    ["startTime", start],
    ...LAP_TOTALS.map(([path, name]) => [name, numberOf(texts.get(path)) ?? undefined])
  ])
})
type Lap = ReturnType<typeof lapOf>

interface Gathered {
  readonly sport: string
  readonly start: number
  readonly laps: ReadonlyArray<Lap>
  readonly points: ReadonlyArray<SampleRow>
}

const sessionOf = ({ sport, start, laps, points }: Gathered): SampleRow => {
  const ends = laps.map((lap) => (lap.start ?? start) + (lap.seconds ?? 0) * 1000)
  const end = [...ends, ...points.map((point) => point.end)].reduce((last, time) => Math.max(last, time), start)
  return {
    type: SESSION,
    source: `tcx|${sport}`,
    value: laps.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0) || (end - start) / 1000,
    unit: "s",
    text: sport,
    start,
    end: Math.round(end),
    offset: null,
    name: NAME,
    metadata: metadataOf({ laps: laps.map(({ totals }) => totals) }),
    repeats: true
  }
}

/** Elements whose content is gathered until they end. */
const GATHERED = new Set(["Activity", "Lap", "Trackpoint"])

interface Open {
  readonly name: string
  readonly attribute: string | undefined
  readonly texts: Texts
  /** Elements open below it. */
  readonly path: Array<string>
}

/** Saxes takes text in pieces; after an error nothing more is taken for what it isn't. */
const PIECE = 4096

/** Null: XML of another kind. Never throws, whatever the text; what comes before damage is kept. */
export const readTrack = (text: string): Track | null => {
  const activities: Array<Activity> = []
  const problems: Array<Problem> = []
  const open: Array<Open> = []
  let root: string | null = null
  let content = ""
  let laps: Array<Lap> = []
  let points: Array<SampleRow> = []
  const state: { failure: Error | null } = { failure: null }
  // Prefixes differ from writer to writer; damaged ones needn't be declared.
  const parser = new SaxesParser({ xmlns: false })
  const problem = (code: string, reason: string, raw = "") =>
    problems.push({ code, reason, position: parser.line, raw: shown(raw) })

  const endActivity = ({ attribute, texts }: Open, whole: boolean) => {
    const start = laps[0]?.start ?? instantOf(texts.get("Id")) ?? points[0]?.start ?? null
    if (start === null) problem("fit-activity-time", "the activity has no start, neither of its own nor of a lap")
    else {
      // Two activities may have been tracked at the same time.
      const own = points.map((point) => ({ ...point, source: `tcx|${start}` }))
      const sport = (attribute ?? "other").toLowerCase()
      activities.push({ session: whole ? sessionOf({ sport, start, laps, points }) : null, points: own })
    }
    laps = []
    points = []
  }

  const end = (element: Open) => {
    const { attribute, name, texts } = element
    if (name === "Activity") endActivity(element, true)
    else if (name === "Lap") laps.push(lapOf(texts, attribute))
    else {
      const found = samplesOf(texts)
      if (found === null) problem("fit-trackpoint-time", "the trackpoint has no time", JSON.stringify([...texts]))
      else points.push(...found)
    }
  }

  parser.on("opentag", ({ attributes, name: qualified }) => {
    if (state.failure !== null) return
    const name = localName(qualified)
    root ??= name
    content = ""
    if (!GATHERED.has(name)) open.at(-1)?.path.push(name)
    else open.push({ name, attribute: attributes["Sport"] ?? attributes["StartTime"], texts: new Map(), path: [] })
  })
  parser.on("text", (more) => {
    content += more
  })
  parser.on("closetag", ({ name: qualified }) => {
    const current = open.at(-1)
    if (state.failure !== null || current === undefined) return
    if (current.path.length === 0 && current.name === localName(qualified)) {
      open.pop()
      end(current)
    } else {
      current.texts.set(current.path.join("/"), content.trim())
      current.path.pop()
    }
  })
  parser.on("error", (cause) => {
    state.failure ??= cause
  })
  for (let at = 0; at < text.length && state.failure === null; at += PIECE) parser.write(text.slice(at, at + PIECE))
  if (state.failure === null) parser.close()
  if (root !== "TrainingCenterDatabase") return null
  if (state.failure !== null) {
    problem(
      "fit-track-broken",
      "the track is cut or damaged: what comes before is read; take it from another export",
      text
    )
    const [activity] = open
    if (activity !== undefined && points.length > 0) endActivity(activity, false)
  }
  return { activities, problems }
}

const localName = (qualified: string): string => qualified.replace(/^.*:/, "")
