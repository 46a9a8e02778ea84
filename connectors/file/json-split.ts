/** JSON, object by object, whatever state the file is in: lines of their own, an array, or one after the other. */
import { isUtf8 } from "node:buffer"

/** An object, or what should have been one. */
export interface JsonRecord {
  /** Byte offset in the file; the line, counted from 1, where each object has its own. */
  readonly position: number
  readonly raw: Buffer
  /** Null: it can't be read, for this reason. */
  readonly text: string | null
  readonly problem: "syntax" | "encoding" | "cut" | "not-object" | null
}

export type JsonSplitter = (
  bytes: Buffer,
  final: boolean
) => { readonly pieces: ReadonlyArray<JsonRecord>; readonly used: number }

/** An object that is longer isn't one: something in it never ends. */
const LONGEST = 64 * 1024 * 1024

/** Half of a pair that stands alone: JavaScript reads it, DuckDB doesn't. */
const LONE_SURROGATE =
  /\\u[dD][89abAB][\da-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F]/

const toRecord = (position: number, raw: Buffer): JsonRecord => {
  const broken = (problem: JsonRecord["problem"]): JsonRecord => ({ position, raw, text: null, problem })
  if (!isUtf8(raw)) return broken("encoding")
  const text = raw.toString("utf8")
  if (LONE_SURROGATE.test(text)) return broken("syntax")
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { position, raw, text, problem: null }
      : broken("not-object")
  } catch {
    return broken("syntax")
  }
}

const BLANK = /^\s*$/
const MARK = "\u00ef\u00bb\u00bf"

/** Each line is an object. */
export const makeLineSplitter = (): JsonSplitter => {
  let line = 0
  return (bytes, final) => {
    const pieces: Array<JsonRecord> = []
    let at = line === 0 && bytes.toString("latin1", 0, 3) === MARK ? 3 : 0
    while (at < bytes.length) {
      const newline = bytes.indexOf(0x0a, at)
      if (newline < 0 && !final && bytes.length - at < LONGEST) break
      const end = newline < 0 ? bytes.length : newline
      line++
      const raw = bytes.subarray(at, bytes[end - 1] === 0x0d ? end - 1 : end)
      if (raw.length > 0 && !BLANK.test(raw.toString("latin1"))) pieces.push(toRecord(line, raw))
      at = newline < 0 ? end : end + 1
    }
    return { pieces, used: at }
  }
}

const BETWEEN = /[\s,[\]]/

/** The elements of an array, or objects one after the other. */
export const makeElementSplitter = (): JsonSplitter => {
  let offset = 0
  /** How objects begin, up to the first key; null: not known, or there are such objects within objects too. */
  let opener: string | null | undefined
  return (bytes, final) => {
    // One character for each byte: positions in the text are positions in the file.
    const text = bytes.toString("latin1")
    const pieces: Array<JsonRecord> = []
    let at = offset === 0 && text.startsWith(MARK) ? MARK.length : 0
    while (at < text.length) {
      if (BETWEEN.test(text[at] ?? "")) {
        at++
        continue
      }
      const value = elementAt(text, at)
      const more = !final && text.length - at < LONGEST
      if (more && value.end === text.length) break
      if (value.kind === "whole") {
        if (opener === undefined) opener = OPENER.exec(text.slice(at, Math.min(value.end, at + LONGEST_OPENER)))?.[0]
        if (opener && text.slice(at + 1, value.end).includes(opener)) opener = null
        pieces.push(toRecord(offset + at, bytes.subarray(at, value.end)))
        at = value.end
        continue
      }
      // Behind the damage, the next object begins as all do. What is only cut has no damage.
      const next = value.kind === "broken" ? nextObject(text, at, value.end, opener) : -1
      if (more && next < 0) break
      const end = next < 0 ? text.length : next
      const raw = trimmed(bytes.subarray(at, end))
      const problem = value.kind === "cut" && final ? "cut" : "syntax"
      if (raw.length > 0) pieces.push({ position: offset + at, raw, text: null, problem })
      at = end
    }
    offset += at
    return { pieces, used: at }
  }
}

