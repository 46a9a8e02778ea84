/** A thread that reads media: jobs in, outcomes out, one after the other. */
import { on } from "node:events"
import { parentPort } from "node:worker_threads"
import type { EntryLocation } from "../component/archive.ts"
import { type Outcome, runJob } from "./job.ts"

export interface Request {
  readonly id: number
  readonly locations: ReadonlyArray<EntryLocation>
  /** A folder for what has to be unpacked for a while. */
  readonly scratch: string
}

export interface Reply {
  readonly id: number
  readonly outcome: Outcome
}

if (parentPort !== null) {
  const port = parentPort
  const requests: AsyncIterable<ReadonlyArray<Request>> = on(port, "message")
  for await (const [request] of requests) {
    if (request === undefined) continue
    const reply: Reply = { id: request.id, outcome: await runJob(request.locations, request.scratch) }
    port.postMessage(reply)
  }
}
