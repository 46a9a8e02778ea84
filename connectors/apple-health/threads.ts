/** Readers of health data: threads for large files, this one for small ones. */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { Effect, Queue, type Scope } from "effect"
import { type SourceError, sourceError } from "../../src/component/error.ts"
import type { Reply, Request } from "./health-worker.ts"
import { type Job, type Outcome, type Place, makeReader } from "./job.ts"
import type { Wanted } from "./scan.ts"

export interface Readers {
  /** Does a job on any of them; its memory comes back elsewhere. */
  readonly run: (job: Job) => Effect.Effect<Done, SourceError>
  /** As many jobs keep all of them busy. */
  readonly concurrency: number
}

export interface Done {
  readonly outcome: Outcome
  /** What the job's bytes were in. */
  readonly memory: ArrayBuffer
}

const MOST_THREADS = 4
/** Reading less takes no longer than starting a thread. */
const SMALL_BYTES = 8 << 20
/** Each has its next job at hand while the outcome of the last one travels. */
const JOBS_PER_THREAD = 2

// From source it is a file beside this one; a bundle has it beside itself under another name.
const MODULE = new URL(import.meta.url.endsWith(".ts") ? "./health-worker.ts" : "./health-worker.js", import.meta.url)

/** Readers for so many bytes, ended with the scope. */
export const startReaders = (wanted: Wanted, bytes: number): Effect.Effect<Readers, never, Scope.Scope> =>
  bytes < SMALL_BYTES
    ? Effect.sync(() => {
        const read = makeReader({ wanted, number: 0, of: 1 })
        return {
          run: (job: Job) => Effect.sync(() => ({ outcome: read(job), memory: job.bytes.buffer })),
          concurrency: 1
        }
      })
    : Effect.gen(function* () {
        const of = Math.min(availableParallelism(), MOST_THREADS)
        const threads = yield* Effect.forEach(Array.from({ length: of }), (_, number) =>
          startThread({ wanted, number, of })
        )
        const free = yield* Queue.unbounded<Thread>()
        for (let round = 0; round < JOBS_PER_THREAD; round++) yield* Queue.offerAll(free, threads)
        return {
          run: (job) =>
            Effect.acquireUseRelease(
              Queue.take(free),
              (thread) => thread(job),
              (thread) => Queue.offer(free, thread)
            ),
          concurrency: of * JOBS_PER_THREAD
        }
      })

type Thread = (job: Job) => Effect.Effect<Done, SourceError>

const startThread = (place: Place): Effect.Effect<Thread, never, Scope.Scope> =>
  Effect.gen(function* () {
    const worker = yield* Effect.acquireRelease(
      Effect.sync(() => new Worker(MODULE, { workerData: place })),
      (started) => Effect.promise(() => started.terminate())
    )
    const waiting = new Map<number, (result: Effect.Effect<Done, SourceError>) => void>()
    let last = 0
    let death: SourceError | null = null
    const die = (reason: string) => {
      death ??= sourceError("health-thread", `A thread that reads health data died: ${reason}.`, "Run again.", {
        retryable: true
      })
      for (const resume of waiting.values()) resume(Effect.fail(death))
      waiting.clear()
    }
    worker.on("message", ({ id, memory, outcome }: Reply) => {
      const resume = waiting.get(id)
      waiting.delete(id)
      resume?.(Effect.succeed({ outcome, memory }))
    })
    worker.on("error", (cause) => die(cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => die(`it ended with code ${code}`))
    return (job) =>
      Effect.callback((resume) => {
        if (death !== null) return resume(Effect.fail(death))
        const request: Request = { id: last++, job }
        waiting.set(request.id, resume)
        worker.postMessage(request, [job.bytes.buffer])
        return Effect.sync(() => void waiting.delete(request.id))
      })
  })
