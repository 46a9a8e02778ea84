/** The calendars of Google's users. */
import type { Agenda } from "../life/agenda.ts"
import { agendaOf } from "../life/agenda.ts"
import { type AgendaChanges, agendaChanges } from "../life/change-agenda.ts"
import { type EntriesOptions, entriesOf } from "../life/entries.ts"
import { type JsonObject, compact } from "../server/json.ts"

export interface Calendar {
  readonly id: string
  readonly user: string
  readonly title: string
  readonly zone: string
  readonly primary: boolean
  readonly accessRole: "owner" | "writer" | "reader"
  readonly agenda: Agenda
  readonly changes: AgendaChanges
  /** The version of the list of calendars when it last changed. */
  readonly version: number
  /** No longer in the list. */
  readonly deleted: boolean
  /** Its user has ticked it. */
  readonly shown: boolean
}

export interface NewCalendar extends EntriesOptions {
  /** By default an address made of the name. */
  readonly id?: string
  readonly title?: string
  readonly zone?: string
  readonly primary?: boolean
  readonly accessRole?: Calendar["accessRole"]
}

export interface Calendars {
  readonly version: () => number
  readonly of: (user: string) => ReadonlyArray<Calendar>
  /** By id, or the primary one by its alias. */
  readonly find: (user: string, id: string) => Calendar | undefined
  readonly add: (calendar: NewCalendar) => Calendar
  /** Takes it from its user's list. */
  readonly remove: (user: string, id: string) => void
  /** Ticks it in its user's list, or no longer. */
  readonly show: (user: string, id: string, shown: boolean) => void
}

export const calendarsOf = (now: () => number): Calendars => {
  const calendars = new Map<string, Calendar>()
  let version = 0
  const keyOf = (user: string, id: string) => `${user} ${id}`
  const of = (user: string) => [...calendars.values()].filter((calendar) => calendar.user === user)
  const find = (user: string, id: string) =>
    id === "primary"
      ? of(user).find(({ primary }) => primary)
      : of(user).find((calendar) => calendar.id === id && !calendar.deleted)
  const change = (user: string, id: string, how: Partial<Calendar>) => {
    const found = find(user, id)
    if (found === undefined) return
    version++
    calendars.set(keyOf(user, found.id), { ...found, ...how, version })
  }
  return {
    version: () => version,
    of,
    find,
    add: (options) => {
      version++
      const user = options.owner.address
      const primary = options.primary ?? false
      const agenda = agendaOf(entriesOf(options))
      const calendar: Calendar = {
        id: options.id ?? (primary ? user : `${options.name}@group.calendar.google.com`),
        user,
        title: options.title ?? (primary ? user : options.name),
        zone: options.zone ?? "Europe/Vienna",
        primary,
        accessRole: options.accessRole ?? "owner",
        agenda,
        changes: agendaChanges(agenda, options, now),
        version,
        deleted: false,
        shown: true
      }
      calendars.set(keyOf(user, calendar.id), calendar)
      return calendar
    },
    remove: (user, id) => change(user, id, { deleted: true }),
    show: (user, id, shown) => change(user, id, { shown })
  }
}

export const calendarJson = (calendar: Calendar): JsonObject => {
  const { id, title, zone, primary, accessRole, version, deleted, shown } = calendar
  const base = { kind: "calendar#calendarListEntry", etag: `"${version}"`, id }
  if (deleted) return { ...base, deleted: true }
  return compact({
    ...base,
    summary: title,
    timeZone: zone,
    colorId: "14",
    backgroundColor: "#9fe1e7",
    foregroundColor: "#000000",
    selected: shown ? true : undefined,
    accessRole,
    defaultReminders: [],
    primary: primary ? true : undefined
  })
}
