/** A server of one provider: what is common to all requests, from arrival to the last byte. */
import { once } from "node:events"
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import type { Area } from "./area.ts"
import type { Call, Identity, Route } from "./call.ts"
import type { ServerClock } from "./clock.ts"
import { deliver } from "./deliver.ts"
import type { Fault, FaultSettings, Faults } from "./faults.ts"
import { type OpenRecord, type RequestLog } from "./log.ts"
import type { Admission, Quotas } from "./quota.ts"
import { type Reply, html } from "./reply.ts"
import { retryAfter } from "./retry-after.ts"

/** What a refusal is about, in the words of quotas. */
export type Limit = Extract<Admission, { readonly admitted: false }>["because"]

/** How a provider speaks. */
export interface Provider {
  readonly name: string
  readonly routes: ReadonlyArray<Route>
  readonly identify: (headers: IncomingMessage["headers"], query: URLSearchParams, area: Area) => Identity
  readonly notFound: (path: string) => Reply
  readonly rateLimited: (area: Area, limit: Limit, dice: number) => Reply
  readonly broken: (area: Area, status: number) => Reply
}

/** What the servers share. */
export interface World {
  readonly clock: ServerClock
  readonly log: RequestLog
  readonly faults: Faults
  readonly faultSettings: FaultSettings
  readonly quotas: Quotas
  /** Milliseconds before each answer. */
  readonly latency: () => number
  /** While true, connections end without an answer. */
  readonly offline: () => boolean
}

export interface Listening {
  readonly baseUrl: string
  readonly close: () => Promise<void>
}

const HOST = "127.0.0.1"
const MOST_BODY = 1 << 20

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > MOST_BODY) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const UNAVAILABLE = [500, 502, 503, 504] as const

const statusOf = ({ dice }: Fault): number => UNAVAILABLE[Math.floor(dice * UNAVAILABLE.length)] ?? 503

const errorPage = (status: number): Reply =>
  html(`<!DOCTYPE html><html><head><title>Error ${status}</title></head><body><h1>${status}</h1></body></html>`, status)

const withRetryAfter = (reply: Reply, value: string | null): Reply =>
  value === null ? reply : { ...reply, headers: { ...reply.headers, "retry-after": value } }

interface Matched {
  readonly route: Route
  readonly params: Call["params"]
}

const match = (routes: ReadonlyArray<Route>, method: string, path: string): Matched | null => {
  for (const route of routes) {
    const found = route.method === method ? route.path.exec(path) : null
    if (found === null) continue
    const groups = Object.entries(found.groups ?? {})
    return { route, params: Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)])) }
  }
  return null
}

interface Arrived {
  readonly record: OpenRecord
  readonly area: Area
  readonly identity: Identity
  readonly query: string
  /** Makes the answer that a sound server gives. */
  readonly handle: () => Reply
}

const arrivedOf = (
  provider: Provider,
  world: World,
  request: IncomingMessage,
  origin: string,
  body: string
): Arrived => {
  const { method = "GET", headers } = request
  const [path = "/", ...rest] = (request.url ?? "/").split("?")
  const query = rest.join("?")
  const matched = match(provider.routes, method, path)
  const parameters = new URLSearchParams(query)
  const area = matched?.route.area ?? "page"
  const here = typeof area === "function" ? area(parameters) : area
  const identity = provider.identify(headers, parameters, here)
  const who = typeof identity === "string" ? null : identity
  const at = world.clock.now()
  const notes: Array<string> = []
  const record: OpenRecord = {
    server: provider.name,
    area: here,
    method,
    path,
    query,
    headers,
    at,
    user: who?.user ?? null,
    project: who?.project ?? null,
    status: null,
    outcome: "open",
    notes
  }
  const handle = () =>
    matched === null
      ? provider.notFound(path)
      : matched.route.handle({
          method,
          path,
          query: parameters,
          headers,
          body,
          origin,
          at,
          identity,
          params: matched.params,
          note: (remark) => notes.push(remark)
        })
  return { record, area: here, identity, query, handle }
}

/** The answer of a server that may be over its quota or have a fault of its own. */
const replyTo = ({ area, handle }: Arrived, fault: Fault | null, provider: Provider, world: World): Reply => {
  const { faultSettings, clock } = world
  switch (fault?.kind) {
    case "rate-limit": {
      const value = retryAfter(fault.retryAfter, faultSettings.retryAfterMs, clock.now())
      return withRetryAfter(provider.rateLimited(area, "user", fault.dice), value)
    }
    case "html-error":
      return errorPage(statusOf(fault))
    case "json-error":
      return provider.broken(area, statusOf(fault))
    default:
      return handle()
  }
}

const LIMITS_SAY_WHEN: ReadonlySet<Area> = new Set(["graph", "spotify"])

const refusal = (
  { area, record }: Arrived,
  admission: Extract<Admission, { readonly admitted: false }>,
  provider: Provider,
  { log }: World
) => {
  record.outcome = "refused"
  // By turns, where a provider has several ways to say it.
  const reply = provider.rateLimited(area, admission.because, (log.count() % 2) / 2)
  return LIMITS_SAY_WHEN.has(area) ? withRetryAfter(reply, retryAfter("seconds", admission.waitMs, record.at)) : reply
}

const answer = async (arrived: Arrived, provider: Provider, world: World, response: ServerResponse): Promise<void> => {
  const { record, area, identity, query } = arrived
  const { clock, faults, faultSettings, quotas } = world
  const who = typeof identity === "string" ? null : identity
  const admission: Admission = who === null ? { admitted: true, leave: () => {} } : quotas.enter(area, who, record.at)
  try {
    if (area !== "page") await sleep(world.latency(), undefined, { ref: false })
    if (!admission.admitted) {
      const reply = refusal(arrived, admission, provider, world)
      record.status = reply.status
      return await deliver(response, reply, null, faultSettings, clock.now())
    }
    const fault = faults.draw({ method: record.method, path: record.path, query, area })
    if (fault?.kind === "stall") await sleep(faultSettings.stallMs, undefined, { ref: false })
    if (fault?.kind === "stall" || fault?.kind === "drop") {
      record.outcome = fault.kind
      response.destroy()
      return
    }
    const reply = replyTo(arrived, fault, provider, world)
    // What was asked is done, whether or not the client is still there to hear of it.
    if (response.destroyed) return
    record.status = reply.status
    record.outcome = fault?.kind ?? "answered"
    await deliver(response, reply, fault, faultSettings, clock.now())
  } finally {
    if (admission.admitted) admission.leave()
  }
}

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  return address.port
}

/** Starts the provider on a port of its own, or on the one that is asked for. */
export const listen = async (provider: Provider, world: World, port = 0): Promise<Listening> => {
  const server = createServer((request, response) => {
    const origin = `http://${HOST}:${portOf(server)}`
    const work = async () => {
      const body = await readBody(request)
      const arrived = arrivedOf(provider, world, request, origin, body)
      world.log.add(arrived.record)
      if (world.offline()) {
        arrived.record.outcome = "offline"
        response.destroy()
        return
      }
      await answer(arrived, provider, world, response)
    }
    // A client that goes away is its own affair; a bug in a handler must be seen.
    work().catch((error: unknown) => {
      if (!request.destroyed) process.stderr.write(`${provider.name}: ${String(error)}\n`)
      response.destroy()
    })
  })
  server.keepAliveTimeout = 30_000
  server.listen(port, HOST)
  await once(server, "listening")
  return {
    baseUrl: `http://${HOST}:${portOf(server)}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
}
