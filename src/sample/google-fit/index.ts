/** Google Fit as Takeout has it, and what a careful importer finds in it. */
import { stream } from "../random.ts"
import type { Range } from "../takeout.ts"
import { dateOf, isoTime } from "../time.ts"
import { elements } from "../location/google-place.ts"
import type { Days } from "../whereabouts.ts"
import type { ZipEntry } from "../zip.ts"
import {
  SUMMARY_HEAD,
  type Session,
  quarterTable,
  sessionFile,
  sessionJson,
  sessionsOn,
  summaryRow,
  trackFile,
  trackXml
} from "./activity.ts"
import { type DataSource, dataSources, mergedSteps, pointLines } from "./points.ts"

const ROOT = "Takeout/Fit"

export interface TruthFitSource {
  readonly path: string
  readonly data_source: string
  readonly type: string
  readonly points: number
  readonly sum: number
}

export interface TruthFit {
  /** Every file of points; those of `step_count` tell the same steps. */
  readonly sources: ReadonlyArray<TruthFitSource>
  readonly points: number
  /** From the merged source, by UTC dates: points know no zone. */
  readonly steps: ReadonlyArray<{ readonly date: string; readonly steps: number }>
  readonly sessions: ReadonlyArray<{
    readonly activity: string
    readonly path: string
    readonly starts_at: string
    readonly ends_at: string
    readonly seconds: number
    readonly metres: number
    /** Its track; null where this export has lost it. */
    readonly track: string | null
    readonly track_points: number
  }>
  /** Tables of quarter-hours, one for each date, and the table of all days, which some exports lack. */
  readonly daily_tables: number
  readonly summary: string | null
}

const daysIn = ({ days, from }: Range): ReadonlyArray<number> => Array.from({ length: days }, (_, day) => from + day)

/** Tracks that one export has are missing in the next. */
const isLost = ({ days, from, seed }: Range, { start }: Session): boolean =>
  stream("track lost", seed, from, days, start).chance(0.25)

const summaryOf = ({ days, from, seed }: Range): string | null =>
  stream("summary lost", seed, from, days).chance(0.35)
    ? null
    : `${ROOT}/Daily activity metrics/Daily activity metrics.csv`

function* pointsJson(data: DataSource, days: Days, range: Range): Generator<string> {
  yield `{"Data Source": ${JSON.stringify(data.id)}, "Data Points": [`
  yield* elements(
    daysIn(range)
      .values()
      .map((day) => pointLines(data, days, day))
  )
  yield "\n]}\n"
}

function* summaryCsv(days: Days, range: Range): Generator<string> {
  yield SUMMARY_HEAD
  for (const day of daysIn(range)) yield summaryRow(days, day)
}

const dataPath = ({ file }: DataSource): string => `${ROOT}/All Data/${file}`
const sessionPath = (days: Days, session: Session): string => `${ROOT}/All Sessions/${sessionFile(days, session)}`
const trackPath = (days: Days, session: Session): string => `${ROOT}/Activities/${trackFile(days, session)}`

/** Fit's files in a Takeout, made as they are asked for. */
export function* fitEntries(days: Days, range: Range): Generator<ZipEntry> {
  const text = (path: string, content: Iterable<string>): ZipEntry => ({ path, content, stored: false })
  for (const data of dataSources) yield text(dataPath(data), pointsJson(data, days, range))
  for (const day of daysIn(range)) {
    for (const session of sessionsOn(days, day)) {
      yield text(sessionPath(days, session), [sessionJson(session)])
      if (!isLost(range, session)) yield text(trackPath(days, session), [trackXml(session)])
    }
    yield text(`${ROOT}/Daily activity metrics/${dateOf(day)}.csv`, [quarterTable(days, day)])
  }
  const summary = summaryOf(range)
  if (summary !== null) yield text(summary, summaryCsv(days, range))
}

const valueOf = (value: { readonly intVal: number } | { readonly fpVal: number }): number =>
  "intVal" in value ? value.intVal : value.fpVal

const stepsByDate = (days: Days, range: Range): TruthFit["steps"] => {
  const points = daysIn(range).flatMap((day) => mergedSteps.pointsOn(days, day))
  return [...Map.groupBy(points, ({ start }) => isoTime(start).slice(0, 10))]
    .map(([date, all]) => ({ date, steps: all.reduce((sum, { value }) => sum + valueOf(value), 0) }))
    .toSorted((left, right) => (left.date < right.date ? -1 : 1))
}

/** What is true of the days. */
export const fitTruth = (days: Days, range: Range): TruthFit => {
  const sources = dataSources.map((data): TruthFitSource => {
    const points = daysIn(range).flatMap((day) => data.pointsOn(days, day))
    const sum = points.reduce((total, { value }) => total + valueOf(value), 0)
    return {
      path: dataPath(data),
      data_source: data.id,
      type: data.type,
      points: points.length,
      sum: Number(sum.toFixed(3))
    }
  })
  return {
    sources,
    points: sources.reduce((sum, { points }) => sum + points, 0),
    steps: stepsByDate(days, range),
    sessions: daysIn(range).flatMap((day) =>
      sessionsOn(days, day).map((session) => {
        const lost = isLost(range, session)
        return {
          activity: session.activity,
          path: sessionPath(days, session),
          starts_at: isoTime(session.start),
          ends_at: isoTime(session.end),
          seconds: session.seconds,
          metres: Number(session.metres.toFixed(3)),
          track: lost ? null : trackPath(days, session),
          track_points: lost ? 0 : session.points.length
        }
      })
    ),
    daily_tables: range.days,
    summary: summaryOf(range)
  }
}
