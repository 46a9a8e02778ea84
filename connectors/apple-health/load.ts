/** Files into temporary tables: read in one place, scanned in others, and appended in their order. */
import { Effect, Ref, type Scope, Stream } from "effect"
import { type ArchiveSet, Archives, type Entry } from "../../src/component/archive.ts"
import type { Origin, Reject, Skip } from "../../src/component/batch.ts"
import type { ScanProgress } from "../../src/component/connector.ts"
import type { Database } from "../../src/component/database.ts"
import type { DatabaseError, SourceError } from "../../src/component/error.ts"
import { type Found, findHealth, isDamage } from "./find.ts"
import type { Outcome } from "./job.ts"
import type { Refused, Wanted } from "./scan.ts"
import { partsOf } from "./parts.ts"
import { elementSkips, routeSkips } from "./skips.ts"
import { Splitter } from "./split.ts"
import { type Collector, type File, addFile, addRejects, makeCollector, makeTables, removeFile } from "./tables.ts"
import { type Readers, startReaders } from "./threads.ts"

export type Loading<A> = Effect.Effect<A, SourceError | DatabaseError, Archives | Database | Scope.Scope>

export interface What {
  readonly wanted: Wanted
  /** Are routes read as well? */
  readonly routes: boolean
}

/** Fills the tables, and says what was left out. */
export const loadHealth = (set: ArchiveSet, what: What, progress: ScanProgress): Loading<ReadonlyArray<Skip>> =>
  Effect.gen(function* () {
    yield* makeTables
    const found = yield* findHealth(set)
    yield* addRejects(found.rejects)
    // The threads end here: what comes next needs their memory.
    const passed = yield* Effect.scoped(readFiles(found, what, progress))
    return what.routes ? found.skipped : [...found.skipped, ...routeSkips(found.routes), ...elementSkips(passed)]
  })

type Passed = Map<string, number>

/** Gives how many elements were passed over, by name. */
const readFiles = ({ exports, routes }: Found, what: What, progress: ScanProgress): Loading<Passed> =>
  Effect.gen(function* () {
    const total = [...exports, ...(what.routes ? routes : [])].reduce((sum, { size }) => sum + size, 0)
    const done = yield* Ref.make(0)
    const tools: Tools = {
      readers: yield* startReaders(what.wanted, total),
      collector: makeCollector(),
      advance: (bytes) =>
        Effect.flatMap(
          Ref.updateAndGet(done, (before) => before + bytes),
          (now) => progress(now, total)
        )
    }
    const passed: Passed = new Map()
    for (const [file, entry] of exports.entries()) {
      for (const [name, count] of yield* loadExport(entry, file, tools)) {
        passed.set(name, (passed.get(name) ?? 0) + count)
      }
    }
    if (what.routes) yield* loadRoutes(routes, exports.length, tools)
    yield* tools.collector.finish
    return passed
  })

interface Tools {
  readonly readers: Readers
  readonly collector: Collector
  readonly advance: (bytes: number) => Effect.Effect<void>
}
/** Gives how many elements it passed over, by name. */
const loadExport = (entry: Entry, file: number, { advance, collector, readers }: Tools): Loading<Passed> =>
  Effect.gen(function* () {
    const place: File = { file, entry }
    const passed: Passed = new Map()
    const splitter = new Splitter()
    let closed = false
    const keep = (last: boolean, bytes: number, outcome: Outcome) =>
      Effect.gen(function* () {
        yield* collector.add(place, outcome)
        for (const [name, count] of outcome.passed) passed.set(name, (passed.get(name) ?? 0) + count)
        closed ||= outcome.closed
        const refused = [...outcome.refused, ...endOf(outcome, last, closed, entry.size)]
        yield* addRejects(
          refused.map((one) => rejectOf(one, place)),
          file
        )
        yield* advance(bytes)
      })
    yield* addFile(place)
    const reading = partsOf(entry, splitter).pipe(
      Stream.mapEffect(
        ({ bytes, last, offset }) => {
          const size = bytes.length
          return Effect.map(readers.run({ format: "xml", bytes, offset }), ({ memory, outcome }) => {
            splitter.reuse(memory)
            return { last, size, outcome }
          })
        },
        { concurrency: readers.concurrency }
      ),
      Stream.runForEach(({ last, outcome, size }) => keep(last, size, outcome))
    )
    return yield* unlessDamaged(Effect.as(reading, passed), { place, collector, instead: new Map() })
  })

/** What the end of a part tells: of an export, only the last may end before the root does. */
const endOf = ({ rest }: Outcome, last: boolean, closed: boolean, size: number): ReadonlyArray<Refused> => {
  if (last && !closed) {
    const { position, raw } = rest ?? { position: size, raw: "" }
    const reason =
      "The file is cut: it ends before </HealthData>. What comes before is kept. Copy it again, or export again from the Health app."
    return [{ code: "xml-cut", reason, position, raw }]
  }
  return rest === null ? [] : [{ code: "xml-broken", reason: "It is damaged: it has no end.", ...rest }]
}

const originOf = ({ entry }: File): Origin => ({ archive: entry.archive, member: entry.path })

const rejectOf = ({ code, position, raw, reason }: Refused, place: File): Reject => ({
  code,
  reason,
  origin: originOf(place),
  position,
  raw: Buffer.from(raw, "latin1")
})

const loadRoutes = (
  routes: ReadonlyArray<Entry>,
  first: number,
  { advance, collector, readers }: Tools
): Loading<void> =>
  Effect.gen(function* () {
    const archives = yield* Archives
    const read = (entry: Entry) =>
      Effect.flatMap(archives.read(entry), (bytes) =>
        readers.run({ format: "gpx", bytes: new Uint8Array(bytes), offset: 0 })
      )
    const keep = (place: File, outcome: Outcome) =>
      Effect.gen(function* () {
        yield* addFile(place)
        yield* collector.add(place, outcome)
        yield* addRejects(
          outcome.refused.map((one) => rejectOf(one, place)),
          place.file
        )
      })
    const load = (entry: Entry, file: number): Loading<void> => {
      const place: File = { file, entry }
      const loading = Effect.flatMap(read(entry), ({ outcome }) => keep(place, outcome))
      return Effect.andThen(unlessDamaged(loading, { place, collector, instead: undefined }), advance(entry.size))
    }
    yield* Effect.forEach(routes.entries(), ([index, entry]) => load(entry, first + index), {
      concurrency: readers.concurrency,
      discard: true
    })
  })

/** Of a member whose checksum is wrong nobody knows which values are right: it is rejected as a whole. */
const unlessDamaged = <A>(
  reading: Loading<A>,
  { collector, instead, place }: { readonly place: File; readonly collector: Collector; readonly instead: A }
): Loading<A> =>
  Effect.catch(reading, (error): Loading<A> =>
    error._tag === "SourceError" && isDamage(error)
      ? Effect.gen(function* () {
          yield* collector.finish
          yield* removeFile(place.file)
          yield* addRejects([{ code: error.code, reason: `${error.message} ${error.hint}`, origin: originOf(place) }])
          return instead
        })
      : Effect.fail(error)
  )
