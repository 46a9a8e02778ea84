/** What happens to a calendar while nobody looks: for tests of incremental sync. */
import { type Random, stream } from "../../../src/sample/random.ts"
import type { Agenda, Entry } from "./agenda.ts"
import { type EntriesOptions, entriesOf, instanceOf } from "./entries.ts"
import { daysLater } from "./moment.ts"
import { occurrencesOf } from "./recurrence.ts"

export interface AgendaChanges {
  /** New events, some of them series; the ids of all. */
  readonly add: (count: number) => ReadonlyArray<string>
  /** New titles, of series too; some single events move by a day. */
  readonly change: (count: number) => ReadonlyArray<string>
  /** Deletes events and series, no exceptions: exactly so many, if there are. */
  readonly remove: (count: number) => ReadonlyArray<string>
  /** Cancels single instances of series that nobody has touched. */
  readonly cancelInstances: (count: number) => ReadonlyArray<string>
}

const someOf = <T>(random: Random, items: ReadonlyArray<T>, count: number): ReadonlyArray<T> =>
  items
    .map((item) => ({ item, rank: random.next() }))
    .toSorted((left, right) => left.rank - right.rank)
    .slice(0, count)
    .map(({ item }) => item)

const changed = (random: Random, entry: Entry, at: number): Entry => {
  // A series that moved would leave its exceptions behind.
  const days = entry.rule === null && random.chance(0.3) ? 1 : 0
  return {
    ...entry,
    title: `${entry.title ?? ""} (changed)`,
    start: daysLater(entry.start, days),
    end: daysLater(entry.end, days),
    updatedAt: at
  }
}

export const agendaChanges = (agenda: Agenda, options: EntriesOptions, now: () => number): AgendaChanges => {
  let turn = 0
  const next = () => {
    turn++
    return stream("changes", options.seed, options.name, turn)
  }
  const alone = () => agenda.entries().filter(({ series }) => series === null)
  return {
    add: (count) => {
      next()
      const fresh = entriesOf({ ...options, size: count, name: `${options.name} ${turn}` })
      const at = Math.floor(now())
      for (const entry of fresh) agenda.put({ ...entry, createdAt: at, updatedAt: at })
      return fresh.map(({ id }) => id)
    },
    change: (count) => {
      const random = next()
      const chosen = someOf(random, alone(), count)
      for (const entry of chosen) agenda.put(changed(random, entry, Math.floor(now())))
      return chosen.map(({ id }) => id)
    },
    remove: (count) => {
      const chosen = someOf(next(), alone(), count)
      for (const { id } of chosen) agenda.remove(id, Math.floor(now()))
      return chosen.map(({ id }) => id)
    },
    cancelInstances: (count) => {
      const random = next()
      const free = alone().flatMap((master) =>
        occurrencesOf(master, -Infinity, Infinity, 30)
          .map((original) => instanceOf(master, original))
          .filter(({ id }) => agenda.get(id) === undefined)
      )
      const chosen = someOf(random, free, count)
      for (const instance of chosen) agenda.put({ ...instance, status: "cancelled", updatedAt: Math.floor(now()) })
      return chosen.map(({ id }) => id)
    }
  }
}
