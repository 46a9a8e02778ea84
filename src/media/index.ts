/** The `MediaReader` service: a few threads that read archives themselves, so that no photo's bytes change hands. */
import { availableParallelism } from "node:os"
import { Effect, Layer, Pool } from "effect"
import { changed, systemFailure, truncated } from "../archive/failure.ts"
import type { Entry } from "../component/archive.ts"
import { type SourceError, sourceError } from "../component/error.ts"
import { MediaReader, type MediaResult } from "../component/media.ts"
import { type JobFailure, type Outcome, runJob } from "./job.ts"
import { startThread } from "./thread.ts"

const MOST_THREADS = 4
/** Less isn't worth a thread. */
const SMALL = 8 << 20
/** Enough for a few milliseconds of work. */
const JOB_BYTES = 8 << 20
const JOB_ENTRIES = 256
/** Each thread has its next job at hand while the last one's results travel. */
const JOBS_PER_THREAD = 2

/** Threads start with the first large read and end with the layer, or when nothing was read for a while. */
export const mediaReaderLive: Layer.Layer<MediaReader> = Layer.effect(
  MediaReader,
  Effect.gen(function* () {
    const threads = Math.min(availableParallelism(), MOST_THREADS)
    const pool = yield* Pool.makeWithTTL({
      acquire: startThread,
      min: 0,
      max: threads,
      concurrency: JOBS_PER_THREAD,
      timeToLive: "30 seconds"
    })

    const onThread = (entries: ReadonlyArray<Entry>) =>
      Effect.scoped(
        Effect.gen(function* () {
          const thread = yield* Pool.get(pool)
          return yield* Effect.tapError(thread.run(locationsOf(entries)), () => Pool.invalidate(pool, thread))
        })
      ).pipe(
        Effect.mapError(({ reason }) =>
          sourceError("media-thread", `A thread that reads media died: ${reason}.`, "Run again.", { retryable: true })
        ),
        Effect.flatMap((outcome) => resultsOf(outcome, entries))
      )

    const read = (entries: ReadonlyArray<Entry>): Effect.Effect<ReadonlyArray<MediaResult>, SourceError> =>
      entries.reduce((sum, { size }) => sum + size, 0) < SMALL
        ? // Nothing here is large enough to be unpacked, so that no folder is needed.
          Effect.flatMap(
            Effect.promise(() => runJob(locationsOf(entries), "")),
            (outcome) => resultsOf(outcome, entries)
          )
        : Effect.map(Effect.forEach(jobsOf(entries), onThread, { concurrency: threads * JOBS_PER_THREAD }), (parts) =>
            parts.flat()
          )

    return MediaReader.of({ read: (entries) => Effect.withSpan(read(entries), "MediaReader.read") })
  })
)

const locationsOf = (entries: ReadonlyArray<Entry>) => entries.map(({ location }) => location)

/** Entries in order, cut where a job has enough. */
const jobsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<ReadonlyArray<Entry>> => {
  const jobs: Array<Array<Entry>> = []
  let bytes = Infinity
  let job: Array<Entry> = []
  for (const entry of entries) {
    if (bytes >= JOB_BYTES || job.length >= JOB_ENTRIES) {
      job = []
      jobs.push(job)
      bytes = 0
    }
    job.push(entry)
    bytes += entry.size
  }
  return jobs
}

const resultsOf = (
  outcome: Outcome,
  entries: ReadonlyArray<Entry>
): Effect.Effect<ReadonlyArray<MediaResult>, SourceError> => {
  if (outcome._tag === "Failed") return Effect.fail(errorOf(outcome.failure))
  return outcome.results.length === entries.length
    ? Effect.succeed(outcome.results)
    : Effect.die(new Error(`${outcome.results.length} results of ${entries.length} entries`))
}

const errorOf = ({ file, cut, code, text }: JobFailure): SourceError => {
  if (cut) return truncated(file, "its directory names files that are not in it")
  return code === "ENOENT"
    ? changed(file, "it is gone")
    : systemFailure(file, "read", Object.assign(new Error(text), code === null ? {} : { code }))
}
