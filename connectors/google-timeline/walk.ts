/** Walks through a file of records, element by element, whatever state the file is in. */
import { isUtf8 } from "node:buffer"
import { afterBlanks, afterCommas, endOfNested, endOfString } from "./scan-json.ts"
import { type Opener, firstOf, guessOpener, openerAt } from "./opener.ts"

/** A record, or bytes that should have been one; positions are those in the window. */
export interface Item {
  /** The key of the array that it is in; `""` where the file is one. */
  readonly array: string
  readonly start: number
  readonly end: number
  /** JSON that can be read; null: what is wrong is `code`. */
  readonly text: string | null
  readonly code: "timeline-json" | "timeline-not-a-record" | "timeline-cut" | null
}

export interface Walked {
  readonly items: ReadonlyArray<Item>
  /** What comes before is done with. */
  readonly at: number
}

export interface Walker {
  /** The array in which the walk stands, with how its records begin; null outside of arrays. */
  readonly standing: () => { readonly array: string; readonly openers: ReadonlyArray<Opener> } | null
  /**
   * Goes on from `from`, up to the first record that begins at `until` or later, or to where more bytes are needed.
   * `final`: there are no more.
   */
  readonly walk: (window: Buffer, from: number, until: number, final: boolean) => Walked
}

/** A record that is longer isn't one: something in it never ends. */
export const MAX_RECORD = 7 * 1024 * 1024

/** As many ways to begin a record as are told apart. */
const MAX_OPENERS = 8
/** No opener and no key of an array is longer. */
const OVERLAP = 256

const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d
}

const validText = (bytes: Buffer): string | null => {
  if (!isUtf8(bytes)) return null
  const text = bytes.toString("utf8")
  try {
    JSON.parse(text)
    return text
  } catch {
    return null
  }
}

