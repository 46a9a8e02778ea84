/** What a window of a calendar shows, and how that has changed. */
import type { Agenda, Entry, Kept } from "../life/agenda.ts"
import { instanceOf } from "../life/entries.ts"
import { timeOf } from "../life/moment.ts"
import { occurrencesOf } from "../life/recurrence.ts"
import type { View } from "./event-json.ts"

/** Milliseconds since 1970. */
export interface Window {
  readonly from: number
  readonly to: number
}

const within = ({ from, to }: Window, { start, end }: Entry): boolean =>
  timeOf(start) < to && (timeOf(end) > from || timeOf(start) === from)

/** Instances by the rule, without those that were changed or cancelled. */
const instancesOf = (agenda: Agenda, { entry }: Kept, window: Window): ReadonlyArray<Entry> => {
  const length = timeOf(entry.end) - timeOf(entry.start)
  return occurrencesOf(entry, window.from - length, window.to)
    .map((original) => instanceOf(entry, original))
    .filter((instance) => within(window, instance) && agenda.get(instance.id) === undefined)
}

const seriesViews = (agenda: Agenda, kept: Kept, window: Window): ReadonlyArray<View> => {
  const instances = instancesOf(agenda, kept, window)
  const changed = agenda.exceptionsOf(kept.entry.id).some(({ entry, deleted }) => !deleted && within(window, entry))
  if (instances.length === 0 && !changed) return []
  const views = instances.map((instance): View => ({ kind: "occurrence", kept, instance }))
  const master: View = { kind: "event", kept }
  // The master may come before its instances or after them.
  return kept.version % 2 === 0 ? [master, ...views] : [...views, master]
}

/** All that the window shows. */
export const viewOf = (agenda: Agenda, window: Window): ReadonlyArray<View> =>
  agenda.kept().flatMap((kept): ReadonlyArray<View> => {
    const { entry, deleted } = kept
    if (deleted || entry.status === "cancelled") return []
    if (entry.rule !== null) return seriesViews(agenda, kept, window)
    return within(window, entry) ? [{ kind: "event", kept }] : []
  })

/** What has changed since a version. What was deleted and what has left the window look the same. */
export const changesOf = (agenda: Agenda, window: Window, since: number): ReadonlyArray<View> =>
  agenda.changedSince(since).flatMap((kept): ReadonlyArray<View> => {
    const { entry, deleted } = kept
    const removed: View = { kind: "removed", id: entry.id }
    if (entry.rule !== null) {
      if (!deleted) return seriesViews(agenda, kept, window)
      const instances = instancesOf(agenda, kept, window)
      return [removed, ...instances.map(({ id }): View => ({ kind: "removed", id }))]
    }
    return !deleted && entry.status !== "cancelled" && within(window, entry) ? [{ kind: "event", kept }] : [removed]
  })
