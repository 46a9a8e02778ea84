/** Recurrence as Outlook writes it, made from a rule of iCalendar. */
import type { Entry } from "../life/agenda.ts"
import { dayAt, timeOf, wallOf } from "../life/moment.ts"
import type { JsonObject } from "../server/json.ts"

const DAYS: Readonly<Record<string, string>> = {
  SU: "sunday",
  MO: "monday",
  TU: "tuesday",
  WE: "wednesday",
  TH: "thursday",
  FR: "friday",
  SA: "saturday"
}
const WEEK = Object.values(DAYS)
const INDEXES = ["first", "second", "third", "fourth"]

const partsOf = (pattern: string) =>
  new Map(pattern.split(";").map((part) => [part.split("=")[0], part.split("=")[1] ?? ""]))

const patternOf = ({ start }: Entry, pattern: string): JsonObject => {
  const parts = partsOf(pattern)
  const wall = new Date(wallOf(start))
  const base = { interval: Number(parts.get("INTERVAL") ?? 1), firstDayOfWeek: "sunday" }
  const byDay = (parts.get("BYDAY") ?? "").split(",").filter((day) => day !== "")
  const days = byDay.map((day) => DAYS[day.slice(-2)] ?? "")
  switch (parts.get("FREQ")) {
    case "DAILY":
      return { ...base, type: "daily", month: 0, dayOfMonth: 0, index: "first" }
    case "WEEKLY": {
      const weekday = WEEK[wall.getUTCDay()] ?? ""
      return { ...base, type: "weekly", daysOfWeek: days.length === 0 ? [weekday] : days, month: 0, dayOfMonth: 0 }
    }
    case "MONTHLY":
      return days.length === 0
        ? {
            ...base,
            type: "absoluteMonthly",
            dayOfMonth: Number(parts.get("BYMONTHDAY") ?? wall.getUTCDate()),
            month: 0
          }
        : {
            ...base,
            type: "relativeMonthly",
            daysOfWeek: days,
            index: INDEXES[Number(byDay[0]?.slice(0, -2) ?? 1) - 1] ?? "last",
            month: 0,
            dayOfMonth: 0
          }
    default:
      return { ...base, type: "absoluteYearly", dayOfMonth: wall.getUTCDate(), month: wall.getUTCMonth() + 1 }
  }
}

/** Null for an entry that does not recur. */
export const recurrenceJson = (entry: Entry): JsonObject | null => {
  const { rule, start } = entry
  if (rule === null) return null
  const type = rule.count !== null ? "numbered" : rule.until !== null ? "endDate" : "noEnd"
  return {
    pattern: patternOf(entry, rule.pattern),
    range: {
      type,
      startDate: dayAt(wallOf(start)).date,
      endDate: rule.until === null ? "0001-01-01" : dayAt(timeOf(rule.until)).date,
      recurrenceTimeZone: start.kind === "day" ? "UTC" : start.zone,
      numberOfOccurrences: rule.count ?? 0
    }
  }
}