/** `arrays`: the keys whose records are wanted; other arrays are walked through in silence. */
export const makeWalker = (arrays: ReadonlySet<string>): Walker => {
  let place: "start" | "members" | "elements" | "lost" | "done" = "start"
  let array = ""
  let openers: Array<Opener> = []
  const headers = [...arrays].filter((key) => key !== "").map((key) => Buffer.from(`"${key}"`))

  const enter = (key: string) => {
    place = "elements"
    array = key
    openers = []
  }

  const learn = (window: Buffer, start: number) => {
    const opener = openerAt(window, start)
    if (opener === null || openers.length >= MAX_OPENERS) return
    if (!openers.some(({ bytes }) => bytes.equals(opener.bytes))) openers.push(opener)
  }

  /** Where something known begins again at or after `from`: a record, or the key of an array. */
  const resume = (window: Buffer, from: number): number => {
    const position = firstOf(window, from, [...openers.map(({ bytes }) => bytes), ...headers])
    return position < 0 ? Infinity : position
  }

  /** As above; where no record was whole so far, it is guessed how they begin. */
  const seek = (window: Buffer, from: number): number => {
    const guess = openers.length === 0 ? guessOpener(window, from) : null
    if (guess !== null) openers.push(guess)
    return resume(window, from)
  }

  const walk: Walker["walk"] = (window, from, until, final) => {
    const items: Array<Item> = []
    let at = from

    const spoilt = (start: number, end: number, code: Item["code"]) => {
      if (array === "" || arrays.has(array) || code === "timeline-cut")
        items.push({ array, start, end, text: null, code })
    }

    /** Leaves what can't be read from `start` on behind, up to what can be, at `least` or later. */
    const recover = (start: number, least: number): void => {
      const next = seek(window, least)
      if (next < Infinity) {
        spoilt(start, next, "timeline-json")
        at = next
        place = window[next] === BYTE.quote ? "members" : "elements"
      } else {
        // What is known may begin in the last bytes, and go on behind them.
        at = final ? window.length : Math.max(start + 1, window.length - OVERLAP)
        spoilt(start, at, final ? "timeline-cut" : "timeline-json")
        place = final ? "done" : "lost"
      }
    }

    /** Goes past one element. False: more bytes are needed. */
    const element = (): boolean => {
      const limit = Math.min(window.length, at + MAX_RECORD)
      const first = window[at]
      if (first !== BYTE.openObject && first !== BYTE.openArray) {
        const end = endOfScalar(window, at)
        const behind = end < 0 ? window.length : afterBlanks(window, end)
        if (behind >= window.length && !final && window.length - at < MAX_RECORD) return false
        const alone = behind < window.length && (window[behind] === BYTE.comma || window[behind] === BYTE.closeArray)
        // What is no value, or goes on behind it, is a record whose beginning is damaged.
        if (!(alone && validText(window.subarray(at, end)) !== null) && seek(window, at + 1) < Infinity)
          recover(at, at + 1)
        else {
          const to = end < 0 ? window.length : Math.max(end, at + 1)
          spoilt(at, to, "timeline-not-a-record")
          at = to
        }
        return true
      }
      const end = endOfNested(window, at, limit)
      if (end < 0) {
        if (!final && window.length - at < MAX_RECORD) return false
        recover(at, at + 1)
        return true
      }
      const text = validText(window.subarray(at, end))
      if (text === null) {
        // Where no comma follows, or the bracket isn't its own, its end was missed: a quote or a bracket more or less.
        const own = window[end - 1] === (first === BYTE.openObject ? BYTE.closeObject : BYTE.closeArray)
        const followed = own && window[afterBlanks(window, end)] === BYTE.comma
        const next = resume(followed ? window.subarray(0, end) : window, at + 1)
        if (next < Infinity || (!followed && openers.length === 0)) recover(at, at + 1)
        else {
          spoilt(at, end, "timeline-json")
          at = end
        }
        return true
      }
      if (first === BYTE.openArray) spoilt(at, end, "timeline-not-a-record")
      else {
        learn(window, at)
        if (array === "" || arrays.has(array)) items.push({ array, start: at, end, text, code: null })
      }
      at = end
      return true
    }

    /** Goes past one member of the outermost object, or into its array. False: more bytes are needed. */
    const member = (): boolean => {
      if (window[at] === BYTE.closeObject) {
        place = "done"
        at++
        return true
      }
      if (window[at] !== BYTE.quote) {
        recover(at, at)
        return true
      }
      const end = endOfString(window, at, Math.min(window.length, at + OVERLAP))
      const colon = end < 0 ? -1 : afterBlanks(window, end)
      const value = colon < 0 ? -1 : afterBlanks(window, colon + 1)
      if (value < 0 || value >= window.length) {
        if (!final && window.length - at < MAX_RECORD) return false
        recover(at, at + 1)
        return true
      }
      if (window[colon] !== BYTE.colon) {
        recover(at, at + 1)
        return true
      }
      if (window[value] === BYTE.openArray) {
        enter(window.toString("utf8", at + 1, end - 1))
        at = value + 1
        return true
      }
      const behind = valueEnd(window, value)
      if (behind >= 0) at = behind
      else if (final || window.length - at >= MAX_RECORD) recover(at, at + 1)
      else return false
      return true
    }

    while (place !== "done" || at < window.length) {
      if (place === "lost") {
        const next = resume(window, at)
        if (next === Infinity) {
          at = final ? window.length : Math.max(at, window.length - OVERLAP)
          if (final) place = "done"
          break
        }
        at = next
        place = window[next] === BYTE.quote ? "members" : "elements"
      }
      if (place === "start" && isMark(window, at)) at += MARK.length
      at = place === "start" || place === "done" ? afterBlanks(window, at) : afterCommas(window, at)
      if (at >= window.length) {
        if (final && place !== "done") {
          spoilt(window.length, window.length, "timeline-cut")
          place = "done"
        }
        break
      }
      if (place === "start") {
        if (window[at] === BYTE.openArray) enter("")
        else place = "members"
        at++
      } else if (place === "done") recover(at, at)
      else if (place === "members") {
        if (!member()) break
      } else if (window[at] === BYTE.closeArray) {
        place = array === "" ? "done" : "members"
        at++
      } else {
        if (at >= until) break
        if (!element()) break
      }
    }
    return { items, at }
  }

  return { walk, standing: () => (place === "elements" ? { array, openers } : null) }
}

/** Leads files of Windows programs: UTF-8's byte-order mark. */
const MARK = [0xef, 0xbb, 0xbf]

const isMark = (window: Buffer, at: number): boolean => MARK.every((byte, index) => window[at + index] === byte)

/** Behind what is neither object nor array; -1 where it doesn't end in the window. */
const endOfScalar = (window: Buffer, start: number): number => {
  if (window[start] === BYTE.quote) return endOfString(window, start, window.length)
  const end = window
    .subarray(start)
    .findIndex((byte) => byte === BYTE.comma || byte === BYTE.closeArray || byte === BYTE.openObject)
  return end < 0 ? -1 : start + end
}

/** Behind a value of any kind; -1 where it doesn't end in the window. */
const valueEnd = (window: Buffer, start: number): number => {
  const first = window[start]
  if (first === BYTE.openObject) return endOfNested(window, start, Math.min(window.length, start + MAX_RECORD))
  if (first === BYTE.quote) return endOfString(window, start, window.length)
  const end = window.subarray(start).findIndex((byte) => byte === BYTE.comma || byte === BYTE.closeObject)
  return end < 0 ? -1 : start + end
}
