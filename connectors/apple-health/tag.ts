/** The start tag of a plain Record, by positions in the text: the reader that is fast. */

/** What is the same for many records: type, sourceName, sourceVersion, device, unit. */
export const TYPE = 0
export const SOURCE = 1
export const VERSION = 2
export const DEVICE = 3
export const UNIT = 4
/** Those below are what makes the kind of a sample. */
const KIND_SLOTS = 5
export const CREATED = 5
export const START = 6
export const END = 7
export const VALUE = 8
const SLOTS = 9

const NAMES = ["type", "sourceName", "sourceVersion", "device", "unit", "creationDate", "startDate", "endDate", "value"]
const OPENINGS = NAMES.map((name) => `${name}="`)
const UNKNOWN = -1

const code = (character: string) => character.charCodeAt(0)
const SPACE = code(" ")
const SLASH = code("/")
const GREATER = code(">")
const isSpace = (character: number) => character === SPACE || character === 10 || character === 13 || character === 9

/** The only attribute that may begin here. */
const candidateAt = (text: string, at: number): number => {
  switch (text.charCodeAt(at)) {
    case code("t"):
      return TYPE
    case code("d"):
      return DEVICE
    case code("u"):
      return UNIT
    case code("c"):
      return CREATED
    case code("e"):
      return END
    case code("v"):
      return VALUE
    case code("s"):
      if (text.charCodeAt(at + 1) === code("t")) return START
      return text.charCodeAt(at + "source".length) === code("N") ? SOURCE : VERSION
    default:
      return UNKNOWN
  }
}

// A slice that is compared is ten times as fast as `startsWith`.
const isAt = (text: string, expected: string, at: number): boolean => text.slice(at, at + expected.length) === expected

const slotAt = (text: string, at: number): number => {
  const slot = candidateAt(text, at)
  return slot !== UNKNOWN && isAt(text, OPENINGS[slot] ?? "", at) ? slot : UNKNOWN
}

export class RecordTag {
  /** Where values begin and end; -1: not given, or part of the head. */
  readonly from = new Int32Array(SLOTS)
  readonly to = new Int32Array(SLOTS)
  /** Behind the tag. */
  end = 0
  selfClosing = false
  /** The attributes that make the kind as they are written, where they stand together. */
  kindFrom = 0
  kindTo = 0
  together = true
  /** How the last record began, when it began with its kind: most begin like the one before. */
  #head = ""
  likeLast = false

  /** Reads from behind `<Record`; `limit` is the next `<`. False: it is not plain, and the reference has to read it. */
  read(text: string, start: number, limit: number): boolean {
    if (this.#head !== "" && isAt(text, this.#head, start)) {
      this.likeLast = true
      if (this.#attributes(text, start + this.#head.length, limit)) return true
    }
    this.likeLast = false
    if (!this.#attributes(text, start, limit)) return false
    this.#head = this.together && this.kindFrom === start + 1 ? text.slice(start, this.kindTo) : ""
    return true
  }

  #attributes(text: string, start: number, limit: number): boolean {
    const { from, to } = this
    to.fill(-1)
    this.kindFrom = -1
    this.together = true
    let ofKind = false
    for (let at = start; ;) {
      const before = at
      let character = text.charCodeAt(at)
      while (isSpace(character)) character = text.charCodeAt(++at)
      if (character === GREATER || character === SLASH) {
        this.selfClosing = character === SLASH
        this.end = this.selfClosing ? at + 2 : at + 1
        return this.end <= limit && text.charCodeAt(this.end - 1) === GREATER
      }
      if (at === before) return false
      const slot = slotAt(text, at)
      if (slot === UNKNOWN || to[slot] !== -1) return false
      const valueFrom = at + (OPENINGS[slot] ?? "").length
      const valueTo = text.indexOf('"', valueFrom)
      if (valueTo < 0 || valueTo >= limit) return false
      from[slot] = valueFrom
      to[slot] = valueTo
      if (slot < KIND_SLOTS) {
        if (this.likeLast) return false
        if (this.kindFrom < 0) this.kindFrom = at
        else if (!ofKind) this.together = false
        this.kindTo = valueTo + 1
        ofKind = true
      } else ofKind = false
      at = valueTo + 1
    }
  }
}
