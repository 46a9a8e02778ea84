/** What an element of an export says: a sample, or a workout as one. */
import type { Element } from "./element.ts"
import { numberOf } from "./number.ts"
import { timeOf } from "./time.ts"
import type { Zones } from "./zone.ts"

/** What many samples have in common. */
export interface Kind {
  readonly type: string
  readonly unit: string | null
  readonly source: string | null
  readonly version: string | null
  readonly device: string | null
}

/** Times in milliseconds since 1970; NaN for numbers that aren't there. */
export interface Sample {
  readonly kind: Kind
  readonly start: number
  readonly end: number
  readonly created: number
  /** Minutes that the clock was ahead of UTC at the start. */
  readonly offset: number
  readonly value: number
  /** The value where it is no number. */
  readonly text: string | null
  /** Canonical JSON: an export lists the same entries in any order. */
  readonly metadata: string | null
}

/** Why an element is no sample. */
export interface Unusable {
  readonly code: "sample-incomplete"
  readonly reason: string
}

/** How the two elements that are samples name what they have in common. */
export interface Form {
  readonly element: "Record" | "Workout"
  readonly type: string
  readonly unit: string
  readonly value: string
}

export const RECORD: Form = { element: "Record", type: "type", unit: "unit", value: "value" }
export const WORKOUT: Form = {
  element: "Workout",
  type: "workoutActivityType",
  unit: "durationUnit",
  value: "duration"
}

const COMMON = ["sourceName", "source", "sourceVersion", "device", "creationDate", "startDate", "endDate"]

/** A text of an address in memory, which is another one in every export. */
const ADDRESS = /^<<HKDevice: 0x[\da-f]+>(?:, )?(.*)>$/is

/** The device without its volatile parts; null where nothing else is said. */
export const deviceOf = (device: string | null): string | null => {
  const stable = device?.replace(ADDRESS, "$1").replaceAll(/<?<?HKDevice: 0x[\da-f]+>?(?:, )?/gi, "") ?? ""
  return stable === "" ? null : stable
}

/** Reads an element of this form. The first value counts where an attribute is there twice. */
export const sampleOf = (element: Element, form: Form, zones: Zones): Sample | Unusable => {
  const given = (name: string): string | null =>
    element.attributes.find((attribute) => attribute.name === name)?.value ?? null
  const type = given(form.type)
  if (type === null || type === "") return unusable(`has no ${form.type}`)
  const startDate = given("startDate")
  const start = startDate === null ? null : timeOf(startDate)
  if (start === null)
    return unusable(startDate === null ? "has no startDate" : `has a startDate that is no time: ${startDate}`)
  const endDate = given("endDate")
  const end = endDate === null ? null : timeOf(endDate)
  if (endDate !== null && end === null) return unusable(`has an endDate that is no time: ${endDate}`)
  const creationDate = given("creationDate")
  const created = creationDate === null ? null : timeOf(creationDate)
  const told = new Metadata()
  const known = new Set([form.type, form.unit, form.value, ...COMMON])
  // iOS 8 says `source`; where both are there, it is something else.
  if (given("sourceName") !== null) known.delete("source")
  if (created === null) known.delete("creationDate")
  told.addAll(element, known)
  const { metadata, zone } = told.finish()
  const value = given(form.value)
  const number = value === null ? Number.NaN : numberOf(value)
  return {
    kind: {
      type,
      unit: given(form.unit),
      source: given("sourceName") ?? given("source"),
      version: given("sourceVersion"),
      device: deviceOf(given("device"))
    },
    start: start.instant,
    end: end?.instant ?? Number.NaN,
    created: created?.instant ?? Number.NaN,
    offset: (zone === null ? null : zones.offsetMinutes(zone, start.instant)) ?? start.offsetMinutes,
    value: number,
    text: Number.isNaN(number) ? value : null,
    metadata
  }
}

const unusable = (what: string): Unusable => ({
  code: "sample-incomplete",
  reason: `The record ${what}. Export again from the Health app; it is kept here as it is.`
})

type Told = string | { readonly [key: string]: ReadonlyArray<Told> | Told }

/** Points of a route are rows of their own. */
const ELSEWHERE = new Set(["Location"])

/** All else that an element says: a key that is repeated has a list. */
export class Metadata {
  readonly #told = new Map<string, Array<Told>>()
  /** Elements are lists even when there is one. */
  readonly #lists = new Set<string>()

  add(key: string, value: Told): void {
    const before = this.#told.get(key)
    if (before === undefined) this.#told.set(key, [value])
    else before.push(value)
  }

  addAll(element: Element, except: ReadonlySet<string>): void {
    const seen = new Set<string>()
    for (const { name, value } of element.attributes) {
      if (except.has(name) && !seen.has(name)) seen.add(name)
      else this.add(name, value)
    }
    for (const child of element.children) {
      if (ELSEWHERE.has(child.name)) continue
      const entry = entryOf(child)
      if (entry !== null) this.add(entry.key, entry.value)
      else {
        this.#lists.add(child.name)
        this.add(child.name, nested(child))
      }
    }
  }

  /** As JSON with sorted keys, and the zone that is named in it. */
  finish(): { readonly metadata: string | null; readonly zone: string | null } {
    const zone = this.#told.get("HKTimeZone")?.[0]
    return {
      metadata: this.#told.size === 0 ? null : JSON.stringify(this.toObject()),
      zone: typeof zone === "string" ? zone : null
    }
  }

  toObject(): { readonly [key: string]: ReadonlyArray<Told> | Told } {
    const keys = [...this.#told.keys()].toSorted()
    return Object.fromEntries(
      keys.map((key) => {
        const values = this.#told.get(key) ?? []
        const [only] = values
        return [key, only !== undefined && values.length === 1 && !this.#lists.has(key) ? only : values]
      })
    )
  }
}

const nested = (element: Element): Told => {
  const told = new Metadata()
  told.addAll(element, new Set())
  return told.toObject()
}

const entryOf = ({ attributes, children, name }: Element): { readonly key: string; readonly value: string } | null => {
  const key = attributes.find((attribute) => attribute.name === "key")
  const value = attributes.find((attribute) => attribute.name === "value")
  return name === "MetadataEntry" && attributes.length === 2 && children.length === 0 && key && value
    ? { key: key.value, value: value.value }
    : null
}
