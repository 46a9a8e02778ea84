/** Where an element ends, also in a file that is damaged: nothing is taken for part of a neighbour. */

/** Elements that stand below the root, or in a Correlation, and in nothing else. */
const TOP_LEVEL = [
  "Record",
  "Workout",
  "Correlation",
  "ActivitySummary",
  "ClinicalRecord",
  "Audiogram",
  "VisionPrescription",
  "ExportDate",
  "Me"
]
const isTopLevel: ReadonlySet<string> = new Set(TOP_LEVEL)
const TOP_LEVEL_TAG = new RegExp(`<(?:${TOP_LEVEL.join("|")})[\\s/>]|</(?:HealthData|Correlation)\\s*>`, "g")

/** Where the next element begins that can be read for itself, or the end. */
export const nextTopLevel = (text: string, from: number): number => {
  TOP_LEVEL_TAG.lastIndex = from
  return TOP_LEVEL_TAG.exec(text)?.index ?? text.length
}

export type Extent =
  /** `end` is behind the last tag. */
  | { readonly kind: "whole"; readonly end: number }
  /** The text ends within it. */
  | { readonly kind: "cut" }
  /** At `end` there is what can't be in it. */
  | { readonly kind: "malformed"; readonly end: number }

/** Markup that holds no tags, by its beginning and end. */
const OPAQUE: ReadonlyArray<readonly [from: string, to: string]> = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"]
]

/** What begins here but isn't a tag, up to its end; null: it is a tag. */
export const opaqueAt = (text: string, at: number): Extent | null => {
  const kind = OPAQUE.find(([from]) => text.startsWith(from, at))
  if (kind === undefined) return null
  const [from, to] = kind
  const end = text.indexOf(to, at + from.length)
  return end < 0 ? { kind: "cut" } : { kind: "whole", end: end + to.length }
}

const TAG = /<(\/?)([^\s<>/="']+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/y

/** The extent of the element whose start tag begins at `at`. */
export const elementAt = (text: string, at: number): Extent => {
  const open: Array<string> = []
  for (let next = at; ;) {
    const opaque = opaqueAt(text, next)
    if (opaque?.kind === "cut") return opaque
    if (opaque?.kind === "whole") next = opaque.end
    else {
      TAG.lastIndex = next
      const [tag, slash, name = "", rest = ""] = TAG.exec(text) ?? []
      if (tag === undefined) return brokenTag(text, next)
      if (next > at && isTopLevel.has(name) && slash === "") return { kind: "malformed", end: next }
      if (slash === "/") {
        if (open.pop() !== name) return { kind: "malformed", end: next }
      } else if (!rest.endsWith("/")) open.push(name)
      next += tag.length
    }
    if (open.length === 0) return { kind: "whole", end: next }
    next = text.indexOf("<", next)
    if (next < 0) return { kind: "cut" }
  }
}

/** No `<` can be in a tag: where one comes first, the tag has lost its end. */
const brokenTag = (text: string, at: number): Extent => {
  const next = text.indexOf("<", at + 1)
  return next < 0 && !closes(text, at) ? { kind: "cut" } : { kind: "malformed", end: next < 0 ? text.length : next }
}

const closes = (text: string, at: number): boolean => text.indexOf(">", at) >= 0
