/**
 * Takes a data file apart while it is read: `{"Data Source": "…", "Data Points": [{…}, {…}]}` may have gigabytes.
 * Points are found by their brackets alone, so that a damaged one doesn't spoil those after it.
 */
import { Option, Schema } from "effect"

/** A stretch of the file: the text of one point, or what belongs to none. */
export interface Piece {
  readonly kind: "point" | "rest"
  readonly text: string
  /** In bytes from the beginning of the file. */
  readonly position: number
}

export interface Splitter {
  /** The pieces that are complete with these bytes. */
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Piece>
  /** What is left when the file has ended. */
  readonly end: () => ReadonlyArray<Piece>
  /** The file's data source; null as long as it hasn't been seen. */
  readonly source: () => string | null
  /** Has the list of points been closed? If not at the end, the file is cut. */
  readonly closed: () => boolean
}

const START = /"Data Points"\s*:\s*\[/
// Bounded: a regular expression has little room to go back in.
const SOURCE = /"Data Source"\s*:\s*("(?:[^"\\\n]|\\.){0,4000}")/
const HEAD_BYTES = 64 * 1024

/** Does a file with this beginning hold data points? */
export const holdsPoints = (head: Uint8Array): boolean => START.test(textOf(head, 0, Math.min(head.length, HEAD_BYTES)))

/** No point is as long as this; what is has lost a bracket. */
const LONGEST = 1024 * 1024
/** So many bytes are read in vain in a file before its rest is given up. */
const MOST_WASTED = 64 * LONGEST

const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8", from, to)

const decodeText = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.String))

const sourceIn = (text: string): string | null => Option.getOrNull(decodeText(SOURCE.exec(text)?.[1]))

const [QUOTE, BACKSLASH, NEWLINE, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = Buffer.from('"\\\n{}[]')

/** Past the string that begins at `from`. A line break ends it too: JSON has none in strings, so a quote is missing. */
const endOfString = (bytes: Uint8Array, from: number): number => {
  let at = from + 1
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte === NEWLINE) return at
    at += byte === BACKSLASH ? 2 : 1
  }
  return bytes.length
}

interface Extent {
  /** Past its last byte; or, where it is broken or goes on, past the last byte looked at. */
  readonly end: number
  /** `broken`: brackets of different kinds meet, or it is too long. `open`: the bytes end before it does. */
  readonly state: "whole" | "broken" | "open"
}

/** The object that begins at `from`. */
const extentOf = (bytes: Uint8Array, from: number): Extent => {
  const limit = Math.min(bytes.length, from + LONGEST)
  const closing: Array<number | undefined> = []
  let at = from
  while (at < limit) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at)
      continue
    }
    at++
    if (byte === OPEN) closing.push(CLOSE)
    else if (byte === OPEN_LIST) closing.push(CLOSE_LIST)
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (closing.pop() !== byte) return { end: at, state: "broken" }
      if (closing.length === 0) return { end: at, state: "whole" }
    }
  }
  return { end: at, state: at >= from + LONGEST ? "broken" : "open" }
}

/** Starts on a file for which `holdsPoints`. */
export const splitPoints = (): Splitter => {
  let bytes: Uint8Array = new Uint8Array()
  /** Where `bytes` begin in the file. */
  let offset = 0
  let inside = false
  let source: string | null = null
  let closed = false
  let wasted = 0
  /** Where what belongs to no point begins. */
  let rest = 0

  const takeRest = (to: number): ReadonlyArray<Piece> => {
    const text = textOf(bytes, rest, to)
    source ??= sourceIn(text)
    closed = text.includes("]")
    const strange = text.replace(SOURCE, "").replaceAll(/[\s,\]}]+/g, "")
    return strange === "" ? [] : [{ kind: "rest", text, position: offset + rest }]
  }

  /** Leaves the head behind, and with it the object around the points. */
  const enter = (): void => {
    const head = textOf(bytes, 0, Math.min(bytes.length, HEAD_BYTES))
    const start = START.exec(head)
    if (start === null) return
    const before = head.slice(0, start.index)
    source = sourceIn(before)
    rest = Buffer.byteLength(before + start[0])
    inside = true
  }

  const scan = (last: boolean): ReadonlyArray<Piece> => {
    if (!inside) enter()
    if (!inside) return []
    const pieces: Array<Piece> = []
    let at = rest
    while (at < bytes.length) {
      const open = wasted < MOST_WASTED ? bytes.indexOf(OPEN ?? 0, at) : -1
      if (open < 0) break
      const { end, state } = extentOf(bytes, open)
      if (state === "whole") {
        pieces.push(...takeRest(open), { kind: "point", text: textOf(bytes, open, end), position: offset + open })
        rest = end
        at = end
      } else if (state === "broken" || last) {
        // The next one may begin within it.
        wasted += end - open
        at = open + 1
      } else break
    }
    // What belongs to no point isn't kept without end either.
    if (last || bytes.length - rest > 2 * LONGEST) {
      pieces.push(...takeRest(bytes.length))
      rest = bytes.length
    }
    return pieces
  }

  return {
    push: (more) => {
      bytes = Buffer.concat([bytes.subarray(rest), more])
      offset += rest
      rest = 0
      return scan(false)
    },
    end: () => scan(true),
    source: () => source,
    closed: () => closed
  }
}
