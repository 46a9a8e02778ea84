/** Every request that came, for assertions. */
import type { IncomingHttpHeaders } from "node:http"
import type { Area } from "./area.ts"
import type { FaultKind } from "./faults.ts"

export type Outcome =
  /** Under way, or given up by the client before the end. */
  | "open"
  | "answered"
  /** Over its quota. */
  | "refused"
  /** The server was switched off. */
  | "offline"
  | FaultKind

export interface Recorded {
  readonly server: string
  readonly area: Area
  readonly method: string
  readonly path: string
  /** As it came, without the question mark. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  /** By the server's clock. */
  readonly at: number
  readonly user: string | null
  readonly project: string | null
  /** Null where no status was sent. */
  readonly status: number | null
  readonly outcome: Outcome
  /** What was let pass though it should not be done. */
  readonly notes: ReadonlyArray<string>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
export type OpenRecord = Writable<Omit<Recorded, "notes">> & { readonly notes: Array<string> }

export interface RequestLog {
  readonly all: () => ReadonlyArray<Recorded>
  /** Those that came after the first `count`. */
  readonly since: (count: number, area?: Area) => ReadonlyArray<Recorded>
  /** How many have come. */
  readonly count: () => number
  readonly add: (record: OpenRecord) => void
  /** Resolves as soon as so many have come. */
  readonly reached: (count: number) => Promise<void>
}

export const requestLog = (): RequestLog => {
  const records: Array<OpenRecord> = []
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  return {
    all: () => records,
    since: (count, area) => records.slice(count).filter((record) => area === undefined || record.area === area),
    count: () => records.length,
    add: (record) => {
      records.push(record)
      for (const one of waiting) {
        if (records.length < one.count) continue
        waiting.delete(one)
        one.resolve()
      }
    },
    reached: (count) =>
      new Promise((resolve) => {
        if (records.length >= count) resolve()
        else waiting.add({ count, resolve })
      })
  }
}
