/** What can still be read of a file that isn't whole: entry by entry, and what is left over. */
import { MEMBERS, type Member } from "./record.ts"

/** An entry's members as text, in the order of `MEMBERS`. */
export type Texts = ReadonlyArray<string | null>

/** Bytes that are no entry. */
export interface Debris {
  /** Byte offset in the file. */
  readonly position: number
  /** The members that can still be told, as JSON: nothing else of it is kept. */
  readonly raw: string
}

export interface Salvaged {
  readonly entries: ReadonlyArray<Texts>
  readonly debris: ReadonlyArray<Debris>
}

/** An entry begins after the array's bracket or a comma; in a text, the quote would have a backslash before it. */
const START = /(?<=(?:^|[[,\]}])\s*)\{\s*"\w+"\s*:/g

/** Between entries. */
const NOTHING = /^[\s[\],]*$/

/**
 * Entries are flat objects. Each ends at its brace; what stands between them, or doesn't parse, is debris. Positions are
 * bytes: the text that is looked through has one character for each.
 */
export const salvage = (bytes: Buffer): Salvaged => {
  const text = bytes.toString("latin1")
  const entries: Array<Texts> = []
  const debris: Array<Debris> = []
  const leave = (from: number, to: number): void => {
    if (!NOTHING.test(text.slice(from, to))) debris.push({ position: from, raw: legible(bytes, from, to) })
  }
  const starts = Array.from(text.matchAll(START), ({ index }) => index)
  leave(bytes[0] === 0xef ? 3 : 0, starts[0] ?? text.length)
  starts.forEach((start, index) => {
    const next = starts[index + 1] ?? text.length
    const end = endOf(text, start, next)
    const entry = end === null ? null : parse(bytes.subarray(start, end))
    if (entry !== null) entries.push(entry)
    leave(entry === null || end === null ? start : end, next)
  })
  return { entries, debris }
}

/** Behind the first brace that closes outside of a text; null where there is none before `limit`. */
const endOf = (text: string, start: number, limit: number): number | null => {
  let quoted = false
  for (let at = start + 1; at < limit; at++) {
    const character = text[at]
    if (character === "\\") at++
    else if (character === '"') quoted = !quoted
    else if (character === "}" && !quoted) return at + 1
  }
  return null
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

const parse = (bytes: Uint8Array): Texts | null => {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    if (typeof value !== "object" || value === null) return null
    const members = new Map<string, unknown>(Object.entries(value))
    return MEMBERS.map((member) => asText(members.get(member)))
  } catch {
    return null
  }
}

const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  return typeof value === "string" ? value : JSON.stringify(value)
}

const MEMBER = /"(\w+)"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false)/g

const known: ReadonlySet<string> = new Set<Member>(MEMBERS)

/** Enough for one entry: debris may go on for megabytes. */
const MOST_CHARACTERS = 4096

const legible = (bytes: Buffer, from: number, to: number): string => {
  const text = bytes.toString("utf8", from, Math.min(to, from + MOST_CHARACTERS))
  const members = Array.from(text.matchAll(MEMBER)).flatMap(([, member = "", value = ""]) =>
    known.has(member) ? [`"${member}":${value}`] : []
  )
  return members.includes('"incognito_mode":true') ? "{}" : `{${members.join(",")}}`
}
