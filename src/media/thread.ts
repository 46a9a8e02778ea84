/** One worker thread as a resource. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Effect, Schema, type Scope } from "effect"
import type { EntryLocation } from "../component/archive.ts"
import type { Outcome } from "./job.ts"
import type { Reply, Request } from "./worker.ts"

/** The thread ended before its work did. */
export class ThreadDied extends Schema.TaggedError<ThreadDied>()("ThreadDied", { reason: Schema.String }) {}

export interface Thread {
  readonly run: (locations: ReadonlyArray<EntryLocation>) => Effect.Effect<Outcome, ThreadDied>
}

// From source it is a file beside this one; a bundle has it beside itself under another name.
const MODULE = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url)

/** Started now, ended with the scope, with a folder of its own that ends as well. */
export const startThread: Effect.Effect<Thread, ThreadDied, Scope.Scope> = Effect.gen(function* () {
  const scratch = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => mkdtemp(join(tmpdir(), "keepsake-media-")),
      catch: (cause) => new ThreadDied({ reason: String(cause) })
    }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
  )
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(MODULE, { resourceLimits: { maxYoungGenerationSizeMb: 4 } })),
    (started) => Effect.promise(() => started.terminate())
  )
  const waiting = new Map<number, (result: Effect.Effect<Outcome, ThreadDied>) => void>()
  let last = 0
  let death: ThreadDied | null = null
  const die = (reason: string) => {
    death ??= new ThreadDied({ reason })
    for (const resume of waiting.values()) resume(Effect.fail(death))
    waiting.clear()
  }
  worker.on("message", ({ id, outcome }: Reply) => {
    const resume = waiting.get(id)
    waiting.delete(id)
    resume?.(Effect.succeed(outcome))
  })
  worker.on("error", (cause) => die(cause instanceof Error ? cause.message : String(cause)))
  worker.on("exit", (code) => die(`it ended with code ${code}`))
  return {
    run: (locations) =>
      Effect.callback((resume) => {
        if (death !== null) return resume(Effect.fail(death))
        const request: Request = { id: last++, locations, scratch }
        waiting.set(request.id, resume)
        worker.postMessage(request, [])
        return Effect.sync(() => void waiting.delete(request.id))
      })
  }
})
