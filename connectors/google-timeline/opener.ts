/** How records begin in a file: what tells one record's end from the next one's start without reading all between. */
import { afterBlanks, endOfString, isBlank } from "./scan-json.ts"

/**
 * The bytes from a record's `{` on. Where a line break follows, its indentation is the record's alone, as JSON has no
 * line breaks within strings; elsewhere the first key is part of it.
 */
export interface Opener {
  readonly bytes: Buffer
}

const QUOTE = 0x22
const LINE_FEED = 0x0a
const COMMA = 0x2c
const CLOSE = 0x7d

/** A longer key is no sign of anything. */
const LONGEST = 200

export const openerAt = (window: Buffer, start: number): Opener | null => {
  const key = afterBlanks(window, start + 1)
  if (window[key] !== QUOTE) return null
  if (window.subarray(start, key).includes(LINE_FEED)) return { bytes: Buffer.from(window.subarray(start, key + 1)) }
  const end = endOfString(window, key, Math.min(window.length, key + LONGEST))
  return end < 0 ? null : { bytes: Buffer.from(window.subarray(start, end)) }
}

/** The first keys of records, as far as they are known. */
const KEYS =
  /"(latitudeE7|longitudeE7|timestamp|timestampMs|placeVisit|activitySegment|startTime|endTime|position|activityRecord|wifiScan)"$/
const BETWEEN = /(?:\n([ \t]*))?\}\s*,\s*\{/g
/** So far is looked for it. */
const AHEAD = 256 * 1024

/** Deeper than the brace that closes the object before: else the line is damaged itself, and tells nothing. */
const isDeeper = (brace: string | undefined, { bytes }: Opener): boolean =>
  brace === undefined || bytes.length > bytes.lastIndexOf(LINE_FEED) + 1 + brace.length + 1

/**
 * How records seem to begin behind `from`, where the first of them is damaged: what follows on another object, with the
 * least indentation, or with a key that records begin with.
 */
export const guessOpener = (window: Buffer, from: number): Opener | null => {
  const text = window.toString("latin1", from, from + AHEAD)
  const found = [...text.matchAll(BETWEEN)].flatMap((match) => {
    const opener = openerAt(window, from + match.index + match[0].length - 1)
    return opener === null || (opener.bytes.includes(LINE_FEED) && !isDeeper(match[1], opener)) ? [] : [opener]
  })
  const indented = found.filter(({ bytes }) => bytes.includes(LINE_FEED))
  const [least] = indented.toSorted((left, right) => left.bytes.length - right.bytes.length)
  return least ?? found.find(({ bytes }) => KEYS.test(bytes.toString("latin1"))) ?? null
}

/** Where the first of several byte sequences is at or after `from`; -1 where none is. Each looks only up to the best so far. */
export const firstOf = (window: Buffer, from: number, wanted: ReadonlyArray<Buffer>): number => {
  let before = window
  let first = -1
  for (const bytes of wanted) {
    const position = before.indexOf(bytes, from)
    if (position < 0) continue
    first = position
    before = window.subarray(0, position)
  }
  return first
}

/** Between two records: behind the one, before the other. */
export interface Seam {
  readonly end: number
  readonly next: number
}

/** The last seam that seems to be after `from`, and before `to`. */
export const lastSeam = (window: Buffer, from: number, to: number, openers: ReadonlyArray<Opener>): Seam | null => {
  const part = window.subarray(from, to)
  for (const { bytes } of openers) {
    const next = part.lastIndexOf(bytes)
    const end = next <= 0 ? -1 : behindRecord(part, next)
    if (end > 0) return { end: from + end, next: from + next }
  }
  return null
}

/** Behind the `}` that is followed by nothing but a comma and blanks up to `next`; -1 where it isn't so. */
const behindRecord = (part: Buffer, next: number): number => {
  let at = next - 1
  while (at >= 0 && isBlank(part[at])) at--
  if (part[at] !== COMMA) return -1
  at--
  while (at >= 0 && isBlank(part[at])) at--
  return part[at] === CLOSE ? at + 1 : -1
}
