/** The lines that make an event a series: rules and dates, added and excepted. */
import { Result } from "effect"
import { type Length, type Moment, type Zones, instantIn, parseLength, parseMoment, tzidOf } from "./moment.ts"
import type { Properties, Property } from "./property.ts"
import { type Rule, parseRule } from "./rule.ts"

/** An RDATE; a PERIOD brings its own length. */
export interface ExtraDate {
  readonly moment: Moment
  readonly length: Length | null
}

export interface Recurrence {
  readonly rules: ReadonlyArray<Rule>
  readonly exceptRules: ReadonlyArray<Rule>
  readonly extraDates: ReadonlyArray<ExtraDate>
  readonly exceptDates: ReadonlyArray<Moment>
  /** Has lines that make it a series, even if they can't be read. */
  readonly recurring: boolean
  /** What is wrong with rules that can't be read. */
  readonly brokenRules: ReadonlyArray<string>
  /** Dates that can't be read. */
  readonly brokenDates: ReadonlyArray<string>
}

/** A date, or a period of a start with an end or a length; null: it is neither. */
const parseExtraDate =
  (zones: Zones) =>
  (value: string, tzid: string | null): ExtraDate | null => {
    const [from = "", to] = value.split("/")
    const moment = parseMoment(from, tzid)
    if (moment === null || to === undefined) return moment && { moment, length: null }
    const length = parseLength(to)
    const end = parseMoment(to, tzid)
    if (length !== null || end === null) return length && { moment, length }
    const millis = instantIn(end, zones) - instantIn(moment, zones)
    return { moment, length: { days: 0, millis: Math.max(0, millis) } }
  }

/** All values of lines that list dates. */
const listed = <A>(
  lines: ReadonlyArray<Property>,
  read: (value: string, tzid: string | null) => A | null
): { readonly values: ReadonlyArray<A>; readonly broken: ReadonlyArray<string> } => {
  const all = lines.flatMap((property) =>
    property.value.split(",").map((value) => ({ value, result: read(value, tzidOf(property)) }))
  )
  return {
    values: all.flatMap(({ result }) => (result === null ? [] : [result])),
    broken: all.flatMap(({ value, result }) => (result === null && value.trim() !== "" ? [value] : []))
  }
}

export const readRecurrence = (has: Properties, zones: Zones): Recurrence => {
  const rules = has.all("RRULE").map(({ value }) => parseRule(value))
  const exceptRules = has.all("EXRULE").map(({ value }) => parseRule(value))
  const readable = (parsed: typeof rules) => parsed.flatMap((rule) => (Result.isSuccess(rule) ? [rule.success] : []))
  const extra = listed(has.all("RDATE"), parseExtraDate(zones))
  const except = listed(has.all("EXDATE"), parseMoment)
  return {
    rules: readable(rules),
    exceptRules: readable(exceptRules),
    extraDates: extra.values,
    exceptDates: except.values,
    recurring: has.has("RRULE") || has.has("RDATE"),
    brokenRules: [...rules, ...exceptRules].flatMap((rule) => (Result.isFailure(rule) ? [rule.failure] : [])),
    brokenDates: [...extra.broken, ...except.broken]
  }
}
