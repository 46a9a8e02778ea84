/** A calendar as it is kept at a provider: entries, and the order in which they changed. */
import type { Moment } from "./moment.ts"
import type { Rule } from "./recurrence.ts"

export interface Person {
  /** Null where only the address is known. */
  readonly name: string | null
  readonly address: string
}

export interface Guest extends Person {
  readonly response: "accepted" | "declined" | "tentative" | "needsAction"
  readonly optional: boolean
  /** A room, not a person. */
  readonly resource: boolean
}

export interface Entry {
  /** 26 characters of 0-9 and a-v; an exception's is its series' with the stamp of the original start. */
  readonly id: string
  readonly uid: string
  /** Set on an exception: an instance that differs from its series. */
  readonly series: { readonly id: string; readonly original: Moment } | null
  readonly rule: Rule | null
  /** Instances that the series leaves out. */
  readonly excluded: ReadonlyArray<Moment>
  readonly title: string | null
  readonly description: string | null
  readonly location: string | null
  readonly start: Moment
  /** Of days, the first that is no longer part of it. */
  readonly end: Moment
  readonly organizer: Person
  readonly guests: ReadonlyArray<Guest>
  /** A cancelled exception is an instance that does not take place; a cancelled entry otherwise is a deleted one. */
  readonly status: "confirmed" | "tentative" | "cancelled"
  readonly createdAt: number
  readonly updatedAt: number
}

/** A series as a whole was deleted, or an event of its own. */
export interface Kept {
  readonly entry: Entry
  readonly deleted: boolean
  /** The agenda's version when it last changed. */
  readonly version: number
}

export interface Agenda {
  /** Grows with each change. */
  readonly version: () => number
  /** All that has not been deleted, cancelled instances included, in the order of creation: the truth to test against. */
  readonly entries: () => ReadonlyArray<Entry>
  /** Deleted ones too. */
  readonly kept: () => ReadonlyArray<Kept>
  readonly get: (id: string) => Kept | undefined
  /** What changed after a version, deletions included, in the order of the last change. */
  readonly changedSince: (version: number) => ReadonlyArray<Kept>
  readonly exceptionsOf: (seriesId: string) => ReadonlyArray<Kept>
  /** Adds it, or replaces the one with its id. */
  readonly put: (entry: Entry) => void
  /** Deletes an entry at a time; of a series, the exceptions with it. */
  readonly remove: (id: string, at: number) => void
}

export const agendaOf = (initial: ReadonlyArray<Entry>): Agenda => {
  const kept = new Map<string, Kept>()
  const exceptions = new Map<string, Set<string>>()
  let version = 0
  const store = (entry: Entry, deleted: boolean) => {
    version++
    kept.set(entry.id, { entry, deleted, version })
    if (entry.series === null) return
    const siblings = exceptions.get(entry.series.id) ?? new Set()
    exceptions.set(entry.series.id, siblings.add(entry.id))
  }
  const all = () => [...kept.values()]
  const exceptionsOf = (seriesId: string) =>
    [...(exceptions.get(seriesId) ?? [])].flatMap((id) => {
      const found = kept.get(id)
      return found === undefined ? [] : [found]
    })
  const put = (entry: Entry) => store(entry, false)
  for (const entry of initial) put(entry)
  return {
    version: () => version,
    entries: () => all().flatMap(({ entry, deleted }) => (deleted ? [] : [entry])),
    kept: all,
    get: (id) => kept.get(id),
    changedSince: (since) =>
      all()
        .filter((one) => one.version > since)
        .toSorted((left, right) => left.version - right.version),
    exceptionsOf,
    put,
    remove: (id, at) => {
      const found = kept.get(id)
      if (found === undefined || found.deleted) return
      for (const { entry } of [...exceptionsOf(id), found])
        store({ ...entry, status: "cancelled", updatedAt: at }, true)
    }
  }
}
