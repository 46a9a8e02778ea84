/** Calendars as text, and what comes of them. */
import { batchesOf } from "../../../connectors/ics/batches.ts"
import { utcMidnight } from "../../../connectors/calendar/clock.ts"
import { type Found, readFile } from "../../../connectors/ics/read.ts"
import type { EventRecord } from "../../../connectors/calendar/record.ts"
import { UTC, ianaZones } from "../../../connectors/calendar/zone.ts"

const lines = (...parts: ReadonlyArray<string>) => parts.join("\r\n")

/** A VCALENDAR with these components and lines. */
export const calendar = (...parts: ReadonlyArray<string>): string =>
  lines("BEGIN:VCALENDAR", "VERSION:2.0", ...parts, "END:VCALENDAR", "")

/** A VEVENT with these lines; a UID only if one is among them. */
export const event = (...parts: ReadonlyArray<string>): string => lines("BEGIN:VEVENT", ...parts, "END:VEVENT")

export interface Reading {
  readonly timeZone?: string
  readonly horizon?: number
  readonly name?: string
}

/** What is found in files, given by name. */
export const found = (files: Readonly<Record<string, string | Uint8Array>>, reading: Reading = {}): Found => {
  const iana = ianaZones()
  const zone = iana(reading.timeZone ?? "Europe/Zurich") ?? UTC
  const each = Object.entries(files).map(([member, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
    return readFile(bytes, { archive: "archive", member }, { name: reading.name ?? null, fileName: member, zone, iana })
  })
  return {
    events: each.flatMap(({ events }) => events),
    rejects: each.flatMap(({ rejects }) => rejects),
    skipped: each.flatMap(({ skipped }) => skipped)
  }
}

/** Everything that comes of files: all batches in one. */
export const outcome = (files: Readonly<Record<string, string | Uint8Array>>, reading: Reading = {}) => {
  const horizon = reading.horizon ?? utcMidnight(2026, 1, 1)
  const batches = [...batchesOf(found(files, reading), { account: "me", horizon, fingerprint: "f" }, null)]
  return {
    records: batches.flatMap(({ records }) => records),
    rejects: batches.flatMap(({ rejects }) => rejects),
    skipped: batches.flatMap(({ skipped }) => skipped)
  }
}

/** The rows of one file, in the order of their start. */
export const rows = (text: string, reading: Reading = {}): ReadonlyArray<EventRecord["row"]> =>
  outcome({ "file.ics": text }, reading)
    .records.map(({ row }) => row)
    .toSorted((a, b) => Number(a.starts_at) - Number(b.starts_at))

/** `2024-06-09T03:00Z` of an instant. */
export const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString().replace(/:00\.000Z$/, "Z")
