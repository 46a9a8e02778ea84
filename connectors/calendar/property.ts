/** Content lines of a component: `NAME;PARAM=value:value`, read by ical.js. */
import ICAL from "ical.js"
import { Option, Result, Schema } from "effect"

export interface Property {
  /** Names in lower case. Of several values, the first. */
  readonly params: ReadonlyMap<string, string>
  /** As written, with its escapes. */
  readonly value: string
}

/** ical.js would rewrite dates and drop what it can't read: with this it only takes a line apart. */
const VERBATIM = { ...ICAL.design.icalendar, property: {}, value: {} }

const ParsedLine = Schema.Tuple([
  Schema.String,
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  Schema.String,
  Schema.String
])
const decodeLine = Schema.decodeUnknownOption(ParsedLine)

/** `TZID=tzone://Microsoft/Custom` and `TZID=(UTC-05:00) …`: colons in a parameter that should have been in quotes. */
const UNQUOTED_ZONE = /^([^:"]*;TZID=)([^";]*:[^";]*)(?=(?:;[^:"]*)?:[^:]*$)/i

/** Takes a content line apart; none: it isn't one. */
const parseLine = (line: string): Option.Option<Property> =>
  Result.getSuccess(Result.try(() => ICAL.parse.property(line.replace(UNQUOTED_ZONE, '$1"$2"'), VERBATIM))).pipe(
    Option.flatMap(decodeLine),
    Option.map(([, params, , value]) => ({
      params: new Map(
        Object.entries(params).map(([name, param]) => [name, typeof param === "string" ? param : (param[0] ?? "")])
      ),
      value
    }))
  )

const NAME = /^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)/

/** A component's properties, taken apart when they are asked for. */
export interface Properties {
  readonly all: (name: string) => ReadonlyArray<Property>
  readonly first: (name: string) => Property | null
  /** Is there such a line, even one that can't be read? */
  readonly has: (name: string) => boolean
  /** Lines of that name that can't be read. */
  readonly unreadable: (name: string) => ReadonlyArray<string>
}

export const properties = (component: { readonly lines: ReadonlyArray<string> }): Properties => {
  const byName = Map.groupBy(component.lines, (line) => NAME.exec(line)?.[1]?.toUpperCase() ?? "")
  const lines = (name: string) => byName.get(name) ?? []
  const all = (name: string) => lines(name).flatMap((line) => Option.toArray(parseLine(line)))
  return {
    all,
    first: (name) => all(name)[0] ?? null,
    has: (name) => byName.has(name),
    unreadable: (name) => lines(name).filter((line) => Option.isNone(parseLine(line)))
  }
}

const ESCAPE = /\\([\\;,:"nN])/g

/** A text without its escapes and the spaces around it; null where nothing is left. */
export const plainText = (value: string | null | undefined): string | null => {
  const text = (value ?? "").replace(ESCAPE, (_, sign: string) => (sign.toLowerCase() === "n" ? "\n" : sign)).trim()
  return text === "" ? null : text
}
