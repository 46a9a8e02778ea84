/** A long file in parts that can be read for themselves: each begins at an element below the root. */

export interface Part {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where in the file it begins. */
  readonly offset: number
}

/** A few milliseconds of work, and less than the megabyte from which Node keeps a text outside of its heap for too long. */
const PART_BYTES = 960 << 10
/** No element is longer; what is has lost its end, and is cut anywhere. */
const MOST_BYTES = 64 << 20

/** Elements that files of some size are full of. */
const STARTS = ["<Record ", "<Workout ", "<ActivitySummary "]

const EXCLAMATION = "!".charCodeAt(0)
const LESS = "<".charCodeAt(0)

/** Collects pieces until there is a part to give. */
export class Splitter {
  readonly #size: number
  readonly #most: number
  readonly #spare: Array<ArrayBuffer> = []
  #buffer: Buffer<ArrayBuffer>
  #filled = 0
  #offset = 0
  /** Without a place to cut at this size, it is looked for again at twice of it. */
  #wanted: number

  constructor(size = PART_BYTES, most = MOST_BYTES) {
    this.#size = size
    this.#most = most
    this.#wanted = size
    this.#buffer = Buffer.allocUnsafeSlow(this.#usual)
  }

  push(piece: Uint8Array): ReadonlyArray<Part> {
    const parts: Array<Part> = []
    for (let at = 0; at < piece.length;) {
      const { room } = this
      const taken = piece.subarray(at, at + room.length)
      room.set(taken)
      at += taken.length
      parts.push(...this.filled(taken.length))
    }
    return parts
  }

  /** Where the next bytes belong; for those who can put them there themselves. */
  get room(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(this.#filled, this.#wanted)
  }

  /** So many bytes have been put into the room. */
  filled(bytes: number): ReadonlyArray<Part> {
    this.#filled += bytes
    if (this.#filled < this.#wanted) return []
    const end = cutOf(this.#buffer.subarray(0, this.#filled))
    if (end > 0) return [this.#cut(end)]
    if (this.#filled >= this.#most) return [this.#cut(this.#filled)]
    this.#wanted = this.#filled * 2
    const larger = Buffer.allocUnsafeSlow(this.#wanted)
    larger.set(this.#buffer.subarray(0, this.#filled))
    this.#buffer = larger
    return []
  }

  /** What is left: the last part. */
  finish(): Part {
    return { bytes: this.#buffer.subarray(0, this.#filled), offset: this.#offset }
  }

  /** Memory of a part that is done with: new memory for each would keep the collector busy. */
  reuse(buffer: ArrayBuffer): void {
    if (buffer.byteLength === this.#usual && this.#spare.length < MOST_SPARE) this.#spare.push(buffer)
  }

  get #usual(): number {
    return this.#size + SLACK
  }

  #cut(end: number): Part {
    const part = { bytes: this.#buffer.subarray(0, end), offset: this.#offset }
    const rest = this.#buffer.subarray(end, this.#filled)
    const spare = rest.length <= this.#usual ? this.#spare.pop() : undefined
    this.#buffer = spare === undefined ? Buffer.allocUnsafeSlow(Math.max(this.#usual, rest.length)) : Buffer.from(spare)
    this.#buffer.set(rest)
    this.#filled = rest.length
    this.#offset += end
    this.#wanted = Math.max(this.#size, rest.length + 1)
    return part
  }
}

/** A part's memory is larger than the part by this. */
const SLACK = 1 << 10
const MOST_SPARE = 8

/** The last place at which an element begins, outside of comments and the like; 0: there is none. */
const cutOf = (bytes: Buffer): number => {
  const hidden = hiddenSpans(bytes)
  let best = 0
  for (const start of STARTS) {
    let at = bytes.lastIndexOf(start)
    for (let span = spanAt(hidden, at); span !== undefined; span = spanAt(hidden, at)) {
      at = span.from === 0 ? -1 : bytes.lastIndexOf(start, span.from - 1)
    }
    best = Math.max(best, at)
    if (best > bytes.length - LATE) break
  }
  return best
}

/** A cut this near to the end is good enough. */
const LATE = 1 << 16

interface Span {
  readonly from: number
  readonly to: number
}

const spanAt = (spans: ReadonlyArray<Span>, at: number): Span | undefined =>
  spans.find(({ from, to }) => from < at && at < to)

const HIDING: ReadonlyArray<readonly [from: string, to: string]> = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"]
]

/** Comments and CDATA. Exclamation marks are rare, so that looking for them costs nearly nothing. */
const hiddenSpans = (bytes: Buffer): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (let at = bytes.indexOf(EXCLAMATION); at >= 0; at = bytes.indexOf(EXCLAMATION, at + 1)) {
    if (bytes[at - 1] !== LESS) continue
    const from = at - 1
    const kind = HIDING.find(([begin]) => bytes.toString("latin1", from, from + begin.length) === begin)
    if (kind === undefined) continue
    const end = bytes.indexOf(kind[1], from + kind[0].length)
    spans.push({ from, to: end < 0 ? bytes.length : end + kind[1].length })
    if (end < 0) break
    at = end
  }
  return spans
}
