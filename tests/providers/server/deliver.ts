/** Sends a reply, whole or spoilt. */
import type { ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import type { Fault, FaultSettings } from "./faults.ts"
import type { Reply } from "./reply.ts"

const DROPS = 12

const head = (response: ServerResponse, { status, headers }: Reply, length: number, now: number) => {
  response.writeHead(status, { ...headers, "content-length": length, date: new Date(now).toUTCString() })
}

const partOf = (body: Buffer, dice: number) => body.subarray(0, Math.floor(body.length * (0.1 + 0.8 * dice)))

const written = (response: ServerResponse, chunk: Buffer) =>
  new Promise<void>((resolve) => response.write(chunk, () => resolve()))

const drip = async (response: ServerResponse, body: Buffer, pauseMs: number) => {
  const size = Math.max(1, Math.ceil(body.length / DROPS))
  for (let from = 0; from < body.length && !response.destroyed; from += size) {
    response.write(body.subarray(from, from + size))
    await sleep(pauseMs)
  }
  response.end()
}

/** The `date` header is that of the server's clock. Resolves when all is sent that will be. */
export const deliver = async (
  response: ServerResponse,
  reply: Reply,
  fault: Fault | null,
  { dripMs }: FaultSettings,
  now: number
): Promise<void> => {
  const { body } = reply
  switch (fault?.kind) {
    case "truncated":
      head(response, reply, body.length, now)
      await written(response, partOf(body, fault.dice))
      response.destroy()
      return
    case "cut": {
      const part = partOf(body, fault.dice)
      head(response, reply, part.length, now)
      response.end(part)
      return
    }
    case "drip":
      head(response, reply, body.length, now)
      await drip(response, body, dripMs)
      return
    default:
      head(response, reply, body.length, now)
      response.end(body)
  }
}
