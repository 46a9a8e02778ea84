/**
 * From the bytes of a file to its components: lenient about everything that real files get wrong (blank lines, mixed
 * line ends, byte-order marks, lines folded without a space, components that never end), so that what is broken in one
 * event stays in it.
 */
import { isUtf8 } from "node:buffer"

/** A component with its own content lines, unfolded; those of the components within are theirs. */
export interface Component {
  /** Upper case: `VEVENT`. */
  readonly name: string
  readonly lines: ReadonlyArray<string>
  readonly children: ReadonlyArray<Component>
  /** Of its first line in the file, from 1. */
  readonly line: number
  /** As it stands in the file, with all within. */
  readonly raw: () => string
  /** False: the file ends, or another component begins, before its END. */
  readonly complete: boolean
}

const FOLD = /\r?\n[ \t]/g

/** Text of a file: UTF-8 (also where lines were folded in the middle of a character), UTF-16, or else Windows-1252. */
export const decodeText = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes)
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes)
  const unfolded = Buffer.from(Buffer.from(bytes).toString("latin1").replace(FOLD, ""), "latin1")
  return new TextDecoder(isUtf8(unfolded) ? "utf-8" : "windows-1252").decode(unfolded)
}

const LINE_END = /\r\n|\n|\r/
const CONTENT_LINE = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)?[;:]/
const BOUNDARY = /^(BEGIN|END):\s*([A-Za-z0-9-]+)\s*$/i

/** Lines are folded at 75 bytes: a shorter one that goes on without a space was broken by its own text. */
const FOLDED_LENGTH = 70

/** Components that stand side by side: one that begins ends another that is still open. */
const SIBLINGS = new Set(["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"])

interface Open {
  readonly name: string
  readonly lines: Array<string>
  readonly children: Array<Component>
  readonly first: number
}

const open = (name: string, first: number): Open => ({ name, lines: [], children: [], first })

/** All outermost components of a text, in order. Lines outside of any are dropped. */
export const components = (text: string): ReadonlyArray<Component> => {
  const physical = text.split(LINE_END)
  const root = open("", 0)
  const stack: Array<Open> = []
  let previousLength = 0

  /** Ends the innermost component; `end` is the index of the line after it. */
  const close = (end: number, complete: boolean) => {
    const { name, lines, children, first } = stack.pop() ?? root
    // Only on demand: of components within components, these would add up to many times the file.
    const raw = () => physical.slice(first, end).join("\r\n")
    ;(stack.at(-1) ?? root).children.push({ name, lines, children, line: first + 1, raw, complete })
  }
  const closeDownTo = (depth: number, end: number) => {
    while (stack.length > depth) close(end, false)
  }

  const begin = (name: string, index: number) => {
    const depth =
      name === "VCALENDAR" ? 0 : SIBLINGS.has(name) ? stack.findIndex((each) => SIBLINGS.has(each.name)) : -1
    if (depth >= 0) closeDownTo(depth, index)
    stack.push(open(name, index))
  }
  const end = (name: string, index: number) => {
    const depth = stack.findLastIndex((each) => each.name === name)
    if (depth < 0) return
    closeDownTo(depth + 1, index)
    close(index + 1, true)
  }
  /** A line that is none by itself belongs to the one before it. */
  const extend = (piece: string) => {
    const lines = stack.at(-1)?.lines
    const last = lines?.pop()
    if (lines !== undefined && last !== undefined) lines.push(last + piece)
  }

  for (const [index, line] of physical.entries()) {
    if (line.trim() === "") continue
    const boundary = BOUNDARY.exec(line)
    const name = boundary?.[2]?.toUpperCase() ?? ""
    if (/^[ \t]/.test(line)) extend(line.slice(1))
    else if (boundary?.[1]?.toUpperCase() === "BEGIN") begin(name, index)
    else if (boundary !== null) end(name, index)
    else if (CONTENT_LINE.test(line)) stack.at(-1)?.lines.push(line)
    else extend((previousLength >= FOLDED_LENGTH ? "" : "\\n") + line)
    previousLength = line.length
  }
  closeDownTo(0, physical.length)
  return root.children
}
