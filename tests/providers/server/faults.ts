/** Everything that goes wrong on the way, decided by the seed and the request, not by the order in which they come. */
import { type NonEmpty, stream } from "../../../src/sample/random.ts"
import type { Area } from "./area.ts"
import { RETRY_AFTER_FORMS, type RetryAfterForm } from "./retry-after.ts"

export type FaultKind =
  /** The provider's own answer to too many requests, with a Retry-After of every form. */
  | "rate-limit"
  /** A 5xx that is a web page. */
  | "html-error"
  /** A 5xx in the provider's own form. */
  | "json-error"
  /** The connection ends in the middle of the body. */
  | "truncated"
  /** The body ends too early though HTTP says that it is complete. */
  | "cut"
  /** The body comes in drops. */
  | "drip"
  /** The connection ends without an answer. */
  | "drop"
  /** Nothing comes for `stallMs`, then the connection ends. */
  | "stall"

export const FAULT_KINDS: NonEmpty<FaultKind> = [
  "rate-limit",
  "html-error",
  "json-error",
  "truncated",
  "cut",
  "drip",
  "drop"
]

export interface FaultSettings {
  /** The share of requests that something happens to, from 0 to 1. */
  readonly rate: number
  /** All but `stall`, which takes long. */
  readonly kinds: NonEmpty<FaultKind>
  /** By default every one but `sign-in`: a refresh token that rotates and is lost on the way is lost for good. */
  readonly areas: ReadonlySet<Area> | null
  /** The same request is spared after so many faults in a row, so that persistence pays. */
  readonly inARow: number
  readonly retryAfter: NonEmpty<RetryAfterForm>
  /** What Retry-After says. */
  readonly retryAfterMs: number
  readonly dripMs: number
  readonly stallMs: number
}

export const NO_FAULTS: FaultSettings = {
  rate: 0,
  kinds: FAULT_KINDS,
  areas: null,
  inARow: 3,
  retryAfter: RETRY_AFTER_FORMS,
  retryAfterMs: 1000,
  dripMs: 5,
  stallMs: 60_000
}

export interface Fault {
  readonly kind: FaultKind
  readonly retryAfter: RetryAfterForm
  /** Uniform in [0, 1): where to cut, which status to give. */
  readonly dice: number
}

export interface FaultedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly area: Area
}

/** A fault for the next requests that match, whatever the rate is. */
export interface Planned {
  readonly kind: FaultKind
  /** Of method, path and query: `GET /calendar/v3/…?…`. */
  readonly match: RegExp
  readonly times: number
  readonly retryAfter?: RetryAfterForm
}

export interface Faults {
  readonly draw: (request: FaultedRequest) => Fault | null
  /** Puts a fault on the next requests that match. */
  readonly plan: (planned: Planned) => void
}

const planner = () => {
  const pending: Array<{ readonly planned: Planned; left: number }> = []
  return {
    plan: (planned: Planned) => {
      pending.push({ planned, left: planned.times })
    },
    next: (line: string): Planned | null => {
      const found = pending.find(({ planned, left }) => left > 0 && planned.match.test(line))
      if (found === undefined) return null
      found.left--
      return found.planned
    }
  }
}

export const faultsOf = (seed: number, settings: FaultSettings): Faults => {
  const { rate, kinds, areas, inARow } = settings
  const attempts = new Map<string, { count: number; row: number }>()
  const { plan, next } = planner()
  const covers = (area: Area) => (areas === null ? area !== "sign-in" : areas.has(area)) && area !== "page"
  return {
    plan,
    draw: ({ method, path, query, area }) => {
      const line = `${method} ${path}${query === "" ? "" : `?${query}`}`
      const tried = attempts.get(line) ?? { count: 0, row: 0 }
      tried.count++
      attempts.set(line, tried)
      const random = stream("fault", seed, line, tried.count)
      const struck = random.chance(rate)
      const fault: Fault = {
        kind: random.pick(kinds),
        retryAfter: random.pick(settings.retryAfter),
        dice: random.next()
      }
      const planned = next(line)
      if (planned !== null) return { ...fault, kind: planned.kind, retryAfter: planned.retryAfter ?? fault.retryAfter }
      if (!struck || !covers(area) || tried.row >= inARow) {
        tried.row = 0
        return null
      }
      tried.row++
      return fault
    }
  }
}
