/** Events as Graph writes them. */
import type { Entry, Guest, Kept, Person } from "../life/agenda.ts"
import { type Moment, midnightUtc, wallOf } from "../life/moment.ts"
import { type Json, type JsonObject, compact } from "../server/json.ts"
import { recurrenceJson } from "./recurrence.ts"

/** One row of a view: an event, an instance of a series by its rule, or that something is not there any more. */
export type View =
  | { readonly kind: "event"; readonly kept: Kept }
  | { readonly kind: "occurrence"; readonly kept: Kept; readonly instance: Entry }
  | { readonly kind: "removed"; readonly id: string }

/** How the request wants it. */
export interface Reader {
  readonly self: string
  readonly immutableIds: boolean
  /** IANA name, or UTC. */
  readonly zone: string
}

const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  "Europe/Vienna": "W. Europe Standard Time",
  "America/New_York": "Eastern Standard Time",
  "Asia/Tokyo": "Tokyo Standard Time",
  "Asia/Kathmandu": "Nepal Standard Time",
  "Australia/Lord_Howe": "Lord Howe Standard Time"
}

const IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
const MUTABLE = "AAMkADQ3MTEtNDcxMS00NzExLTQ3MTEtNDcxMTQ3MTE0NzExAEYAAAAAAB"

export const graphId = (id: string, { immutableIds }: Pick<Reader, "immutableIds">): string =>
  `${immutableIds ? IMMUTABLE : MUTABLE}${Buffer.from(id).toString("base64url")}`

/** The entry's id, whichever of the two kinds it is given in; undefined for what is no id. */
export const entryIdOf = (graph: string): string | undefined => {
  const prefix = [IMMUTABLE, MUTABLE].find((start) => graph.startsWith(start))
  return prefix === undefined ? undefined : Buffer.from(graph.slice(prefix.length), "base64url").toString()
}

const timeJson = (moment: Moment, zone: string): JsonObject => {
  // A day begins at midnight in whatever zone is asked for.
  const wall = moment.kind === "day" ? midnightUtc(moment.date) : wallOf({ ...moment, zone })
  return { dateTime: `${new Date(wall).toISOString().slice(0, 19)}.0000000`, timeZone: zone }
}

const addressJson = ({ name, address }: Person): JsonObject => ({ emailAddress: { name: name ?? address, address } })

const RESPONSES: Readonly<Record<Guest["response"], string>> = {
  accepted: "accepted",
  declined: "declined",
  tentative: "tentativelyAccepted",
  needsAction: "notResponded"
}

const guestJson = (guest: Guest): Json => ({
  type: guest.resource ? "resource" : guest.optional ? "optional" : "required",
  status: { response: RESPONSES[guest.response], time: "0001-01-01T00:00:00Z" },
  ...addressJson(guest)
})

const htmlOf = (text: string) =>
  `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${text.replaceAll("\n", "<br>")}</body></html>`

const typeOf = ({ rule, series }: Entry, isOccurrence: boolean): string => {
  if (isOccurrence) return "occurrence"
  return rule === null ? (series === null ? "singleInstance" : "exception") : "seriesMaster"
}

const etagOf = (version: number) => `W/"${Buffer.from(`v${version}`).toString("base64")}"`

const zoneName = (moment: Moment): string =>
  moment.kind === "day" ? "UTC" : (WINDOWS_ZONES[moment.zone] ?? moment.zone)

/** With all that Graph says of an event; `isOccurrence` where the entry is an instance by the rule. */
export const fullJson = (entry: Entry, version: number, reader: Reader, isOccurrence = false): JsonObject => {
  const { series, title, description, start, end, organizer, guests, location } = entry
  const text = description ?? ""
  return compact({
    "@odata.etag": etagOf(version),
    id: graphId(entry.id, reader),
    createdDateTime: new Date(entry.createdAt).toISOString(),
    lastModifiedDateTime: new Date(entry.updatedAt).toISOString(),
    changeKey: etagOf(version).slice(3, -1),
    categories: [],
    originalStartTimeZone: zoneName(start),
    originalEndTimeZone: zoneName(end),
    iCalUId: entry.uid,
    subject: title ?? "",
    bodyPreview: text.slice(0, 255),
    body: { contentType: "html", content: htmlOf(text) },
    importance: "normal",
    sensitivity: "normal",
    isAllDay: start.kind === "day",
    isCancelled: false,
    isOrganizer: organizer.address === reader.self,
    showAs: entry.status === "tentative" ? "tentative" : start.kind === "day" ? "free" : "busy",
    type: typeOf(entry, isOccurrence),
    seriesMasterId: series === null ? null : graphId(series.id, reader),
    originalStart: series === null ? undefined : new Date(wallOf(inUtc(series.original))).toISOString(),
    start: timeJson(start, reader.zone),
    end: timeJson(end, reader.zone),
    location: { displayName: location ?? "", locationType: "default", uniqueIdType: "unknown" },
    locations: location === null ? [] : [{ displayName: location, locationType: "default" }],
    recurrence: recurrenceJson(entry),
    attendees: guests.map(guestJson),
    organizer: addressJson(organizer),
    webLink: `https://outlook.office365.com/owa/?itemid=${graphId(entry.id, reader)}`,
    onlineMeeting: null
  })
}

const inUtc = (moment: Moment): Moment => (moment.kind === "day" ? moment : { ...moment, zone: "UTC" })

/** Of an instance by the rule, a delta says no more than this: the rest is its master's. */
const occurrenceJson = (instance: Entry, version: number, reader: Reader): JsonObject => ({
  "@odata.type": "#microsoft.graph.event",
  "@odata.etag": etagOf(version),
  id: graphId(instance.id, reader),
  seriesMasterId: graphId(instance.series?.id ?? "", reader),
  type: "occurrence",
  start: timeJson(instance.start, reader.zone),
  end: timeJson(instance.end, reader.zone)
})

export const viewJson = (view: View, reader: Reader): JsonObject => {
  switch (view.kind) {
    case "removed":
      return {
        "@odata.type": "#microsoft.graph.event",
        "@removed": { reason: "deleted" },
        id: graphId(view.id, reader)
      }
    case "occurrence":
      return occurrenceJson(view.instance, view.kept.version, reader)
    case "event":
      return fullJson(view.kept.entry, view.kept.version, reader)
  }
}
