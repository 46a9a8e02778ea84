/** A thread that reads health data: jobs in, outcomes out, one after the other. */
import { parentPort, workerData } from "node:worker_threads"
import { type Job, type Outcome, type Place, makeReader, transferable } from "./job.ts"

export interface Request {
  readonly id: number
  readonly job: Job
}

export interface Reply {
  readonly id: number
  readonly outcome: Outcome
  /** The job's memory, given back. */
  readonly memory: ArrayBuffer
}

if (parentPort !== null) {
  const port = parentPort
  const place: Place = workerData
  const read = makeReader(place)
  port.on("message", ({ id, job }: Request) => {
    const reply: Reply = { id, outcome: read(job), memory: job.bytes.buffer }
    port.postMessage(reply, [...transferable(reply.outcome), reply.memory])
  })
}
