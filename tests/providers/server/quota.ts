/** Quotas that are counted to the request: so many in any window of time, and so many at once. */
import type { Area } from "./area.ts"
import type { Who } from "./call.ts"

export interface Quota {
  readonly per: "user" | "project"
  readonly limit: number
  readonly windowMs: number
}

export interface QuotaSettings {
  readonly rates: Partial<Record<Area, ReadonlyArray<Quota>>>
  /** Requests of one user that may be under way. */
  readonly atOnce: Partial<Record<Area, number>>
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** What the providers document, and a guess where they don't. */
export const PUBLISHED: QuotaSettings = {
  rates: {
    calendar: [
      { per: "user", limit: 600, windowMs: MINUTE },
      { per: "project", limit: 10_000, windowMs: MINUTE }
    ],
    picker: [{ per: "project", limit: 100_000, windowMs: MINUTE }],
    "picker-bytes": [{ per: "project", limit: 1_000_000, windowMs: MINUTE }],
    library: [{ per: "project", limit: 10_000, windowMs: DAY }],
    "library-bytes": [{ per: "project", limit: 75_000, windowMs: DAY }],
    geocoding: [{ per: "project", limit: 3000, windowMs: MINUTE }],
    places: [{ per: "project", limit: 600, windowMs: MINUTE }],
    graph: [{ per: "user", limit: 10_000, windowMs: 10 * MINUTE }],
    spotify: [{ per: "project", limit: 180, windowMs: 30_000 }]
  },
  atOnce: { graph: 4 }
}

/** How one quota was used by one user or project. */
export interface Usage extends Quota {
  readonly area: Area
  readonly key: string
  /** When requests were let in, and when they were turned away. */
  readonly admitted: ReadonlyArray<number>
  readonly refused: ReadonlyArray<number>
  /** The most that were let in within any window. */
  readonly peak: number
}

export type Admission =
  | { readonly admitted: true; readonly leave: () => void }
  | { readonly admitted: false; readonly because: Quota["per"] | "at-once"; readonly waitMs: number }

export interface Quotas {
  readonly enter: (area: Area, who: Who, now: number) => Admission
  readonly usage: () => ReadonlyArray<Usage>
  /** The most requests of one user that were under way at once, refused ones not counted. */
  readonly mostAtOnce: (area: Area) => number
}

/** The share of a quota that was used between two times. */
export const utilisation = ({ admitted, limit, windowMs }: Usage, from: number, to: number): number =>
  admitted.filter((time) => time >= from && time < to).length / ((limit * (to - from)) / windowMs)

interface Window {
  readonly area: Area
  readonly key: string
  readonly quota: Quota
  readonly admitted: Array<number>
  readonly refused: Array<number>
  /** Index of the oldest request that still counts. */
  oldest: number
  peak: number
}

const windowsBy = (settings: QuotaSettings) => {
  const windows = new Map<string, Window>()
  const windowOf = (area: Area, quota: Quota, key: string): Window => {
    const name = JSON.stringify([area, quota.per, quota.windowMs, key])
    const found = windows.get(name)
    if (found !== undefined) return found
    const fresh: Window = { area, key, quota, admitted: [], refused: [], oldest: 0, peak: 0 }
    windows.set(name, fresh)
    return fresh
  }
  return {
    of: (area: Area, who: Who): ReadonlyArray<Window> =>
      (settings.rates[area] ?? []).map((quota) =>
        windowOf(area, quota, quota.per === "user" ? `${who.project} ${who.user}` : who.project)
      ),
    all: () => [...windows.values()]
  }
}

/** How long until one more fits; 0 when it does. */
const waitOf = (window: Window, now: number): number => {
  const { admitted, quota } = window
  while ((admitted[window.oldest] ?? Infinity) <= now - quota.windowMs) window.oldest++
  if (admitted.length - window.oldest < quota.limit) return 0
  return (admitted[admitted.length - quota.limit] ?? now) + quota.windowMs - now
}

const count = (window: Window, now: number) => {
  window.admitted.push(now)
  window.peak = Math.max(window.peak, window.admitted.length - window.oldest)
}

/** Requests that are turned away use up nothing. */
export const quotasOf = (settings: QuotaSettings): Quotas => {
  const windows = windowsBy(settings)
  const underWay = new Map<string, number>()
  const most = new Map<Area, number>()
  return {
    enter: (area, who, now) => {
      const here = `${area} ${who.project} ${who.user}`
      const already = underWay.get(here) ?? 0
      if (already >= (settings.atOnce[area] ?? Infinity)) return { admitted: false, because: "at-once", waitMs: 1000 }
      const mine = windows.of(area, who)
      const full = mine.find((window) => waitOf(window, now) > 0)
      if (full !== undefined) {
        full.refused.push(now)
        return { admitted: false, because: full.quota.per, waitMs: waitOf(full, now) }
      }
      for (const window of mine) count(window, now)
      underWay.set(here, already + 1)
      most.set(area, Math.max(most.get(area) ?? 0, already + 1))
      return { admitted: true, leave: () => underWay.set(here, (underWay.get(here) ?? 1) - 1) }
    },
    usage: () =>
      windows.all().map(({ area, key, quota, admitted, refused, peak }) => ({
        ...quota,
        area,
        key,
        admitted,
        refused,
        peak
      })),
    mostAtOnce: (area) => most.get(area) ?? 0
  }
}
