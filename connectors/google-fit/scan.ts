/** All files of Google Fit in a set of archives, each read for what it is. */
import { Effect, Stream } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Skip } from "../../src/component/batch.ts"
import { Database } from "../../src/component/database.ts"
import type { Scan, ScanProgress } from "../../src/component/connector.ts"
import type { Sql } from "../../src/component/sql.ts"
import type { SourceError } from "../../src/component/error.ts"
import { toInstant, type Zone } from "../calendar/zone.ts"
import { nameOf } from "../media/name.ts"
import { skipped, tally } from "../media/tally.ts"
import { readEarlier, supersededBy } from "./earlier.ts"
import { isFit, isNamedPoints, kindOf } from "./files.ts"
import { type Loader, type SourceFile, loader, problemOf } from "./load.ts"
import { type Metrics, readMetrics } from "./metrics.ts"
import { type Problem, shown } from "./row.ts"
import { readSession } from "./session.ts"
import { allRejects, allSamples, createTables, dropTables, settleAgain } from "./tables.ts"
import { type Track, readTrack } from "./tcx.ts"

export interface ScanOptions {
  readonly fingerprint: string
  /** Where the person lives: local times are there, and days of sums begin there. */
  readonly timeZone: string
  readonly zone: Zone
  /** Are files read that repeat data points? `fallback`: where there are no data points. */
  readonly repeats: "fallback" | "keep" | "skip"
  /** What earlier runs have staged. */
  readonly staged: Sql
}

/** Only data points come in files larger than this. */
const WHOLE = 32 * 1024 * 1024

const OTHER = "not a file of Google Fit"
const NOT_MEASUREMENTS = "a file without measurements"
const NO_POINTS = "a data source without data points"
const TWIN = "an activity's track: its session is read from All Sessions"
const TRACKED = "trackpoints of a track, which repeat data points (`repeats: keep` reads these too)"
const SUMMED = "sums of Daily activity metrics, which repeat data points (`repeats: keep` reads these too)"
const SUMMED_TWICE = "sums of a whole day, which repeat those of its quarter-hours"

const EMPTY: Problem = { code: "fit-file-empty", reason: "the file is empty: take it from another export", raw: "" }
const TOO_LARGE: Problem = {
  code: "fit-file-too-large",
  reason: `only data points come in files of more than ${WHOLE / 1024 ** 2} MB: leave it out`,
  raw: ""
}
const strange = (text: string): Problem => ({
  code: "fit-file-unknown",
  reason:
    "the file isn't what its name says: it is damaged or of another kind; take it from another export, or leave it out",
  raw: shown(text)
})

// Damage within one file doesn't spoil the others.
const SPOILS_ONE = new Set(["archive-damaged", "entry-too-large"])

/** The place of each entry from the oldest to the newest. */
const newnessOf = (entries: ReadonlyArray<Entry>): ReadonlyMap<Entry, number> => {
  const age = ({ modifiedAt }: Entry) => modifiedAt ?? 0
  const sorted = entries.toSorted((a, b) => age(a) - age(b) || (a.archive < b.archive ? -1 : 1))
  return new Map(sorted.map((entry, index) => [entry, index]))
}

/** Data points and sessions first: whether the rest is needed depends on them. */
const inOrder = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const first = (entry: Entry) => (/\.json$/i.test(entry.path) ? 0 : 1)
  return entries.toSorted((a, b) => first(a) - first(b))
}

const filesOf = (set: ArchiveSet, entries: ReadonlyArray<Entry>): ReadonlyArray<SourceFile> => {
  const newness = newnessOf(entries)
  const members = entries.map((entry) => ({
    archive: entry.archive,
    member: entry.path,
    newness: newness.get(entry) ?? 0
  }))
  return [...members, ...set.rejects.map(({ origin }) => ({ ...origin, newness: 0 }))]
}

