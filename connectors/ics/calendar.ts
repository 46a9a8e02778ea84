/** What a VCALENDAR says for all of its events: its name, its zones, and whether it cancels them. */
import { Option, Result } from "effect"
import type { Component } from "./content.ts"
import type { Calendar } from "../calendar/event.ts"
import { parseMoment } from "../calendar/moment.ts"
import { plainText, properties } from "../calendar/property.ts"
import { expand, parseRule } from "../calendar/rule.ts"
import { utcMidnight } from "../calendar/clock.ts"
import { windowsZone } from "../calendar/windows-zones.ts"
import { type Transition, UTC, type Zone, fixedZone, sameOffsets, zoneOfTransitions } from "../calendar/zone.ts"

export interface IcsCalendar extends Calendar {
  /** METHOD:CANCEL */
  readonly cancels: boolean
}

export interface CalendarOptions {
  /** In place of the calendar's own name. */
  readonly name: string | null
  readonly fileName: string
  /** Where the file names none. */
  readonly zone: Zone
  readonly iana: (name: string) => Zone | null
}

const OFFSET = /^([+-])(\d\d):?(\d\d):?(\d\d)?$/

const parseOffset = (value: string | undefined): number | null => {
  const [, sign, hours, minutes, seconds = "0"] = OFFSET.exec(value?.trim() ?? "") ?? []
  if (hours === undefined) return null
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === "-" ? -size : size
}

/** Rules of zones are followed up to this year: farther than any calendar's horizon. */
const LAST_CHANGE = utcMidnight(2101, 1, 1)
const MAX_CHANGES = 2000

/** The changes of offset that a STANDARD or DAYLIGHT part of a VTIMEZONE describes. */
const transitionsOf = (part: Component): ReadonlyArray<Transition> => {
  const has = properties(part)
  const start = parseMoment(has.first("DTSTART")?.value ?? "")
  const before = parseOffset(has.first("TZOFFSETFROM")?.value)
  const after = parseOffset(has.first("TZOFFSETTO")?.value)
  if (start === null || before === null || after === null) return []
  const ruled = has.all("RRULE").flatMap(({ value }) =>
    Result.match(parseRule(value), {
      onFailure: () => [],
      onSuccess: (rule) => {
        const { until } = rule
        const last = until === null ? LAST_CHANGE : until.kind === "utc" ? until.wall + before : until.wall
        const { times } = expand(rule, start.wall, Math.min(last, LAST_CHANGE), MAX_CHANGES)
        return rule.count === null ? times : times.slice(0, rule.count)
      }
    })
  )
  const dated = has.all("RDATE").flatMap(({ value }) =>
    value.split(",").flatMap((each) => {
      const moment = parseMoment(each)
      return moment === null ? [] : [moment.kind === "utc" ? moment.wall + before : moment.wall]
    })
  )
  return [start.wall, ...ruled, ...dated].map((wall) => ({ at: wall - before, before, after }))
}

/** The zone that a VTIMEZONE's rules make. */
const zoneOfRules = (definition: Component): Zone | null => {
  const transitions = definition.children.flatMap(transitionsOf)
  return transitions.length === 0 ? null : zoneOfTransitions(transitions)
}

const CUSTOM = /^(?:tzone:\/\/microsoft\/custom|customized time zone)/i
/** `EST`, `CST6CDT`: what these mean is the file's to say. */
const ABBREVIATION = /^[A-Z]{3,4}(?:\d[A-Z]{3,4})?$/

/** The IANA zone at the end of names such as `/mozilla.org/20050126_1/Europe/Berlin`. */
const ianaSuffix = (name: string, iana: CalendarOptions["iana"]): Zone | null => {
  const segments = name.split("/").filter((segment) => segment !== "")
  return [0, ...[3, 2].map((count) => segments.length - count)]
    .filter((from, index) => index === 0 || from > 0)
    .reduce<Zone | null>((found, from) => found ?? iana(segments.slice(from).join("/")), null)
}

/** A zone by its name: IANA's, the one that the file says is meant, Windows' name for it, the file's rules for it. */
const resolve = (
  tzid: string,
  definition: Component | null,
  iana: CalendarOptions["iana"],
  likely: ReadonlyArray<Zone>
): Zone | null => {
  const byRules = () => {
    const zone = definition === null ? null : zoneOfRules(definition)
    return zone && { ...zone, name: likely.find((other) => sameOffsets(zone, other))?.name ?? null }
  }
  const name = tzid.replace(/^tzone:\/\/Microsoft\/(?!Custom)/i, "")
  const windows = () => Option.match(Option.fromNullishOr(windowsZone(name)), { onNone: () => null, onSome: iana })
  const location = definition === null ? null : (properties(definition).first("X-LIC-LOCATION")?.value ?? null)
  return (
    (/^(?:UTC|GMT|Z)$/i.test(name) ? UTC : null) ??
    (CUSTOM.test(name) ? byRules() : null) ??
    (ABBREVIATION.test(name) ? byRules() : null) ??
    ianaSuffix(name, iana) ??
    (location === null ? null : iana(location.trim())) ??
    windows() ??
    byRules() ??
    fixedZone(name)
  )
}

const unquoted = (tzid: string): string => tzid.trim().replace(/^"(.*)"$/, "$1")

/** Reads what stands around the events of a VCALENDAR. */
export const readCalendar = (component: Component, options: CalendarOptions): IcsCalendar => {
  const has = properties(component)
  const definitions = new Map(
    component.children
      .filter((child) => child.name === "VTIMEZONE")
      .map((child) => [plainText(properties(child).first("TZID")?.value), child])
  )
  const known = new Map<string, Zone | null>()
  const byId =
    (likely: ReadonlyArray<Zone>) =>
    (tzid: string): Zone | null => {
      const name = unquoted(tzid)
      const zone = known.get(name)
      if (zone !== undefined) return zone
      const found = resolve(name, definitions.get(name) ?? null, options.iana, likely)
      known.set(name, found)
      return found
    }
  const stated = plainText(has.first("X-WR-TIMEZONE")?.value)
  const named = stated === null ? null : byId([options.zone])(stated)
  const own = named ?? options.zone
  return {
    name:
      options.name ??
      plainText(has.first("X-WR-CALNAME")?.value) ??
      plainText(has.first("NAME")?.value) ??
      options.fileName.replace(/\.[^.]+$/, ""),
    zones: { byId: byId([own]), own },
    assumed: named === null,
    cancels: has.first("METHOD")?.value.trim().toUpperCase() === "CANCEL"
  }
}