/** Where the next object begins, behind damage that was noticed at `noticed`; -1: that can't be told. */
const nextObject = (text: string, from: number, noticed: number, opener: string | null | undefined): number => {
  if (opener === null) return -1
  if (opener !== undefined) return text.indexOf(opener, Math.max(from, noticed - opener.length) + 1)
  const between = /[,}]\s*(?=\{\s*")/g
  between.lastIndex = Math.max(from, noticed - LOOK_BACK)
  while (between.test(text)) {
    // What ends before the damage is part of what is damaged.
    const { end, kind } = valueAt(text, between.lastIndex)
    if (kind === "whole" && end > noticed) return between.lastIndex
  }
  return -1
}

const LOOK_BACK = 256

/** A value between others, not in the middle of what is none. */
const elementAt = (text: string, at: number): Value => {
  const value = valueAt(text, at)
  const isNested = text[at] === "{" || text[at] === "["
  const stuck = value.kind === "whole" && !isNested && value.end < text.length && !BETWEEN.test(text[value.end] ?? "")
  return stuck ? { kind: "broken", end: value.end } : value
}

const LONGEST_OPENER = 1024
const OPENER = /^\{\s*"(?:[^"\\]|\\.)*"\s*:/

/** Without the comma and blanks behind it. */
const trimmed = (raw: Buffer): Buffer => raw.subarray(0, raw.toString("latin1").replace(/[\s,]+$/, "").length)

/** A value ends behind its last character; what is broken, where it can't go on; what is cut, with the text. */
interface Value {
  readonly kind: "whole" | "broken" | "cut"
  readonly end: number
}

// A string has no newline: where one comes first, the quote that ends it is missing.
const TOKEN = /\s*(?:"(?:[^"\\\n]|\\.)*"|[\w.+-]+|[{}[\]:,])/y
const UNFINISHED = /\s*(?:"(?:[^"\\\n]|\\.)*\\?)?$/y

type Place = "value" | "key" | "first key" | "first value" | "colon" | "next"

/** Tells brackets, keys and values, but not whether a scalar is one. */
const valueAt = (text: string, from: number): Value => {
  const closing: Array<"}" | "]"> = []
  let place: Place = "value"
  let at = from
  while (true) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)?.[0].trimStart()
    if (token === undefined) {
      UNFINISHED.lastIndex = at
      return UNFINISHED.test(text) ? { kind: "cut", end: text.length } : { kind: "broken", end: at }
    }
    const after = placeAfter(token, place, closing)
    if (after === null) return { kind: "broken", end: TOKEN.lastIndex }
    place = after
    at = TOKEN.lastIndex
    if (closing.length === 0) return { kind: "whole", end: at }
  }
}

/** Null: the token can't stand there. */
const placeAfter = (token: string, place: Place, closing: Array<"}" | "]">): Place | null => {
  const inObject = closing.at(-1) === "}"
  switch (token) {
    case "{":
    case "[":
      if (place !== "value" && place !== "first value") return null
      closing.push(token === "{" ? "}" : "]")
      return token === "{" ? "first key" : "first value"
    case "}":
    case "]":
      if (place !== "next" && place !== (token === "}" ? "first key" : "first value")) return null
      return closing.pop() === token ? "next" : null
    case ":":
      return place === "colon" ? "value" : null
    case ",":
      return place !== "next" ? null : inObject ? "key" : "value"
    default:
      if (place === "value" || place === "first value") return "next"
      return (place === "key" || place === "first key") && token.startsWith('"') ? "colon" : null
  }
}

/** The members of an object that can be parsed, each as it is written. */
export const membersOf = (text: string): ReadonlyMap<string, string> => {
  const members = new Map<string, string>()
  const blanks = /[\s,:]*/y
  const after = (at: number): number => {
    blanks.lastIndex = at
    blanks.test(text)
    return blanks.lastIndex
  }
  let at = after(text.indexOf("{") + 1)
  while (text[at] === '"') {
    const key = valueAt(text, at).end
    const value = after(key)
    const { end } = valueAt(text, value)
    members.set(String(JSON.parse(text.slice(at, key))), text.slice(value, end))
    at = after(end)
  }
  return members
}