/** Reads one file after the other; `advance` is told of the bytes read. */
const reading = Effect.fnUntraced(function* (
  load: Loader,
  options: ScanOptions,
  advance: (bytes: number) => Effect.Effect<void>
) {
  const archives = yield* Archives
  const left: Array<Skip> = []
  const leave = (reason: string, path: string, count = 1) => {
    if (count > 0) left.push({ reason, count, examples: [path] })
  }
  /** Seconds since 1970 at which sessions begin. */
  const earlier = yield* readEarlier(options.staged)
  const sessions = new Set(earlier.sessions)
  const days: Array<{ readonly file: number; readonly path: string; readonly metrics: Metrics }> = []
  const daysInQuarters = new Set(earlier.days)
  const startOfDay = (day: string) => toInstant(options.zone, Date.parse(`${day}T00:00:00Z`))
  const repeats = yield* Effect.cached(
    options.repeats === "fallback"
      ? Effect.map(load.hasPoints, (has) => !has && !earlier.points)
      : Effect.succeed(options.repeats === "keep")
  )

  const points = Effect.fnUntraced(function* (
    file: number,
    entry: Entry,
    content: Stream.Stream<Uint8Array, SourceError>
  ) {
    if ((yield* load.points(file, content)) === 0) leave(NO_POINTS, entry.path)
  })

  const session = Effect.fnUntraced(function* (file: number, { path }: Entry, text: string) {
    const made = readSession(text, nameOf(path))
    if (made === null) {
      if (isNamedPoints(path)) yield* load.reject(file, [strange(text)])
      else leave(NOT_MEASUREMENTS, path)
      return
    }
    for (const { start } of made.rows) sessions.add(Math.floor(start / 1000))
    yield* load.rows(file, made.rows)
    yield* load.reject(file, made.problems)
  })

  const isTwin = (start: number) => [-1, 0, 1].some((off) => sessions.has(Math.floor(start / 1000) + off))

  const track = Effect.fnUntraced(function* (file: number, path: string, { activities, problems }: Track) {
    for (const { points: measured, session: whole } of activities) {
      if (whole !== null && isTwin(whole.start)) leave(TWIN, path)
      else if (whole !== null) yield* load.rows(file, [whole])
      if (yield* repeats) yield* load.rows(file, measured)
      else leave(TRACKED, path, measured.length)
    }
    if (activities.length + problems.length === 0) leave(NOT_MEASUREMENTS, path)
    yield* load.reject(file, problems)
  })

  const metricsOf = Effect.fnUntraced(function* (file: number, path: string, metrics: Metrics) {
    yield* load.reject(file, metrics.problems)
    if (metrics.rows.length + metrics.problems.length === 0) leave(NOT_MEASUREMENTS, path)
    else if (!(yield* repeats)) leave(SUMMED, path, metrics.rows.length)
    else if (metrics.day === null) days.push({ file, path, metrics })
    else {
      if (metrics.rows.length > 0) daysInQuarters.add(metrics.day)
      yield* load.rows(file, metrics.rows)
    }
  })

  const text = (file: number, entry: Entry, kind: "xml" | "table" | "other", content: string) => {
    const found = kind === "xml" ? readTrack(content) : null
    if (found !== null) return track(file, entry.path, found)
    const metrics = kind === "table" ? readMetrics(content, nameOf(entry.path), startOfDay) : null
    if (metrics !== null) return metricsOf(file, entry.path, metrics)
    if (/\.(?:json|tcx|csv)$/i.test(entry.path)) return load.reject(file, [strange(content)])
    return Effect.sync(() => leave(NOT_MEASUREMENTS, entry.path))
  }

  const large = Effect.fnUntraced(function* (file: number, entry: Entry) {
    const [head = new Uint8Array()] = yield* Stream.runCollect(Stream.take(archives.stream(entry), 1))
    if (kindOf(head, entry.path) !== "points") return yield* load.reject(file, [TOO_LARGE])
    yield* points(
      file,
      entry,
      Stream.tap(archives.stream(entry), (bytes) => advance(bytes.length))
    )
  })

  const one = Effect.fnUntraced(function* (file: number, entry: Entry) {
    if (entry.size > WHOLE) return yield* large(file, entry)
    const bytes = yield* archives.read(entry)
    yield* advance(bytes.length)
    const kind = kindOf(bytes, entry.path)
    if (kind === "empty") return yield* load.reject(file, [EMPTY])
    if (kind === "points") return yield* points(file, entry, Stream.make(bytes))
    const content = new TextDecoder().decode(bytes)
    yield* kind === "json" ? session(file, entry, content) : text(file, entry, kind, content)
  })

  return {
    /** Never fails for what is wrong with one file alone. */
    read: (file: number, entry: Entry) =>
      one(file, entry).pipe(
        Effect.catchIf(
          (error): error is SourceError => error._tag === "SourceError" && SPOILS_ONE.has(error.code),
          ({ code, hint, message }) => load.reject(file, [{ code, reason: `${message} ${hint}`, raw: "" }])
        )
      ),
    /** What had to wait for all files; tells what was left out. */
    end: Effect.gen(function* () {
      for (const { file, metrics, path } of days) {
        const kept = metrics.rows.filter(({ day }) => !daysInQuarters.has(day))
        leave(SUMMED_TWICE, path, metrics.rows.length - kept.length)
        yield* load.rows(file, kept)
      }
      yield* load.endRows
      return left
    })
  }
})

/** Fills the temporary tables; they go with the scope. */
export const scanFit = Effect.fnUntraced(function* (set: ArchiveSet, options: ScanOptions, progress: ScanProgress) {
  const database = yield* Database
  const entries = inOrder(set.entries.filter(isFit(set)))
  const mine = new Set(entries)
  yield* Effect.acquireRelease(database.execute(createTables), () => Effect.ignore(database.execute(dropTables)))
  const load = yield* loader(filesOf(set, entries))
  for (const [index, reject] of set.rejects.entries()) yield* load.reject(entries.length + index, [problemOf(reject)])
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  let done = 0
  const files = yield* reading(load, options, (bytes) => {
    done += bytes
    return progress(done, total)
  })
  for (const [file, entry] of entries.entries()) yield* files.read(file, entry)
  const left = yield* files.end
  yield* database.execute(settleAgain)
  const others = set.entries.filter((entry) => !mine.has(entry)).map(({ path }) => skipped(OTHER, path))
  const scan: Scan = {
    fingerprint: options.fingerprint,
    query: allSamples(options.timeZone),
    ranked: true,
    supersedes: supersededBy(options.staged, options.repeats),
    rejects: allRejects,
    skipped: tally([...set.skipped, ...others, ...left])
  }
  return scan
})
