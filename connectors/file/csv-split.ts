/** CSV as RFC 4180 has it, record by record, whatever state the file is in. */
import { isUtf8 } from "node:buffer"

/** What stands between values, and around them. */
export interface Marks {
  readonly delimiter: string
  readonly quote: string
  /** Before a quote that belongs to the value. */
  readonly escape: string
}

/** A record, or a line that should have been one. */
export interface CsvRecord {
  /** Counted from 1. */
  readonly line: number
  readonly raw: Buffer
  /** Null: it can't be read, for this reason. */
  readonly fields: ReadonlyArray<string> | null
  readonly problem: "quotes" | "encoding" | null
}

/** A record that is longer isn't one: a quote in it never ends. */
const LONGEST = 2 * 1024 * 1024

const BLANK = /^[ \r\n]*$/

export type CsvSplitter = (
  bytes: Buffer,
  final: boolean
) => { readonly pieces: ReadonlyArray<CsvRecord>; readonly used: number }

/** Splits off the records that are complete; the rest comes again, with what follows. */
export const makeCsvSplitter = (marks: Marks): CsvSplitter => {
  let line = 1
  let started = false
  return (bytes, final) => {
    // One character for each byte: positions in the text are positions in the file.
    const text = bytes.toString("latin1")
    const pieces: Array<CsvRecord> = []
    let at = 0
    if (!started && bytes.length >= 3) {
      started = true
      if (text.startsWith("\u00ef\u00bb\u00bf")) at = 3
    }
    while (at < text.length) {
      const found = recordAt(text, at, final, marks)
      const whole = typeof found === "object" ? found : null
      // Where a quote is at fault, the next line may well be a record.
      const end = whole?.end ?? lineEnd(text, at)
      const incomplete = found === "unfinished" || (end === text.length && whole === null && !final)
      if (incomplete && text.length - at < LONGEST) break
      if (!BLANK.test(text.slice(at, end))) {
        pieces.push(toRecord(line, withoutNewline(bytes.subarray(at, end)), whole?.fields ?? null, marks))
      }
      line += newlines(text, at, end)
      at = end
    }
    return { pieces, used: at }
  }
}

const toRecord = (line: number, raw: Buffer, fields: ReadonlyArray<string> | null, marks: Marks): CsvRecord => {
  if (!isUtf8(raw)) return { line, raw, fields: null, problem: "encoding" }
  if (fields === null) return { line, raw, fields: null, problem: "quotes" }
  const utf8 = raw.toString("utf8")
  const read = utf8.length === raw.length ? null : recordAt(utf8, 0, true, marks)
  return { line, raw, fields: read !== null && typeof read === "object" ? read.fields : fields, problem: null }
}

type Whole = { readonly fields: ReadonlyArray<string>; readonly end: number }

const recordAt = (text: string, from: number, final: boolean, marks: Marks): Whole | "broken" | "unfinished" => {
  const { delimiter, quote } = marks
  const fields: Array<string> = []
  let at = from
  while (true) {
    if (text.startsWith(quote, at) && quote !== "") {
      const quoted = quotedAt(text, at + 1, marks)
      if (quoted === null) return final ? "broken" : "unfinished"
      fields.push(quoted.value)
      at = quoted.end
    } else {
      const end = valueEnd(text, at, delimiter)
      fields.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return final ? { fields, end: at } : "unfinished"
    const next = text[at]
    if (next === delimiter) at++
    else if (next !== "\n" && next !== "\r") return "broken"
    // A carriage return at the end may be half of a newline.
    else if (next === "\r" && at + 1 >= text.length && !final) return "unfinished"
    else return { fields, end: at + (text.startsWith("\r\n", at) ? 2 : 1) }
  }
}

const quotedAt = (text: string, from: number, { escape, quote }: Marks): { value: string; end: number } | null => {
  let value = ""
  let at = from
  while (true) {
    const end = text.indexOf(quote, at)
    if (end < 0) return null
    if (escape !== quote) {
      const escaped = text.indexOf(escape, at)
      if (escaped >= 0 && escaped < end) {
        value += text.slice(at, escaped) + text.slice(escaped + 1, escaped + 2)
        at = escaped + 2
        continue
      }
    } else if (text[end + 1] === quote) {
      value += text.slice(at, end + 1)
      at = end + 2
      continue
    }
    return { value: value + text.slice(at, end), end: end + 1 }
  }
}

const valueEnd = (text: string, from: number, delimiter: string): number => {
  let at = from
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++
  return at
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from)
  return end < 0 ? text.length : end + 1
}

const newlines = (text: string, from: number, to: number): number => {
  let count = 0
  for (let at = from; at < to; at++) if (text[at] === "\n" || (text[at] === "\r" && text[at + 1] !== "\n")) count++
  return count
}

const withoutNewline = (raw: Buffer): Buffer => {
  let end = raw.length
  if (raw[end - 1] === 0x0a) end--
  if (raw[end - 1] === 0x0d) end--
  return raw.subarray(0, end)
}

const quoted = (value: string): string => (/[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/** A line that every reader of CSV understands, commas between values. */
export const csvLine = (values: ReadonlyArray<string>): string => `${values.map(quoted).join(",")}\n`
