/** A calendar's file, as Google exports it. */
import { compactTime } from "../../../src/sample/time.ts"
import type { Entry } from "../../providers/life/agenda.ts"
import { type Moment, stampOf, wallOf } from "../../providers/life/moment.ts"
import { ruleText } from "../../providers/life/recurrence.ts"

const timeLine = (name: string, moment: Moment): string => {
  if (moment.kind === "day") return `${name};VALUE=DATE:${stampOf(moment)}`
  return moment.zone === "UTC"
    ? `${name}:${stampOf(moment)}`
    : `${name};TZID=${moment.zone}:${compactTime(wallOf(moment))}`
}

/** It has the same UIDs as the API. */
export const exported = (entries: ReadonlyArray<Entry>): string => {
  const events = entries.flatMap(({ end, excluded, rule, series, start, status, title, uid }) => [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    timeLine("DTSTART", start),
    timeLine("DTEND", end),
    ...(rule === null ? [] : [ruleText(rule)]),
    ...excluded.map((moment) => timeLine("EXDATE", moment)),
    ...(series === null ? [] : [timeLine("RECURRENCE-ID", series.original)]),
    `STATUS:${status.toUpperCase()}`,
    ...(title === null ? [] : [`SUMMARY:${title.replaceAll(/[\\;,]/g, "\\$&")}`]),
    "END:VEVENT"
  ])
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Google Inc//Google Calendar 70.9054//EN"]
  return [...lines, "X-WR-TIMEZONE:Europe/Vienna", ...events, "END:VCALENDAR", ""].join("\r\n")
}
