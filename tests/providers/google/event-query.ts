/** What `events.list` is asked for, and what belongs to the answer. */
import type { Agenda, Entry, Kept } from "../life/agenda.ts"
import { instanceOf } from "../life/entries.ts"
import { occurrencesOf } from "../life/recurrence.ts"
import { reachOf } from "./event-json.ts"

export interface EventQuery {
  readonly singleEvents: boolean
  readonly showDeleted: boolean
  readonly timeMin: number
  readonly timeMax: number
  readonly updatedMin: number | null
  readonly text: string | null
  readonly uid: string | null
  readonly order: "startTime" | "updated" | null
  readonly timeZone: string | null
}

/** May not be given with a sync token. */
export const EXCLUDED_WITH_SYNC_TOKEN = [
  "timeMin",
  "timeMax",
  "updatedMin",
  "q",
  "orderBy",
  "iCalUID",
  "privateExtendedProperty",
  "sharedExtendedProperty"
] as const

const KNOWN = new Set<string>([
  ...EXCLUDED_WITH_SYNC_TOKEN,
  ..."alt eventTypes fields key maxAttendees maxResults pageToken prettyPrint quotaUser showDeleted".split(" "),
  ..."showHiddenInvitations singleEvents syncToken timeZone".split(" ")
])

/** All but where a page starts, how long it is and how the answer is written: it must stay as in the first request. */
const PAGING = new Set(["pageToken", "syncToken", "maxResults", "alt", "fields", "key", "prettyPrint", "quotaUser"])

export const signatureOf = (query: URLSearchParams, without: ReadonlyArray<string> = []): string =>
  [...query]
    .filter(([name]) => !PAGING.has(name) && !without.includes(name))
    .map((pair) => pair.join("="))
    .toSorted()
    .join("&")

const OFFSET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** The query, or the name of the parameter that is wrong. */
export const eventQueryOf = (query: URLSearchParams): EventQuery | string => {
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name))
  if (unknown !== undefined) return unknown
  for (const name of ["timeMin", "timeMax", "updatedMin"])
    if (query.has(name) && !OFFSET_TIME.test(query.get(name) ?? "")) return name
  for (const name of ["singleEvents", "showDeleted"])
    if (query.has(name) && !["true", "false"].includes(query.get(name) ?? "")) return name
  const time = (name: string) => {
    const text = query.get(name)
    return text === null ? null : Date.parse(text)
  }
  const order = query.get("orderBy")
  if (order !== null && order !== "startTime" && order !== "updated") return "orderBy"
  const singleEvents = query.get("singleEvents") === "true"
  if (order === "startTime" && !singleEvents) return "orderBy"
  return {
    singleEvents,
    showDeleted: query.get("showDeleted") === "true",
    timeMin: time("timeMin") ?? -Infinity,
    timeMax: time("timeMax") ?? Infinity,
    updatedMin: time("updatedMin"),
    text: query.get("q"),
    uid: query.get("iCalUID"),
    order,
    timeZone: query.get("timeZone")
  }
}

/** Such a listing has no sync token at its end. */
export const isPartial = ({ updatedMin, text, uid, order }: EventQuery): boolean =>
  updatedMin !== null || text !== null || uid !== null || order !== null

const within = ({ timeMin, timeMax }: EventQuery, entry: Entry): boolean => {
  if (timeMin === -Infinity && timeMax === Infinity) return true
  const [from, to] = reachOf(entry, () => occurrencesOf(entry).at(-1))
  return from < timeMax && (to > timeMin || (from === to && from >= timeMin))
}

const says = ({ text, uid }: EventQuery, entry: Entry): boolean =>
  (uid === null || entry.uid === uid) &&
  (text === null || `${entry.title ?? ""} ${entry.description ?? ""}`.toLowerCase().includes(text.toLowerCase()))

/** A series in instances; those that were changed are entries of their own. */
const expanded = (agenda: Agenda, kept: Kept): ReadonlyArray<Kept> =>
  kept.entry.rule === null
    ? [kept]
    : occurrencesOf(kept.entry)
        .map((original) => ({ ...kept, entry: instanceOf(kept.entry, original) }))
        .filter(({ entry }) => agenda.get(entry.id) === undefined)

const shown = (query: EventQuery, incremental: boolean, { entry, deleted }: Kept): boolean => {
  if (incremental || query.showDeleted || query.updatedMin !== null || entry.status !== "cancelled") return true
  // A cancelled instance says something about its series: without it, the rule alone would be wrong.
  return !deleted && entry.series !== null && !query.singleEvents
}

const ordered = (query: EventQuery, found: ReadonlyArray<Kept>): ReadonlyArray<Kept> => {
  if (query.order === "updated") return found.toSorted((left, right) => left.entry.updatedAt - right.entry.updatedAt)
  if (query.order === null) return found
  const startOf = ({ entry }: Kept) => reachOf(entry, () => undefined)[0]
  return found.toSorted((left, right) => startOf(left) - startOf(right))
}

/** What is listed: all of it, or what has changed since a version. */
export const selected = (agenda: Agenda, query: EventQuery, since: number | null): ReadonlyArray<Kept> => {
  const kept = since === null ? agenda.kept() : agenda.changedSince(since)
  const all = query.singleEvents ? kept.flatMap((one) => expanded(agenda, one)) : kept
  const found = all.filter(
    (one) =>
      shown(query, since !== null, one) &&
      // A change is reported wherever it is: an event that has left the window has changed too.
      (since !== null || one.entry.status === "cancelled" || within(query, one.entry)) &&
      says(query, one.entry) &&
      (query.updatedMin === null || one.entry.updatedAt >= query.updatedMin)
  )
  return ordered(query, found)
}
