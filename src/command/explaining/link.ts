/** Links in words: what leads where, how sure that is, and what speaks for it. */
import type { Linked } from "../../engine/explain/index.ts"
import { counted, number } from "../text.ts"

/**
 * A link of something of type `own`. The other end is as people call it, with the beginning of its id, by which it can be
 * explained too.
 */
export const linkText = (own: string, link: Linked): string => {
  const { direction, relation, type } = link
  const alias = relation === "same_as" ? aliasOf(link.evidence) : null
  const other = alias ?? shown(link)
  const said = (direction === "to" ? TO : FROM)[relation]
  const words =
    said === undefined
      ? undefined
      : typeof said === "string"
        ? said
        : (said[direction === "to" ? own : type] ?? said[""])
  const text =
    words === undefined
      ? direction === "to"
        ? `${relation.replaceAll("_", " ")} ${other}`
        : `${other} ${relation.replaceAll("_", " ")} it`
      : words.replace("…", other)
  const because = reasons(link)
  return because.length === 0 ? text : `${text} (${because.join(", ")})`
}

/** What things are called, one of each. */
export const NOUNS: { readonly [type: string]: string } = {
  memory: "memory",
  media: "picture",
  events: "event",
  places: "place",
  people: "person",
  plays: "play",
  samples: "measurement",
  visits: "visit",
  albums: "album"
}

const shown = ({ id, label, type }: Linked): string => {
  const noun = type === "people" || type === "places" || type === "memory" ? "" : `${NOUNS[type] ?? type} `
  return label === "" ? `${NOUNS[type] ?? type} ${id.slice(0, 8)}` : `${noun}"${label}" ${id.slice(0, 8)}`
}

/** By the type of where the link begins, where that matters. */
type Phrase = string | { readonly [type: string]: string }

/** Of what was asked: `…` is the other end. */
const TO: { readonly [relation: string]: Phrase } = {
  contains: "…",
  holds: "…",
  hosts: "…",
  attends: "invited to the …",
  appears_in: "shown in the …",
  shares: "shares the …",
  same_as: "also known as …",
  within: "lies in …",
  taken_at: { media: "taken in …", "": "was in …" },
  taken_during: "taken during the …",
  overlaps: "at the time of the …",
  located_by: "its place is known from the …",
  edited_from: "an edited copy of the …",
  heard_during: "heard during …"
}

/** Of the other end. */
const FROM: { readonly [relation: string]: Phrase } = {
  contains: "part of …",
  holds: "in the …",
  hosts: "at …",
  attends: "… was invited",
  appears_in: "shows …",
  shares: "shared by …",
  same_as: "… is the same",
  within: "… lies in it",
  taken_at: { media: "the … was taken here", visits: "the … was here", "": "the … was here" },
  taken_during: "the … was taken during it",
  overlaps: "the … was at that time",
  located_by: "the … has its place from it",
  edited_from: "the … is an edited copy of it",
  heard_during: { plays: "the … was heard during it", "": "… was heard during it" }
}

const reasons = ({ confidence, evidence, rule }: Linked): ReadonlyArray<string> =>
  [
    ...(confidence === null || confidence === 1 ? [] : [`${Math.round(100 * confidence)}% sure`]),
    ...evidenceWords(evidence, rule),
    ...(rule === null ? [] : [rule.startsWith("edit/") ? "by your word" : `rule ${rule}`])
  ].filter((reason) => reason !== "")

const evidenceWords = (evidence: unknown, rule: string | null): ReadonlyArray<string> => {
  if (typeof evidence !== "object" || evidence === null) return []
  const said = { ...WORDS, ...OTHERWISE.find(([prefix]) => rule?.startsWith(prefix) === true)?.[1] }
  return Object.entries(evidence).flatMap(([key, value]) => {
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return []
    const words = said[key]
    return words === undefined ? [`${key} ${valueText(value)}`] : words(value)
  })
}

/** An address or a name of a person has no row of its own. */
const aliasOf = (evidence: unknown): string | null => {
  const addresses =
    typeof evidence === "object" && evidence !== null && "addresses" in evidence ? evidence.addresses : null
  return Array.isArray(addresses) && addresses.length > 0 ? valueText(addresses) : null
}

type Words = { readonly [key: string]: (value: unknown) => ReadonlyArray<string> }

const few = (value: unknown, text: (number: number) => string): ReadonlyArray<string> => {
  const [first] = Array.isArray(value) ? value.toSorted((a, b) => Number(a) - Number(b)) : [value]
  return [text(Number(first))]
}

const WORDS: Words = {
  seconds: (value) => few(value, (seconds) => (seconds === 0 ? "at the same time" : `${span(seconds)} apart`)),
  metres: (value) => few(value, (metres) => `${distance(metres)} apart`),
  nights: (value) => (value === 0 ? [] : [counted(Number(value), "night")]),
  times: (value) => [counted(Number(value), "time")],
  pictures: (value) => [counted(Number(value), "picture")],
  share: (value) => [`${Math.round(100 * Number(value))}% of the time`],
  scores: (value) =>
    typeof value === "object" && value !== null
      ? [
          Object.entries(value)
            .map(([what, score]) => `${what} ${Math.round(100 * Number(score))}%`)
            .join(", ")
        ]
      : [],
  people: (value) => [`with ${valueText(value)}`],
  albums: (value) => [`by the ${Array.isArray(value) && value.length > 1 ? "albums" : "album"} ${valueText(value)}`],
  // They are told by the link itself.
  addresses: () => [],
  ids: () => [],
  of: () => []
}

/** What the same words mean by other rules. */
const OTHERWISE: ReadonlyArray<readonly [rule: string, words: Words]> = [
  ["trips/", { metres: (value) => few(value, (metres) => `${distance(metres)} from home`) }],
  ["infer-place/", { metres: (value) => few(value, (metres) => (metres === 0 ? "" : `within ${distance(metres)}`)) }],
  [
    "playlist-memories/",
    {
      playlist: () => [],
      track: () => [],
      plays: (value) => [counted(Number(value), "play")],
      tracks: (value) => [counted(Number(value), "track")],
      of: (value) => [`of ${number(Number(value))}`],
      share: (value) => [`${Math.round(100 * Number(value))}% of what was played`]
    }
  ],
  [
    "resolve-people/",
    { of: (value) => [`of ${valueText(value)}`], events: (value) => [counted(Number(value), "event")] }
  ]
]

const span = (seconds: number): string =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${Number((seconds / 3600).toFixed(1))} h`

const distance = (metres: number): string =>
  metres < 1000 ? `${Math.round(metres)} m` : `${Number((metres / 1000).toFixed(metres < 10_000 ? 1 : 0))} km`

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

const valueText = (value: unknown): string => {
  if (typeof value === "string") return UUID.test(value) ? value.slice(0, 8) : value
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.map(valueText).join(" and ")
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
